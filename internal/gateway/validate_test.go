package gateway

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// validating makes a definition of methods that all have one validator, of
// everything, and of models by name.
func validating(byRoute map[string]*restapi.Method, models map[string]string) *restapi.Definition {
	d := methods(byRoute)
	d.RequestValidators = []*restapi.RequestValidator{{ID: "v1", ValidateRequestBody: true, ValidateRequestParameters: true}}
	for _, m := range byRoute {
		m.RequestValidatorID = "v1"
	}
	for name, schema := range models {
		d.Models = append(d.Models, &restapi.Model{Name: name, Schema: schema, ContentType: "application/json"})
	}
	return d
}

// note is a method for bodies of the model Note.
func note(m *restapi.Method) *restapi.Method {
	m.RequestModels = map[string]string{"application/json": "Note"}
	return m
}

var noteModel = map[string]string{
	"Note": `{"type": "object", "required": ["NoteId"], "properties": {"NoteId": {"type": "string", "maxLength": 5}}}`,
}

// TestValidationVectors sends what is known of validation through the gateway.
func TestValidationVectors(t *testing.T) {
	type vector struct {
		Name              string
		ParametersChecked bool
		BodyChecked       bool
		Parameters        map[string]bool
		Models            map[string]json.RawMessage
		Send              struct{ ContentType, Body string }
		Want              *struct {
			Status                   int
			Type, ErrorType, Message string
		}
	}
	for _, v := range vectors[vector](t, "testdata/validation.json", 9) {
		t.Run(v.Name, func(t *testing.T) {
			m := mocked("200", "passed")
			m.MethodIntegration.RequestTemplates["text/plain"] = `{"statusCode": 200}`
			m.RequestParameters, m.RequestModels = v.Parameters, map[string]string{}
			models := map[string]string{}
			for contentType, schema := range v.Models {
				m.RequestModels[contentType], models["Body"] = "Body", string(schema)
			}
			d := validating(map[string]*restapi.Method{"POST /x": m}, models)
			d.RequestValidators[0].ValidateRequestParameters, d.RequestValidators[0].ValidateRequestBody = v.ParametersChecked, v.BodyChecked
			b := start(t, "")
			b.deploy(d, prod())
			r := sentRequest{method: "POST", target: "/prod/x", body: v.Send.Body}
			if v.Send.ContentType != "" {
				r.header = message.Header{{Name: "Content-Type", Value: v.Send.ContentType}}
			}
			a := b.send(r)
			if v.Want == nil {
				a.want(t, 200, "passed")
				return
			}
			a.want(t, v.Want.Status, `{"message":"`+v.Want.Message+`"}`)
			a.wantHeader(t, "x-amzn-ErrorType", v.Want.ErrorType)
			if !strings.Contains(b.log.String(), "type="+v.Want.Type) {
				t.Errorf("the log does not say %s:\n%s", v.Want.Type, b.log)
			}
		})
	}
}

// TestValidatedPayload shows that a template reads a body that was validated as it
// reads any other: leniently, whatever the letter of JSON is.
func TestValidatedPayload(t *testing.T) {
	m := note(mocked("200", "passed"))
	m.MethodIntegration.RequestTemplates["application/json"] = `#set($context.responseOverride.header.Read = $input.json('$')){"statusCode": 200}`
	b := start(t, "")
	b.deploy(validating(map[string]*restapi.Method{"POST /x": m}, noteModel), prod())
	for body, want := range map[string]string{
		`{"NoteId": "a", "b": [1.50, {}]}`:   `{"NoteId":"a","b":[1.5,{}]}`,
		`{"NoteId": 1, "b": 2, "NoteId":""}`: `{"NoteId":"","b":2}`,
		"{\"NoteId\": \"a\\n\x7F\"}":         `{"NoteId":"a\n"}`,
		"{\"NoteId\": \"\xE2\x82\"}":         "{\"NoteId\":\"\uFFFD\"}",
	} {
		b.send(sentRequest{method: "POST", target: "/prod/x", body: body}).wantHeader(t, "Read", want)
	}
	for _, body := range []string{`42`, `{"NoteId": 'a'}`, `{"NoteId": "a"} x`, `{"NoteId": "a",}`} {
		b.send(sentRequest{method: "POST", target: "/prod/x", body: body}).want(t, 400, `{"message":"Invalid request body"}`)
	}
}

