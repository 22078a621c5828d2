package mapping

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/google/go-cmp/cmp"
)

// full is a scope in which everything has a value.
func full() *Scope {
	return &Scope{
		Request: &message.Request{
			Query: "q=1&e=&flag&q=2&%71=3+%2b&bad=%zz+%41&&u=%C3%A9&tags[]=a",
			Header: message.Header{
				{Name: "H", Value: "1"}, {Name: "h", Value: "2"}, {Name: "H", Value: "3"}, {Name: "Empty"},
			},
		},
		Params:    []Param{{"id", "a%2Fb"}, {"proxy", "x//y"}},
		Variables: map[string]string{"v": "var", "empty": ""},
		Backend:   message.Header{{Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}},
		Context: Context{
			AccountID: "1", APIID: "2", APIKey: "k", APIKeyID: "kid", Authorizer: map[string]string{"principalId": "p", "claims.email": "e"},
			DeploymentID: "3", DomainName: "d.e", DomainPrefix: "d", EndpointType: "REGIONAL", ExtendedRequestID: "x=",
			HTTPMethod: "GET", Path: "/s/p", RequestID: "r", RequestTimeEpoch: 1428582896000, ResourceID: "rid",
			ResourcePath: "/{id}", SourceIP: "1.2.3.4", Stage: "s", UserAgent: "curl",
			Error: Error{Message: "a \"b\"\\\n\r\t\x01é\xff", HasMessage: true, ResponseType: "T", ValidationErrorString: "[v]"},
		},
	}
}

