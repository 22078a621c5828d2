package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// TestHosts runs what is known of URLs.
func TestHosts(t *testing.T) {
	type vector struct {
		Name, Host, Path string
		Header           map[string]string
		APIs             []string
		Disabled         bool
		Domain           string
		Mappings         map[string]string // base path → api/stage
		Want             struct {
			API, Stage, Rest string
			Status           int
			ErrorType, Body  string
		}
	}
	for _, v := range vectors[vector](t, "testdata/host.json", 14) {
		t.Run(v.Name, func(t *testing.T) {
			b := start(t, "")
			for _, id := range v.APIs {
				b.deployProxy(id, "prod", v.Disabled)
			}
			for path, target := range v.Mappings {
				id, stage, _ := strings.Cut(target, "/")
				b.deployProxy(id, stage, true) // which custom domain names do not mind
				b.mapDomain(v.Domain, path, id, stage)
			}
			r := sentRequest{host: v.Host, target: v.Path}
			for name, value := range v.Header {
				r.header.Add(name, value)
			}
			if x := exchangeOf(r); !b.Claims(&x.Request) && !b.HasDomain(&x.Request) {
				t.Error("it is not taken for an invocation")
			}
			if v.Want.Status != 0 {
				a := b.send(r)
				a.want(t, v.Want.Status, v.Want.Body)
				a.wantHeader(t, "x-amzn-ErrorType", v.Want.ErrorType)
				return
			}
			b.send(r).want(t, 200, "served")
			l, _ := b.world.locate(&exchangeOf(r).Request)
			if l.api != v.Want.API || l.stage != v.Want.Stage || l.rest != v.Want.Rest {
				t.Errorf("located at %+v; want %+v", l, v.Want)
			}
		})
	}
}

func (b *bench) deployProxy(id, stage string, disabled bool) {
	b.t.Helper()
	d := methods(map[string]*restapi.Method{"ANY /{proxy+}": mocked("200", "served")})
	d.API = &restapi.RestAPI{ID: id, DisableExecuteAPIEndpoint: disabled}
	b.deploy(d, &restapi.Stage{StageName: stage, DeploymentID: "d1"})
}

// mapDomain makes a custom domain name, unless there is one, and maps a path of
// it.
func (b *bench) mapDomain(name, path, id, stage string) {
	b.t.Helper()
	b.update(func(w store.Writer) {
		w.Put(restapi.DomainIndexKey(name, here.Region), encode(here))
		w.Put(here.Key("/domainnames/"+url.PathEscape(name)), encode(restapi.DomainName{DomainName: name}))
		w.Put(here.Key("/domainnames/"+url.PathEscape(name)+"/basepathmappings/"+url.PathEscape(path)),
			encode(restapi.BasePathMapping{BasePath: path, RestAPIID: id, Stage: stage}))
	})
}

// TestCustomDomains shows what a custom domain name changes: functions get the
// base path, a stage's name in the URL is a part of the path, wildcards have the
// names that nobody has, and all of it acts at once.
func TestCustomDomains(t *testing.T) {
	b := start(t, "")
	m := mocked("200", "")
	m.MethodIntegration.IntegrationResponses["200"].ResponseTemplates["application/json"] = text(
		"$context.domainName $context.domainPrefix $context.path $context.stage [$!context.customDomain.basePathMatched]")
	d := methods(map[string]*restapi.Method{"GET /pets": m})
	b.deploy(d, prod())
	get := func(host, path string, status int, body string) {
		t.Helper()
		b.send(sentRequest{host: host, target: path}).want(t, status, body)
	}
	if x := exchangeOf(sentRequest{host: "api.example.com", target: "/pets"}); b.Claims(&x.Request) || b.HasDomain(&x.Request) {
		t.Error("a name that nobody has is taken for an invocation")
	}
	b.mapDomain("api.example.com", "shop", api, "prod")
	b.mapDomain("*.example.com", "(none)", api, "")
	get("api.example.com:4566", "/shop/pets", 200, "api.example.com api /shop/pets prod [shop]")
	get("api.example.com", "/shop/prod/pets", 403, `{"message":"Missing Authentication Token"}`)
	get("api.example.com", "/pets", 403, `{"message":"Forbidden"}`)
	get("any.example.com", "/prod/pets", 200, "any.example.com any /prod/pets prod []")
	get("any.example.com", "/", 403, `{"message":"Forbidden"}`)
	b.update(func(w store.Writer) { w.Delete(here.Key("/domainnames/api.example.com/basepathmappings/shop")) })
	get("api.example.com", "/shop/pets", 403, `{"message":"Forbidden"}`)
	b.update(func(w store.Writer) {
		w.Put(here.Key("/domainnames/"+url.PathEscape("*.example.com")), encode(restapi.DomainName{MutualTLSAuthentication: &restapi.MutualTLSAuthentication{}}))
	})
	get("any.example.com", "/prod/pets", 403, `{"message":"Forbidden"}`)
}

func TestUnknownAPI(t *testing.T) {
	b := start(t, "")
	a := b.send(sentRequest{target: "/prod/x", host: `no"pe.execute-api.localhost`})
	a.want(t, 404, `{"message":"The API id 'no\"pe' does not correspond to a deployed API Gateway API"}`)
	b.send(sentRequest{target: "/", host: "example.com"}).want(t, 403, `{"message":"Forbidden"}`)
	if x := exchangeOf(sentRequest{target: "/restapis/a1/resources", host: "localhost"}); b.Claims(&x.Request) {
		t.Error("a control plane's request is taken for an invocation")
	}
}

