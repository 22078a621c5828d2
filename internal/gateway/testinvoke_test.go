package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/restapi"
)

// testOf makes a test of the one method of a definition.
func testOf(m *restapi.Method, route string) *restapi.TestInvocation {
	d := methods(map[string]*restapi.Method{route: m})
	d.API = &restapi.RestAPI{ID: api}
	verb, _, _ := strings.Cut(route, " ")
	return &restapi.TestInvocation{Namespace: here, Definition: d, ResourceID: d.Resources[0].ID, HTTPMethod: verb}
}

var logLine = regexp.MustCompile(`(?m)^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : `)

// said returns a log without what differs from run to run.
func said(t *testing.T, log string) string {
	t.Helper()
	if !strings.HasSuffix(log, "\n") {
		t.Error("the log does not end with a new line")
	}
	log = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(log, "{id}")
	log = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(log, "{backend}")
	log = regexp.MustCompile(`Root=[0-9a-f;=A-Za-z-]+`).ReplaceAllString(log, "{trace}")
	log = regexp.MustCompile(`latency: \d+ ms`).ReplaceAllString(log, "latency: {n} ms")
	return logLine.ReplaceAllString(log, ": ")
}

// The log and the answer of a MOCK: recorded on AWS.
func TestTestInvokeMock(t *testing.T) {
	b := start(t, "")
	m := mocked("200", "tried")
	m.APIKeyRequired, m.AuthorizationType, m.AuthorizerID = true, "CUSTOM", "abc123" // none of this is asked for
	for _, c := range []struct{ name, path, shown, params, query string }{
		{"path that fits", "/pets/123?foo=bar", "/pets/123", "{petId=123}", "{foo=bar}"},
		{"foreign path", "/toys/1/2", "/toys/1/2", "{}", "{}"},
		{"no path", "", "/pets/{petId}", "{petId={petId}}", "{}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			test := testOf(m, "GET /pets/{petId}")
			test.PathWithQueryString = c.path
			test.Definition.API.Policy = "{}"
			test.Definition.API.EndpointConfiguration = &restapi.EndpointConfiguration{Types: []string{"PRIVATE"}}
			got := b.TestInvoke(test)
			want := "Execution log for request {id}\n" +
				": Starting execution for request: {id}\n" +
				": HTTP Method: GET, Resource Path: " + c.shown + "\n" +
				": Method request path: " + c.params + "\n" +
				": Method request query string: " + c.query + "\n" +
				": Method request headers: {}\n" +
				": Method request body before transformations: \n" +
				": Method response body after transformations: tried\n" +
				": Method response headers: {X-Is=tried, Content-Type=application/json}\n" +
				": Successfully completed execution\n" +
				": Method completed with status: 200\n"
			if diff := cmp.Diff(want, said(t, got.Log)); diff != "" {
				t.Errorf("log (-want +got)\n%s", diff)
			}
			got.Log, got.Latency = "", 0
			if diff := cmp.Diff(&restapi.TestInvocationResult{
				Status: 200, Body: "tried",
				Headers:           map[string]string{"X-Is": "tried", "Content-Type": "application/json"},
				MultiValueHeaders: map[string][]string{"X-Is": {"tried"}, "Content-Type": {"application/json"}},
			}, got); diff != "" {
				t.Errorf("result (-want +got)\n%s", diff)
			}
		})
	}
}

// What cannot be run says why, and answers as callers would be answered.
func TestTestInvokeFailures(t *testing.T) {
	b := start(t, "")
	http := func(uri string) *restapi.Method {
		return &restapi.Method{AuthorizationType: "NONE", MethodIntegration: &restapi.Integration{Type: "HTTP_PROXY", HTTPMethod: "GET", URI: uri}}
	}
	unbuilt := mocked("200", "tried")
	unbuilt.MethodIntegration.Credentials = "arn:aws:iam::*:user/*"
	for _, c := range []struct {
		name   string
		method *restapi.Method
		says   string
		status int
	}{
		// Recorded on AWS.
		{"bad address", http("no-address"), "Execution failed due to configuration error: Invalid endpoint address", 500},
		{"nothing built", unbuilt, "Execution failed due to configuration error: Caller's own credentials is not supported yet", 500},
		{"no integration", &restapi.Method{AuthorizationType: "NONE"}, "Execution failed due to configuration error: Method has no integration", 500},
		{"no backend", http("http://127.0.0.1:1/"), "Execution failed due to a network error communicating with endpoint", 504},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := b.TestInvoke(testOf(c.method, "GET /pets"))
			if !strings.Contains(got.Log, " : "+c.says+"\n") {
				t.Errorf("the log lacks %q:\n%s", c.says, got.Log)
			}
			if got.Status != c.status || got.Headers["x-amzn-ErrorType"] == "" || len(got.Headers) != 1 {
				t.Errorf("got %d %v %s, want %d and the error type alone", got.Status, got.Headers, got.Body, c.status)
			}
			if strings.Contains(b.log.String(), "gateway response") {
				t.Errorf("the server's own log tells of a test: %s", b.log)
			}
		})
	}
}