func TestExpression(t *testing.T) {
	for source, want := range map[string]string{
		"'text'":                              "text",
		"''":                                  "",
		"'it's'":                              "it's",
		"method.request.header.H":             "3",
		"method.request.header.h":             "2",
		"method.request.header.Empty":         "",
		"method.request.header.N":             "absent",
		"method.request.multivalueheader.H":   "1,3",
		"method.request.multivalueheader.N":   "absent",
		"method.request.querystring.q":        "3 +",
		"method.request.querystring.e":        "",
		"method.request.querystring.flag":     "",
		"method.request.querystring.tags[]":   "a",
		"method.request.querystring.bad":      "%zz A",
		"method.request.querystring.u":        "é",
		"method.request.querystring.n":        "absent",
		"method.request.path.id":              "a%2Fb",
		"method.request.path.proxy":           "x//y",
		"method.request.path.n":               "absent",
		"integration.response.header.X-a":     "2",
		"integration.response.header.N":       "absent",
		"stageVariables.v":                    "var",
		"stageVariables.empty":                "",
		"stageVariables.n":                    "absent",
		"context.accountId":                   "1",
		"context.apiId":                       "2",
		"context.authorizer.principalId":      "p",
		"context.authorizer.claims.email":     "e",
		"context.authorizer.n":                "absent",
		"context.authorizer":                  "absent",
		"context.deploymentId":                "3",
		"context.domainName":                  "d.e",
		"context.domainPrefix":                "d",
		"context.endpointType":                "REGIONAL",
		"context.error.message":               "a \"b\"\\\n\r\t\x01é\xff",
		"context.error.messageString":         `"a \"b\"\\\n\r\t\u0001é` + "\uFFFD\"",
		"context.error.responseType":          "T",
		"context.error.validationErrorString": "[v]",
		"context.extendedRequestId":           "x=",
		"context.httpMethod":                  "GET",
		"context.identity.apiKey":             "k",
		"context.identity.apiKeyId":           "kid",
		"context.identity.sourceIp":           "1.2.3.4",
		"context.identity.userAgent":          "curl",
		"context.identity":                    "absent",
		"context.path":                        "/s/p",
		"context.protocol":                    "HTTP/1.1",
		"context.requestId":                   "r",
		"context.requestTime":                 "09/Apr/2015:12:34:56 +0000",
		"context.requestTimeEpoch":            "1428582896000",
		"context.resourceId":                  "rid",
		"context.resourcePath":                "/{id}",
		"context.stage":                       "s",
		"context.nothing":                     "absent",

		"method.request.multivaluequerystring.q":     "1,2,3 +",
		"method.request.multivaluequerystring.n":     "absent",
		"integration.response.multivalueheader.x-A":  "1,2",
		"integration.response.multivalueheader.none": "absent",
	} {
		t.Run(source, func(t *testing.T) {
			e, err := Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := e.Value(full())
			if !ok {
				got = "absent"
			}
			if got != want {
				t.Errorf("got %q; want %q", got, want)
			}
			appended, appendedOK := e.Append([]byte("+"), full())
			if appendedOK != ok || ok && string(appended) != "+"+got {
				t.Errorf("Append gives %q, %v; Value %q, %v", appended, appendedOK, got, ok)
			}
			if v, ok := e.Value(new(Scope)); ok && v != "HTTP/1.1" && source[0] != '\'' {
				t.Errorf("has the value %q in an empty scope", v)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, source := range []string{
		"", "'", "text", "'open", "open'", "method.request.header.", "method.request.header", "method.request.cookie.a",
		"method.request.header.a b", "Context.stage", "context.", "stageVariables.", " 'a'",
		"integration.request.header.a", "integration.response.path.a", "method.request.bodyx", "$context.stage", "context.é",
	} {
		if _, err := Compile(source); !errors.Is(err, ErrSyntax) {
			t.Errorf("Compile(%q): %v; want ErrSyntax", source, err)
		}
	}
}

func TestCompileRequest(t *testing.T) {
	r := CompileRequest(map[string]string{
		"integration.request.header.B":      "'1'",
		"integration.request.header.A":      "'2'",
		"integration.request.header.A b":    "'no token'",
		"integration.request.header.":       "'no name'",
		"integration.request.header.C":      "no source",
		"integration.request.querystring.q": "'3'",
		"integration.request.path.p":        "'4'",
		"method.response.header.x":          "'no request'",
	})
	got := map[string][]string{}
	for kind, targets := range map[string][]Target{"header": r.Header, "query": r.Query, "path": r.Path} {
		for _, target := range targets {
			v, _ := target.Value(new(Scope))
			got[kind] = append(got[kind], target.Name+"="+v)
		}
	}
	want := map[string][]string{"header": {"A=2", "B=1"}, "query": {"q=3"}, "path": {"p=4"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	for _, key := range []string{"integration.request.header.x", "integration.request.querystring.x", "integration.request.path.x"} {
		if !CompileRequest(map[string]string{key: "method.request.body"}).Body() {
			t.Errorf("%s from the body: Body reports false", key)
		}
	}
}

func TestFieldRefusesSplitting(t *testing.T) {
	targets := CompileHeaders("", map[string]string{"X": "method.request.querystring.q"})
	for query, ok := range map[string]bool{
		"q=a%0d%0aSet-Cookie:b": false, "q=a%0ab": false, "q=a%0db": false, "q=%00": false, "q=%7f": false, "q=a%09b": true, "q=%C3%A9": true, "q=": true,
	} {
		if f, got := targets[0].Field(&Scope{Request: &message.Request{Query: query}}); got != ok {
			t.Errorf("Field of %s = %q, %v; want %v", query, f, got, ok)
		}
	}
}

func TestIllegal(t *testing.T) {
	for _, c := range []struct {
		integration, header string
		want                bool
	}{
		{"HTTP", "content-length", true},
		{"HTTP_PROXY", "Transfer-Encoding", true},
		{"MOCK", "X-Amzn-Trace-Id", true},
		{"AWS", "X-Amzn-Apigateway-Api-Id", true},
		{"AWS_PROXY", "te", true},
		{"AWS", "Expect", true},
		{"HTTP", "Expect", false},
		{"HTTP", "X-A", false},
		{"AWS", "X-A", false},
	} {
		r := CompileRequest(map[string]string{"integration.request.header." + c.header: "'1'"})
		if name, got := r.Illegal(c.integration); got != c.want || got && name != c.header {
			t.Errorf("%s maps %s: illegal %q, %v; want %v", c.integration, c.header, name, got, c.want)
		}
	}
}

func TestURI(t *testing.T) {
	path := compileTargets("", map[string]string{
		"id": "method.request.path.id", "none": "method.request.path.none", "q": "method.request.querystring.q", "proxy": "method.request.path.proxy",
	})
	for _, c := range []struct{ uri, want string }{
		{"http://h/{id}", "http://h/a%2Fb"},
		{"http://h/{id}/{unmapped}/{none}", "http://h/a%2Fb/{unmapped}/{none}"},
		{"http://h/{proxy}?q={q}", "http://h/x//y?q=3%20+"},
		{"http://${stageVariables.v}/{id}", "http://var/a%2Fb"},
		{"http://h/${stageVariables.n}/", "http://h//"},
		{"http://h/{{id}}/{}/}{", "http://h/{a%2Fb}/{}/}{"},
		{"arn:aws:lambda:f:${stageVariables.v}/x", "arn:aws:lambda:f:var/x"},
	} {
		u, err := CompileURI(c.uri, path)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(u.Append([]byte("+"), full())); got != "+"+c.want {
			t.Errorf("%s becomes %s; want %s", c.uri, got[1:], c.want)
		}
	}
}

func TestURIWithoutParameters(t *testing.T) {
	path := []Target{{Name: "id"}}
	for _, uri := range []string{
		"", "http://h/p", "http://h/{unmapped}", "http://h/${stageVariables.v", "http://h/${context.stage}/${stageVariables.}/", "http://h/${id}", "{}{}}{",
	} {
		u, err := CompileURI(uri, path)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(u.Append(nil, full())); got != uri {
			t.Errorf("%s becomes %s", uri, got)
		}
	}
	for _, uri := range []string{"http://h/a b", "http://h/\r\nx", "\x00", "http://h/\x7f"} {
		if _, err := CompileURI(uri, nil); err == nil {
			t.Errorf("CompileURI(%q) succeeds", uri)
		}
	}
}

func TestURIValuesCannotBreakTheRequestLine(t *testing.T) {
	path := compileTargets("", map[string]string{"q": "method.request.querystring.q"})
	u, err := CompileURI("http://h/{q}", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{Request: &message.Request{Query: "q=a+HTTP/1.1%0d%0aX:%20%00%7f%ff"}}
	if got, want := string(u.Append(nil, s)), "http://h/a%20HTTP/1.1%0D%0AX:%20%00%7F%FF"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestQueryParams(t *testing.T) {
	want := []Param{{"q", "1"}, {"e", ""}, {"flag", ""}, {"q", "2"}, {"q", "3 +"}, {"bad", "%zz A"}, {"u", "é"}, {"tags[]", "a"}}
	if diff := cmp.Diff(want, full().QueryParams()); diff != "" {
		t.Errorf("query parameters (-want +got):\n%s", diff)
	}
	if got := new(Scope).QueryParams(); got != nil {
		t.Errorf("a scope without a request has %v", got)
	}
}

func TestFirstType(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "a/b": "a/b", " a/b ;q=1, c/d": "a/b", "a/b,c/d": "a/b", "*/*": "*/*", ";": "",
	} {
		if got := FirstType(header); got != want {
			t.Errorf("FirstType(%q) = %q; want %q", header, got, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, source := range []string{"'a'", "method.request.header.H", "context.error.messageString", "method.request.body.a", "stageVariables.v"} {
		f.Add(source, "a=%41+b&c")
	}
	f.Fuzz(func(t *testing.T, source, query string) {
		e, err := Compile(source)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("Compile(%q): %v", source, err)
			}
			return
		}
		s := full()
		s.Request.Query = query
		v, ok := e.Value(s)
		if b, appended := e.Append(nil, s); appended != ok || ok && string(b) != v {
			t.Fatalf("%q: Append gives %q, %v; Value %q, %v", source, b, appended, v, ok)
		}
		if all := e.Values(s); ok != (len(all) > 0) {
			t.Fatalf("%q: Values gives %q; Value %q, %v", source, all, v, ok)
		}
	})
}

func FuzzCompileURI(f *testing.F) {
	f.Add("http://${stageVariables.v}/{id}?q={q}")
	f.Add("{${{}}")
	f.Fuzz(func(t *testing.T, uri string) {
		path := compileTargets("", map[string]string{"id": "method.request.path.id", "q": "'\r\n '"})
		u, err := CompileURI(uri, path)
		if err != nil {
			return
		}
		got := string(u.Append(nil, full()))
		if strings.ContainsAny(got, "\r\n \x00") {
			t.Fatalf("%q becomes %q", uri, got)
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	r := CompileRequest(map[string]string{
		"integration.request.header.A":      "method.request.header.H",
		"integration.request.header.B":      "'text'",
		"integration.request.header.C":      "context.requestId",
		"integration.request.querystring.q": "method.request.querystring.q",
		"integration.request.path.id":       "method.request.path.id",
	})
	u, err := CompileURI("http://backend/pets/{id}", r.Path)
	if err != nil {
		b.Fatal(err)
	}
	s := full()
	dst := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range r.Header {
			t.Field(s)
		}
		for _, t := range r.Query {
			t.Value(s)
		}
		dst = u.Append(dst[:0], s)
	}
}