// TestTriggers brings about what is known of when which gateway response is
// given.
func TestTriggers(t *testing.T) {
	type vector struct {
		Name, Trigger, Waits string
		Put                  map[string]struct{ Status string }
		Want                 struct {
			Type, Body string
			Status     int
			Header     map[string]string
		}
	}
	silent, broken := serve(t, ""), serve(t, "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno")
	odd := serve(t, ok(`{"statusCode":200,"wrongValue":1}`))
	function := func(verb string) *restapi.Method {
		m := calling("AWS_PROXY", functionURI)
		m.MethodIntegration.HTTPMethod = verb
		return m
	}
	setups := map[string]func() *restapi.Method{
		"GET unknown path":                    func() *restapi.Method { return nil },
		"HTTP_PROXY, the backend answers 500": func() *restapi.Method { return calling("HTTP_PROXY", "http://"+broken.address) },
		"passthroughBehavior NEVER, no template": func() *restapi.Method {
			m := mocked("200", "")
			m.MethodIntegration.PassthroughBehavior, m.MethodIntegration.RequestTemplates = "NEVER", nil
			return m
		},
		"backend slower than timeoutInMillis": func() *restapi.Method {
			m := calling("HTTP_PROXY", "http://"+silent.address)
			m.MethodIntegration.TimeoutInMillis = 50
			return m
		},
		"Lambda proxy answer with an unknown key":  func() *restapi.Method { return function("POST") },
		"AWS_PROXY with integrationHttpMethod GET": func() *restapi.Method { return function("GET") },
		"integration.request.header.Content-Length mapped": func() *restapi.Method {
			m := calling("HTTP_PROXY", "http://"+broken.address)
			m.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.Content-Length": "'5'"}
			return m
		},
	}
	run := 0
	for _, v := range vectors[vector](t, "../gatewayresponse/testdata/triggers.json", 17) {
		if v.Waits != "" {
			continue
		}
		run++
		t.Run(v.Name, func(t *testing.T) {
			setup := setups[v.Trigger]
			if setup == nil {
				t.Fatalf("nobody knows how to bring about %q", v.Trigger)
			}
			b := start(t, "http://"+odd.address)
			d := methods(map[string]*restapi.Method{"GET /other": mocked("200", "")})
			if m := setup(); m != nil {
				d = methods(map[string]*restapi.Method{"GET /x": m})
			}
			for name, put := range v.Put {
				d.GatewayResponses = append(d.GatewayResponses, &restapi.GatewayResponse{ResponseType: name, StatusCode: put.Status})
			}
			b.deploy(d, prod())
			a := b.get("/prod/x")
			if a.Status != v.Want.Status || v.Want.Body != "" && a.body != v.Want.Body {
				t.Errorf("got %d %s; want %d %s\n%s", a.Status, a.body, v.Want.Status, v.Want.Body, b.log)
			}
			for name, value := range v.Want.Header {
				a.wantHeader(t, name, value)
			}
			if v.Want.Type != "" && !strings.Contains(b.log.String(), "type="+v.Want.Type) {
				t.Errorf("the log does not say %s:\n%s", v.Want.Type, b.log)
			}
		})
	}
	if run != 7 {
		t.Errorf("%d triggers were brought about; want 7", run)
	}
}

