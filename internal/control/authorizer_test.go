package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	lambdaURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations"
	poolARN   = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi"
)

const (
	tokenAuthorizer = `{"name":"token","type":"TOKEN","authorizerUri":"` + lambdaURI + `","identitySource":"method.request.header.Auth"}`
	poolAuthorizer  = `{"name":"pool","type":"COGNITO_USER_POOLS","providerARNs":["` + poolARN + `"],"identitySource":"method.request.header.Auth","authorizerCredentials":"arn:aws:iam::123456789012:role/r"}`
)

func TestAuthorizers(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	path := api + "/authorizers"
	token := c.call("POST", path, tokenAuthorizer, 201)
	want := object{
		"id": token["id"], "name": "token", "type": "TOKEN", "authType": "custom", "authorizerUri": lambdaURI,
		"identitySource": "method.request.header.Auth", "authorizerResultTtlInSeconds": 300.0,
	}
	if diff := cmp.Diff(want, token); diff != "" {
		t.Errorf("a new authorizer (-want +got)\n%s", diff)
	}
	pool := c.call("POST", path, poolAuthorizer, 201)
	if pool["authType"] != "cognito_user_pools" || pool["authorizerCredentials"] != nil {
		t.Errorf("of a user pool, where credentials are not taken: %v", pool)
	}
	if got := c.call("PATCH", path+"/"+pool["id"].(string), patchOf("replace /authorizerCredentials arn:aws:iam::123456789012:role/r"), 200); got["authorizerCredentials"] == nil {
		t.Errorf("a patch takes the credentials, as Terraform's source says: %v", got)
	}
	if list := c.call("GET", path, "", 200)["item"].([]any); len(list) != 2 {
		t.Errorf("listed: %v", list)
	}
	c.call("POST", path, `{"name":"uncached","type":"REQUEST","authorizerUri":"`+lambdaURI+`","authorizerResultTtlInSeconds":0}`, 201)
	c.call("POST", path, `{"name":"cached","type":"REQUEST","authorizerUri":"`+lambdaURI+`","identitySource":"method.request.querystring.a, context.stage,stageVariables.v"}`, 201)
	c.call("DELETE", path+"/"+token["id"].(string), "", 202)
	for _, method := range []string{"GET", "DELETE"} {
		c.refused(method, path+"/"+token["id"].(string), "", 404, "NotFoundException", "Invalid Authorizer identifier specified")
	}
}

func TestAuthorizersThatAreRefused(t *testing.T) {
	const (
		badURI    = ". Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."
		badSource = "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: "
	)
	c := newClient(t)
	api, _ := c.api()
	path := api + "/authorizers"
	c.call("POST", path, poolAuthorizer, 201)
	c.refused("POST", path, `{"type":"JWT"}`, 400, "ValidationException",
		"2 validation errors detected: Value null at 'createAuthorizerInput.name' failed to satisfy constraint: Member must not be null; "+
			"Value 'JWT' at 'createAuthorizerInput.type' failed to satisfy constraint: Member must satisfy enum value set: [TOKEN, REQUEST, COGNITO_USER_POOLS]")
	for _, row := range []struct{ from, members, want string }{
		{"observed by clients", `"type":"TOKEN","authorizerUri":"arn:aws:lambda:us-east-1:1:function:f"`, "Invalid Authorizer URI: arn:aws:lambda:us-east-1:1:function:f" + badURI},
		{"our choice", `"type":"REQUEST"`, "Invalid Authorizer URI: null" + badURI},
		{"our choice", `"type":"TOKEN","authorizerUri":"` + lambdaURI + `"`, "Authorizers of type TOKEN need an identity source"},
		{"our choice", `"type":"REQUEST","authorizerUri":"` + lambdaURI + `"`, "Authorizers of type REQUEST need an identity source"},
		{"our choice", `"type":"REQUEST","authorizerUri":"` + lambdaURI + `","identitySource":"context.stage, method.request.body"`, badSource + "method.request.body]"},
		{"our choice", `"type":"TOKEN","authorizerUri":"` + lambdaURI + `","identitySource":"method.request.querystring.a"`, badSource + "method.request.querystring.a]"},
		{"our choice", `"type":"TOKEN","authorizerUri":"` + lambdaURI + `","providerARNs":["` + poolARN + `"]`, "Provider ARNs can only be specified for authorizers of type COGNITO_USER_POOLS"},
		{"our choice", `"type":"COGNITO_USER_POOLS","identitySource":"method.request.header.a"`, "Authorizers of type COGNITO_USER_POOLS need at least one provider ARN"},
		{"our choice", `"type":"COGNITO_USER_POOLS","providerARNs":["x"],"identitySource":"method.request.header.a"`, "Invalid ARN specified in the request"},
		{"our choice", `"type":"COGNITO_USER_POOLS","providerARNs":["` + poolARN + `"],"identitySource":"method.request.header.a","authorizerResultTtlInSeconds":3601`, "Invalid authorizer result TTL specified, must be between 0 and 3600 seconds"},
		{"our choice", `"name":" ","type":"REQUEST"`, "Authorizer name must be non-empty"},
		{"our choice", `"name":"pool","type":"REQUEST","authorizerUri":"` + lambdaURI + `","authorizerResultTtlInSeconds":"0"`, "Authorizer name must be unique. Authorizer pool already exists in this RestApi."},
	} {
		t.Run(row.want, func(t *testing.T) {
			c.t = t
			c.refused("POST", path, `{"name":"n",`+row.members+`}`, 400, "BadRequestException", row.want)
		})
	}
}

// Observed by clients, but that our choice is to call an authorizer of the
// other type not valid.
func TestAnAuthorizerInUse(t *testing.T) {
	const invalid = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	c := newClient(t)
	api, root := c.api()
	token := c.call("POST", api+"/authorizers", tokenAuthorizer, 201)["id"].(string)
	pool := c.call("POST", api+"/authorizers", poolAuthorizer, 201)["id"].(string)
	test := api + "/resources/" + c.call("POST", root, `{"pathPart":"test"}`, 201)["id"].(string) + "/methods/GET"
	c.refused("PUT", test, `{"authorizationType":"CUSTOM","authorizerId":"`+pool+`"}`, 400, "BadRequestException", invalid)
	c.call("PUT", test, `{"authorizationType":"CUSTOM","authorizerId":"`+token+`"}`, 201)
	c.refused("PATCH", test, patchOf("replace /authorizationType COGNITO_USER_POOLS"), 400, "BadRequestException", invalid)
	c.refused("DELETE", api+"/authorizers/"+token, "", 409, "ConflictException", "Cannot delete authorizer 'token', is referenced in method: GET//test")
	got := c.call("PATCH", test, patchOf("replace /authorizationType COGNITO_USER_POOLS", "replace /authorizerId "+pool, "add /authorizationScopes pets/read"), 200)
	if got["authorizerId"] != pool || cmp.Diff([]any{"pets/read"}, got["authorizationScopes"]) != "" {
		t.Errorf("got %v", got)
	}
	c.call("DELETE", api+"/authorizers/"+token, "", 202)
}
