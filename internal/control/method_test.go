package control

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAMethodAndWhatIsBelowIt(t *testing.T) {
	c := newClient(t)
	_, root := c.api()
	method := root + "/methods/GET"
	c.call("PUT", method, `{"authorizationType":"none","requestParameters":{"method.request.querystring.q":"true"},"requestModels":{"application/json":"Empty"}}`, 201)
	c.refused("PUT", method, `{"authorizationType":"NONE"}`, 409, "ConflictException", "Method already exists for this resource")
	c.call("PUT", method+"/responses/200", `{"responseParameters":{"method.response.header.Location":false},"responseModels":{}}`, 201)
	c.refused("GET", method+"/integration/responses/200", "", 404, "NotFoundException", "Invalid Integration identifier specified")
	c.call("PUT", method+"/integration", `{"type":"HTTP","httpMethod":"GET","uri":"http://backend.test/{id}","requestParameters":{"integration.request.header.Q":"method.request.querystring.q"}}`, 201)
	c.call("PUT", method+"/integration/responses/200", `{"responseParameters":{"method.response.header.Location":"integration.response.header.Location"},"responseTemplates":{"application/json":""}}`, 201)

	got := c.call("GET", method, "", 200)
	response := object{"statusCode": "200", "responseParameters": object{"method.response.header.Location": false}, "responseModels": object{}}
	integration := got["methodIntegration"].(object)
	want := object{
		"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": false,
		"requestParameters": object{"method.request.querystring.q": true}, "requestModels": object{"application/json": "Empty"},
		"methodResponses": object{"200": response}, "methodIntegration": integration,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GetMethod (-want +got)\n%s", diff)
	}
	if templates := integration["integrationResponses"].(object)["200"].(object)["responseTemplates"]; cmp.Diff(object{"application/json": nil}, templates) != "" {
		t.Errorf("an empty template: got %v, want null", templates)
	}

	// Another integration takes the place of the first, and of its responses.
	if got := c.call("PUT", method+"/integration", `{"type":"MOCK","httpMethod":"GET","connectionType":"INTERNET"}`, 201); got["integrationResponses"] != nil || got["httpMethod"] != nil || got["connectionType"] != nil {
		t.Errorf("a second Put: got %v", got)
	}
	c.call("DELETE", method+"/integration", "", 204)
	c.refused("GET", method+"/integration", "", 404, "NotFoundException", "Invalid Integration identifier specified")
	c.call("DELETE", method, "", 204)
	c.refused("GET", method+"/responses/200", "", 404, "NotFoundException", "Invalid Method identifier specified")
}

// Who streams his answer may take a quarter of an hour, and others five minutes.
func TestTimeouts(t *testing.T) {
	c := newClient(t)
	_, root := c.api()
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	path := root + "/methods/GET/integration"
	put := func(members string) string {
		return `{"type":"HTTP_PROXY","httpMethod":"GET","uri":"http://backend.test/",` + members + "}"
	}
	const tooLong = "Timeout should be between 50 ms and 29000 ms"
	c.call("PUT", path, put(`"timeoutInMillis":900000,"responseTransferMode":"STREAM"`), 201)
	c.refused("PUT", path, put(`"timeoutInMillis":900001,"responseTransferMode":"STREAM"`), 400, "BadRequestException", tooLong)
	c.refused("PUT", path, put(`"timeoutInMillis":300001`), 400, "BadRequestException", tooLong)
	c.refused("PATCH", path, patchOf("replace /responseTransferMode BUFFERED"), 400, "BadRequestException", tooLong)
	c.call("PATCH", path, patchOf("replace /timeoutInMillis 300000", "replace /responseTransferMode BUFFERED"), 200)
}

// Our choice of words: a longer template would fail each request, and one of a
// gateway response the whole stage.
func TestTemplatesAreBounded(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	method := root + "/methods/GET"
	c.call("PUT", method, `{"authorizationType":"NONE"}`, 201)
	c.call("PUT", method+"/responses/200", `{}`, 201)
	with := func(members string, size int) string {
		return `{` + members + `"application/json":"` + strings.Repeat("x", size) + `"}}`
	}
	for _, at := range []struct{ path, members string }{
		{method + "/integration", `"type":"MOCK","requestTemplates":{`},
		{method + "/integration/responses/200", `"responseTemplates":{`},
		{api + "/gatewayresponses/DEFAULT_4XX", `"responseTemplates":{`},
	} {
		c.refused("PUT", at.path, with(at.members, 300<<10+1), 400, "BadRequestException", "Template exceeds the maximum size of 307200 bytes")
		c.call("PUT", at.path, with(at.members, 300<<10), 201)
	}
}

// Recorded on AWS: the outcome counts, not the steps.
func TestAuthorization(t *testing.T) {
	c := newClient(t)
	_, root := c.api()
	method := root + "/methods/GET"
	const unauthorized = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	c.refused("PUT", method, `{"authorizationType":"CUSTOM","authorizerId":"a1b2c3"}`, 400, "BadRequestException", unauthorized)
	c.call("PUT", method, `{"authorizationType":"NONE","authorizerId":"a1b2c3"}`, 201)
	c.refused("PATCH", method, patchOf("replace /authorizerId a1b2c3", "replace /authorizationType CUSTOM"), 400, "BadRequestException", unauthorized)
	got := c.call("PATCH", method, patchOf("replace /authorizationType CUSTOM", "replace /authorizerId a1b2c3", "replace /authorizationType AWS_IAM", "replace /apiKeyRequired true"), 200)
	if got["authorizationType"] != "AWS_IAM" || got["authorizerId"] != nil || got["apiKeyRequired"] != true {
		t.Errorf("got %v", got)
	}
}

func TestWhatIsMissing(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	const resource, method, integration, response = "Resource", "Method", "Integration", "Response status code"
	for _, row := range []struct{ verb, path, what string }{
		{"GET", "/restapis/x/resources/y", resource},
		{"POST", "/restapis/x/resources/y", resource},
		{"GET", "/restapis/x/resources/y/methods/GET", resource},
		{"PUT", api + "/resources/y/methods/GET", resource},
		{"GET", root + "/methods/PUT", method},
		{"PUT", root + "/methods/PUT/integration", method},
		{"DELETE", root + "/methods/PUT/integration/responses/200", integration},
		{"PUT", root + "/methods/GET/integration/responses/200", integration},
		{"DELETE", root + "/methods/GET/integration", integration},
		{"GET", root + "/methods/GET/responses/200", response},
	} {
		body := `{"pathPart":"p","authorizationType":"NONE","type":"MOCK"}`
		want := "Invalid " + row.what + " identifier specified"
		if row.what == response {
			want = "Invalid Response status code specified"
		}
		c.refused(row.verb, row.path, body, 404, "NotFoundException", want)
	}
	c.refused("GET", "/restapis/x/resources", "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:x")
}
