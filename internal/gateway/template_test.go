package gateway

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

func text(s string) *string { return &s }

// templated is a method of type HTTP with a request and a response template.
func templated(uri, request, response string) *restapi.Method {
	m := calling("HTTP", uri)
	m.MethodResponses = map[string]*restapi.MethodResponse{"200": {}}
	m.MethodIntegration.RequestTemplates = map[string]string{"application/json": request}
	m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{
		"200": {ResponseTemplates: map[string]*string{"application/json": &response}},
	}
	return m
}

// TestTemplates shows what a backend gets of a request template and a caller of
// a response template: their text, and what they override.
func TestTemplates(t *testing.T) {
	backend := serve(t, ok(`{"id": 7, "tags": ["a/b"]}`, "X-Backend: 1"))
	b := start(t, "")
	m := templated("http://"+backend.address+"/items/{id}/{other}",
		`{"sent": $input.json('$.name'), "who": "$input.params('who')", "via": "$input.params().header.get('X-Forwarded-Port')"}`+
			`#set($context.requestOverride.header.X-Set = 'by template')#set($context.requestOverride.header.Content-Length = '1')#set($context.requestOverride.header.x-forwarded-for = '::1')`+
			`#set($context.requestOverride.querystring.q = 'two words')#set($context.requestOverride.path.other = 'else')`,
		`{"id": $input.path('$.id'), "tags": $input.json('$.tags'), "stage": "$context.stage", "who": "$input.params('who')"}`+
			`#set($context.responseOverride.status = 202)#set($context.responseOverride.header.X-Mapped = 'no, set')`+
			`#set($context.responseOverride.header.X-Bad = "a`+"\n"+`b")`)
	m.MethodResponses["200"].ResponseParameters = map[string]bool{"method.response.header.X-Mapped": false, "method.response.header.X-Id": false}
	m.MethodIntegration.IntegrationResponses["200"].ResponseParameters = map[string]string{
		"method.response.header.X-Mapped": "'mapped'", "method.response.header.X-Id": "integration.response.body.id",
	}
	m.MethodIntegration.RequestParameters = map[string]string{
		"integration.request.path.id":       "method.request.body.key",
		"integration.request.header.X-Set":  "'by mapping'",
		"integration.request.querystring.q": "'mapped'",
	}
	b.deploy(methods(map[string]*restapi.Method{"POST /x": m}), prod())

	a := b.send(sentRequest{method: "POST", target: "/prod/x?who=Ann", body: `{"name": "N", "key": "k1"}`})
	a.want(t, 202, `{"id": 7, "tags": ["a/b"], "stage": "prod", "who": "Ann"}`)
	a.wantHeader(t, "X-Mapped", "no, set")
	a.wantHeader(t, "X-Id", "7")
	a.wantHeader(t, "X-Bad", "")
	lines, body := backend.sent()
	if want := `{"sent": "N", "who": "Ann", "via": "4566"}`; body != want {
		t.Errorf("the backend was sent %s; want %s", body, want)
	}
	for _, want := range []string{"POST /items/k1/else?q=two%20words HTTP/1.1", "X-Set: by template", "x-forwarded-for: ::1", "Content-Length: 42"} {
		if !slices.Contains(lines, want) {
			t.Errorf("the backend was sent %q; want %q", lines, want)
		}
	}
}

// TestHostOverride shows that no template leads a call to another host, nor away
// from its path.
func TestHostOverride(t *testing.T) {
	backend := serve(t, ok("fine"))
	b := start(t, "")
	m := templated("http://{host}", `#set($context.requestOverride.path.host = $input.params('host'))`, "")
	m.MethodIntegration.RequestParameters = map[string]string{"integration.request.path.host": "'" + backend.address + "'"}
	b.deploy(methods(map[string]*restapi.Method{"POST /x": m}), prod())
	for _, c := range []struct {
		host   string
		status int
		want   string
	}{
		{backend.address, 200, "fine"},
		{backend.address + "/else", 200, "fine"},
		{backend.address + ".example.com", 500, internalServerError},
		{"a", 500, internalServerError},
		{"", 500, internalServerError},
	} {
		b.send(sentRequest{method: "POST", target: "/prod/x?host=" + c.host}).want(t, c.status, c.want)
	}
}

