package control

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/restapi"
)

// Tags are no kind: they live in the things that they are on, and are reached
// by ARN instead of by path.

var tagsBody = Body{{Name: "tags", Required: true}}

func getTags(c *call) (answer, error) {
	t, err := findTagged(c)
	if err != nil {
		return answer{}, err
	}
	tags := *t.tags
	if tags == nil {
		tags = map[string]string{}
	}
	return answer{item: item{c.request.URL.EscapedPath(), map[string]any{"tags": tags}}}, nil
}

func tagResource(c *call) (answer, error) {
	var in struct {
		Tags map[string]string `json:"tags"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	t, err := findTagged(c)
	if err != nil {
		return answer{}, err
	}
	merged := maps.Clone(*t.tags)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, in.Tags)
	if err := checkTags(merged); err != nil {
		return answer{}, err
	}
	*t.tags = merged
	return answer{}, c.put(t.path, t.thing)
}

func untagResource(c *call) (answer, error) {
	keys := c.query["tagKeys"]
	if len(keys) == 0 {
		var v violations
		v.check("tagKeys", nil, Member{Required: true})
		return answer{}, v.err()
	}
	t, err := findTagged(c)
	if err != nil {
		return answer{}, err
	}
	for _, key := range keys {
		delete(*t.tags, key)
	}
	return answer{}, c.put(t.path, t.thing)
}

// A tagged thing is one that can have tags.
type tagged struct {
	path  string
	thing any
	tags  *map[string]string
}

var (
	taggedARN   = regexp.MustCompile(`^arn:[^:]+:apigateway:([^:]+):(\d*):?(/.*)$`)
	taggedAPI   = regexp.MustCompile(`^/restapis/([^/]+)$`)
	taggedStage = regexp.MustCompile(`^/restapis/([^/]+)/stages/([^/]+)$`)
)

// findTagged finds what the call's ARN names: the path of a thing behind the
// region. A thing that is missing answers with the not-found text of its kind.
func findTagged(c *call) (t tagged, err error) {
	arn := c.name("resource_arn")
	parts := taggedARN.FindStringSubmatch(arn)
	if parts == nil {
		return t, badRequest("Invalid ARN. ARN is not well formed %s", arn)
	}
	here := parts[1] == c.ns.Region
	if m := taggedAPI.FindStringSubmatch(parts[3]); m != nil {
		t.path = restAPIPath(m[1])
		api, err := find[restapi.RestAPI](c, t.path)
		if err != nil {
			return t, err
		}
		if api == nil || !here {
			return t, notFound("Invalid API identifier specified %s:%s", c.ns.Account, m[1])
		}
		t.thing, t.tags = api, &api.Tags
		return t, nil
	}
	if m := taggedStage.FindStringSubmatch(parts[3]); m != nil {
		t.path = restAPIPath(m[1]) + "/stages/" + url.PathEscape(m[2])
		stage, err := find[restapi.Stage](c, t.path)
		if err != nil {
			return t, err
		}
		if stage == nil || !here {
			return t, notFound("%s", stages.Missing)
		}
		t.thing, t.tags = stage, &stage.Tags
		return t, nil
	}
	return t, badRequest("Invalid ARN. Resource %s cannot be tagged", parts[3])
}

var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// checkTags judges all tags that a thing would have. The limits are the
// developer guide's, the words are ours.
func checkTags(tags map[string]string) error {
	if len(tags) > 50 {
		return badRequest("A resource can have at most 50 tags")
	}
	for _, key := range sortedKeys(tags) {
		value := tags[key]
		switch {
		case key == "" || utf8.RuneCountInString(key) > 128 || !tagText.MatchString(key):
			return badRequest("Invalid tag key specified: %s", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return badRequest("Tag keys must not begin with aws:")
		case utf8.RuneCountInString(value) > 256 || !tagText.MatchString(value):
			return badRequest("Invalid tag value specified for key %s", key)
		}
	}
	return nil
}