// TestUnbuilt shows that what is configured and not built yet is refused, and
// that the log says what it is.
func TestUnbuilt(t *testing.T) {
	reached := serve(t, ok("reached"))
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		feature   string
		configure func(*restapi.RestAPI, *restapi.Stage, *restapi.Method)
	}{
		{"resource policy", func(a *restapi.RestAPI, _ *restapi.Stage, _ *restapi.Method) { a.Policy = "{}" }},
		{"private endpoint", func(a *restapi.RestAPI, _ *restapi.Stage, _ *restapi.Method) {
			a.EndpointConfiguration = &restapi.EndpointConfiguration{Types: []string{"PRIVATE"}}
		}},
		{"canary", func(_ *restapi.RestAPI, s *restapi.Stage, _ *restapi.Method) {
			s.CanarySettings = &restapi.CanarySettings{}
		}},
		{"web ACL", func(_ *restapi.RestAPI, s *restapi.Stage, _ *restapi.Method) { s.WebACLARN = "arn:aws:wafv2:x" }},
		{"throttling", func(_ *restapi.RestAPI, s *restapi.Stage, _ *restapi.Method) {
			s.MethodSettings = map[string]*restapi.MethodSetting{"~1x/GET": {ThrottlingRateLimit: 10, ThrottlingBurstLimit: -1}}
		}},
		{"AWS_IAM authorization", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.AuthorizationType = "AWS_IAM" }},
		{"authorizer", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.AuthorizationType = "CUSTOM" }},
		{"authorizer", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.AuthorizationType = "COGNITO_USER_POOLS"
		}},
		{"required API key", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.APIKeyRequired = true }},
		{"no request validator v1", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.RequestValidatorID = "v1" }},
		{"caller's own credentials", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.Credentials = "arn:aws:iam::*:user/*"
		}},
		{"caller's own credentials", func(_ *restapi.RestAPI, st *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.Credentials = "arn:aws:iam::*:${stageVariables.who}"
			st.Variables = map[string]string{"who": "user/*"}
		}},
		{"only proxy integrations stream", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.Type, m.MethodIntegration.ResponseTransferMode = "HTTP", "STREAM"
		}},
		{"a VPC link leads to HTTP backends", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.Type, m.MethodIntegration.ConnectionType = "AWS_PROXY", "VPC_LINK"
		}},
		{"does not exist", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.ConnectionType, m.MethodIntegration.ConnectionID = "VPC_LINK", "none00"
		}},
		{"client certificate c1 cannot be read", func(_ *restapi.RestAPI, s *restapi.Stage, _ *restapi.Method) { s.ClientCertificateID = "c1" }},
		{"selection pattern", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.Type = "HTTP"
			m.MethodResponses = map[string]*restapi.MethodResponse{"200": {}}
			m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{"200": {SelectionPattern: text("(?!4..")}}
		}},
		{"method has no integration", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.MethodIntegration = nil }},
		{"a parameter in the host", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) {
			m.MethodIntegration.URI = "http://{host}/"
			m.MethodIntegration.RequestParameters = map[string]string{"integration.request.path.host": "method.request.header.h"}
		}},
		{"invalid endpoint address", func(_ *restapi.RestAPI, _ *restapi.Stage, m *restapi.Method) { m.MethodIntegration.URI = "ftp://h/" }},
	} {
		t.Run(c.feature, func(t *testing.T) {
			b := start(t, "")
			m := calling("HTTP_PROXY", "http://"+reached.address)
			d := methods(map[string]*restapi.Method{"GET /x": m, "GET /ok": mocked("200", "fine")})
			d.API = &restapi.RestAPI{}
			st := prod()
			c.configure(d.API, st, m)
			b.deploy(d, st)
			a := b.get("/prod/x")
			a.want(t, 500, internalServerError)
			a.wantHeader(t, "x-amzn-ErrorType", "InternalServerErrorException")
			log := b.log.String()
			if !strings.Contains(log, c.feature) || !strings.Contains(log, "type=API_CONFIGURATION_ERROR") {
				t.Errorf("the log does not name %q:\n%s", c.feature, log)
			}
		})
	}
	if lines, _ := reached.sent(); lines[0] != "" {
		t.Errorf("a backend was called: %q", lines)
	}
}

// TestThrottlesOfTheAccount shows that settings which limit no more than an
// account is limited anyway are no throttle.
func TestThrottlesOfTheAccount(t *testing.T) {
	b := start(t, "")
	st := prod()
	st.MethodSettings = map[string]*restapi.MethodSetting{"*/*": {ThrottlingRateLimit: 10000, ThrottlingBurstLimit: 5000, MetricsEnabled: true}}
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "fine")}), st)
	b.get("/prod/x").want(t, 200, "fine")
}