// TestMockTemplates shows that what the request template of a MOCK sets reaches
// its response template, and that a status that it overrides holds without one.
// [recorded on AWS]
func TestMockTemplates(t *testing.T) {
	b := start(t, "")
	request := `{"statusCode": #if($input.params('fail') == 'yes')500#{else}200#end}` +
		`#set($context.responseOverride.status = 444)#set($context.responseOverride.custom = 'is passed on')`
	echo := mocked("200", "")
	echo.MethodIntegration.RequestTemplates["application/json"] = request
	echo.MethodIntegration.IntegrationResponses["200"].ResponseTemplates["application/json"] = text(`$context.responseOverride.custom, $input.body, $input.params('fail')`)
	bare := mocked("200", "")
	bare.MethodIntegration.RequestTemplates["application/json"] = request
	bare.MethodIntegration.IntegrationResponses["200"].ResponseTemplates = nil
	b.deploy(methods(map[string]*restapi.Method{"POST /echo": echo, "POST /bare": bare}), prod())

	b.send(sentRequest{method: "POST", target: "/prod/echo?fail=no"}).want(t, 444, "is passed on, {}, no")
	b.send(sentRequest{method: "POST", target: "/prod/bare"}).want(t, 444, "")
}

// TestTemplateFailures shows what callers get of templates that cannot be read or
// fail, and of payloads that are no JSON.
func TestTemplateFailures(t *testing.T) {
	backend := serve(t, ok(`{"a": `))
	const fine = `{"statusCode": 200}`
	for _, c := range []struct {
		name, request, response, body string
		status                        int
		want                          string
		log                           string
	}{
		{"unreadable", "#if(", "", "", 500, internalServerError, "unable to transform request"},
		{"failing", "$input.path('$[')", "", "", 500, internalServerError, "unable to transform request"},
		{"set twice", "#set($context.requestOverride.header.a = 1)#set($context.requestOverride.header.a = 2)", "", "", 500, internalServerError, "unable to transform request"},
		{"unreadable response", fine, "#foreach", "", 500, internalServerError, "unable to transform response"},
		{"failing response", fine, "$input.json('$.a')", "", 500, internalServerError, "unable to transform response"},
		{"body is no JSON", "$input.json('$')", "", `{"a": `, 400, `{"message":"Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 5: null"}`, "BAD_REQUEST_BODY"},
		{"body need not be JSON", "$input.body", "fine", `{"a": `, 200, "fine", ""},
		{"tests what is missing", "#if($missing)yes#end", "fine", "", 200, "fine", "template tests what is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t, "")
			b.deploy(methods(map[string]*restapi.Method{"POST /x": templated("http://"+backend.address, c.request, c.response)}), prod())
			b.send(sentRequest{method: "POST", target: "/prod/x", body: c.body}).want(t, c.status, c.want)
			if !strings.Contains(b.log.String(), c.log) {
				t.Errorf("the log does not say %q:\n%s", c.log, b.log)
			}
		})
	}
}

// TestUnreadablePaths shows that a mapping whose JSON path cannot be read fails
// those that it is for, instead of setting nothing.
func TestUnreadablePaths(t *testing.T) {
	backend := serve(t, ok(`{"a": 1}`))
	b := start(t, "")
	request := templated("http://"+backend.address, "", "")
	request.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.X-A": "method.request.body.a["}
	response := templated("http://"+backend.address, "", "")
	response.MethodResponses["200"].ResponseParameters = map[string]bool{"method.response.header.X-A": false}
	response.MethodIntegration.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.X-A": "integration.response.body.a["}
	b.deploy(methods(map[string]*restapi.Method{"GET /request": request, "GET /response": response}), prod())
	for _, path := range []string{"request", "response"} {
		b.get("/prod/"+path).want(t, 500, internalServerError)
	}
	for _, want := range []string{"integration.request.header.X-A: invalid mapping expression", "method.response.header.X-A: invalid mapping expression"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, b.log)
		}
	}
}