// A gateway response can tell what is wrong with a body; the log does not, for a
// body may hold what nobody else should read.
func TestValidationErrorString(t *testing.T) {
	d := validating(map[string]*restapi.Method{"POST /x": note(mocked("200", "passed"))}, noteModel)
	d.GatewayResponses = []*restapi.GatewayResponse{{
		ResponseType: "BAD_REQUEST_BODY", ResponseTemplates: map[string]string{"application/json": `$context.error.validationErrorString`},
	}}
	b := start(t, "")
	b.deploy(d, prod())
	for body, want := range map[string]string{
		``:                      `[object has missing required properties (["NoteId"])]`,
		`{"NoteId": "hunter2"}`: `[string "hunter2" is too long (length: 7, maximum allowed: 5)]`,
		`{"NoteId"`:             `[Unknown error parsing request body]`,
	} {
		b.send(sentRequest{method: "POST", target: "/prod/x", body: body}).want(t, 400, want)
	}
	if log := b.log.String(); strings.Contains(log, "hunter2") {
		t.Errorf("the log tells of a body:\n%s", log)
	}
}

// The log tells an operator what a caller did wrong: what he left out, which
// model his body should have matched, which content type nobody takes.
func TestLogOfBadRequests(t *testing.T) {
	search := mocked("200", "passed")
	search.RequestParameters = map[string]bool{"method.request.querystring.q": true, "method.request.header.X-Tenant": true}
	d := validating(map[string]*restapi.Method{
		"GET /search": search, "POST /note": note(mocked("200", "passed")), "POST /typed": mocked("200", "passed"),
	}, noteModel)
	for _, r := range d.Resources {
		for _, m := range r.ResourceMethods {
			m.MethodIntegration.PassthroughBehavior = "NEVER"
		}
	}
	typed := func(contentType string) message.Header {
		return message.Header{{Name: "Content-Type", Value: contentType}}
	}
	for _, c := range []struct {
		name string
		sent sentRequest
		want string
	}{
		{"parameters", sentRequest{target: "/prod/search?q="}, `cause="Missing required request parameters: [X-Tenant, q]"`},
		{"body", sentRequest{method: "POST", target: "/prod/note", body: "{}"}, `cause="body does not match model Note"`},
		{"no JSON", sentRequest{method: "POST", target: "/prod/note", body: "{"}, `cause="body cannot be checked against model Note: `},
		{"content type", sentRequest{method: "POST", target: "/prod/typed", header: typed("text/csv; secret=1"), body: "a"}, `cause="unsupported media type \"text/csv\""`},
		{
			"long content type",
			sentRequest{method: "POST", target: "/prod/typed", header: typed("a/" + strings.Repeat("b", 200)), body: "a"},
			`cause="unsupported media type \"a/` + strings.Repeat("b", 98) + `\""`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t, "")
			b.deploy(d, prod())
			b.send(c.sent)
			if log := b.log.String(); !strings.Contains(log, c.want) {
				t.Errorf("got %s\nwant %s", log, c.want)
			}
		})
	}
}

// What was read to be validated is what integrations send.
func TestValidatedBodyGoesOn(t *testing.T) {
	backend := serve(t, ok("stored"))
	lambda := serve(t, ok(`{"statusCode": 200, "body": "done"}`))
	b := start(t, "http://"+lambda.address)
	shaped := templated("http://"+backend.address, `{"id": $input.json('$.NoteId')}`, "")
	passing := templated("http://"+backend.address, "", "")
	passing.MethodIntegration.RequestTemplates = nil
	function := calling("AWS_PROXY", functionURI)
	function.MethodIntegration.HTTPMethod = "POST"
	b.deploy(validating(map[string]*restapi.Method{
		"POST /proxy":    note(calling("HTTP_PROXY", "http://"+backend.address)),
		"POST /template": note(shaped),
		"POST /passing":  note(passing),
		"POST /function": note(function),
	}, noteModel), prod())
	const body = `{"NoteId": "n1"}`
	for path, want := range map[string]string{"/proxy": body, "/template": `{"id": "n1"}`, "/passing": body} {
		b.send(sentRequest{method: "POST", target: "/prod" + path, body: body}).want(t, 200, "stored")
		if lines, sent := backend.sent(); sent != want {
			t.Errorf("%s sent %q, %q; want %s", path, lines, sent, want)
		}
	}
	b.send(sentRequest{method: "POST", target: "/prod/function", body: body}).want(t, 200, "done")
	if _, event := lambda.sent(); !strings.Contains(event, `"body":"{\"NoteId\": \"n1\"}"`) {
		t.Errorf("the function was sent %s", event)
	}
}