// TestStandardHeaders shows what every answer has. [recorded on AWS]
func TestStandardHeaders(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "fine")}), prod())
	const id = "C6AF9AC6-7b61-11e6-9a41-93e8deadbeef"
	a := b.get("/prod/x", "x-amzn-RequestId", id)
	a.want(t, 200, "fine")
	a.wantHeader(t, "x-amzn-RequestId", id)
	a.wantHeader(t, "Content-Type", "application/json")
	a.wantHeader(t, "X-Is", "fine")
	a.wantHeader(t, "X-Amzn-Trace-Id", "") // none on MOCK
	if extended := a.Header.Get("x-amz-apigw-id"); !regexp.MustCompile(`\A[\w-]{15}=\z`).MatchString(extended) {
		t.Errorf("x-amz-apigw-id is %q", extended)
	}
	for _, forged := range []string{"x", id[:35] + "z", id + "0"} {
		got := b.get("/prod/nope", "x-amzn-RequestId", forged).Header.Get("x-amzn-RequestId")
		if !regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z`).MatchString(got) {
			t.Errorf("x-amzn-RequestId for %q is %q; want a new UUID", forged, got)
		}
	}
}

// TestProxyHeaders shows what an HTTP_PROXY backend is sent: the caller's names
// in his case and order, without what ends at the gateway.
func TestProxyHeaders(t *testing.T) {
	echo := serve(t, ok("hello", "date: today", "SERVER: raw", "X-amzn-requestid: theirs", "Via: 1.1 x", "Set-Cookie: a", "Set-Cookie: b", "Content-Type: text/plain"))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"ANY /{proxy+}": calling("HTTP_PROXY", "http://"+echo.address+"/base?k=v")}), prod())
	a := b.send(sentRequest{
		method: "POST", target: "/prod/a%2Fb?x=1&&y=%zz", body: "body",
		header: message.Header{
			{Name: "x-LOWER-upper", Value: "1"},
			{Name: "Connection", Value: "close, X-Hop"},
			{Name: "x-hop", Value: "1"},
			{Name: "keep-alive", Value: "timeout=5"},
			{Name: "Proxy-Connection", Value: "close"},
			{Name: "ACCEPT", Value: "*/*"},
			{Name: "expect", Value: "100-continue"},
			{Name: "Via", Value: "1.0 y"},
			{Name: "Content-Length", Value: "4"},
			{Name: "x-lower-upper", Value: "2"},
			{Name: "Authorization", Value: "Bearer x"},
			{Name: "x-amzn-trace-id", Value: "Root=1-abc"},
			{Name: "X-Forwarded-For", Value: "198.51.100.1"},
		},
	})
	lines, body := echo.sent()
	want := []string{
		"POST /base?k=v&x=1&&y=%zz HTTP/1.1",
		"Host: " + echo.address,
		"x-LOWER-upper: 1", "ACCEPT: */*", "x-lower-upper: 2", "Authorization: Bearer x",
		"X-Amzn-Trace-Id: Root=1-abc", "X-Amzn-Apigateway-Api-Id: " + api,
		"X-Forwarded-For: 198.51.100.1, 203.0.113.7", "X-Forwarded-Port: 4566", "X-Forwarded-Proto: http",
		"Content-Length: 4",
	}
	if !slices.Equal(lines, want) || body != "body" {
		t.Errorf("the backend was sent\n%q %q; want\n%q", lines, body, want)
	}
	a.want(t, 200, "hello")
	var names []string
	for _, f := range a.Header {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), "x-amzn-Remapped-Content-Length x-amzn-Remapped-date x-amzn-Remapped-SERVER x-amzn-Remapped-X-amzn-requestid Set-Cookie Set-Cookie Content-Type x-amzn-RequestId x-amz-apigw-id"; got != want {
		t.Errorf("the caller got %s; want %s", got, want)
	}
}

// TestContentEncoding shows that a body is never parted from what says how it is
// encoded. Our choice, but for the fields without a body, recorded on AWS.
func TestContentEncoding(t *testing.T) {
	echo := serve(t, ok("zipped", "Content-Encoding: gzip"))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{
		"ANY /proxy": calling("HTTP_PROXY", "http://"+echo.address), "ANY /http": calling("HTTP", "http://"+echo.address),
	}), prod())
	header := message.Header{{Name: "Content-Encoding", Value: "gzip"}}
	b.send(sentRequest{target: "/prod/proxy", header: header}).wantHeader(t, "Content-Encoding", "gzip")
	if lines, _ := echo.sent(); slices.Contains(lines, "Content-Encoding: gzip") {
		t.Errorf("a call without a body has a content encoding: %q", lines)
	}
	b.send(sentRequest{method: "POST", target: "/prod/proxy", header: header, body: "zip"})
	if lines, _ := echo.sent(); !slices.Contains(lines, "Content-Encoding: gzip") {
		t.Errorf("a call with a compressed body does not say so: %q", lines)
	}
	b.send(sentRequest{method: "POST", target: "/prod/http", header: header, body: "zip"}).want(t, 415, `{"message":"Unsupported Media Type"}`)
}

// TestProxyMapping shows that mapped values take the place of the caller's and
// all else goes on. [recorded on AWS]
func TestProxyMapping(t *testing.T) {
	echo := serve(t, ok(""))
	b := start(t, "")
	m := calling("HTTP_PROXY", "http://${stageVariables.host}/p/{id}?fixed=1")
	m.MethodIntegration.HTTPMethod = "PUT"
	m.MethodIntegration.RequestParameters = map[string]string{
		"integration.request.path.id":            "method.request.path.proxy",
		"integration.request.header.headerVar":   "method.request.header.foobar",
		"integration.request.header.x-none":      "method.request.header.nobody",
		"integration.request.header.Host":        "'backend.example'",
		"integration.request.querystring.q":      "method.request.multivaluequerystring.list",
		"integration.request.querystring.broken": "method.request.querystring.crlf",
	}
	st := prod()
	st.Variables = map[string]string{"host": echo.address}
	b.deploy(methods(map[string]*restapi.Method{"GET /{proxy+}": m}), st)
	b.get("/prod/a%20b/c?q=mine&list=1&list=2+3&crlf=%0d%0aX:", "foobar", "mapped", "HEADERVAR", "mine", "x-none", "kept").want(t, 200, "")
	lines, _ := echo.sent()
	want := "PUT /p/a%20b/c?fixed=1&list=1&list=2+3&crlf=%0d%0aX:&broken=%0D%0AX%3A&q=1&q=2%203 HTTP/1.1"
	if lines[0] != want {
		t.Errorf("request line %q; want %q", lines[0], want)
	}
	for _, line := range []string{"Host: backend.example", "headerVar: mapped", "foobar: mapped", "x-none: kept"} {
		if !slices.Contains(lines, line) {
			t.Errorf("%q lacks %q", lines, line)
		}
	}
	if slices.Contains(lines, "HEADERVAR: mine") {
		t.Errorf("%q has what a mapping replaces", lines)
	}
}

// TestHTTP shows an integration that is no proxy: only what is mapped is sent,
// and only what is mapped comes back, under names that are the gateway's.
func TestHTTP(t *testing.T) {
	echo := serve(t, ok(`{"from":"backend"}`, "ETag: v1", "Date: today", "Content-Type: text/html"))
	b := start(t, "")
	m := calling("HTTP", "http://"+echo.address+"/x")
	xml, empty := "<ok/>", ""
	m.MethodResponses = map[string]*restapi.MethodResponse{"201": {ResponseParameters: map[string]bool{
		"method.response.header.ETag": false, "method.response.header.Date": false, "method.response.header.X-Api": true,
	}}}
	m.MethodIntegration.RequestParameters = map[string]string{"integration.request.querystring.a": "method.request.querystring.b"}
	m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{"201": {
		ResponseParameters: map[string]string{
			"method.response.header.ETag":       "integration.response.header.etag",
			"method.response.header.Date":       "integration.response.header.Date",
			"method.response.header.X-Api":      "context.apiId",
			"method.response.header.Undeclared": "'x'",
		},
		ResponseTemplates: map[string]*string{"application/xml": &xml, "application/json": &empty},
	}}
	b.deploy(methods(map[string]*restapi.Method{"ANY /x": m}), prod())

	a := b.send(sentRequest{method: "POST", target: "/prod/x?b=1&c=2", body: "text", header: message.Header{
		{Name: "Content-Type", Value: "text/plain"}, {Name: "X-Mine", Value: "1"},
	}})
	a.want(t, 201, `{"from":"backend"}`)
	for name, value := range map[string]string{
		"ETag": "v1", "x-amzn-Remapped-Date": "today", "X-Api": api, "Undeclared": "", "Content-Type": "application/json",
		"X-Amzn-Trace-Id": traceOf(echo),
	} {
		a.wantHeader(t, name, value)
	}
	lines, body := echo.sent()
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "X-Amzn-Trace-Id: Root=1-") })
	want := []string{
		"POST /x?a=1 HTTP/1.1", "Host: " + echo.address, "Accept: application/json", "User-Agent: AmazonAPIGateway_" + api,
		"Content-Type: text/plain", "X-Amzn-Apigateway-Api-Id: " + api, "Content-Length: 4",
	}
	if !slices.Equal(lines, want) || body != "text" {
		t.Errorf("the backend was sent %q %q; want %q", lines, body, want)
	}
	a = b.get("/prod/x", "Accept", "application/xml")
	a.want(t, 201, xml)
	a.wantHeader(t, "Content-Type", "application/xml")
}

// TestGetHasNoBody shows that a template of a GET, which may be there for what it
// overrides, makes no body. A proxy hands on what it is given.
func TestGetHasNoBody(t *testing.T) {
	backend := serve(t, ok("fine"))
	b := start(t, "")
	const template = "#set($context.requestOverride.header.X-A = 'set')\n"
	posting := templated("http://"+backend.address, template+"made", "")
	posting.MethodIntegration.HTTPMethod = "POST"
	b.deploy(methods(map[string]*restapi.Method{
		"ANY /http":    templated("http://"+backend.address, template+"made", ""),
		"GET /posting": posting,
		"ANY /proxy":   calling("HTTP_PROXY", "http://"+backend.address),
	}), prod())
	for _, c := range []struct{ method, path, want string }{
		{"GET", "http", ""},
		{"OPTIONS", "http", ""},
		{"HEAD", "http", ""},
		{"DELETE", "http", "made"},
		{"POST", "http", "made"},
		{"GET", "posting", "made"},
		{"GET", "proxy", "sent"},
	} {
		b.send(sentRequest{method: c.method, target: "/prod/" + c.path, body: "sent"})
		lines, body := backend.sent()
		typed := slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Content-Type:") })
		if body != c.want || c.path == "http" && (typed != (c.want != "") || !slices.Contains(lines, "X-A: set")) {
			t.Errorf("%s /%s: the backend was sent %q %q; want %q", c.method, c.path, lines, body, c.want)
		}
	}
}

func traceOf(b *backend) string {
	lines, _ := b.sent()
	for _, l := range lines {
		if v, ok := strings.CutPrefix(l, "X-Amzn-Trace-Id: "); ok {
			return v
		}
	}
	return ""
}

// TestOutputs shows what happens when no integration response or no method
// response fits.
func TestOutputs(t *testing.T) {
	b := start(t, "")
	pattern := "4\\d{2}"
	noDefault, noMethod := mocked("200", "x"), mocked("200", "x")
	noDefault.MethodIntegration.IntegrationResponses["200"].SelectionPattern = &pattern
	noMethod.MethodResponses = nil
	noStatus := mocked("200", "x")
	noStatus.MethodIntegration.RequestTemplates = nil
	b.deploy(methods(map[string]*restapi.Method{"GET /a": noDefault, "GET /b": noMethod, "POST /c": noStatus}), prod())
	for path, cause := range map[string]string{
		"/prod/a": "no match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200",
		"/prod/b": "output mapping refers to an invalid method response: 200",
	} {
		b.get(path).want(t, 500, internalServerError)
		if !strings.Contains(b.log.String(), cause) {
			t.Errorf("%s: the log does not say %q:\n%s", path, cause, b.log)
		}
	}
	b.send(sentRequest{method: "POST", target: "/prod/c"}).want(t, 500, internalServerError)
	b.send(sentRequest{method: "POST", target: "/prod/c", body: "{statusCode: 200}"}).want(t, 200, "x")
}

// TestSelectionThatLooksAhead shows that a pattern of Java's chooses.
func TestSelectionThatLooksAhead(t *testing.T) {
	reached := serve(t, ok("reached"))
	b := start(t, "")
	m, ahead := calling("HTTP", "http://"+reached.address), `(?!4)\d+`
	text := "chosen"
	m.MethodResponses = map[string]*restapi.MethodResponse{"202": {}}
	m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{
		"202": {SelectionPattern: &ahead, ResponseTemplates: map[string]*string{"application/json": &text}},
	}
	b.deploy(methods(map[string]*restapi.Method{"GET /x": m}), prod())
	b.get("/prod/x").want(t, 202, "chosen")
}

const functionURI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${stageVariables.fn}hello:live/invocations"

// TestFunction shows a function's invocation, and that mappings have no effect
// on it. [recorded on AWS]
func TestFunction(t *testing.T) {
	lambda := serve(t, ok(`{"statusCode":"201","multiValueHeaders":{"X-Multi":["a","b"]},"body":"dGVzdA==","isBase64Encoded":true}`))
	b := start(t, "http://"+lambda.address+"/lambda/")
	m := calling("AWS_PROXY", functionURI)
	m.MethodIntegration.HTTPMethod = "POST"
	m.MethodIntegration.RequestParameters = map[string]string{
		"integration.request.header.x": "'1'", "integration.request.querystring.q": "'2'",
	}
	d := methods(map[string]*restapi.Method{"ANY /{proxy+}": m})
	d.API = &restapi.RestAPI{BinaryMediaTypes: []string{"image/png"}}
	b.deploy(d, prod())
	a := b.send(sentRequest{
		method: "PUT", target: "/prod/pets?b=1", body: "\xff",
		header: message.Header{{Name: "Accept", Value: "image/png"}, {Name: "Content-Type", Value: "image/png"}},
	})
	a.want(t, 201, "test")
	a.wantHeader(t, "X-Multi", "a")
	a.wantHeader(t, "Content-Type", "application/json")
	a.wantHeader(t, "X-Amzn-Trace-Id", traceOf(lambda))
	lines, body := lambda.sent()
	for _, line := range []string{
		"POST /lambda/2015-03-31/functions/hello%3Alive/invocations HTTP/1.1",
		"X-Amz-Source-Arn: arn:aws:execute-api:eu-west-1:123456789012:" + api + "/prod/PUT/{proxy+}",
		"User-Agent: AmazonAPIGateway_" + api,
	} {
		if !slices.Contains(lines, line) {
			t.Errorf("%q lacks %q", lines, line)
		}
	}
	var event struct {
		Headers, QueryStringParameters map[string]string
		Body                           string
		IsBase64Encoded                bool
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("event %s: %v", body, err)
	}
	if event.Headers["x"] != "" || len(event.QueryStringParameters) != 1 || event.Body != "/w==" || !event.IsBase64Encoded {
		t.Errorf("event %s", body)
	}
}

// TestLoop shows that an integration that leads back to its own method ends after
// some calls, and that gateways behind each other do not mind.
func TestLoop(t *testing.T) {
	backend := serve(t, ok("found"))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": calling("HTTP_PROXY", "http://"+backend.address)}), prod())
	trace, calls := "", 0
	for ; calls < 100; calls++ {
		a := b.get("/prod/x", "X-Amzn-Apigateway-Api-Id", api, "X-Amzn-Trace-Id", trace)
		if a.Status != 200 {
			a.want(t, 508, internalServerError)
			break
		}
		trace = traceOf(backend) + ";Self=1-a" // as a load balancer between them adds
	}
	trace = strings.TrimSuffix(trace, ";Self=1-a")
	if calls != 16 || !strings.HasSuffix(trace, ";Hops=16") {
		t.Errorf("%d calls, the last with trace %s; want 16", calls, trace)
	}
	b.get("/prod/x", "X-Amzn-Trace-Id", trace).want(t, 200, "found") // by a caller, who copied it
}

// TestFunctionAtRoot shows on whose behalf the root's function is invoked, as
// the permissions that its owner gave Lambda name it.
func TestFunctionAtRoot(t *testing.T) {
	lambda := serve(t, ok(`{}`))
	b := start(t, "http://"+lambda.address)
	m := calling("AWS_PROXY", functionURI)
	m.MethodIntegration.HTTPMethod = "POST"
	b.deploy(methods(map[string]*restapi.Method{"GET /": m}), prod())
	b.get("/prod").want(t, 200, "")
	lines, _ := lambda.sent()
	if want := "X-Amz-Source-Arn: arn:aws:execute-api:eu-west-1:123456789012:" + api + "/prod/GET/"; !slices.Contains(lines, want) {
		t.Errorf("%q lacks %q", lines, want)
	}
}

// TestFunctionFailures shows what callers get when a function cannot be had.
func TestFunctionFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string // of Lambda; "": there is none
		status       int
		log          string
	}{
		{
			"function error", ok(`{"errorMessage":"boom","errorType":"ValueError"}`, "X-Amz-Function-Error: Unhandled", "x-amzn-RequestId: r1"),
			502, `customer function error (Unhandled): ValueError, Lambda request id r1"`,
		},
		{"no permission", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nx-amzn-ErrorType: AccessDeniedException\r\n\r\n", 500, "status 403 AccessDeniedException"},
		{"no JSON", ok("hello"), 502, "malformed Lambda proxy response"},
		{"event too large", "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", 413, "REQUEST_TOO_LARGE"},
		{"not configured", "", 504, "--lambda"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := ""
			if c.answer != "" {
				address = "http://" + serve(t, c.answer).address
			}
			b := start(t, address)
			m := calling("AWS_PROXY", functionURI)
			m.MethodIntegration.HTTPMethod = "POST"
			b.deploy(methods(map[string]*restapi.Method{"GET /x": m}), prod())
			if a := b.get("/prod/x"); a.Status != c.status || !strings.Contains(b.log.String(), c.log) {
				t.Errorf("got %d %s, log\n%s\nwant %d, %q", a.Status, a.body, b.log, c.status, c.log)
			}
		})
	}
}

