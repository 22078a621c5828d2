package recorded_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A linkSet is the HAL form of one answer: what it links to and embeds.
type linkSet struct {
	Operation    string
	From         string
	Setup        []request
	Request      request
	Answer       map[string]string // names for members of the answer itself
	Curies       []string
	CuriesListed bool // though there is but one
	resource
}

// A resource is the HAL form of one thing.
type resource struct {
	Links    map[string]any // relation → href, link, or list of these
	Members  []string       // members that AWS's example shows
	Embedded map[string]any // relation → resource, or list of resources
}

// TestLinks compares the HAL form of every kind with the examples of the API
// reference.
func TestLinks(t *testing.T) {
	sets := load[[]linkSet](t, "links.json")
	if len(sets) != 72 {
		t.Errorf("%d sets of links, want 72", len(sets))
	}
	for _, set := range sets {
		t.Run(set.Operation, func(t *testing.T) {
			w := newWorld(t)
			w.make(set.Setup...)
			a := w.send(set.Request, "")
			if a.status >= 300 {
				t.Fatalf("got %d %s", a.status, a.body)
			}
			if got := a.header.Get("Content-Type"); got != "application/hal+json" {
				t.Errorf("Content-Type is %q, want application/hal+json", got)
			}
			got := a.json(t)
			for name, path := range set.Answer {
				w.name(name, at(t, got, path).(string))
			}
			w.testResource("", set.resource, set.curies(), got)
			if err := ordered(a.body); err != nil {
				t.Errorf("%v in %s", err, a.body)
			}
		})
	}
}

var position = regexp.MustCompile(`position=[^&"\\]+`)

// testResource compares one resource, and those embedded in it, with got. where
// tells where it stands in the answer.
func (w *world) testResource(where string, want resource, curies, got any) {
	w.t.Helper()
	members, _ := got.(map[string]any)
	gotLinks, _ := json.Marshal(members["_links"])
	var links any
	if err := json.Unmarshal(position.ReplaceAll(gotLinks, []byte("position=*")), &links); err != nil {
		w.t.Fatal(err)
	}
	if diff := gocmp.Diff(w.links(want.Links, curies), links); diff != "" {
		w.t.Errorf("%s_links differ (-want +got):\n%s", where, diff)
	}
	for _, name := range want.Members {
		if v, ok := members[name]; !ok {
			w.t.Errorf("%s%s is missing", where, name)
		} else if s, _ := v.(string); strings.HasSuffix(name, "Date") && name != "startDate" && name != "endDate" && !isoDate.MatchString(s) {
			w.t.Errorf("%s%s is %v, want an ISO 8601 date", where, name, v)
		}
	}
	embedded, _ := members["_embedded"].(map[string]any)
	if len(embedded) != len(want.Embedded) {
		w.t.Errorf("%s_embedded has %v, want %v", where, keys(embedded), keys(want.Embedded))
	}
	for relation, wanted := range want.Embedded {
		w.testEmbedded(where+"_embedded."+relation, wanted, embedded[relation])
	}
}

var isoDate = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)

// testEmbedded compares an embedded resource, or a list of them.
func (w *world) testEmbedded(where string, want, got any) {
	w.t.Helper()
	if list, ok := want.([]any); ok {
		gotList, _ := got.([]any)
		if len(gotList) != len(list) {
			w.t.Errorf("%s has %d members, want %d", where, len(gotList), len(list))
			return
		}
		for i := range list {
			w.testEmbedded(fmt.Sprintf("%s.%d", where, i), list[i], gotList[i])
		}
		return
	}
	b, _ := json.Marshal(want)
	var r resource
	if err := json.Unmarshal(b, &r); err != nil {
		w.t.Fatal(err)
	}
	w.testResource(where+".", r, nil, got)
}

// links returns links as they are sent.
func (w *world) links(relations map[string]any, curies any) any {
	links := map[string]any{}
	for relation, target := range relations {
		links[relation] = w.link(target)
	}
	if curies != nil {
		links["curies"] = curies
	}
	return links
}

// curies returns the curies as they are sent: a list of one as the one, save
// where it is listed.
func (set linkSet) curies() any {
	forms := []any{}
	for _, name := range set.Curies {
		forms = append(forms, curie(name))
	}
	switch {
	case len(forms) == 0:
		return nil
	case len(forms) == 1 && !set.CuriesListed:
		return forms[0]
	}
	return forms
}

// link returns a link as it is sent: the tables write a link that has only an
// href as text.
func (w *world) link(target any) any {
	switch target := target.(type) {
	case string:
		link := map[string]any{"href": w.expand(target)}
		if strings.Contains(link["href"].(string), "{") {
			link["templated"] = true
		}
		return link
	case []any:
		links := []any{}
		for _, t := range target {
			links = append(links, w.link(t))
		}
		return links
	}
	return w.expandJSON(target)
}

// curie returns the link to the guide's page about the relations of a kind.
func curie(name string) any {
	page := "restapi-" + name
	switch name {
	case "account":
		page = "account-apigateway"
	case "domainnameaccessassociation":
		page = "domainnameaccessassociation-domainname"
	case "integrationresponse":
		page = "restapi-integration-response"
	case "methodresponse":
		page = "restapi-method-response"
	}
	href := "https://docs.aws.amazon.com/apigateway/latest/developerguide/" + page + "-{rel}.html"
	return map[string]any{"href": href, "name": name, "templated": true}
}

// ordered says where the members of a HAL document do not stand in their order:
// _links, _embedded and then the alphabet; in links curies, self and then the
// alphabet.
func ordered(document []byte) error {
	d := json.NewDecoder(bytes.NewReader(document))
	return orderedValue(d, "")
}

func orderedValue(d *json.Decoder, where string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	last := ""
	for t == json.Delim('{') && d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		member := name.(string)
		if last != "" && inOrder(last, member) > 0 {
			return fmt.Errorf("%s stands before %s in %q", last, member, where)
		}
		if err := orderedValue(d, where+"."+member); err != nil {
			return err
		}
		last = member
	}
	for t == json.Delim('[') && d.More() {
		if err := orderedValue(d, where); err != nil {
			return err
		}
	}
	if t == json.Delim('{') || t == json.Delim('[') {
		_, err = d.Token()
	}
	return err
}

func inOrder(a, b string) int {
	first := []string{"self", "curies", "_embedded", "_links"} // last first
	return cmp.Or(slices.Index(first, b)-slices.Index(first, a), strings.Compare(a, b))
}

// keys returns the names of the members, sorted.
func keys(object map[string]any) []string {
	names := []string{}
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestOrdered(t *testing.T) {
	for document, want := range map[string]bool{
		`{"_links":{"curies":[],"self":{"href":"/"},"a:b":{},"item":[]},"_embedded":{"item":{"_links":{},"b":1}},"a":{"x":1,"y":2},"b":[{"c":1,"d":2}]}`: true,
		`{"_embedded":{},"_links":{}}`:                 false,
		`{"_links":{"self":{},"curies":{}}}`:           false,
		`{"_links":{"a:b":{},"self":{}}}`:              false,
		`{"b":1,"a":2}`:                                false,
		`{"_links":{},"item":[{"b":1},{"b":1,"a":2}]}`: false,
	} {
		if err := ordered([]byte(document)); (err == nil) != want {
			t.Errorf("ordered(%s) = %v, want in order: %v", document, err, want)
		}
	}
}
