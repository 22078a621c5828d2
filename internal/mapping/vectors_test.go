package mapping

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/google/go-cmp/cmp"
)

// A vector is one known behaviour: its source says how it is known, recorded
// that it was seen on AWS. of names the package that it is a test of, if not
// this one.
type vector struct {
	Name, Source, Of string
	Recorded         bool
	Mapping          map[string]string
	Given            struct {
		Header, Backend    [][2]string
		Query, URI, Body   string
		Path               map[string]string
		Variables, Context map[string]string
		Integration        string
	}
	Want struct {
		Header     *[][2]string
		Query, URI *string
		Status     int
	}
}

func (v *vector) scope() *Scope {
	s := &Scope{
		Request:   &message.Request{Header: fields(v.Given.Header), Query: v.Given.Query},
		Variables: v.Given.Variables,
		Backend:   fields(v.Given.Backend),
	}
	s.Sent.Set(v.Given.Body)
	s.Answer.Set(v.Given.Body)
	for name, value := range v.Given.Path {
		s.Params = append(s.Params, Param{name, value})
	}
	for name, value := range v.Given.Context {
		switch name {
		case "httpMethod":
			s.Context.HTTPMethod = value
		case "identity.sourceIp":
			s.Context.SourceIP = value
		case "requestId":
			s.Context.RequestID = value
		case "authorizer.email":
			s.Context.Authorizer = map[string]string{"email": value}
		default:
			panic("a vector gives a context variable that this test does not know: " + name)
		}
	}
	return s
}

func fields(pairs [][2]string) (h message.Header) {
	for _, p := range pairs {
		h.Add(p[0], p[1])
	}
	return h
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// tally counts what vectors came to, so that none drops out unseen.
type tally struct{ here, gateway int }

func (n *tally) count(v *vector) (ours bool) {
	if v.Of != "" {
		n.gateway++
		return false
	}
	n.here++
	return true
}

func TestRequestVectors(t *testing.T) {
	var vectors []vector
	read(t, "request.json", &vectors)
	var n tally
	for _, v := range vectors {
		if !n.count(&v) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			r := CompileRequest(v.Mapping)
			if v.Want.Status == 400 {
				brokenBody(t, &v, r.Header)
				return
			}
			name, illegal := r.Illegal(v.Given.Integration)
			if illegal != (v.Want.Status == 500) {
				t.Fatalf("Illegal(%q) = %q, %v; want status %d", v.Given.Integration, name, illegal, v.Want.Status)
			}
			checkRequest(t, &v, r)
		})
	}
	if want := (tally{37, 1}); n != want {
		t.Errorf("vectors here, the gateway's: %v; want %v", n, want)
	}
}

// brokenBody is a vector whose body cannot be parsed, which whoever maps from it
// has to see first.
func brokenBody(t *testing.T, v *vector, targets []Target) {
	t.Helper()
	s := v.scope()
	var broken *PayloadError
	if err := s.Parse(&s.Sent); !targets[0].BodyPath() || !errors.As(err, &broken) {
		t.Errorf("%v of %q: error %v; want a PayloadError", v.Mapping, v.Given.Body, err)
	}
}

func checkRequest(t *testing.T, v *vector, r Request) {
	t.Helper()
	s := v.scope()
	checkHeader(t, v, r.Header, s)
	if v.Want.Query != nil {
		var query string
		for _, q := range r.Query {
			for _, value := range q.Values(s) {
				query += "&" + url.QueryEscape(q.Name) + "=" + url.QueryEscape(value)
			}
		}
		if want, got := parse(t, *v.Want.Query), parse(t, query); !cmp.Equal(want, got) {
			t.Errorf("%v sets the query to %v; want %v", v.Mapping, got, want)
		}
	}
	if v.Want.URI != nil {
		u, err := CompileURI(v.Given.URI, r.Path)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(u.Append(nil, s)); got != *v.Want.URI {
			t.Errorf("%v makes %s into %s; want %s", v.Mapping, v.Given.URI, got, *v.Want.URI)
		}
	}
}

func parse(t *testing.T, query string) url.Values {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func checkHeader(t *testing.T, v *vector, targets []Target, s *Scope) {
	t.Helper()
	if v.Want.Header == nil {
		return
	}
	var got message.Header
	for _, target := range targets {
		if f, ok := target.Field(s); ok {
			got = append(got, f)
		}
	}
	if diff := cmp.Diff(fields(*v.Want.Header), got); diff != "" {
		t.Errorf("%v sets headers (-want +got):\n%s", v.Mapping, diff)
	}
}

func TestResponseVectors(t *testing.T) {
	var vectors []vector
	read(t, "response.json", &vectors)
	var n tally
	for _, v := range vectors {
		if !n.count(&v) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			r := CompileResponse(v.Mapping)
			if v.Want.Status == 500 {
				brokenBody(t, &v, r.Header)
				return
			}
			checkHeader(t, &v, r.Header, v.scope())
		})
	}
	if want := (tally{10, 1}); n != want {
		t.Errorf("vectors here, the gateway's: %v; want %v", n, want)
	}
}

func TestTemplateVectors(t *testing.T) {
	for file, want := range map[string]int{"request-template.json": 21, "response-template.json": 6} {
		var vectors []struct {
			Name, Source, Behavior, ContentType, Accept, Want string
			Recorded                                          bool
			Keys                                              []string
		}
		read(t, file, &vectors)
		if len(vectors) != want {
			t.Errorf("%s holds %d vectors; want %d", file, len(vectors), want)
		}
		for _, v := range vectors {
			t.Run(v.Name, func(t *testing.T) {
				i, err := ChooseByAccept(v.Accept, v.Keys), error(nil)
				if v.Behavior != "" {
					i, err = ChooseTemplate(v.ContentType, v.Behavior, v.Keys)
				}
				if got := verdict(i, err, v.Keys); got != v.Want {
					t.Errorf("%q or %q among %q, %s: %s; want %s", v.ContentType, v.Accept, v.Keys, v.Behavior, got, v.Want)
				}
			})
		}
	}
}

func verdict(i int, err error, keys []string) string {
	switch {
	case errors.Is(err, ErrMediaType):
		return "refuse"
	case i < 0:
		return "pass"
	default:
		return keys[i]
	}
}