// The log names the backend that failed, as its owner knows it.
func TestFailuresNameTheirBackend(t *testing.T) {
	broken := serve(t, "SSH-2.0\r\n")
	b := start(t, "http://"+broken.address)
	function := calling("AWS_PROXY", strings.Replace(functionURI, "${stageVariables.fn}", "", 1))
	function.MethodIntegration.HTTPMethod = "POST"
	b.deploy(methods(map[string]*restapi.Method{
		"GET /http": calling("HTTP", "http://"+broken.address+"/x"), "GET /proxy": calling("HTTP_PROXY", "http://"+broken.address),
		"GET /function": function,
	}), prod())
	for path, want := range map[string]string{
		"http": "backend=" + broken.address, "proxy": "backend=" + broken.address,
		"function": "backend=arn:aws:lambda:eu-west-1:123456789012:function:hello:live",
	} {
		b.get("/prod/" + path)
		if log := b.log.String(); !strings.Contains(log, " resource=/"+path+" type=INTEGRATION_FAILURE status=502 cause=\"malformed answer: not HTTP/1\" "+want) {
			t.Errorf("%s: got log\n%s\nwant %q", path, log, want)
		}
	}
}

// Who signed a private backend's certificate is not known until the operator says
// so, and the log says how.
func TestUnknownAuthorities(t *testing.T) {
	private := httptest.NewUnstartedServer(nil)
	private.Config.ErrorLog = log.New(io.Discard, "", 0)
	private.StartTLS()
	defer private.Close()
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": calling("HTTP_PROXY", private.URL)}), prod())
	b.get("/prod/x").want(t, 500, `{"message":"Internal server error"}`)
	if log := b.log.String(); !strings.Contains(log, `certificate signed by unknown authority; --ca-file names authorities that are believed" backend=`) {
		t.Errorf("the log does not say what to do:\n%s", log)
	}
}

