package control

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const builtIn = `{"message":$context.error.messageString}`

// From the API reference, "UpdateGatewayResponse": the answer without an Accept
// header, in the documented order of members.
func TestTheDocumentedPatch(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/restapis", `{"name":"n","tags":{"gatewright:id":"o81lxisefl"}}`, 201)
	path := "/restapis/" + made["id"].(string) + "/gatewayresponses/MISSING_AUTHENTICATION_TOKEN"
	patch := `{"patchOperations":[
		{"op":"replace","path":"/statusCode","value":"444"},
		{"op":"replace","path":"/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin","value":"'a.b.c'"},
		{"op":"add","path":"/responseTemplates/application~1xml","value":"<e>$context.error.message</e>"}]}`
	c.refused("PATCH", path, patch, 404, "NotFoundException", "Invalid parameter name specified")
	if got := c.call("GET", path, "", 200); got["statusCode"] != "403" || got["defaultResponse"] != true {
		t.Errorf("the refused patch left %v", got)
	}
	c.call("PUT", path, `{"statusCode":"404","responseParameters":{"gatewayresponse.header.Access-Control-Allow-Origin":"'*'"}}`, 201)
	c.accept = ""
	res := c.send("PATCH", path, patch)
	got, _ := io.ReadAll(res.Body)
	want := `{"_links":{` +
		`"curies":{"href":"https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-gatewayresponse-{rel}.html","name":"gatewayresponse","templated":true},` +
		`"self":{"href":"` + path + `"},` +
		`"gatewayresponse:delete":{"href":"` + path + `"},` +
		`"gatewayresponse:put":{"href":"/restapis/o81lxisefl/gatewayresponses/{response_type}","templated":true},` +
		`"gatewayresponse:update":{"href":"` + path + `"}},` +
		`"defaultResponse":false,` +
		`"responseParameters":{"gatewayresponse.header.Access-Control-Allow-Origin":"'a.b.c'"},` +
		`"responseTemplates":{"application/json":"{\"message\":$context.error.messageString}","application/xml":"<e>$context.error.message</e>"},` +
		`"responseType":"MISSING_AUTHENTICATION_TOKEN","statusCode":"444"}`
	if string(got) != want || res.Header.Get("Content-Type") != "application/hal+json" {
		t.Errorf("%s\ngot  %s\nwant %s", res.Header.Get("Content-Type"), got, want)
	}
}