// What a function's failure is called, and a choice that nothing is there for:
// recorded on AWS, but for the lines that begin with Answer. That a function has
// too much to do is from reports of its users.
func TestTestInvokeReasons(t *testing.T) {
	const misconfigured = "Execution failed due to configuration error: "
	failed := ok(`{"errorMessage":"no such \"pet\"","errorType":"Error"}`, "X-Amz-Function-Error: Unhandled", "x-amzn-RequestId: r-1")
	outputs := func(of, pattern string) *restapi.Method {
		m := calling(of, functionURI)
		m.MethodIntegration.HTTPMethod = "POST"
		m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{"400": {SelectionPattern: &pattern}}
		m.MethodResponses = map[string]*restapi.MethodResponse{"400": {}}
		return m
	}
	mock := func(body string) *restapi.Method {
		m := outputs("MOCK", "404")
		m.MethodIntegration.RequestTemplates = map[string]string{"application/json": body}
		return m
	}
	for _, c := range []struct {
		name   string
		method *restapi.Method
		answer string // of the function
		want   string // the log's end
	}{
		{
			"a function that failed", outputs("AWS_PROXY", ""), failed,
			`Lambda execution failed with status 200 due to customer function error: no such "pet". Lambda request id: r-1` + "\n: Method completed with status: 502",
		},
		{
			"a function that may not be invoked", outputs("AWS_PROXY", ""),
			"HTTP/1.1 403 Forbidden\r\nx-amzn-ErrorType: AccessDeniedException\r\nx-amzn-RequestId: r-1\r\nContent-Length: 0\r\n\r\n",
			"Lambda invocation failed with status: 403. Lambda request id: r-1\n: " +
				misconfigured + "Invalid permissions on Lambda function\n: Method completed with status: 500",
		},
		{
			"a function that has too much to do", outputs("AWS", ""),
			"HTTP/1.1 429 Too Many Requests\r\nx-amzn-RequestId: r-1\r\nContent-Length: 28\r\n\r\n" + `{"message":"Rate Exceeded."}`,
			"Lambda invocation failed with status: 429. Lambda request id: r-1\n: " + misconfigured + "Rate Exceeded.\n: Method completed with status: 500",
		},
		{
			"a function's answer of another form", outputs("AWS_PROXY", ""), ok(`{"pet":1}`),
			"Answer: \"pet\": unknown member\n: " + misconfigured + "Malformed Lambda proxy response\n: Method completed with status: 502",
		},
		{
			"a function's answer that nothing is for", outputs("AWS", "x"), ok("{}"),
			misconfigured + "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200\n: Method completed with status: 500",
		},
		{
			"a status that nothing is for", mock(`{"statusCode": 200}`), "",
			misconfigured + "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200\n: Method completed with status: 500",
		},
		{
			"no status", mock(`{"statusCode": "200"}`), "",
			misconfigured + "statusCode should be an integer which defined in request template\n: Method completed with status: 500",
		},
	} {
		lambda := serve(t, c.answer)
		got := start(t, "http://"+lambda.address).TestInvoke(testOf(c.method, "GET /pets"))
		if log := said(t, got.Log); !strings.HasSuffix(log, "\n: "+c.want+"\n") {
			t.Errorf("%s: log\n%s\nwant its end to be\n: %s", c.name, log, c.want)
		}
	}
}

// TestUnreachable shows why backends cannot be had where they are said to be, and
// with which status that ends. [recorded on AWS; AWS Knowledge Center]
func TestUnreachable(t *testing.T) {
	certificate := &x509.Certificate{Subject: pkix.Name{CommonName: "other.example"}}
	for _, c := range []struct {
		cause  error
		says   string
		status int
	}{
		{&net.DNSError{IsNotFound: true}, "Execution failed due to configuration error: Invalid endpoint address", 500},
		{
			&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: certificate, Host: "pets.example"}},
			"Execution failed due to configuration error: Host name 'pets.example' does not match the certificate subject provided by the peer (CN=other.example)", 500,
		},
		{
			x509.CertificateInvalidError{Cert: certificate, Reason: x509.Expired},
			"Execution failed due to configuration error: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed", 500,
		},
		{
			&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
			"Execution failed due to configuration error: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target", 500,
		},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "Execution failed due to configuration error: Unrecognized SSL message, plaintext connection?", 500},
		{
			&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")},
			"Execution failed due to configuration error: Received fatal alert: handshake_failure", 500,
		},
		{errors.New("connection refused"), "Execution failed due to a network error communicating with endpoint", 504},
	} {
		b := start(t, "", func(config *Config) {
			config.Upstream.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, c.cause }
		})
		got := b.TestInvoke(testOf(calling("HTTP_PROXY", "http://pets.example/"), "GET /pets"))
		if !strings.Contains(got.Log, " : "+c.says+"\n") || got.Status != c.status {
			t.Errorf("%v: %d and log\n%s\nwant %d and %q", c.cause, got.Status, got.Log, c.status, c.says)
		}
	}
}