// TestGatewayResponsePath shows that the parameters of a resource are known to
// gateway responses though it has no such method. From the developer guide, the
// walkthrough of gateway responses.
func TestGatewayResponsePath(t *testing.T) {
	b := start(t, "")
	d := methods(map[string]*restapi.Method{"GET /pets/{petId}": mocked("200", "pet")})
	d.GatewayResponses = []*restapi.GatewayResponse{{
		ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "404",
		ResponseParameters: map[string]string{"gatewayresponse.header.x-request-path": "method.request.path.petId"},
	}}
	b.deploy(d, prod())
	a := b.get("/prod/pets/5/type")
	a.want(t, 404, `{"message":"Missing Authentication Token"}`)
	a.wantHeader(t, "x-request-path", "5")
	if log := b.log.String(); !strings.Contains(log, `nearest="GET /pets/{petId}"`) || !strings.Contains(log, "path=/prod/pets/5/type") {
		t.Errorf("the log does not tell the nearest route:\n%s", log)
	}
}

// TestLogIsBounded shows that a flood of refused requests is no flood of lines,
// and that none of them tells secrets.
func TestLogIsBounded(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "")}), prod())
	for range 1000 {
		b.get("/prod/y?token=s3cret", "Authorization", "s3cret")
	}
	log := b.log.String()
	if n := strings.Count(log, "gateway response"); n > 3*mostLines || n == 0 {
		t.Errorf("1000 refusals made %d lines", n)
	}
	if strings.Contains(log, "s3cret") {
		t.Error("the log tells a secret")
	}
}

