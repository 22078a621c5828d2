package gatewayresponse

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/google/go-cmp/cmp"
)

func TestTypes(t *testing.T) {
	// The order of a validation message recorded on AWS.
	const want = "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, " +
		"INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, " +
		"DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, " +
		"INTEGRATION_FAILURE, EXPIRED_TOKEN"
	var names []string
	for _, typ := range Types() {
		names = append(names, typ.String())
		if again, ok := TypeOf(typ.String()); again != typ || !ok {
			t.Errorf("TypeOf(%q) = %v, %v", typ, again, ok)
		}
	}
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("types %s; want %s", got, want)
	}
	for _, name := range []string{"", "throttled", "DEFAULT_6XX"} {
		if typ, ok := TypeOf(name); ok {
			t.Errorf("TypeOf(%q) = %v", name, typ)
		}
	}
}

func TestFamily(t *testing.T) {
	for typ, want := range map[Type]Type{
		0: 0, Default4XX: 0, Default5XX: 0, Unauthorized: Default4XX, RequestTooLarge: Default4XX, IntegrationFailure: Default5XX, APIConfigurationError: Default5XX,
	} {
		if got := typ.Family(); got != want {
			t.Errorf("family of %v is %v; want %v", typ, got, want)
		}
	}
}

func TestOf(t *testing.T) {
	own := &Failure{Type: Unauthorized, Message: "who are you"}
	wrapped := fmt.Errorf("usage plan p: %w", Throttled)
	unknown := io.ErrUnexpectedEOF
	for _, c := range []struct {
		name string
		err  error
		want Failure
	}{
		{"a bare type stands for its defaults", Throttled, Failure{Type: Throttled}},
		{"the zero type is no owner's", Type(0), Failure{}},
		{"a wrapped type keeps what wraps it as its cause", wrapped, Failure{Type: Throttled, Cause: wrapped}},
		{"a failure is itself", own, *own},
		{"a wrapped failure is itself", fmt.Errorf("step: %w", own), *own},
		{"a failure goes before the type that caused it", &Failure{Type: Unauthorized, Cause: Throttled}, Failure{Type: Unauthorized, Cause: Throttled}},
		{"any other error is the gateway's fault", unknown, Failure{Type: APIConfigurationError, Cause: unknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Of(c.err); *got != c.want {
				t.Errorf("Of(%v) = %+v; want %+v", c.err, *got, c.want)
			}
		})
	}
}

func TestFailureIsAnError(t *testing.T) {
	err := fmt.Errorf("step: %w", &Failure{Type: IntegrationFailure, Cause: io.EOF})
	if got, want := err.Error(), "step: INTEGRATION_FAILURE: Internal server error: EOF"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if !errors.Is(err, io.EOF) || !errors.Is(err, IntegrationFailure) || errors.Is(err, Throttled) {
		t.Error("a failure is its cause and its type, and no other type")
	}
	if got, want := (&Failure{Message: "Bad Request"}).Error(), "not customisable: Bad Request"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got, want := (&Failure{Type: AuthorizerFailure}).Error(), "AUTHORIZER_FAILURE"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, e := range []restapi.GatewayResponse{
		{ResponseType: "NOPE"},
		{ResponseType: "THROTTLED", StatusCode: "600"},
		{ResponseType: "THROTTLED", StatusCode: "099"},
		{ResponseType: "THROTTLED", StatusCode: "+42"},
		{ResponseType: "THROTTLED", StatusCode: "4o4"},
		{ResponseType: "THROTTLED", ResponseTemplates: map[string]string{"a/b": strings.Repeat("x", MaxTemplate+1)}},
		{ResponseType: "THROTTLED", ResponseParameters: map[string]string{"gatewayresponse.header.X": "method.request.body"}},
	} {
		if _, err := Compile([]*restapi.GatewayResponse{&e}); err == nil {
			t.Errorf("Compile succeeds with %.200v", e)
		}
	}
	long := restapi.GatewayResponse{ResponseType: "THROTTLED", ResponseTemplates: map[string]string{"a/b": strings.Repeat("$", MaxTemplate)}}
	if _, err := Compile([]*restapi.GatewayResponse{&long}); err != nil {
		t.Errorf("a template of %d bytes: %v", MaxTemplate, err)
	}
}