// Recorded on AWS: an uncustomised type shows what its family says.
func TestInheritance(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	c.call("PUT", api+"/gatewayresponses/AUTHORIZER_FAILURE", `{"responseParameters":{"gatewayresponse.header.A":"'own'"}}`, 201)
	c.call("PUT", api+"/gatewayresponses/DEFAULT_5XX", `{"statusCode":"599","responseParameters":{"gatewayresponse.header.A":"'family'"},"responseTemplates":{"application/xml":"<e/>"}}`, 201)
	list := c.call("GET", api+"/gatewayresponses?limit=1", "", 200)["item"].([]any)
	if len(list) != 21 {
		t.Fatalf("%d types", len(list))
	}
	for _, item := range list {
		got := item.(object)
		name := got["responseType"].(string)
		var want object
		switch name {
		case "AUTHORIZER_FAILURE":
			want = object{"statusCode": "500", "responseParameters": object{"gatewayresponse.header.A": "'own'"}, "responseTemplates": object{"application/json": builtIn}, "defaultResponse": false}
		case "INTEGRATION_TIMEOUT":
			want = object{"statusCode": "599", "responseParameters": object{"gatewayresponse.header.A": "'family'"}, "responseTemplates": object{"application/xml": "<e/>"}, "defaultResponse": true}
		case "THROTTLED":
			want = object{"statusCode": "429", "responseParameters": object{}, "responseTemplates": object{"application/json": builtIn}, "defaultResponse": true}
		case "DEFAULT_4XX":
			want = object{"responseParameters": object{}, "responseTemplates": object{"application/json": builtIn}, "defaultResponse": true}
		default:
			continue
		}
		want["responseType"] = name
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s in the list (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(want, c.call("GET", api+"/gatewayresponses/"+name, "", 200)); diff != "" {
			t.Errorf("%s alone (-want +got)\n%s", name, diff)
		}
	}
}

func TestGatewayResponsePatches(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	path := api + "/gatewayresponses/DEFAULT_4XX"
	got := c.call("PATCH", path, patchOf("replace /statusCode 444"), 200)
	if got["statusCode"] != "444" || got["defaultResponse"] != false || got["responseTemplates"].(object)["application/json"] != builtIn {
		t.Errorf("a type that was never put: got %v", got)
	}
	if got := c.call("PATCH", path, `{"patchOperations":[{"op":"replace","path":"/statusCode","value":null}]}`, 200); got["statusCode"] != nil {
		t.Errorf("a family without a status: got %v", got)
	}
	got = c.call("PATCH", path, patchOf(
		`replace /responseParameters {"gatewayresponse.header.A":"'1'"}`, `add /responseParameters {"gatewayresponse.header.B":"'2'"}`,
		"remove /responseTemplates"), 200)
	want := object{"gatewayresponse.header.A": "'1'", "gatewayresponse.header.B": "'2'"}
	if cmp.Diff(want, got["responseParameters"]) != "" || got["responseTemplates"].(object)["application/json"] != builtIn {
		t.Errorf("bare maps: got %v", got)
	}
	for _, row := range []struct {
		patch, message string
		status         int
	}{
		{patchOf("add /statusCode 400"), "Invalid patch path /statusCode", 400},
		{patchOf("remove /statusCode"), "Invalid patch path /statusCode", 400},
		{patchOf("replace /wrongPath x"), "Invalid patch path /wrongPath", 400},
		{`{"patchOperations":[{"op":"replace"}]}`, "Invalid patch path null", 400},
		{patchOf("replace /responseTemplates/application/json x"), "Invalid patch path /responseTemplates/application/json", 400},
		{patchOf("replace /responseParameters []"), "Invalid patch path /responseParameters", 400},
		{patchOf("replace /responseTemplates/application~1json"), "Invalid null or empty value in responseTemplates", 400},
		{patchOf("add /responseParameters/gatewayresponse.header.A"), "Invalid null or empty value in responseParameters", 400},
		{patchOf(`add /responseParameters {"gatewayresponse.header.A":""}`), "Invalid null or empty value in responseParameters", 400},
		{patchOf("remove /responseTemplates/application~1xml"), "Invalid parameter name specified", 404},
		{patchOf("copy /responseParameters/a"), "Invalid patch operation specified. Must be one of: [add, remove, replace]", 400},
		{patchOf("add /responseTemplates/123 x"), "Validation Result: warnings : [], errors : [Invalid content type specified: 123]", 400},
	} {
		code := map[int]string{400: "BadRequestException", 404: "NotFoundException"}[row.status]
		c.refused("PATCH", path, row.patch, row.status, code, row.message)
	}
	c.refused("PATCH", api+"/gatewayresponses/THROTTLED", patchOf("replace /statusCode"), 400, "BadRequestException", "Invalid null or empty value in statusCode")
	c.call("DELETE", path, "", 202)
	c.refused("DELETE", path, "", 404, "NotFoundException", "Gateway response type not defined on api")
}

func TestGatewayResponseModel(t *testing.T) {
	c := newClient(t)
	enum := "[" + strings.Join(responseTypes(), ", ") + "]"
	c.refused("PATCH", "/restapis/none/gatewayresponses/NOPE", patchOf("wrong /statusCode x"), 400, "ValidationException",
		"2 validation errors detected: Value 'wrong' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [add, remove, move, test, replace, copy]; "+
			"Value 'NOPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: "+enum)
	c.refused("PUT", "/restapis/none/gatewayresponses/THROTTLED", `{"statusCode":"42"}`, 400, "ValidationException",
		`1 validation error detected: Value '42' at 'putGatewayResponseInput.statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`)
	c.refused("GET", "/restapis/none/gatewayresponses/THROTTLED", "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:none")
}
