package control

import (
	"strings"
	"testing"
)

func TestExpressions(t *testing.T) {
	declared := map[string]bool{"method.request.path.id": true, "method.request.querystring.q": false, "method.request.multivalueheader.H": false}
	const bad, undeclared = "Invalid mapping expression specified: ", "Invalid mapping expression parameter specified: "
	for _, c := range []struct{ key, source, finding string }{
		{"integration.request.path.id", "method.request.path.id", ""},
		{"integration.request.header.X", "method.request.multivaluequerystring.q", ""},
		{"integration.request.header.X", "method.request.multivalueheader.H", ""},
		{"integration.request.header.X", "method.request.header.H", undeclared + "method.request.header.H"},
		{"integration.request.header.X", "'a static text'", ""},
		{"integration.request.header.X", "context.requestId", ""},
		{"integration.request.header.X", "stageVariables.v", ""},
		{"integration.request.header.X", "method.request.body.a[0].b", ""},
		{"integration.request.header.X", "true", bad + "true"},
		{"integration.request.cookie.X", "'x'", bad + "integration.request.cookie.X"},
		{"integration.request.path.x", "method.request.path.x", undeclared + "method.request.path.x"},
	} {
		check(t, c.key+"="+c.source, checkRequestMapping(map[string]string{c.key: c.source}, declared), c.finding)
	}

	headers := map[string]bool{"method.response.header.A": true}
	for _, c := range []struct {
		key, source string
		response    bool
		finding     string
	}{
		{"method.response.header.A", "integration.response.header.B", true, ""},
		{"method.response.header.A", "integration.response.body.a.b", true, ""},
		{"method.response.header.A", "unquoted", true, bad + "unquoted"},
		{"method.response.header.B", "'x'", true, undeclared + "method.response.header.B"},
		{"method.response.header.A", "'x'", false, "No method response exists for method."},
		{"header.A", "'x'", true, "Invalid mapping identifier specified"},
	} {
		check(t, c.key+"="+c.source, checkResponseMapping(map[string]string{c.key: c.source}, headers, c.response), c.finding)
	}

	for _, c := range []struct{ key, source, finding string }{
		{"gatewayresponse.header.X-A", "'*'", ""},
		{"gatewayresponse.path.a", "method.request.header.Origin", ""},
		{"gatewayresponse.header.X-A", "context.error.message", ""},
		{"gatewayresponse.header.X-A", "test-value", bad + "test-value"},
		{"gatewayresponse.header.X-A", "method.request.body", bad + "method.request.body"},
		{"gatewayresponse.header.X A", "'x'", bad + "gatewayresponse.header.X A"},
		{"Access-Control-Allow-Origin", "'x'", bad + "Access-Control-Allow-Origin"},
	} {
		check(t, c.key+"="+c.source, checkGatewayMapping(map[string]string{c.key: c.source}), c.finding)
	}
}

func check(t *testing.T, what string, err error, finding string) {
	t.Helper()
	switch {
	case finding == "" && err != nil:
		t.Errorf("%s: got %v", what, err)
	case finding != "" && (err == nil || !strings.HasSuffix(err.Error(), "Invalid mapping expression specified: Validation Result: warnings : [], errors : ["+finding+"]")):
		t.Errorf("%s: got %v, want %s", what, err, finding)
	}
}

func TestHTTPEndpoints(t *testing.T) {
	for uri, want := range map[string]bool{
		"http://backend.test": true, "https://backend.test:8080/a/{id}/{proxy+}": true, "http://127.0.0.1:9/": true,
		"http://${stageVariables.host}/a": true, "${stageVariables.url}": true, "https://${stageVariables.host}.test": true,
		"not-a-url": false, "ftp://backend.test": false, "http://": false, "": false, "/a": false, "http:///a": false,
	} {
		if got := isHTTPEndpoint(uri); got != want {
			t.Errorf("%q: got %v", uri, got)
		}
	}
}