// render answers with one customised type.
func render(t testing.TB, e restapi.GatewayResponse, f *Failure, sc *mapping.Scope) *message.Response {
	t.Helper()
	e.ResponseType = f.Type.String()
	s, err := Compile([]*restapi.GatewayResponse{&e})
	if err != nil {
		t.Fatal(err)
	}
	r := new(message.Response)
	s.Render(f, sc, r)
	return r
}

func scope() *mapping.Scope {
	return &mapping.Scope{
		Request: &message.Request{Method: "GET", Query: "q=a%0d%0aX:b", Header: message.Header{{Name: "Origin", Value: "https://a"}, {Name: "X-Trace-Id", Value: "7"}}},
		Params:  []mapping.Param{{Name: "pet-id", Value: "5"}},
		Context: mapping.Context{Stage: "dev", RequestID: "r-1", ExtendedRequestID: "e-1="}, Variables: map[string]string{"v": "1"},
	}
}

func TestTemplate(t *testing.T) {
	for _, c := range []struct{ template, want string }{
		{"${context.stage}x", "devx"},
		{"${context.stage", "${context.stage"},
		{"${context.stage-x}", "${context.stage-x}"},
		{"${context.}", "${context.}"},
		{"${}$", "${}$"},
		{"$$context.stage", "$dev"},
		{"$$$", "$$$"},
		{"$!context.stage", "$!context.stage"},
		{"\\$context.stage", "\\dev"},
		{"$context", "$context"},
		{"$context..stage", "$context..stage"},
		{"$contextual.stage", "$contextual.stage"},
		{"$context.stage.5", "dev.5"},
		{"$context.stage$context.stage", "devdev"},
		{"[$context.stage.x]", "[]"},
		{"$stageVariables.v.example.com", "1.example.com"},
		{"$stageVariables.v-x", "1-x"},
		{"$method.request.header.Origin/$method.request.path.pet-id", "https://a/5"},
		{"$method.request.header.X-Trace-Id.", "7."},
		{"[$method.request.header.origin]", "[]"},
		{"$method.request.body", "$method.request.body"},
		{"$input.params('X') $util.escape('a')", "$input.params('X') $util.escape('a')"},
		{"$context.error.messageString é", "\"Too Many Requests\" é"},
		{"", ""},
	} {
		r := render(t, restapi.GatewayResponse{ResponseTemplates: map[string]string{"text/plain": c.template}}, Of(Throttled), scope())
		if got := string(r.Body); got != c.want {
			t.Errorf("%s becomes %s; want %s", c.template, got, c.want)
		}
	}
}

