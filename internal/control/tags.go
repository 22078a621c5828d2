package control

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/pattern"
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
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	t, err := findTagged(c)
	if err != nil {
		return answer{}, err
	}
	for _, key := range c.query["tagKeys"] {
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

var taggedARN = pattern.New(`^arn:[^:]+:apigateway:([^:]+):(\d*):?/(.*)$`)

// findTagged finds what the call's ARN names: the path of a thing behind the
// region. A thing that is missing answers with the not-found text of its kind.
func findTagged(c *call) (t tagged, err error) {
	arn := c.name("resource_arn")
	parts := taggedARN.FindStringSubmatch(arn)
	if parts == nil {
		return t, badRequest("Invalid ARN. ARN is not well formed %s", arn)
	}
	segments := arnSegments(parts)
	kind := c.taggedKind(segments)
	if kind == nil {
		return t, badRequest("Invalid ARN. Resource /%s cannot be tagged", parts[3])
	}
	for _, s := range segments {
		t.path += "/" + url.PathEscape(s)
	}
	if t.thing, err = kind.find(c, t.path); err != nil {
		return t, err
	}
	if t.thing == nil || parts[1] != c.ns.Region || parts[2] != "" && parts[2] != c.ns.Account {
		return t, c.absent(kind, segments[len(segments)-1])
	}
	t.tags = field(t.thing, "tags").Addr().Interface().(*map[string]string)
	return t, nil
}

// arnSegments are the segments of the path of what an ARN names. parts are what
// taggedARN found in it.
func arnSegments(parts []string) []string {
	segments := strings.Split(parts[3], "/")
	if segments[0] == associationsPath[1:] {
		return []string{segments[0], parts[0]} // they are known by their whole ARNs
	}
	return segments
}

// taggedKind returns the kind whose things have paths of these segments.
func (c *call) taggedKind(segments []string) *descriptor {
	for _, d := range c.kinds {
		route := strings.Split(d.path[1:], "/")
		if d.tagged && slices.EqualFunc(route, segments, func(want, got string) bool {
			return want == got || got != "" && strings.HasPrefix(want, "{")
		}) {
			return d
		}
	}
	return nil
}

// shownTags are the tags that a thing is shown with: none are left out of
// answers to Create and List only.
func (c *call) shownTags(tags map[string]string) map[string]string {
	switch {
	case len(tags) > 0:
		return tags
	case c.op.verb&(Get|Update) != 0:
		return map[string]string{}
	default:
		return nil
	}
}

var tagText = pattern.New(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

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
