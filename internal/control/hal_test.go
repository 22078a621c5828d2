package control

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// order lists the members of the object at a path of members, as they come.
func order(t *testing.T, text string, at ...string) (names []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	for _, member := range at {
		next(t, d)
		for next(t, d) != member {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				t.Fatal(err)
			}
		}
	}
	next(t, d)
	for d.More() {
		names = append(names, next(t, d).(string))
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func next(t *testing.T, d *json.Decoder) json.Token {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestHALOrder(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	c.call("PUT", root+"/methods/GET/responses/200", `{}`, 201)
	c.call("PUT", root+"/methods/GET/responses/404", `{}`, 201)
	c.accept = "*/*"
	for _, row := range []struct {
		path string
		at   []string
		want string
	}{
		{root + "/methods/GET", nil, "_links _embedded apiKeyRequired authorizationType httpMethod"},
		{root + "/methods/GET", []string{"_links"}, "curies self integration:put method:delete method:responses method:update methodresponse:put"},
		{root + "/methods/GET", []string{"_embedded"}, "method:responses"},
		{api, []string{"_links", "self"}, "href"},
		{api + "/resources", []string{"_links"}, "curies self item resource:by-id resource:create"},
		{api + "/resources", []string{"_embedded", "item"}, "_links id path"},
		{api + "/resources", []string{"_embedded", "item", "_links"}, "self method:by-http-method method:put resource:create-child resource:methods resource:update"},
		{api + "/gatewayresponses", []string{"_links"}, "curies self first gatewayresponse:by-type item"},
		{api + "/deployments?limit=3", nil, "_links"},
		{api + "/deployments?limit=3", []string{"_links"}, "curies self deployment:by-id deployment:create"},
		{"/account", nil, "_links apiKeyVersion features throttleSettings"},
	} {
		body, _ := io.ReadAll(c.send("GET", row.path, "").Body)
		if got := strings.Join(order(t, string(body), row.at...), " "); got != row.want {
			t.Errorf("%s at %v\ngot  %s\nwant %s", row.path, row.at, got, row.want)
		}
	}
}

func TestHALValues(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/restapis", `{"name":"n","tags":{"gatewright:id":"shop"},"binaryMediaTypes":["a/b","c/d"]}`, 201)
	c.call("POST", "/restapis", `{"name":"other"}`, 201)
	c.accept = "application/hal+json"
	got := c.call("GET", "/restapis/shop", "", 200)
	if text, ok := got["createdDate"].(string); !ok || len(text) != len("2016-06-08T22:21:56Z") {
		t.Errorf("createdDate: got %v for %v", got["createdDate"], made["createdDate"])
	}
	if types := got["endpointConfiguration"].(object)["types"]; types != "EDGE" {
		t.Errorf("a list of one: got %v", types)
	}
	if types := got["binaryMediaTypes"].([]any); len(types) != 2 {
		t.Errorf("a list of two: got %v", types)
	}
	page := c.call("GET", "/restapis?limit=1", "", 200)
	links := page["_links"].(object)
	next := links["next"].(object)["href"].(string)
	if links["self"].(object)["href"] != "/restapis?limit=1" || !strings.HasPrefix(next, "/restapis?position=") || !strings.HasSuffix(next, "&limit=1") {
		t.Errorf("links of a page: %v", links)
	}
	if _, one := page["_embedded"].(object)["item"].(object); !one {
		t.Errorf("an item alone: got %v", page["_embedded"])
	}
	c.call("GET", next, "", 200)
}
