package control

import (
	"testing"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/google/go-cmp/cmp"
)

// deployable makes an API that can be deployed.
func (c *client) deployable() (api, method string) {
	c.t.Helper()
	api, root := c.api()
	method = root + "/methods/GET"
	c.call("PUT", method, `{"authorizationType":"NONE","apiKeyRequired":true}`, 201)
	c.call("PUT", method+"/integration", `{"type":"MOCK"}`, 201)
	return api, method
}

func (c *client) deploy(api, body string) string {
	c.t.Helper()
	return c.call("POST", api+"/deployments", body, 201)["id"].(string)
}

func TestDeployments(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	c.refused("POST", api+"/deployments", `{}`, 400, "BadRequestException", "The REST API doesn't contain any methods")
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	c.refused("POST", api+"/deployments", `{}`, 400, "BadRequestException", "No integration defined for method")
	c.call("PUT", root+"/methods/GET/integration", `{"type":"MOCK"}`, 201)

	first := c.deploy(api, `{"stageName":"prod","description":"one","stageDescription":"the stage","variables":{"a":"1"},"tracingEnabled":true}`)
	second := c.deploy(api, `{"stageName":"prod","stageDescription":"","description":"","variables":{}}`) // as Terraform does
	stage := c.call("GET", api+"/stages/prod", "", 200)
	if stage["deploymentId"] != second || stage["description"] != "the stage" || stage["tracingEnabled"] != true || stage["variables"].(object)["a"] != "1" {
		t.Errorf("the stage that was deployed to again: %v", stage)
	}
	if got := c.call("PATCH", api+"/deployments/"+first, patchOf("replace /description new"), 200); got["description"] != "new" {
		t.Errorf("got %v", got)
	}
	c.refused("DELETE", api+"/deployments/"+second, "", 400, "BadRequestException", "Active stages pointing to this deployment must be moved or deleted")
	c.call("PATCH", api+"/stages/prod", patchOf("replace /canarySettings/deploymentId "+first), 200)
	c.refused("DELETE", api+"/deployments/"+first, "", 400, "BadRequestException", "Active stages with canary settings pointing to this deployment must be moved or deleted")
	c.call("DELETE", api+"/stages/prod", "", 202)
	c.call("DELETE", api+"/deployments/"+first, "", 202)
	if list := c.call("GET", api+"/deployments", "", 200)["item"].([]any); len(list) != 1 {
		t.Errorf("left: %v", list)
	}
}

func TestASummaryIsOfWhatWasFrozen(t *testing.T) {
	c := newClient(t)
	api, method := c.deployable()
	id := c.deploy(api, `{}`)
	c.call("PATCH", method, patchOf("replace /authorizationType AWS_IAM"), 200)
	path := api + "/deployments/" + id
	if got := c.call("GET", path, "", 200); got["apiSummary"] != nil {
		t.Errorf("unasked: %v", got)
	}
	want := object{"/": object{"GET": object{"authorizationType": "NONE", "apiKeyRequired": true}}}
	if diff := cmp.Diff(want, c.call("GET", path+"?embed=apisummary", "", 200)["apiSummary"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestASnapshotIsWhole(t *testing.T) {
	c := newClient(t)
	api, method := c.deployable()
	c.call("PUT", method+"/responses/200", `{}`, 201)
	c.call("PUT", method+"/integration/responses/200", `{"selectionPattern":"2.."}`, 201)
	c.call("PUT", api+"/gatewayresponses/THROTTLED", `{"statusCode":"420"}`, 201)
	c.call("POST", api+"/authorizers", tokenAuthorizer, 201)
	c.call("POST", api+"/requestvalidators", `{"name":"v","validateRequestBody":true}`, 201)
	c.call("POST", api+"/documentation/parts", part(`{"type":"API"}`), 201)
	c.call("POST", api+"/documentation/versions", `{"documentationVersion":"1.0"}`, 201)
	id := c.deploy(api, `{"stageName":"prod"}`)
	apiID := api[len("/restapis/"):]
	var d *restapi.Definition
	err := c.handler.(*Handler).store.View(t.Context(), func(r store.Reader) error {
		home := c.handler.(*Handler).home
		frozen, err := r.Get(home.Key(restapi.SnapshotPath(apiID, id)))
		if err != nil {
			return err
		}
		d, err = restapi.Thaw(frozen)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m := d.Resources[0].ResourceMethods["GET"]
	if m.MethodResponses["200"] == nil || m.MethodIntegration.IntegrationResponses["200"] == nil || d.API.ID != apiID ||
		len(d.Models) != 2 || len(d.GatewayResponses) != 1 || len(d.DocumentationParts) != 1 ||
		len(d.Authorizers) != 1 || *d.Authorizers[0].AuthorizerResultTTLInSeconds != 300 ||
		len(d.RequestValidators) != 1 || !d.RequestValidators[0].ValidateRequestBody {
		t.Errorf("got %+v", d)
	}
	// Nothing of an API is left when it is gone.
	c.call("DELETE", api, "", 202)
	c.handler.(*Handler).store.View(t.Context(), func(r store.Reader) error {
		for key := range r.Scan("", "") {
			t.Errorf("left: %s", key)
		}
		return nil
	})
}

func TestCanaryDeployments(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	const content = "Invalid deployment content specified."
	c.refused("POST", api+"/deployments", `{"canarySettings":{"percentTraffic":5}}`, 400, "BadRequestException",
		content+"Non null and non empty stageName must be provided for canary deployment. Provided value is null")
	c.refused("POST", api+"/deployments", `{"stageName":"","canarySettings":{}}`, 400, "BadRequestException",
		content+"Non null and non empty stageName must be provided for canary deployment. Provided value is ")
	c.refused("POST", api+"/deployments", `{"stageName":"none","canarySettings":{}}`, 400, "BadRequestException",
		content+"Stage none must already be created before making a canary release deployment")
	main := c.deploy(api, `{"stageName":"prod","variables":{"a":"1"}}`)
	canary := c.deploy(api, `{"stageName":"prod","canarySettings":{"percentTraffic":12.5,"stageVariableOverrides":{"a":"2"}}}`)
	got := c.call("GET", api+"/stages/prod", "", 200)
	want := object{"deploymentId": canary, "percentTraffic": 12.5, "useStageCache": false, "stageVariableOverrides": object{"a": "2"}}
	if diff := cmp.Diff(want, got["canarySettings"]); got["deploymentId"] != main || diff != "" {
		t.Errorf("got %v\n%s", got, diff)
	}
	got = c.call("PATCH", api+"/stages/prod", `{"patchOperations":[
		{"op":"copy","path":"/deploymentId","from":"/canarySettings/deploymentId"},
		{"op":"copy","path":"/variables","from":"/canarySettings/stageVariableOverrides"},
		{"op":"remove","path":"/canarySettings"}]}`, 200)
	if got["deploymentId"] != canary || got["variables"].(object)["a"] != "2" || got["canarySettings"] != nil {
		t.Errorf("promoted: %v", got)
	}
	c.refused("PATCH", api+"/stages/prod", `{"patchOperations":[{"op":"copy","path":"/deploymentId","from":"/canarySettings/deploymentId"}]}`,
		400, "BadRequestException", "Promotion not available. Canary does not exist.")
}