func TestLargeBodies(t *testing.T) {
	const size = 9 << 20
	large := strings.Repeat("0123456789abcdef", size/16)
	echo := serve(t, ok(large))
	b := start(t, "")
	m := mocked("200", "fine")
	b.deploy(methods(map[string]*restapi.Method{
		"POST /proxy": calling("HTTP_PROXY", "http://"+echo.address), "POST /mock": m,
		"GET /huge":    calling("HTTP_PROXY", "http://"+serve(t, "HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n").address),
		"GET /endless": calling("HTTP_PROXY", "http://"+serve(t, "HTTP/1.1 200 OK\r\n\r\n"+large+large).address),
	}), prod())

	a := b.send(sentRequest{method: "POST", target: "/prod/proxy", body: large})
	if _, body := echo.sent(); a.Status != 200 || a.body != large || body != large {
		t.Errorf("%d bytes went out and %d came back with status %d", len(body), len(a.body), a.Status)
	}
	tooLong := sentRequest{method: "POST", target: "/prod/mock", body: large + large}
	b.send(tooLong).want(t, 413, `{"message":"Request Too Long"}`)
	b.get("/prod/huge").want(t, 500, internalServerError)
	if a := b.get("/prod/endless"); !errors.Is(a.err, errAnswerTooLarge) {
		t.Errorf("an answer without end: %d bytes came, %v; want %v", len(a.body), a.err, errAnswerTooLarge)
	}
}

// TestLimitAnswer shows that an answer of unknown length passes up to 10 MB and
// fails beyond, so that nobody takes it for whole.
func TestLimitAnswer(t *testing.T) {
	for _, c := range []struct {
		size int
		want error
	}{
		{maxBody, nil},
		{maxBody + 1, errAnswerTooLarge},
	} {
		r := &message.Response{Stream: io.NopCloser(strings.NewReader(strings.Repeat("x", c.size))), StreamLen: -1}
		if err := limitAnswer(r); err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r.Stream)
		if !errors.Is(err, c.want) || n > maxBody {
			t.Errorf("an answer of %d bytes: %d came, %v; want %v", c.size, n, err, c.want)
		}
	}
}

