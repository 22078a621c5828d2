package control

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// attach puts a key into a plan.
func (c *client) attach(plan, key string) object {
	c.t.Helper()
	return c.call("POST", plan+"/keys", `{"keyId":"`+key+`","keyType":"API_KEY"}`, 201)
}

func TestUsagePlanKeys(t *testing.T) {
	c := newClient(t)
	plan := c.plan()
	first, second := c.apiKey("first"), c.apiKey("second")
	got := c.attach(plan, first)
	value := c.call("GET", "/apikeys/"+first+"?includeValue=true", "", 200)["value"]
	want := object{"id": first, "type": "API_KEY", "name": "first", "value": value}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attached (-want +got):\n%s", diff)
	}
	c.attach(plan, second)
	c.call("PATCH", "/apikeys/"+first, patchOf("replace /name renamed"), 200)
	if got := c.call("GET", plan+"/keys/"+first, "", 200)["name"]; got != "renamed" {
		t.Errorf("the key is called %v", got)
	}
	if got := c.named(plan + "/keys"); got != "second renamed" {
		t.Errorf("listed: %s", got)
	}
	if got := c.named(plan + "/keys?name=re"); got != "renamed" {
		t.Errorf("listed by name: %s", got)
	}
	if got := c.named("/usageplans?keyId=" + first); got != "gold" {
		t.Errorf("plans of the key: %s", got)
	}
	if got := c.items("/usageplans/none/keys"); len(got) != 0 {
		t.Errorf("keys of no plan: %v", got)
	}

	c.call("DELETE", plan+"/keys/"+second, "", 202)
	c.call("DELETE", "/apikeys/"+first, "", 202)
	if got := c.items(plan + "/keys"); len(got) != 0 {
		t.Errorf("after the key went: %v", got)
	}
	c.attach(plan, second)
	c.call("DELETE", plan, "", 202)
	if got := c.items("/usageplans?keyId=" + second); len(got) != 0 {
		t.Errorf("after the plan went: %v", got)
	}
}

// The conflict about stages is in the words of public reports, the others are
// ours.
func TestUsagePlanKeyChecks(t *testing.T) {
	c := newClient(t)
	_, stage := c.stage()
	key, one, two := c.apiKey("k"), c.plan(stage), c.plan()
	body := func(key, kind string) string { return `{"keyId":"` + key + `","keyType":"` + kind + `"}` }
	c.refused("POST", one+"/keys", body("none", "API_KEY"), 404, "NotFoundException", "Invalid API Key identifier specified")
	c.refused("POST", "/usageplans/none/keys", body(key, "API_KEY"), 404, "NotFoundException", "Invalid Usage Plan ID specified")
	c.refused("POST", one+"/keys", body(key, "OTHER"), 400, "BadRequestException", "Invalid key type specified. Must be one of: [API_KEY]")
	c.refused("GET", one+"/keys/"+key, "", 404, "NotFoundException", "Invalid API Key identifier specified")
	c.attach(one, key)
	c.refused("POST", one+"/keys", body(key, "API_KEY"), 409, "ConflictException", "API Key is already in this Usage Plan")

	shared := func(plan string) string {
		return "Usage Plan " + strings.TrimPrefix(plan, "/usageplans/") + " cannot be added because API Key " + key +
			" cannot reference multiple Usage Plans with the same API stage: " + stage
	}
	c.attach(two, key)
	c.refused("PATCH", two, patchOf("add /apiStages "+stage), 409, "ConflictException", shared(two))
	c.call("DELETE", two+"/keys/"+key, "", 202)
	c.call("PATCH", two, patchOf("add /apiStages "+stage), 200)
	c.refused("POST", two+"/keys", body(key, "API_KEY"), 409, "ConflictException", shared(two))
	c.call("PATCH", two, patchOf("remove /apiStages "+stage), 200)
	c.attach(two, key)
}
