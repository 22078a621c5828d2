package control

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/restapi"
)

// Alice has one policy and makes one call. The API that is there is API in
// paths and policies, and has the tag team: pets; its stage prod has tier: gold.
func TestPermissions(t *testing.T) {
	statement := func(effect, action, resource, more string) string {
		return `{"Effect": "` + effect + `", ` + action + `, ` + resource + more + `}`
	}
	const (
		get, anything = `"Action": "apigateway:GET"`, `"Action": "apigateway:*"`
		all           = `"Resource": "*"`
		inAPI         = `"Resource": "arn:aws:apigateway:eu-west-1::/restapis/API/*"`
	)
	allow := func(action, resource, more string) string { return statement("Allow", action, resource, more) }
	deny := func(action, resource, more string) string {
		return allow(anything, all, "") + "," + statement("Deny", action, resource, more)
	}
	on := func(key, value string) string {
		return `, "Condition": {"StringEquals": {"` + key + `": "` + value + `"}}`
	}
	const implicit, explicit = "because no identity-based policy allows the ", "with an explicit deny in an identity-based policy"

	for _, test := range []struct {
		name, statements string
		method, path     string
		body             string
		why              string // "": allowed
		action, resource string // of the refusal; "": those of the request
	}{
		{name: "allowed", statements: allow(get, inAPI, ""), path: "/restapis/API/resources"},
		{name: "the pattern is of what lies below", statements: allow(get, inAPI, ""), path: "/restapis/API", why: implicit},
		{name: "another action", statements: allow(get, inAPI, ""), method: "DELETE", path: "/restapis/API/stages/prod", why: implicit},
		{name: "another resource", statements: allow(get, inAPI, ""), path: "/restapis", why: implicit},
		{name: "another region", statements: allow(get, `"Resource": "arn:aws:apigateway:us-east-1::/*"`, ""), path: "/restapis", why: implicit},
		{name: "another service", statements: allow(`"Action": "execute-api:*"`, all, ""), path: "/restapis", why: implicit},
		{name: "an action in another case", statements: allow(`"Action": "APIGateway:get"`, all, ""), path: "/restapis"},
		{name: "a wildcard within a path", statements: allow(get, `"Resource": "arn:aws:apigateway:*::/restapis/*/stages/pr?d"`, ""), path: "/restapis/API/stages/prod"},
		{name: "a list of actions", statements: allow(`"Action": ["apigateway:POST", "apigateway:GET"]`, all, ""), path: "/restapis"},
		{name: "denied", statements: deny(get, inAPI, ""), path: "/restapis/API/resources", why: explicit},
		{name: "not denied", statements: deny(get, inAPI, ""), path: "/restapis/API"},
		{name: "spelt otherwise, denied all the same", statements: deny(get, inAPI, ""), path: "/restapis/API/%73tages/prod/", why: explicit, resource: "/restapis/API/stages/prod"},
		{name: "NotAction", statements: allow(`"NotAction": "apigateway:DELETE"`, all, ""), path: "/restapis"},
		{name: "NotAction, the one", statements: allow(`"NotAction": "apigateway:DELETE"`, all, ""), method: "DELETE", path: "/restapis/API", why: implicit},
		{name: "NotResource", statements: deny(anything, `"NotResource": "arn:aws:apigateway:*::/restapis/API*"`, ""), path: "/restapis/API"},
		{name: "NotResource, another", statements: deny(anything, `"NotResource": "arn:aws:apigateway:*::/restapis/API*"`, ""), path: "/apikeys", why: explicit},
		{name: "an operation that is not built", statements: allow(get, inAPI, ""), method: "PUT", path: "/restapis/API", why: implicit},

		{name: "from the address", statements: allow(get, all, `, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}`), path: "/restapis"},
		{name: "from another address", statements: allow(get, all, `, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`), path: "/restapis", why: implicit},
		{name: "in time", statements: allow(get, all, `, "Condition": {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}`), path: "/restapis"},
		{name: "too late", statements: allow(get, all, `, "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}`), path: "/restapis", why: implicit},
		{name: "by name", statements: allow(get, all, on("aws:username", "alice")), path: "/restapis"},
		{name: "by ARN", statements: allow(get, all, `, "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/*"}}`), path: "/restapis"},
		{name: "by account", statements: allow(get, all, on("aws:PrincipalAccount", "999999999999")), path: "/restapis", why: implicit},
		{name: "by TLS", statements: deny(get, all, `, "Condition": {"Bool": {"aws:SecureTransport": "false"}}`), path: "/restapis", why: explicit},
		{name: "by region", statements: allow(get, all, on("aws:RequestedRegion", "eu-west-1")), path: "/restapis"},
		{name: "with a variable", statements: allow(get, `"Resource": "arn:aws:apigateway:*::/restapis/API/stages/${aws:username}"`, ""), path: "/restapis/API/stages/prod", why: implicit},

		{name: "with the tag", statements: allow(`"Action": "apigateway:POST"`, all, on("aws:RequestTag/team", "pets")), method: "POST", path: "/restapis", body: `{"name": "n", "tags": {"team": "pets"}}`},
		{name: "with another tag", statements: allow(`"Action": "apigateway:POST"`, all, on("aws:RequestTag/team", "pets")), method: "POST", path: "/restapis", body: `{"name": "n", "tags": {"team": "cats"}}`, why: implicit},
		{name: "without a tag", statements: allow(`"Action": "apigateway:POST"`, all, on("aws:RequestTag/team", "pets")), method: "POST", path: "/restapis", body: `{"name": "n"}`, why: implicit},
		{name: "with no other tags", statements: deny(anything, all, `, "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}}`), method: "POST", path: "/restapis", body: `{"name": "n", "tags": {"team": "a", "x": "y"}}`, why: explicit},
		{name: "to take away a tag", statements: deny(anything, all, `, "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}`), method: "DELETE", path: "/tags/ARN?tagKeys=team", why: explicit, resource: "/tags/ARN"},
		{name: "the tag of the thing", statements: allow(get, all, on("aws:ResourceTag/team", "pets")), path: "/restapis/API"},
		{name: "a tag in another case", statements: allow(get, all, on("aws:ResourceTag/Team", "pets")), path: "/restapis/API"},
		{name: "a tag from above", statements: deny(anything, all, on("aws:ResourceTag/team", "pets")), method: "PUT", path: "/restapis/API/gatewayresponses/DEFAULT_4XX", why: explicit},
		{name: "a tag of the stage", statements: allow(get, all, on("aws:ResourceTag/tier", "gold")), path: "/restapis/API/stages/prod"},
		{name: "the stage's tag counts", statements: allow(get, all, on("aws:ResourceTag/team", "stage")), path: "/restapis/API/stages/prod"},
		{name: "the tag of what is tagged", statements: deny(anything, all, on("aws:ResourceTag/team", "pets")), path: "/tags/ARN", why: explicit},
		{name: "a thing that is not there has no tags", statements: allow(get, all, on("aws:ResourceTag/team", "pets")), path: "/restapis/none", why: implicit},

		{name: "tags by their escaped ARN", statements: allow(get, `"Resource": "arn:aws:apigateway:eu-west-1::/tags/ARN"`, ""), path: "/tags/ARN"},
		{name: "a policy, with the permission for it", statements: allow(anything, all, ""), method: "PATCH", path: "/restapis/API", body: `{"patchOperations": [{"op": "replace", "path": "/policy", "value": ""}]}`},
		{name: "a policy, without", statements: deny(`"Action": "apigateway:UpdateRestApiPolicy"`, all, ""), method: "PATCH", path: "/restapis/API", body: `{"patchOperations": [{"op": "replace", "path": "/policy", "value": ""}]}`, why: explicit, action: "apigateway:UpdateRestApiPolicy"},
		{name: "no policy, without", statements: deny(`"Action": "apigateway:UpdateRestApiPolicy"`, all, ""), method: "PATCH", path: "/restapis/API", body: `{"patchOperations": [{"op": "replace", "path": "/name", "value": "n"}]}`},
		{name: "a policy from the start, without", statements: allow(`"Action": "apigateway:POST"`, all, ""), method: "POST", path: "/restapis", body: `{"name": "n", "policy": "{}"}`, why: implicit, action: "apigateway:UpdateRestApiPolicy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			const (
				id  = "pets000001"
				api = "/restapis/" + id
				arn = "arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2F" + id
			)
			fill := func(s string) string { return strings.NewReplacer("/ARN", "/"+arn, "/API", "/"+id).Replace(s) }
			c := signedClient(t, `{"Version": "2012-10-17", "Statement": [`+fill(test.statements)+`]}`, nil)
			root := c.call("POST", "/restapis", `{"name": "p", "tags": {"gatewright:id": "`+id+`", "team": "pets"}}`, 201)["rootResourceId"].(string)
			c.call("PUT", api+"/resources/"+root+"/methods/GET", `{"authorizationType": "NONE"}`, 201)
			c.call("PUT", api+"/resources/"+root+"/methods/GET/integration", `{"type": "MOCK"}`, 201)
			deployment := c.call("POST", api+"/deployments", ``, 201)["id"].(string)
			c.call("POST", api+"/stages", `{"stageName": "prod", "deploymentId": "`+deployment+`", "tags": {"tier": "gold", "team": "stage"}}`, 201)

			c.sign = asAlice()
			method, path := test.method, fill(test.path)
			if method == "" {
				method = "GET"
			}
			res := c.send(method, path, test.body)
			var body struct{ Message string }
			json.NewDecoder(res.Body).Decode(&body)
			if test.why == "" {
				if res.StatusCode == 403 {
					t.Errorf("refused: %s", body.Message)
				}
				return
			}
			action, resource := test.action, fill(test.resource)
			if action == "" {
				action = "apigateway:" + method
			}
			if resource == "" {
				resource = path
			}
			want := "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: " + action +
				" on resource: arn:aws:apigateway:eu-west-1::" + resource + " " + test.why
			if test.why == implicit {
				want += action + " action"
			}
			if got := res.Header.Get("x-amzn-ErrorType"); res.StatusCode != 403 || got != "AccessDeniedException" || body.Message != want {
				t.Errorf("got  %d %s %q\nwant 403 AccessDeniedException %q", res.StatusCode, got, body.Message, want)
			}
		})
	}
}

