package control

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// apiKey makes an API key of a name and returns its id.
func (c *client) apiKey(name string) string {
	c.t.Helper()
	return c.call("POST", "/apikeys", `{"name":"`+name+`","enabled":true}`, 201)["id"].(string)
}

// A key is not enabled unless that is asked for, shows its value when it is
// made and else on request: recorded on AWS.
func TestAPIKey(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/apikeys", `{"name":"","value":"","generateDistinctId":false}`, 201)
	id, value := made["id"].(string), made["value"].(string)
	if len(id) != 10 || len(value) != 40 {
		t.Errorf("id %q, value %q", id, value)
	}
	want := object{
		"id": id, "value": value, "enabled": false, "stageKeys": []any{},
		"createdDate": made["createdDate"], "lastUpdatedDate": made["lastUpdatedDate"],
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	want["tags"] = object{}
	path := "/apikeys/" + id
	if diff := cmp.Diff(want, c.call("GET", path+"?includeValue=true", "", 200)); diff != "" {
		t.Errorf("read with its value (-want +got):\n%s", diff)
	}
	if listed := c.items("/apikeys?includeValues=true"); listed[0].(object)["value"] != value {
		t.Errorf("listed with its value: %v", listed)
	}
	for _, got := range []object{c.call("GET", path, "", 200), c.call("PATCH", path, patchOf("replace /name n"), 200), c.items("/apikeys")[0].(object)} {
		if got["value"] != nil {
			t.Errorf("the value is shown: %v", got)
		}
	}

	c.refused("POST", "/apikeys", `{"value":"`+value+`"}`, 409, "ConflictException", "API Key already exists")
	c.call("DELETE", path, "", 202)
	c.call("POST", "/apikeys", `{"value":"`+value+`"}`, 201)
	c.refused("GET", path, "", 404, "NotFoundException", "Invalid API Key identifier specified")
}

// items lists a collection.
func (c *client) items(path string) []any {
	c.t.Helper()
	return c.call("GET", path, "", 200)["item"].([]any)
}

// named lists a collection by name.
func (c *client) named(path string) string {
	c.t.Helper()
	var names []string
	for _, item := range c.items(path) {
		names = append(names, item.(object)["name"].(string))
	}
	return strings.Join(names, " ")
}

// Keys are listed with the newest first, and by the beginning of their names:
// recorded on AWS.
func TestListAPIKeys(t *testing.T) {
	c := newClient(t)
	for i := range 5 {
		c.call("POST", "/apikeys", fmt.Sprintf(`{"name":"key%d","customerId":"c%d"}`, i, i%2), 201)
	}
	last := c.apiKey("Key5")
	for path, want := range map[string]string{
		"/apikeys":                         "Key5 key4 key3 key2 key1 key0",
		"/apikeys?limit=-1":                "Key5 key4 key3 key2 key1 key0",
		"/apikeys?name=key":                "key4 key3 key2 key1 key0",
		"/apikeys?name=ey":                 "",
		"/apikeys?customerId=c1":           "key3 key1",
		"/apikeys?customerId=c1&name=key3": "key3",
	} {
		if got := c.named(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	c.call("DELETE", "/apikeys/"+last, "", 202)
	var got []string
	for position := ""; ; {
		page := c.call("GET", "/apikeys?limit=2&name=key&position="+url.QueryEscape(position), "", 200)
		for _, item := range page["item"].([]any) {
			got = append(got, item.(object)["name"].(string))
		}
		if page["position"] == nil {
			break
		}
		position = page["position"].(string)
	}
	if want := []string{"key4", "key3", "key2", "key1", "key0"}; cmp.Diff(want, got) != "" {
		t.Errorf("by pages: got %v", got)
	}
	c.apiKey("key6")
	if got := c.named("/apikeys?limit=2"); got != "key6 key4" {
		t.Errorf("after a key was deleted and one made: got %q", got)
	}
}

// That a stage must be there when a key is tied to it is our choice.
func TestAPIKeyStages(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	id := strings.TrimPrefix(api, "/restapis/")
	body := `{"stageKeys":[{"restApiId":"` + id + `","stageName":"%s"}]}`
	made := c.call("POST", "/apikeys", fmt.Sprintf(body, "prod"), 201)
	if diff := cmp.Diff(any([]any{id + "/prod"}), made["stageKeys"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.refused("POST", "/apikeys", fmt.Sprintf(body, "none"), 404, "NotFoundException", "Invalid stage identifier specified")
	c.call("DELETE", api+"/stages/prod", "", 202)
	c.call("PATCH", "/apikeys/"+made["id"].(string), patchOf("replace /name n"), 200)
	c.refused("POST", "/apikeys", `{"stageKeys":["`+id+`/prod"]}`, 400, "SerializationException", "class java.lang.String can not be converted to an structure")
}