// TestBodyErrors shows what a body that cannot be read ends in.
func TestBodyErrors(t *testing.T) {
	echo := serve(t, ok(""))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{
		"POST /proxy": calling("HTTP_PROXY", "http://"+echo.address), "POST /mock": mocked("200", "fine"),
	}), prod())
	for _, c := range []struct {
		err    error
		status int
	}{
		{message.ErrBodyTooLarge, 413},
		{message.ErrBodyMalformed, 400},
		{message.ErrBodySlow, 408},
		{io.ErrUnexpectedEOF, message.StatusCallerLeft},
		{&net.OpError{Op: "read", Err: net.ErrClosed}, message.StatusCallerLeft},
	} {
		for _, path := range []string{"/prod/proxy", "/prod/mock"} {
			x := exchangeOf(sentRequest{method: "POST", target: path})
			x.Request.Body, x.Request.BodyLen = io.MultiReader(strings.NewReader("part"), failing{c.err}), -1
			b.Serve(x)
			if a := readAnswer(x); a.Status != c.status {
				t.Errorf("%s with a body that fails with %v: %d %s; want %d", path, c.err, a.Status, a.body, c.status)
			}
		}
	}
	if lines, _ := echo.sent(); lines[0] != "" {
		t.Errorf("a broken request reached the backend as a whole one: %q", lines)
	}
}

// TestCallerLeaves shows that nobody is answered who has left, and that it is no
// failure to log.
func TestCallerLeaves(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": calling("HTTP_PROXY", "http://"+serve(t, "").address)}), prod())
	x := exchangeOf(sentRequest{target: "/prod/x"})
	x.Request.Caller = leaving{}
	b.Serve(x)
	if a := readAnswer(x); a.Status != message.StatusCallerLeft || strings.Contains(b.log.String(), "gateway response") {
		t.Errorf("got %d %s, log\n%s", a.Status, a.body, b.log)
	}
}

// A leaving caller leaves as soon as he is watched.
type leaving struct{}

func (leaving) OnLeave(left func()) (stop func()) {
	left()
	return func() {}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestHead shows that an answer to HEAD has no body, whoever made it, and that
// one to GET has, or an empty one where the backend was asked with HEAD.
func TestHead(t *testing.T) {
	b := start(t, "")
	headed := calling("HTTP_PROXY", "http://"+serve(t, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n").address)
	headed.MethodIntegration.HTTPMethod = "HEAD"
	whole := calling("HTTP_PROXY", "http://"+serve(t, ok("content")).address)
	whole.MethodIntegration.HTTPMethod = "GET"
	nothing := calling("HTTP_PROXY", "http://"+serve(t, "HTTP/1.1 204 No Content\r\n\r\n").address)
	b.deploy(methods(map[string]*restapi.Method{
		"ANY /mock": mocked("200", "fine"), "ANY /headed": headed, "ANY /whole": whole, "ANY /nothing": nothing,
	}), prod())
	for _, c := range []struct {
		request string
		omit    bool
		length  int64 // told, of what is omitted
	}{
		{"HEAD /mock", true, 4},
		{"HEAD /whole", true, 7},
		{"HEAD /headed", true, 7},
		{"HEAD /nope", true, int64(len(`{"message":"Missing Authentication Token"}`))},
		{"GET /headed", false, 0},
		{"GET /nothing", false, 0},
	} {
		verb, path, _ := strings.Cut(c.request, " ")
		a := b.send(sentRequest{method: verb, target: "/prod" + path})
		if a.body != "" || a.OmitBody != c.omit || a.BodyLen != c.length {
			t.Errorf("%s: body %q, omitted %v, length %d; want %v, %d", c.request, a.body, a.OmitBody, a.BodyLen, c.omit, c.length)
		}
	}
}

// TestNothingIsLeft shows that a plan can be used again and again: nothing of one
// request is left for the next.
func TestNothingIsLeft(t *testing.T) {
	b := start(t, "")
	echo := serve(t, ok("hi"))
	m := calling("HTTP_PROXY", "http://"+echo.address)
	m.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.x-q": "method.request.querystring.q"}
	b.deploy(methods(map[string]*restapi.Method{"GET /p/{id}": m, "GET /m": mocked("200", "fine")}), prod())
	x := exchangeOf(sentRequest{target: "/prod/p/1?q=secret"})
	b.Serve(x)
	for i, target := range []string{"/prod/m", "/prod/nope", "/prod/p/2", "/prod/m"} {
		next := exchangeOf(sentRequest{target: target})
		x.Request = next.Request
		x.Response.Header, x.Response.Body = x.Response.Header[:0], x.Response.Body[:0]
		b.Serve(x)
		if text := fmt.Sprint(x.Response); strings.Contains(text, "secret") {
			t.Errorf("answer %d tells of an earlier request: %s", i, text)
		}
	}
	if lines, _ := echo.sent(); strings.Contains(strings.Join(lines, "\n"), "secret") {
		t.Errorf("a backend was sent what an earlier request said: %q", lines)
	}
}

// TestNoEndpoint shows what happens where nobody has said how a service of AWS is
// reached: nothing is called, and the log names what to set.
func TestNoEndpoint(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{
		"GET /queue":    calling("AWS", "arn:aws:apigateway:eu-west-1:sqs:path/1/q"),
		"GET /function": calling("AWS", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations"),
	}), prod())
	for path, set := range map[string]string{"/prod/queue": "AWS_ENDPOINT_URL_SQS", "/prod/function": "--lambda"} {
		b.get(path).want(t, 504, internalServerError)
		if !strings.Contains(b.log.String(), set) {
			t.Errorf("%s: the log does not name %s:\n%s", path, set, b.log)
		}
	}
}
