package gatewayresponse

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// A vector is one known behaviour: its source says how it is known, recorded
// that it was seen on AWS. waits names what is not built yet.
type vector struct {
	Name, Source, Waits string
	Recorded            bool
	Put                 map[string]struct {
		Status             string
		Headers, Templates map[string]string
	}
	Failure struct{ Type, Message, Validation string }
	Trigger string // what brings the failure about, where that is the point
	Given   struct {
		Header             [][2]string
		Query              string
		Path               map[string]string
		Variables, Context map[string]string
	}
	Want struct {
		Type   string
		Status int
		Header map[string]*string // null: must not be there
		Body   *string
	}
}

func (v *vector) set(t *testing.T) *Set {
	t.Helper()
	var entries []*restapi.GatewayResponse
	for name, put := range v.Put {
		entries = append(entries, &restapi.GatewayResponse{
			ResponseType: name, StatusCode: put.Status, ResponseParameters: put.Headers, ResponseTemplates: put.Templates,
		})
	}
	s, err := Compile(entries)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (v *vector) scope() *mapping.Scope {
	r := &message.Request{Method: "GET", Query: v.Given.Query}
	for _, p := range v.Given.Header {
		r.Header.Add(p[0], p[1])
	}
	sc := &mapping.Scope{Request: r, Variables: v.Given.Variables}
	for name, value := range v.Given.Path {
		sc.Params = append(sc.Params, mapping.Param{Name: name, Value: value})
	}
	for name, value := range v.Given.Context {
		switch name {
		case "stage":
			sc.Context.Stage = value
		case "resourcePath":
			sc.Context.ResourcePath = value
		case "requestId":
			sc.Context.RequestID = value
		case "httpMethod":
			sc.Context.HTTPMethod = value
		case "identity.sourceIp":
			sc.Context.SourceIP = value
		case "authorizer.customErrorMessage":
			sc.Context.Authorizer = map[string]string{"customErrorMessage": value}
		default:
			panic("a vector gives a context variable that this test does not know: " + name)
		}
	}
	return sc
}

func (v *vector) check(t *testing.T, r *message.Response) {
	t.Helper()
	if r.Status != v.Want.Status {
		t.Errorf("status %d; want %d", r.Status, v.Want.Status)
	}
	for name, want := range v.Want.Header {
		got, ok := r.Header.Lookup(name)
		if ok != (want != nil) || ok && got != *want {
			t.Errorf("header %s: %q, %v; want %v", name, got, ok, want)
		}
	}
	if v.Want.Body != nil && string(r.Body) != *v.Want.Body {
		t.Errorf("body %s; want %s", r.Body, *v.Want.Body)
	}
	if t.Failed() {
		t.Logf("put %+v, failure %+v, given %+v", v.Put, v.Failure, v.Given)
	}
}

func read(t *testing.T, name string) (vectors []vector) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return vectors
}

func TestRenderVectors(t *testing.T) {
	for _, v := range read(t, "render.json") {
		t.Run(v.Name, func(t *testing.T) {
			typ, ok := TypeOf(v.Failure.Type)
			if !ok {
				t.Fatalf("unknown type %s", v.Failure.Type)
			}
			var r message.Response
			f := &Failure{Type: typ, Message: v.Failure.Message, Validation: v.Failure.Validation}
			v.set(t).Render(f, v.scope(), &r)
			v.check(t, &r)
		})
	}
}

// The vectors of triggers.json are brought about by the gateway, whose tests
// read them. Here each is rendered as the gateway should fail.
func TestTriggerVectors(t *testing.T) {
	own := map[string]Failure{
		"trigger-malformed-proxy":     {Status: 502},
		"trigger-lambda-wrong-method": {Status: 500},
		"trigger-authorizer-deny":     {Message: "User is not authorized to access this resource with an explicit deny"},
	}
	for _, v := range read(t, "triggers.json") {
		if v.Want.Type == "" {
			continue // a backend's own error, which never comes here
		}
		t.Run(v.Name, func(t *testing.T) {
			typ, ok := TypeOf(v.Want.Type)
			if !ok {
				t.Fatalf("unknown type %s", v.Want.Type)
			}
			var r message.Response
			f := own[v.Name]
			f.Type = typ
			v.set(t).Render(&f, v.scope(), &r)
			v.check(t, &r)
		})
	}
}

func TestVectorsAreAllThere(t *testing.T) {
	type tally struct{ rendered, triggered, waiting, recorded int }
	var n tally
	for _, v := range read(t, "render.json") {
		n.rendered++
		if v.Recorded {
			n.recorded++
		}
	}
	for _, v := range read(t, "triggers.json") {
		if v.Waits != "" {
			n.waiting++
		} else {
			n.triggered++
		}
		if v.Recorded {
			n.recorded++
		}
	}
	if want := (tally{rendered: 143, triggered: 7, waiting: 10, recorded: 9}); n != want {
		t.Errorf("vectors: %+v; want %+v", n, want)
	}
}
