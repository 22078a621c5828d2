package control

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plan makes a usage plan about stages, {apiId}:{stage}, and returns its path.
func (c *client) plan(stages ...string) string {
	c.t.Helper()
	var list []string
	for _, s := range stages {
		api, stage, _ := strings.Cut(s, ":")
		list = append(list, `{"apiId":"`+api+`","stage":"`+stage+`"}`)
	}
	made := c.call("POST", "/usageplans", `{"name":"gold","apiStages":[`+strings.Join(list, ",")+`]}`, 201)
	return "/usageplans/" + made["id"].(string)
}

// stage deploys an API and returns its path and its stage as a plan names it.
func (c *client) stage() (api, stage string) {
	c.t.Helper()
	api, _ = c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	return api, strings.TrimPrefix(api, "/restapis/") + ":prod"
}

func TestUsagePlan(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/usageplans", `{"name":"gold"}`, 201)
	id := made["id"].(string)
	want := object{"id": id, "name": "gold", "apiStages": []any{}}
	if cmp.Diff(want, made) != "" || len(id) != 6 {
		t.Errorf("got %v, want %v", made, want)
	}
	path := "/usageplans/" + id
	_, stage := c.stage()
	api, _, _ := strings.Cut(stage, ":")
	c.call("PATCH", path, patchOf( // as Terraform sends it
		"add /apiStages "+stage,
		"replace /apiStages/"+stage+"/throttle//pets/GET/rateLimit 5.500000",
		"replace /apiStages/"+stage+"/throttle//pets/GET/burstLimit 7",
		"add /throttle/rateLimit 2", "add /throttle/burstLimit 3",
		"add /quota/limit 100", "add /quota/offset 1", "add /quota/period WEEK",
		"add /productCode p1",
	), 200)
	want = object{
		"id": id, "name": "gold", "productCode": "p1", "tags": object{},
		"apiStages": []any{object{"apiId": api, "stage": "prod", "throttle": object{"/pets/GET": object{"rateLimit": 5.5, "burstLimit": 7.0}}}},
		"throttle":  object{"rateLimit": 2.0, "burstLimit": 3.0},
		"quota":     object{"limit": 100.0, "offset": 1.0, "period": "WEEK"},
	}
	if diff := cmp.Diff(want, c.call("GET", path, "", 200)); diff != "" {
		t.Errorf("after a patch (-want +got):\n%s", diff)
	}
	got := c.call("PATCH", path, patchOf("remove /apiStages "+stage, "add /apiStages "+stage, "remove /quota", "remove /throttle", "remove /productCode"), 200)
	want = object{"id": id, "name": "gold", "tags": object{}, "apiStages": []any{object{"apiId": api, "stage": "prod"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the next (-want +got):\n%s", diff)
	}
	c.refused("DELETE", path, "", 400, "BadRequestException", "Cannot delete Usage Plan "+id+" because there are API Stages associated with it, including "+stage)
	c.call("PATCH", path, patchOf("remove /apiStages "+stage), 200)
	c.call("DELETE", path, "", 202)
	c.refused("GET", path, "", 404, "NotFoundException", "Invalid Usage Plan ID specified")
}

// What the recordings lack is our choice.
func TestUsagePlanChecks(t *testing.T) {
	c := newClient(t)
	_, stage := c.stage()
	api, _, _ := strings.Cut(stage, ":")
	for body, message := range map[string]string{
		`{"name":" "}`: "Usage Plan name cannot be blank",
		`{"name":"n","throttle":{"rateLimit":-1}}`:                                                                 "Invalid throttle settings specified. Limits must not be negative",
		`{"name":"n","quota":{"limit":-1,"period":"DAY"}}`:                                                         "Invalid quota limit specified. It must not be negative",
		`{"name":"n","quota":{"offset":1,"period":"DAY"}}`:                                                         "Invalid quota offset specified for period DAY, must be between 0 and 0",
		`{"name":"n","quota":{"offset":7,"period":"WEEK"}}`:                                                        "Invalid quota offset specified for period WEEK, must be between 0 and 6",
		`{"name":"n","quota":{"offset":28,"period":"MONTH"}}`:                                                      "Invalid quota offset specified for period MONTH, must be between 0 and 27",
		`{"name":"n","apiStages":[{"apiId":"a"}]}`:                                                                 "Invalid API Stage specified",
		`{"name":"n","apiStages":[{"apiId":"` + api + `","stage":"prod"},{"apiId":"` + api + `","stage":"prod"}]}`: "Invalid API Stage specified",
		`{"name":"n","apiStages":[{"apiId":"` + api + `","stage":"prod","throttle":{"/GET":null}}]}`:               "Invalid throttle settings specified. Limits must not be negative",
	} {
		c.refused("POST", "/usageplans", body, 400, "BadRequestException", message)
	}
	c.refused("POST", "/usageplans", `{"quota":{"period":"YEAR"}}`, 400, "ValidationException",
		"2 validation errors detected: Value null at 'createUsagePlanInput.name' failed to satisfy constraint: Member must not be null; "+
			"Value 'YEAR' at 'createUsagePlanInput.quota.period' failed to satisfy constraint: Member must satisfy enum value set: [DAY, WEEK, MONTH]")
}

// Stages that go are taken out of plans: our choice.
func TestUsagePlanForgetsStages(t *testing.T) {
	c := newClient(t)
	api, stage := c.stage()
	name, _, _ := strings.Cut(stage, ":")
	c.deploy(api, `{"stageName":"beta"}`)
	plan, other := c.plan(stage, name+":beta"), c.plan(stage)
	c.call("DELETE", api+"/stages/prod", "", 202)
	if got := c.call("GET", plan, "", 200)["apiStages"]; cmp.Diff([]any{object{"apiId": name, "stage": "beta"}}, got) != "" {
		t.Errorf("after a stage went: %v", got)
	}
	c.call("DELETE", other, "", 202)
	c.call("DELETE", api, "", 202)
	if got := c.call("GET", plan, "", 200)["apiStages"]; cmp.Diff([]any{}, got) != "" {
		t.Errorf("after the API went: %v", got)
	}
}