func TestNobodyMayUntilAllowed(t *testing.T) {
	c := signedClient(t, `{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}`, nil)
	h := c.handler.(*Handler)
	c.sign = asAlice()
	for _, d := range h.kinds {
		path := strings.NewReplacer("{", "", "}", "", "...", "").Replace(d.path)
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
			res := c.send(method, path, `{}`)
			if code := res.Header.Get("x-amzn-ErrorType"); res.StatusCode != 403 && code != "UnknownOperationException" {
				t.Errorf("%s %s: got %d %s", method, path, res.StatusCode, code)
			}
		}
	}
}

func TestResourceARNs(t *testing.T) {
	for _, test := range []struct{ route, path, query, want string }{
		{"GET /account", "/account", "", "arn:aws:apigateway:eu-west-1::/account"},
		{"GET /domainnames/{domain_name}", "/domainnames/%2A.example.com", "", "arn:aws:apigateway:eu-west-1::/domainnames/*.example.com"},
		{"GET /domainnames/{domain_name}/basepathmappings/{base_path}", "/domainnames/a.b/basepathmappings/(none)", "", "arn:aws:apigateway:eu-west-1::/domainnames/a.b/basepathmappings/(none)"},
		{"GET /domainnames/{domain_name}", "/domainnames/a.b", "?domainNameId=x1", "arn:aws:apigateway:eu-west-1:111122223333:/domainnames/a.b+x1"},
		{"GET /domainnameaccessassociations", "/domainnameaccessassociations", "", "arn:aws:apigateway:eu-west-1:111122223333:/domainnameaccessassociations"},
		{"DELETE /domainnameaccessassociations/{domain_name_access_association_arn}", "/domainnameaccessassociations/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A1%3A%2Fd", "", "arn:aws:apigateway:eu-west-1:1:/d"},
		{"GET /tags/{resource_arn...}", "/tags/arn:aws:apigateway:eu-west-1::/restapis/a", "", "arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa"},
		{"GET /restapis/{restapi_id}", "/restapis/a%2Fb", "", "arn:aws:apigateway:eu-west-1::/restapis/a%2Fb"},
		{"GET /restapis/{restapi_id}", "/restapis/a%252Fb", "", "arn:aws:apigateway:eu-west-1::/restapis/a%252Fb"},
	} {
		if got := resourceOf(t, test.route, test.path+test.query); got != test.want {
			t.Errorf("%s%s: got %s, want %s", test.path, test.query, got, test.want)
		}
	}
	for region, want := range map[string]string{"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"} {
		if got := partition(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}

func TestSourceAddresses(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[2001:db8::1]:80": "2001:db8::1", "[::ffff:192.0.2.1]:80": "192.0.2.1", "[fe80::1%eth0]:80": "fe80::1", "": "",
	} {
		if got := host(remote); got != want {
			t.Errorf("%q: got %q, want %q", remote, got, want)
		}
	}
}

// resourceOf is what a request to a route is about.
func resourceOf(t *testing.T, route, target string) (arn string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc(route, func(_ http.ResponseWriter, r *http.Request) {
		c := &call{
			op: &operation{Route: route}, request: r, query: r.URL.Query(),
			ns: restapi.Namespace{Account: "111122223333", Region: "eu-west-1"},
		}
		arn = c.resourceARN()
	})
	method, _, _ := strings.Cut(route, " ")
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, target, nil))
	return arn
}