// A body that came compressed is validated as what it is, and goes on so.
func TestValidatedBodyIsDecoded(t *testing.T) {
	backend := serve(t, ok("stored"))
	b := start(t, "")
	b.deploy(validating(map[string]*restapi.Method{"POST /x": note(calling("HTTP_PROXY", "http://"+backend.address))}, noteModel), prod())
	for body, status := range map[string]int{`{"NoteId": "n1"}`: 200, `{"NoteId": 1}`: 400} {
		var packed strings.Builder
		z := gzip.NewWriter(&packed)
		z.Write([]byte(body))
		z.Close()
		a := b.send(sentRequest{
			method: "POST", target: "/prod/x", body: packed.String(),
			header: message.Header{{Name: "Content-Encoding", Value: "gzip"}},
		})
		if a.Status != status {
			t.Errorf("%s: got %d %s, want %d", body, a.Status, a.body, status)
		}
	}
	lines, sent := backend.sent()
	if sent != `{"NoteId": "n1"}` || slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Content-Encoding") }) {
		t.Errorf("the backend was sent %q, %q", lines, sent)
	}
}

// A schema that cannot be compiled closes its method, says why, and leaves the
// stage open.
func TestBrokenModelClosesItsMethod(t *testing.T) {
	broken := mocked("200", "never")
	broken.RequestModels = map[string]string{"application/json": "Broken"}
	b := start(t, "")
	b.deploy(validating(map[string]*restapi.Method{
		"POST /broken": broken,
		"POST /fine":   note(mocked("200", "passed")),
	}, map[string]string{"Note": noteModel["Note"], "Broken": `{"properties": {"a": {"pattern": "("}}}`}), prod())
	b.send(sentRequest{method: "POST", target: "/prod/broken", body: `{}`}).want(t, 500, internalServerError)
	b.send(sentRequest{method: "POST", target: "/prod/fine", body: `{"NoteId": "n1"}`}).want(t, 200, "passed")
	for _, want := range []string{"model Broken for application/json", "#/properties/a/pattern", "type=API_CONFIGURATION_ERROR"} {
		if log := b.log.String(); !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// Bodies that are as expensive as can be do not keep others from their answers.
func TestHostileBodiesDisturbNobody(t *testing.T) {
	model := `{"type": "array", "items": {"anyOf": [{"type": "string"}, {"enum": [2]}, {"multipleOf": 0.3}, {"type": "integer"}]}}`
	hostile := mocked("200", "passed")
	hostile.RequestModels = map[string]string{"$default": "Body"}
	d := validating(map[string]*restapi.Method{"POST /hostile": hostile}, map[string]string{"Body": model})
	d.Resources = append(d.Resources, methods(map[string]*restapi.Method{"GET /other": mocked("200", "fine")}).Resources...)
	b := start(t, "")
	b.deploy(d, prod())
	body := "[" + strings.Repeat("1,", 1<<17) + "1]"
	var hostiles sync.WaitGroup
	for range 6 {
		hostiles.Go(func() {
			a := b.send(sentRequest{method: "POST", target: "/prod/hostile", body: body})
			if a.Status != 200 && a.Status != 429 { // on a slow machine not all find their turn
				t.Errorf("got %d %s", a.Status, a.body)
			}
		})
	}
	slowest := time.Duration(0)
	for range 200 {
		begin := time.Now()
		b.get("/prod/other").want(t, 200, "fine")
		slowest = max(slowest, time.Since(begin))
	}
	hostiles.Wait()
	if slowest > 2*time.Second {
		t.Errorf("the slowest of 200 answers took %v", slowest)
	}
}

// What fails is told in the log of a test: the line of a body was recorded on
// AWS.
func TestTestInvokeValidation(t *testing.T) {
	b := start(t, "")
	m := note(mocked("200", "tried"))
	m.RequestParameters = map[string]bool{"method.request.querystring.q": true}
	d := validating(map[string]*restapi.Method{"POST /notes": m}, noteModel)
	d.API = &restapi.RestAPI{ID: api}
	for _, c := range []struct {
		path, body, says string
		status           int
	}{
		{"/notes?q=1", `{}`, `Request body does not match model schema for content type application/json: [object has missing required properties (["NoteId"])]`, 400},
		{"/notes", `{}`, `Missing required request parameters: [q]`, 400},
		{"/notes?q=1", `{"NoteId": "n1"}`, `Successfully completed execution`, 200},
	} {
		got := b.TestInvoke(&restapi.TestInvocation{
			Namespace: here, Definition: d, ResourceID: d.Resources[0].ID, HTTPMethod: "POST", PathWithQueryString: c.path, Body: c.body,
		})
		end := fmt.Sprintf(": Method completed with status: %d\n", c.status)
		if log := said(t, got.Log); !strings.HasSuffix(log, ": "+c.says+"\n"+end) || got.Status != c.status {
			t.Errorf("%s %s: got %d, want %d, and the log to end with %q:\n%s", c.path, c.body, got.Status, c.status, c.says, log)
		}
	}
}