// What a backend is sent and what it answers stands in the log, credentials
// hidden but for their ends.
func TestTestInvokeBackend(t *testing.T) {
	backend := serve(t, ok(`{"ok":1}`, "X-B: 1"))
	lambda := serve(t, ok(`{"statusCode":201,"headers":{"X-F":"f"},"body":"made"}`))
	b := start(t, "http://"+lambda.address)

	test := testOf(&restapi.Method{AuthorizationType: "AWS_IAM", MethodIntegration: &restapi.Integration{
		Type: "HTTP_PROXY", HTTPMethod: "POST", URI: "http://" + backend.address + "/${stageVariables.at}",
	}}, "ANY /pets")
	test.HTTPMethod, test.PathWithQueryString, test.Body = "POST", "/pets?q=1 2", "hello"
	test.MultiValueHeaders = map[string][]string{"Authorization": {"Bearer abcdefghijklmnop"}, "X-A": {"1", "2"}}
	test.StageVariables = map[string]string{"at": "v1"}
	got := b.TestInvoke(test)
	want := "Execution log for request {id}\n" +
		": Starting execution for request: {id}\n" +
		": HTTP Method: POST, Resource Path: /pets\n" +
		": Method request path: {}\n" +
		": Method request query string: {q=1 2}\n" +
		": Method request headers: {Authorization=*****************klmnop, X-A=1, X-A=2}\n" +
		": Method request body before transformations: hello\n" +
		": Endpoint request URI: http://{backend}/v1?q=1%202\n"
	log := said(t, got.Log)
	if !strings.HasPrefix(log, want) {
		t.Errorf("log begins (-want +got)\n%s", cmp.Diff(want, log))
	}
	for _, line := range []string{
		"Endpoint request body after transformations: hello",
		"Sending request to http://{backend}/v1?q=1%202",
		"Received response. Status: 200, Integration latency: {n} ms",
		"Endpoint response headers: {Content-Length=8, X-B=1}",
		`Endpoint response body before transformations: {"ok":1}`,
		`Method response body after transformations: {"ok":1}`,
		"Method completed with status: 200",
	} {
		if !strings.Contains(log, ": "+line+"\n") {
			t.Errorf("the log lacks %q:\n%s", line, log)
		}
	}
	if got.Status != 200 || got.Body != `{"ok":1}` || got.Headers["X-B"] != "1" || strings.Contains(got.Log, "abcdef") {
		t.Errorf("got %+v", got)
	}
	if lines, body := backend.sent(); lines[0] != "POST /v1?q=1%202 HTTP/1.1" || body != "hello" {
		t.Errorf("the backend was sent %q %q", lines, body)
	}

	test = testOf(&restapi.Method{AuthorizationType: "NONE", MethodIntegration: &restapi.Integration{
		Type: "AWS_PROXY", HTTPMethod: "POST",
		URI: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:f/invocations",
	}}, "GET /pets/{petId}")
	test.PathWithQueryString, test.Body = "/pets/7", strings.Repeat("x", 2000)
	test.UserAgent = "aws-cli"
	test.MultiValueHeaders = map[string][]string{"authorization": {`Digest response="abcdefghijklmnop"`}}
	got = b.TestInvoke(test)
	if got.Status != 201 || got.Body != "made" || got.Headers["X-F"] != "f" || got.Headers["X-Amzn-Trace-Id"] == "" || got.Headers["x-amzn-RequestId"] != "" {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(got.Log, "before transformations: "+strings.Repeat("x", 1000)+" [TRUNCATED]\n") {
		t.Errorf("the body is not cut:\n%s", got.Log)
	}
	if strings.Contains(got.Log, "abcdef") || !strings.Contains(got.Log, `"Authorization":"****************************lmnop\""`) {
		t.Errorf("the caller's credentials are told:\n%s", got.Log)
	}
	_, event := lambda.sent()
	for _, part := range []string{`"headers":{"Authorization":"Digest response=\"abcdefghijklmnop\""},"multi`, `"userAgent":"aws-cli"`, `"stage":"test-invoke-stage"`, `"sourceIp":"test-invoke-source-ip"`, `"apiKey":"test-invoke-api-key"`, `"apiKeyId":"test-invoke-api-key-id"`, `"domainPrefix":"testPrefix"`, `"path":"/pets/7"`, `"petId":"7"`} {
		if !strings.Contains(event, part) {
			t.Errorf("the event lacks %s: %s", part, event)
		}
	}
}