// TestTurnOfAPanic shows that an exchange that panics leaves the turn that it had
// of parsing to others.
func TestTurnOfAPanic(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"POST /x": templated("http://127.0.0.1:1", "$input.json('$[0]')", "")}), prod())
	p, err := b.world.find(api).plan(t.Context(), "prod", b.compiler)
	if err != nil {
		t.Fatal(err)
	}
	post, _ := verbOf("POST")
	m, _ := p.routes.find("/x", post, nil)
	m.steps = append(slices.Clone(m.steps[:slices.IndexFunc(m.steps, func(s step) bool { return s.name == "call HTTP backend" })]),
		step{"panic", func(*exchange) error { panic("in a step") }})
	body := "[" + strings.Repeat(" ", 1<<20) + "1]"
	panicked := 0
	for range runtime.GOMAXPROCS(0) + 3 {
		func() {
			defer func() {
				if recover() != nil {
					panicked++
				}
			}()
			b.send(sentRequest{method: "POST", target: "/prod/x", body: body})
		}()
	}
	if want := runtime.GOMAXPROCS(0) + 3; panicked != want {
		t.Errorf("%d exchanges had a turn, of %d", panicked, want)
	}
}

// TestSecretsInBodies shows that the log says what is wrong with a body, or with
// what a template makes of it, and not what is in it.
func TestSecretsInBodies(t *testing.T) {
	for _, c := range []struct{ name, template, body, want string }{
		{"token", "$input.json('$.pin')", `{"pin": 4711e+}`, "payload is no JSON behind its first 14 bytes"},
		{"number", "#set($n = 0)$n.parseInt($input.path('$.pin'))", `{"pin": "4711-0815"}`, "a text of 9 bytes is no number"},
		{"JSON in a text", "$util.parseJson($input.path('$.pin'))", `{"pin": "[4711e+]"}`, "a text is no JSON behind its first 7 bytes"},
		{"escapes", "$util.urlDecode($input.path('$.pin'))", `{"pin": "%4711-0815%"}`, "unable to transform request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t, "")
			b.deploy(methods(map[string]*restapi.Method{"POST /x": templated("http://127.0.0.1:1", c.template, "")}), prod())
			b.send(sentRequest{method: "POST", target: "/prod/x", body: c.body})
			if log := b.log.String(); !strings.Contains(log, c.want) || strings.Contains(log, "4711") {
				t.Errorf("log %s\nwant %q, and not the number", log, c.want)
			}
		})
	}
}

// TestBodyMappings shows mappings from bodies: the backend still gets the body
// itself, and a body that cannot be read for them is refused.
func TestBodyMappings(t *testing.T) {
	backend := serve(t, ok("fine"))
	b := start(t, "")
	m := calling("HTTP_PROXY", "http://"+backend.address)
	m.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.X-A": "method.request.body.a"}
	replaced := templated("http://"+backend.address, `{"always": "the same"}`, "")
	replaced.MethodIntegration.RequestParameters = m.MethodIntegration.RequestParameters
	b.deploy(methods(map[string]*restapi.Method{"POST /x": m, "POST /replaced": replaced}), prod())

	const body = `{"a": {"b": "c"}}`
	b.send(sentRequest{method: "POST", target: "/prod/x", body: body}).want(t, 200, "fine")
	if lines, got := backend.sent(); got != body || !slices.Contains(lines, `X-A: {"b":"c"}`) {
		t.Errorf("the backend was sent %q %q; want X-A: the member a, and %q", lines, got, body)
	}
	x := exchangeOf(sentRequest{method: "POST", target: "/prod/replaced", body: body})
	x.Request.BodyLen = -1 // it comes in chunks
	b.Serve(x)
	readAnswer(x).want(t, 200, "fine")
	if lines, got := backend.sent(); got != `{"always": "the same"}` || !slices.Contains(lines, `X-A: {"b":"c"}`) {
		t.Errorf("the backend was sent %q %q; want X-A: the member a, and the template's text", lines, got)
	}
	a := b.send(sentRequest{method: "POST", target: "/prod/x", body: `{"a": `})
	a.want(t, 400, `{"message":"Invalid JSON in request body"}`)
	a.wantHeader(t, "x-amzn-ErrorType", "BadRequestException")
	b.send(sentRequest{method: "POST", target: "/prod/x", header: message.Header{{Name: "Content-Type", Value: "text/plain"}}, body: "no JSON"}).want(t, 200, "fine")
}
