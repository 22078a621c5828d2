package control

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/store"
)

// Whatever is sent, what is answered is an answer of the service: no 5xx but
// for what is not built, an envelope with every error, and nothing changed by
// what was refused.
func FuzzRequest(f *testing.F) {
	bodies := []string{
		`{"name":"n","endpointConfiguration":{"types":["wrong"]},"minimumCompressionSize":"x"}`,
		`{"patchOperations":[{"op":"replace","path":"/name","value":"x"},{"op":"add","path":"/binaryMediaTypes/a~1b"}]}`,
		`{"patchOperations":[{"op":"copy","path":"/variables","from":"/canarySettings/stageVariableOverrides"},{"op":null}]}`,
		`{"type":"HTTP","uri":"http://a","httpMethod":"GET","requestParameters":{"integration.request.path.a":true}}`,
		`{"stageName":"s","canarySettings":{"percentTraffic":"1e309"},"variables":{"a":null}}`,
		`{"tags":{"a":[]}}`, `[`, `{"pathPart":"{a+}"}`, `{"authorizationType":"none","requestModels":{"a":"Empty"}}`,
		`{"name":"a","type":"REQUEST","contentType":"application/json","schema":"{\"$ref\":\"#\"}","identitySource":"a,b","authorizerResultTtlInSeconds":"-1"}`,
		`{"location":{"type":"METHOD","path":1},"properties":"{}","documentationVersion":"1.0"}`,
		`{"patchOperations":[{"op":"add","path":"/identitySource","value":"a"},{"op":"replace","path":"/type"},{"op":"remove","path":"/providerARNs","value":"a"}]}`,
		`{"patchOperations":[{"op":"add","path":"/apiStages/a:b/throttle//c/GET/rateLimit","value":"1"},{"op":"replace","path":"/quota/period","value":"WEEK"}]}`,
		`{"name":"n","apiStages":[{"apiId":"a","throttle":{"/GET":null}}],"quota":{"offset":"9","period":"DAY"},"stageKeys":[{}],"targetArns":["a"]}`,
		`{"patchOperations":[{"op":"replace","path":"/remaining","value":"1"},{"op":"add","path":"/stages","value":"a/b"}]}`,
		"Name,key,Enabled\n'n',apikey1234abcdefghij0123456789,x",
	}
	c := newClient(f)
	api, get := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	authorizer := api + "/authorizers/" + c.call("POST", api+"/authorizers", tokenAuthorizer, 201)["id"].(string)
	_, stage := c.stage()
	plan, key := c.plan(stage), c.apiKey("k")
	c.attach(plan, key)
	paths := []string{
		"/apikeys", "/apikeys/" + key, importPath, "/usageplans", plan, plan + "/keys", plan + "/keys/" + key + "/usage",
		"/clientcertificates/" + c.certificate(), "/vpclinks", "/vpclinks/" + c.link(),
		api + "/models", api + "/models/Empty", api + "/authorizers", authorizer, api + "/requestvalidators",
		api + "/documentation/parts", api + "/documentation/parts?locationStatus=UNDOCUMENTED", api + "/documentation/versions",
		"/restapis", api, api + "/gatewayresponses/THROTTLED", strings.TrimSuffix(get, "/methods/GET"), get, get + "/integration",
		get + "/responses/200", get + "/integration/responses/200", api + "/stages/prod", api + "/stages", api + "/deployments", "/account",
	}
	for i, method := range []string{"POST", "PUT", "PATCH", "DELETE", "GET"} {
		for j := range paths {
			f.Add(method, byte(j), bodies[(i+j)%len(bodies)])
		}
	}
	f.Fuzz(func(t *testing.T, method string, path byte, body string) {
		switch method {
		case "POST", "PUT", "PATCH", "GET":
		default:
			method = "PATCH" // a DELETE would leave the next input nothing to act on
		}
		at := paths[int(path)%len(paths)]
		h := c.handler.(*Handler)
		c := client{t: t, handler: h}
		before := version(t, h.store)
		res := c.send(method, at, body)
		text, _ := io.ReadAll(res.Body)
		if res.StatusCode < 300 {
			return
		}
		var envelope struct{ Message *string }
		if err := json.Unmarshal(text, &envelope); err != nil || envelope.Message == nil || res.Header.Get("x-amzn-ErrorType") == "" {
			t.Errorf("%s %s %q: %d %s", method, at, body, res.StatusCode, text)
		}
		if res.StatusCode >= 500 && res.StatusCode != 501 {
			t.Errorf("%s %s %q: %d", method, at, body, res.StatusCode)
		}
		if after := version(t, h.store); after != before {
			t.Errorf("%s %s %q: refused with %d, and commit %d became %d", method, at, body, res.StatusCode, before, after)
		}
	})
}

func version(t testing.TB, s store.Store) (n uint64) {
	t.Helper()
	if err := s.View(t.Context(), func(r store.Reader) error { n = r.Version(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// A schema is refused or can be used: nothing that is made of it hangs or
// panics, and a flat schema is a schema again.
func FuzzSchema(f *testing.F) {
	for _, m := range defaultModels {
		f.Add(m.Schema)
	}
	f.Add(`{"definitions":{"a":{"$ref":"#"}},"items":[{"$ref":"#/definitions/a"}],"enum":[1,{"b":null}]}`)
	c := newClient(f)
	api, _ := c.api()
	f.Fuzz(func(t *testing.T, schema string) {
		c.t = t
		res := c.send("POST", api+"/models", model("Pet", schema))
		if res.StatusCode == 400 {
			return
		}
		if res.StatusCode != 201 {
			t.Fatalf("%q answered %d", schema, res.StatusCode)
		}
		c.call("GET", api+"/models/Pet/default_template", "", 200)
		flat := c.call("GET", api+"/models/Pet?flatten=true", "", 200)["schema"].(string)
		c.call("PATCH", api+"/models/Pet", patchOf("replace /schema "+flat), 200)
		c.call("DELETE", api+"/models/Pet", "", 202)
	})
}
