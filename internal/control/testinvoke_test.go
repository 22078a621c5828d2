package control

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/restapi"
)

// A tester is a data plane that shows what it is to test.
type tester struct{ asked *restapi.TestInvocation }

func (r *tester) Served(context.Context, uint64) error { return nil }

func (r *tester) TestInvoke(t *restapi.TestInvocation) *restapi.TestInvocationResult {
	r.asked = t
	return &restapi.TestInvocationResult{Status: 200, Body: "b", Log: "l", Latency: 3}
}

func TestTestInvokeMethod(t *testing.T) {
	c := newClient(t)
	api, method := c.deployable()
	root := strings.TrimSuffix(method, "/methods/GET")
	h := c.handler.(*Handler)
	c.refused("POST", root+"/methods/GET", `{}`, 501, "UnknownOperationException", "TestInvokeMethod without a data plane is not built into Gatewright yet")
	r := new(tester)
	h.runtime = r
	got := c.call("POST", root+"/methods/GET", `{
		"pathWithQueryString": "/?a=1", "body": "x", "headers": {"A": "1", "B": "2"}, "multiValueHeaders": {"B": ["3", "4"]}, "stageVariables": {"v": "w"}
	}`, 200)
	if got["status"] != 200.0 || got["body"] != "b" || got["log"] != "l" || got["latency"] != 3.0 {
		t.Errorf("got %v", got)
	}
	definition := r.asked.Definition
	r.asked.Definition = nil
	want := &restapi.TestInvocation{
		Namespace: h.home, ResourceID: lastSegment(root), HTTPMethod: "GET", PathWithQueryString: "/?a=1", Body: "x",
		MultiValueHeaders: map[string][]string{"A": {"1"}, "B": {"3", "4"}}, StageVariables: map[string]string{"v": "w"},
	}
	if diff := cmp.Diff(want, r.asked); diff != "" {
		t.Errorf("asked (-want +got)\n%s", diff)
	}
	if definition.API.ID != lastSegment(api) || len(definition.Resources) != 1 || definition.Resources[0].ResourceMethods["GET"].MethodIntegration == nil {
		t.Errorf("the definition is %+v", definition)
	}

	// Recorded on AWS.
	c.refused("POST", api+"/resources/nowhere/methods/GET", `{}`, 404, "NotFoundException", "Invalid Resource identifier specified")
	c.refused("POST", "/restapis/none/resources/nowhere/methods/GET", `{}`, 404, "NotFoundException", "Invalid Resource identifier specified")
	c.refused("POST", root+"/methods/PUT", `{}`, 404, "NotFoundException", "Invalid Method identifier specified")
	// Our choice: any verb can be tested of ANY.
	c.call("PUT", root+"/methods/ANY", `{"authorizationType":"NONE"}`, 201)
	c.call("POST", root+"/methods/PUT", `{}`, 200)
	if r.asked.HTTPMethod != "PUT" || r.asked.Definition.Resources[0].ResourceMethods["ANY"] == nil {
		t.Errorf("asked for %+v", r.asked)
	}
	c.refused("POST", root+"/methods/GET", `{"clientCertificateId":"none"}`, 404, "NotFoundException", "Invalid Client Certificate identifier specified")
	c.refused("POST", root+"/methods/GET", `{"body":1}`, 400, "SerializationException",
		"class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")

	c.accept = ""
	self := c.call("POST", root+"/methods/GET", `{}`, 200)["_links"].(object)["self"].(object)["href"]
	if self != root+"/methods/GET" {
		t.Errorf("self is %v", self)
	}
}

// A request without the identity that an authorizer goes by is refused before
// anybody is asked; whom to ask is not built yet, and the log says so.
func TestTestInvokeAuthorizer(t *testing.T) {
	c := newClient(t)
	c.handler.(*Handler).now = func() time.Time { return time.Unix(1_000_000_000, 0) }
	api, _ := c.api()
	const uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"
	token := api + "/authorizers/" + c.call("POST", api+"/authorizers", `{"name":"t","type":"TOKEN","authorizerUri":"`+uri+
		`","identitySource":"method.request.header.Auth","identityValidationExpression":"ok-[0-9]+"}`, 201)["id"].(string)
	request := api + "/authorizers/" + c.call("POST", api+"/authorizers", `{"name":"r","type":"REQUEST","authorizerUri":"`+uri+
		`","identitySource":"method.request.querystring.q, stageVariables.v,context.httpMethod"}`, 201)["id"].(string)
	for _, test := range []struct {
		authorizer, body string
		status           float64
		says             string
	}{
		{token, `{}`, 401, "Unauthorized request: "},
		{token, `{"headers":{"Auth":"x-1"}}`, 401, "Unauthorized request: "},
		{token, `{"headers":{"auth":"ok-12"}}`, 500, "Execution failed due to configuration error: TOKEN authorizers are not supported yet\n"},
		{token, `{"multiValueHeaders":{"Auth":["ok-12"]}}`, 500, "TOKEN authorizers are not supported yet\n"},
		{request, `{"pathWithQueryString":"/?q=1","stageVariables":{"v":"1"}}`, 401, "Unauthorized request: "},
		{request, `{"pathWithQueryString":"/?q=1","stageVariables":{"v":"1"},"additionalContext":{"httpMethod":"GET"}}`, 500, "REQUEST authorizers are not supported yet\n"},
	} {
		got := c.call("POST", test.authorizer, test.body, 200)
		log := got["log"].(string)
		if got["clientStatus"] != test.status || !strings.Contains(log, test.says) || !strings.Contains(log, "\nSun Sep 09 01:46:40 UTC 2001 : Starting authorizer: ") {
			t.Errorf("%s: got %v, want %v and %q", test.body, got, test.status, test.says)
		}
	}
	c.refused("POST", api+"/authorizers/none", `{}`, 404, "NotFoundException", "Invalid Authorizer identifier specified")
}

func TestFlush(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	for _, cache := range []string{"data", "authorizers"} {
		c.call("DELETE", api+"/stages/prod/cache/"+cache, "", 202)
		c.refused("DELETE", api+"/stages/none/cache/"+cache, "", 404, "NotFoundException", "Invalid stage identifier specified")
		c.refused("DELETE", "/restapis/none/stages/prod/cache/"+cache, "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:none")
	}
	c.call("GET", api+"/stages/prod", "", 200)
}
