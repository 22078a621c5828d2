package gatewright_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// What the control plane can configure and the data plane cannot do yet fails
// closed: nobody passes an authorizer because it is not there.
func TestUnbuiltFailsClosed(t *testing.T) {
	s := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, s)
	api.Call("PUT", "/gatewayresponses/API_CONFIGURATION_ERROR", `{"statusCode": "599"}`)
	id := func(path, body string) string { return api.Call("POST", path, body)["id"].(string) }
	token := id("/authorizers", `{"name": "token", "type": "TOKEN", "identitySource": "method.request.header.Auth",
		"authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"}`)
	pool := id("/authorizers", `{"name": "pool", "type": "COGNITO_USER_POOLS", "identitySource": "method.request.header.Auth",
		"providerARNs": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi"]}`)
	for path, configured := range map[string]string{
		"/custom": `"authorizationType": "CUSTOM", "authorizerId": "` + token + `"`,
		"/pool":   `"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "` + pool + `"`,
	} {
		method := "/resources/" + api.Resource(path) + "/methods/GET"
		api.Call("PUT", method, "{"+configured+"}")
		api.Call("PUT", method+"/integration", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
		api.Call("PUT", method+"/responses/200", "")
		api.Call("PUT", method+"/integration/responses/200", "")

		answer, err := http.Get(api.Deploy() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 599 {
			t.Errorf("a method with {%s} answered %d %s, want an API_CONFIGURATION_ERROR", configured, answer.StatusCode, body)
		}
	}
}
