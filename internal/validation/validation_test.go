package validation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/validation"
)

const modelURL = "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/"

// definition is an API with one validator, of everything, and these models.
func definition(models map[string]string) *restapi.Definition {
	d := &restapi.Definition{
		API:               &restapi.RestAPI{ID: "a1b2c3d4e5"},
		RequestValidators: []*restapi.RequestValidator{{ID: "all", ValidateRequestBody: true, ValidateRequestParameters: true}},
	}
	for name, schema := range models {
		d.Models = append(d.Models, &restapi.Model{Name: name, Schema: schema, ContentType: "application/json"})
	}
	return d
}

// demanding compiles a method whose bodies are of the model Body.
func demanding(t testing.TB, models map[string]string, types ...string) *validation.Rules {
	t.Helper()
	m := &restapi.Method{RequestValidatorID: "all", RequestModels: map[string]string{}}
	for _, contentType := range types {
		m.RequestModels[contentType] = "Body"
	}
	r, err := validation.NewSet(definition(models)).Rules(m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParameters(t *testing.T) {
	declared := map[string]bool{
		"method.request.querystring.qs1":            true,
		"method.request.path.issuer":                true,
		"method.request.header.x-header-param":      true,
		"method.request.querystring.tags[]":         true,
		"method.request.header.x-optional":          false,
		"method.request.multivalueheader.X-Several": true,
	}
	r, err := validation.NewSet(definition(nil)).Rules(&restapi.Method{RequestValidatorID: "all", RequestParameters: declared})
	if err != nil {
		t.Fatal(err)
	}
	all := message.Header{{Name: "x-header-param", Value: "h"}, {Name: "X-Several", Value: "1"}, {Name: "X-Several", Value: "2"}}
	path := []mapping.Param{{Name: "issuer", Value: "i"}}
	for _, c := range []struct {
		name   string
		header message.Header
		path   []mapping.Param
		query  string
		want   string // "": nothing is missing
	}{
		{"all there", all, path, "qs1=1&tags[]=a", ""},
		{"escaped name", all, path, "qs1=1&tags%5B%5D=a", ""},
		{"nothing there", nil, nil, "", "[x-header-param, X-Several, issuer, qs1, tags[]]"}, // the order was recorded on AWS
		{"blank values", message.Header{{Name: "x-header-param", Value: "  "}, all[1]}, path, "qs1=&tags[]=+", "[x-header-param, qs1, tags[]]"},
		{"header of another case", message.Header{{Name: "X-Header-Param", Value: "h"}, all[1]}, path, "qs1=1&tags[]=a", "[x-header-param]"},
		{"last value blank", all, path, "qs1=1&qs1=&tags[]=a", "[qs1]"},
		{"last value there", all, path, "qs1=&qs1=1&tags[]=a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if want != "" {
				want = "Missing required request parameters: " + want
			}
			got := ""
			var missing *validation.MissingError
			if err := r.CheckParameters(&mapping.Scope{
				Request: &message.Request{Header: c.header, Query: c.query, HasQuery: c.query != ""}, Params: c.path,
			}); errors.As(err, &missing) {
				got = missing.Error()
			} else if err != nil {
				t.Fatalf("got %v, want a MissingError", err)
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// What a validator leaves out is not compiled, so that a method is not closed by
// what nobody asks for.
func TestValidatorsChooseWhatIsChecked(t *testing.T) {
	broken := &restapi.Method{
		RequestParameters: map[string]bool{"method.request.header.x": true},
		RequestModels:     map[string]string{"application/json": "Gone"},
	}
	for _, c := range []struct {
		validator          restapi.RequestValidator
		parameters, bodies bool
		err                string
	}{
		{restapi.RequestValidator{}, false, false, ""},
		{restapi.RequestValidator{ValidateRequestParameters: true}, true, false, ""},
		{restapi.RequestValidator{ValidateRequestBody: true}, false, false, "model Gone for application/json: no such model"},
	} {
		c.validator.ID = "v"
		broken.RequestValidatorID = "v"
		r, err := validation.NewSet(&restapi.Definition{RequestValidators: []*restapi.RequestValidator{&c.validator}}).Rules(broken)
		if got := text(err); got != c.err || r.Parameters() != c.parameters || r.Bodies() != c.bodies {
			t.Errorf("%+v: got parameters %v, bodies %v, %q; want %v, %v, %q",
				c.validator, r.Parameters(), r.Bodies(), got, c.parameters, c.bodies, c.err)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestModelIsChosenByContentType(t *testing.T) {
	note := map[string]string{"Body": `{"required": ["a"]}`}
	json := []string{"application/json", "application/xml"}
	for _, c := range []struct {
		name, contentType string
		types             []string
		validated         bool
	}{
		{"the type of a model", "application/json", json, true},
		{"its parameters do not count", "application/json; charset=utf-8", json, true},
		{"no type is application/json", "", json, true},
		{"another type is not validated", "text/plain", json, false},
		{"case counts, as for templates", "Application/JSON", json, false},
		{"$default is for the rest", "text/plain", []string{"$default", "application/xml"}, true},
		{"no models", "application/json", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := demanding(t, note, c.types...).Model(c.contentType)
			if (m != nil) != c.validated {
				t.Fatalf("validated: %v, want %v", m != nil, c.validated)
			}
			if m != nil && m.Check([]byte(`{}`)) == nil {
				t.Error("the body passed")
			}
		})
	}
}

const (
	note = `{"type": "object", "required": ["NoteId"], "properties": {"NoteId": {"type": "integer"}}}`

	// Two models that lead to each other.
	person = `{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "house": {"$ref": "` + modelURL + `House"}}}`
	house  = `{"type": "object", "required": ["street"], "properties": {"street": {"type": "string"},
		"people": {"type": "array", "items": {"$ref": "` + modelURL + `Body"}}}}`

	// One that leads to itself, or to null.
	category = `{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"},
		"parent": {"oneOf": [{"type": "null"}, {"$ref": "` + modelURL + `Body"}]}}}`
)

func TestBodies(t *testing.T) {
	circular := map[string]string{"Body": person, "House": house}
	for _, c := range []struct {
		name   string
		models map[string]string
		body   string
		want   string // the detail; "": the body is valid
	}{
		{"right", map[string]string{"Body": note}, `{"NoteId": 1}`, ""},
		{"member missing", map[string]string{"Body": note}, `{}`, `[object has missing required properties (["NoteId"])]`}, // recorded on AWS
		{"empty is {}", map[string]string{"Body": note}, ``, `[object has missing required properties (["NoteId"])]`},
		{"empty is {}, which may be right", map[string]string{"Body": `{"type": "object"}`}, ``, ""},
		{"wrong type", map[string]string{"Body": note}, `{"NoteId": "1"}`, `[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]`},
		{"no JSON", map[string]string{"Body": note}, `{"NoteId": 1`, "[Unknown error parsing request body]"}, // recorded on AWS
		{"blanks alone", map[string]string{"Body": note}, "  \n", "[Unknown error parsing request body]"},
		{"more than JSON", map[string]string{"Body": note}, `{"NoteId": 1} x`, "[Unknown error parsing request body]"},
		{"model in a model", circular, `{"name": "A", "house": {"street": "s"}}`, ""},
		{"circle walked", circular, `{"name": "A", "house": {"street": "s", "people": [{"name": "B"}, {"name": "C", "house": {"street": "t"}}]}}`, ""},
		{
			"fault behind a circle", circular, `{"name": "A", "house": {"street": "s", "people": [{"name": 1}]}}`,
			`[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`,
		},
		{"null or a model: null", map[string]string{"Body": category}, `{"id": "1", "parent": null}`, ""},
		{"null or a model: a model", map[string]string{"Body": category}, `{"id": "1", "parent": {"id": "2", "parent": null}}`, ""},
		{
			"null or a model: neither",
			map[string]string{"Body": category},
			`{"id": "1", "parent": {}}`,
			`[instance failed to match exactly one schema (matched 0 out of 2)]`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := demanding(t, c.models, "application/json").Model("application/json").Check([]byte(c.body))
			got := ""
			var refused *validation.BodyError
			if errors.As(err, &refused) {
				got = refused.Detail
			} else if err != nil {
				t.Fatalf("got %v, want a BodyError", err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", c.body, diff)
			}
			if strings.Contains(text(err), "integer") {
				t.Errorf("the error tells of the body, which logs must not: %v", err)
			}
		})
	}
}

// A schema that cannot be used says why: its method is closed, the others are
// not.
func TestSchemasThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct{ name, schema, want string }{
		{"no JSON", `<xml/>`, "model Body for application/json: schema #: JSON at byte 0: no value"},
		{"unknown model", `{"$ref": "` + modelURL + `Gone"}`, "no such model"},
		{"model of another API", `{"$ref": "https://apigateway.amazonaws.com/restapis/zzzzzzzzzz/models/Body"}`, "no such model"},
		{"pattern that is not supported", `{"pattern": "(?:(a)|b)\\1"}`, "it refers back to a group that may have taken no part"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := validation.NewSet(definition(map[string]string{"Body": c.schema, "Fine": `{}`}))
			_, err := s.Rules(&restapi.Method{RequestValidatorID: "all", RequestModels: map[string]string{"application/json": "Body"}})
			if !strings.Contains(text(err), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if _, err := s.Rules(&restapi.Method{RequestValidatorID: "all", RequestModels: map[string]string{"application/json": "Fine"}}); err != nil {
				t.Errorf("another method: %v", err)
			}
		})
	}
	_, err := validation.NewSet(definition(nil)).Rules(&restapi.Method{RequestValidatorID: "gone"})
	if want := "no request validator gone"; text(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSchemaThatLeadsBackIsNotTheCallersFault(t *testing.T) {
	r := demanding(t, map[string]string{"Body": `{"anyOf": [{"$ref": "#"}]}`}, "application/json")
	var refused *validation.BodyError
	if err := r.Model("").Check([]byte(`1`)); err == nil || errors.As(err, &refused) {
		t.Errorf("got %v, want an error of the model", err)
	}
}