func TestRenderWritesTheWholeHeader(t *testing.T) {
	r := render(t, restapi.GatewayResponse{ResponseParameters: map[string]string{
		"gatewayresponse.header.X-B": "'2'", "gatewayresponse.header.X-A": "'1'",
	}}, Of(Throttled), scope())
	want := message.Header{
		{Name: "X-A", Value: "1"},
		{Name: "X-B", Value: "2"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "x-amzn-ErrorType", Value: "TooManyRequestsException"},
		{Name: "x-amzn-RequestId", Value: "r-1"},
		{Name: "x-amz-apigw-id", Value: "e-1="},
	}
	if diff := cmp.Diff(want, r.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestRenderLeavesOutWhatCannotBeSent(t *testing.T) {
	parameters := map[string]string{
		"gatewayresponse.header.X-Split": "method.request.querystring.q",
		"gatewayresponse.header.X-Nul":   "'a\x00'",
		"gatewayresponse.header.X Y":     "'no token'",
		"gatewayresponse.header.X:Y":     "'no token'",
		"gatewayresponse.header.":        "'no name'",
		"gatewayresponse.header.X-Text":  "no source",
		"no.header":                      "'a'",
	}
	for _, name := range []string{
		"X-Amzn-Requestid", "x-amz-apigw-id", "X-AMZN-ERRORTYPE", "Connection", "date", "Content-Length", "transfer-encoding", "Keep-Alive", "Upgrade", "Trailer",
	} {
		parameters["gatewayresponse.header."+name] = "'a'"
	}
	r := render(t, restapi.GatewayResponse{ResponseParameters: parameters}, Of(Throttled), scope())
	plain := new(message.Response)
	BuiltIn.Render(Of(Throttled), scope(), plain)
	if diff := cmp.Diff(plain.Header, r.Header); diff != "" {
		t.Errorf("header (-built in +got):\n%s", diff)
	}
}

func TestContentTypeFallsBackWhenTheOwnersHasNoValue(t *testing.T) {
	r := render(t, restapi.GatewayResponse{
		ResponseParameters: map[string]string{"gatewayresponse.header.Content-Type": "method.request.header.nope"},
		ResponseTemplates:  map[string]string{"text/plain": "x"},
	}, Of(Throttled), scope())
	if got := r.Header.Get("Content-Type"); got != "text/plain" {
		t.Errorf("Content-Type %q; want that of the template", got)
	}
}

func TestFailuresOwnValues(t *testing.T) {
	f := &Failure{Type: IntegrationFailure, Status: 502, Message: "m", ErrorType: "E", Validation: "[v]"}
	e := restapi.GatewayResponse{ResponseTemplates: map[string]string{"a/b": "$context.error.message $context.error.validationErrorString"}}
	sc := scope()
	r := render(t, e, f, sc)
	if r.Status != 502 || r.Header.Get("x-amzn-ErrorType") != "E" || string(r.Body) != "m [v]" {
		t.Errorf("got %d %v %s; want the failure's own", r.Status, r.Header, r.Body)
	}
	if want := (mapping.Error{Message: "m", HasMessage: true, ResponseType: "INTEGRATION_FAILURE", ValidationErrorString: "[v]"}); sc.Context.Error != want {
		t.Errorf("$context.error is %+v; want %+v", sc.Context.Error, want)
	}
	e.StatusCode = "504"
	if r := render(t, e, f, scope()); r.Status != 504 {
		t.Errorf("status %d; want the owner's", r.Status)
	}
}

func TestTheZeroTypeIsNotCustomised(t *testing.T) {
	s, err := Compile([]*restapi.GatewayResponse{{ResponseType: "DEFAULT_4XX", StatusCode: "444"}})
	if err != nil {
		t.Fatal(err)
	}
	var r message.Response
	s.Render(&Failure{}, &mapping.Scope{}, &r)
	if r.Status != 403 || string(r.Body) != `{"message":"Forbidden"}` || r.Header.Get("x-amzn-ErrorType") != "ForbiddenException" {
		t.Errorf("got %d %v %s", r.Status, r.Header, r.Body)
	}
}

func TestStatusOfAResponse(t *testing.T) {
	for put, want := range map[string]int{"": 429, "200": 200, "301": 301, "444": 444, "599": 599, "100": 500, "101": 500} {
		if r := render(t, restapi.GatewayResponse{StatusCode: put}, Of(Throttled), scope()); r.Status != want {
			t.Errorf("put %q: status %d; want %d", put, r.Status, want)
		}
	}
	for _, put := range []string{"204", "205", "304"} {
		if r := render(t, restapi.GatewayResponse{StatusCode: put}, Of(Throttled), scope()); len(r.Body) != 0 {
			t.Errorf("put %q: body %q", put, r.Body)
		}
	}
}

func TestHEADGetsTheLengthAlone(t *testing.T) {
	sc := scope()
	sc.Request.Method = "HEAD"
	var r message.Response
	BuiltIn.Render(Of(Throttled), sc, &r)
	if len(r.Body) != 0 || !r.OmitBody || r.BodyLen != int64(len(`{"message":"Too Many Requests"}`)) {
		t.Errorf("got body %q, OmitBody %v, BodyLen %d", r.Body, r.OmitBody, r.BodyLen)
	}
}

type stream struct {
	io.Reader
	closed bool
}

func (s *stream) Close() error {
	s.closed = true
	return nil
}

func TestRenderReplacesWhatWasThere(t *testing.T) {
	s := new(stream)
	r := message.Response{
		Status: 200, Header: message.Header{{Name: "X-Backend", Value: "1"}}, Body: []byte("half an answer"),
		Stream: s, StreamLen: 5, OmitBody: true, BodyLen: 9,
	}
	BuiltIn.Render(Of(Throttled), scope(), &r)
	var fresh message.Response
	BuiltIn.Render(Of(Throttled), scope(), &fresh)
	if diff := cmp.Diff(fresh, r); diff != "" {
		t.Errorf("a used response differs from a fresh one (-fresh +used):\n%s", diff)
	}
	if !s.closed {
		t.Error("the stream was not closed")
	}
}

// The steps of a listing recorded on AWS, and the families by the developer
// guide, supported-gateway-response-types.
func TestView(t *testing.T) {
	parameters := map[string]string{"gatewayresponse.header.X": "'1'"}
	templates := map[string]string{"application/xml": "<e/>"}
	builtIn := map[string]string{"application/json": `{"message":$context.error.messageString}`}
	custom := map[Type]*restapi.GatewayResponse{
		Default5XX:        {StatusCode: "599", ResponseParameters: parameters, ResponseTemplates: templates},
		Default4XX:        {ResponseTemplates: templates},
		AuthorizerFailure: {ResponseParameters: parameters},
		Unauthorized:      {StatusCode: "444"},
	}
	for _, c := range []struct {
		name   string
		custom map[Type]*restapi.GatewayResponse
		t      Type
		want   restapi.GatewayResponse
	}{
		{"shows the default", nil, Throttled, restapi.GatewayResponse{
			ResponseType: "THROTTLED", StatusCode: "429", ResponseParameters: map[string]string{}, ResponseTemplates: builtIn, DefaultResponse: true,
		}},
		{"shows no status of a family", nil, Default4XX, restapi.GatewayResponse{
			ResponseType: "DEFAULT_4XX", ResponseParameters: map[string]string{}, ResponseTemplates: builtIn, DefaultResponse: true,
		}},
		{"shows the family's", custom, IntegrationTimeout, restapi.GatewayResponse{
			ResponseType: "INTEGRATION_TIMEOUT", StatusCode: "599", ResponseParameters: parameters, ResponseTemplates: templates, DefaultResponse: true,
		}},
		{"shows its own status when the family has none", custom, Throttled, restapi.GatewayResponse{
			ResponseType: "THROTTLED", StatusCode: "429", ResponseParameters: map[string]string{}, ResponseTemplates: templates, DefaultResponse: true,
		}},
		{"shows an entry without status with the type's", custom, AuthorizerFailure, restapi.GatewayResponse{
			ResponseType: "AUTHORIZER_FAILURE", StatusCode: "500", ResponseParameters: parameters, ResponseTemplates: builtIn,
		}},
		{"shows an entry with a status alone with the default template", custom, Unauthorized, restapi.GatewayResponse{
			ResponseType: "UNAUTHORIZED", StatusCode: "444", ResponseParameters: map[string]string{}, ResponseTemplates: builtIn,
		}},
		{"shows a family that was put", custom, Default5XX, restapi.GatewayResponse{
			ResponseType: "DEFAULT_5XX", StatusCode: "599", ResponseParameters: parameters, ResponseTemplates: templates,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(&c.want, View(c.custom, c.t)); diff != "" {
				t.Errorf("view of %v (-want +got):\n%s", c.t, diff)
			}
		})
	}
	View(custom, AuthorizerFailure).ResponseParameters["gatewayresponse.header.Y"] = "'2'"
	if len(parameters) != 1 {
		t.Error("changing a view changed what was put")
	}
}

// What is listed is what is answered, but for the built-in ACCESS_DENIED.
func TestTheViewTellsWhatIsAnswered(t *testing.T) {
	entries := []*restapi.GatewayResponse{
		{ResponseType: "DEFAULT_4XX", StatusCode: "477", ResponseTemplates: map[string]string{"text/plain": "$context.error.responseType"}},
		{ResponseType: "DEFAULT_5XX", ResponseParameters: map[string]string{"gatewayresponse.header.X": "'1'"}},
		{ResponseType: "THROTTLED"},
		{ResponseType: "INTEGRATION_TIMEOUT", StatusCode: "408"},
	}
	custom := map[Type]*restapi.GatewayResponse{}
	for _, e := range entries {
		typ, _ := TypeOf(e.ResponseType)
		custom[typ] = e
	}
	s, err := Compile(entries)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range Types() {
		if typ.Status() == 0 {
			continue
		}
		var want, got message.Response
		view := View(custom, typ)
		own, err := Compile([]*restapi.GatewayResponse{view})
		if err != nil {
			t.Fatal(err)
		}
		own.Render(Of(typ), scope(), &want)
		s.Render(Of(typ), scope(), &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-viewed +answered):\n%s", typ, diff)
		}
		if strconv.Itoa(got.Status) != view.StatusCode {
			t.Errorf("%v answers %d and lists %s", typ, got.Status, view.StatusCode)
		}
	}
}

// An oracle for templates: references by a regular expression.
var references = regexp.MustCompile(`\$(?:\{(` + name + `)\}|(` + name + `))`)

const name = `context\.\w(?:\w|\.[A-Za-z])*|stageVariables\.\w+|method\.request\.(?:header|path|querystring)\.\w(?:[\w-]|\.[A-Za-z])*`

func expand(template string, sc *mapping.Scope) string {
	return references.ReplaceAllStringFunc(template, func(ref string) string {
		source := strings.Trim(ref, "${}")
		e, err := mapping.Compile(source)
		if err != nil {
			panic(err)
		}
		v, ok := e.Value(sc)
		if !ok && source == "context.error.messageString" {
			return "null"
		}
		return v
	})
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{"{\"m\":$context.error.messageString}", "${context.stage}-$stageVariables.v.x", "$$method.request.header.X-Trace-Id.", "${a$context..b"} {
		f.Add(uint8(Throttled), seed, "text/html, */*", "X-A", "'a'", "q=%0d%0a", "502")
		f.Add(uint8(0), seed, "a/b;q=1", "Content-Type", "method.request.querystring.q", "q=text/html", "")
	}
	f.Fuzz(func(t *testing.T, n uint8, template, accept, header, source, query, status string) {
		typ := Type(n) % count
		s, err := Compile([]*restapi.GatewayResponse{{
			ResponseType: typ.String(), StatusCode: status,
			ResponseParameters: map[string]string{"gatewayresponse.header." + header: source, "gatewayresponse.header.Y": "method.request.querystring.q"},
			ResponseTemplates:  map[string]string{header + "/" + source: template},
		}})
		if err != nil {
			s = BuiltIn
		}
		sc := scope()
		sc.Request.Query = query
		sc.Request.Header.Add("Accept", accept)
		sc.Context.RequestID = query
		var r message.Response
		s.Render(&Failure{Type: typ, Message: query, ErrorType: source, Validation: accept}, sc, &r)
		checkResponse(t, &r)
		if s != BuiltIn && len(r.Body) > 0 {
			if want := expand(template, sc); string(r.Body) != want {
				t.Fatalf("%q becomes %q; want %q", template, r.Body, want)
			}
		}
	})
}

var token = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")

func checkResponse(t *testing.T, r *message.Response) {
	t.Helper()
	if r.Status < 200 || r.Status > 599 {
		t.Fatalf("status %d", r.Status)
	}
	for _, f := range r.Header {
		if !token.MatchString(f.Name) || strings.ContainsAny(f.Value, "\r\n\x00") {
			t.Fatalf("field %q", f)
		}
	}
}

func custom(t testing.TB) *Set {
	t.Helper()
	s, err := Compile([]*restapi.GatewayResponse{{
		ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "444",
		ResponseParameters: map[string]string{
			"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
			"gatewayresponse.header.X-Origin":                    "method.request.header.Origin",
			"gatewayresponse.header.X-Stage":                     "context.stage",
		},
		ResponseTemplates: map[string]string{
			"application/json": `{"message":$context.error.messageString,"type":"$context.error.responseType","stage":"$context.stage"}`,
			"application/xml":  `<error><message>$context.error.message</message><id>$context.requestId</id></error>`,
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRenderAllocatesNothing(t *testing.T) {
	for name, s := range map[string]*Set{"built in": BuiltIn, "customised": custom(t)} {
		var r message.Response
		sc := scope()
		if n := testing.AllocsPerRun(100, func() { s.Render(Of(MissingAuthenticationToken), sc, &r) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	f, body, set := Of(MissingAuthenticationToken), []byte(`{"message":"Missing Authentication Token"}`), custom(b)
	for _, c := range []struct {
		name   string
		render func(*mapping.Scope, *message.Response)
	}{
		{"customised", func(sc *mapping.Scope, r *message.Response) { set.Render(f, sc, r) }},
		{"builtin", func(sc *mapping.Scope, r *message.Response) { BuiltIn.Render(f, sc, r) }},
		{"static", func(sc *mapping.Scope, r *message.Response) {
			r.Status = 403
			r.Header = append(
				r.Header[:0],
				message.Field{Name: "Content-Type", Value: "application/json"},
				message.Field{Name: "x-amzn-RequestId", Value: sc.Context.RequestID},
			)
			r.Body = append(r.Body[:0], body...)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var r message.Response
			sc := scope()
			b.ReportAllocs()
			for b.Loop() {
				c.render(sc, &r)
			}
		})
	}
}
