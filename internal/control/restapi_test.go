package control

import (
	"regexp"
	"strings"
	"testing"
)

func TestRestAPI(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/restapis", `{"name":"pets","tags":{"team":"a"},"minimumCompressionSize":0,"binaryMediaTypes":[]}`, 201)
	id := made["id"].(string)
	if !regexp.MustCompile(`^[a-z0-9]{10}$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
	for member, want := range map[string]any{"apiKeySource": "HEADER", "disableExecuteApiEndpoint": false, "minimumCompressionSize": 0.0, "binaryMediaTypes": nil, "securityPolicy": "TLS_1_0"} {
		if made[member] != want {
			t.Errorf("%s: got %v, want %v", member, made[member], want)
		}
	}
	c.refused("GET", "/restapis/"+strings.ToUpper(id), "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:"+strings.ToUpper(id))
	got := c.call("PATCH", "/restapis/"+id, patchOf(
		"add /binaryMediaTypes/image~1png", "add /binaryMediaTypes/a~1b", "replace /binaryMediaTypes/image~1png image/gif",
		"replace /endpointConfiguration/types/EDGE PRIVATE", "replace /minimumCompressionSize"), 200)
	endpoint := got["endpointConfiguration"].(object)
	if list := got["binaryMediaTypes"].([]any); len(list) != 2 || list[0] != "a/b" || list[1] != "image/gif" {
		t.Errorf("binaryMediaTypes %v", list)
	}
	if endpoint["types"].([]any)[0] != "PRIVATE" || endpoint["ipAddressType"] != "dualstack" || got["minimumCompressionSize"] != nil {
		t.Errorf("got %v", got)
	}
	c.call("DELETE", "/restapis/"+id, "", 202)
	c.refused("DELETE", "/restapis/"+id, "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:"+id)
}

func TestIDsThatTagsFix(t *testing.T) {
	c := newClient(t)
	create := func(tag, id string) string { return `{"name":"n","tags":{"` + tag + `":"` + id + `"}}` }
	longest := strings.Repeat("a", 63) // a label of a domain name: our choice
	for tag, id := range map[string]string{"gatewright:id": longest, "_custom_id_": "1"} {
		if got := c.call("POST", "/restapis", create(tag, id), 201)["id"]; got != id {
			t.Errorf("the tag %s: got the id %v, want %s", tag, got, id)
		}
	}
	const form = "The tag gatewright:id fixes the API's id: it must be at most 63 lower-case letters and digits"
	for _, id := range []string{"", longest + "a", "A", "a-b", "a.b", "a/b", "é"} {
		c.refused("POST", "/restapis", create("gatewright:id", id), 400, "BadRequestException", form)
	}
	c.refused("POST", "/restapis", create("gatewright:id", "1"), 409, "ConflictException", "An API with the id 1 exists already")
}

func TestTagsThatAreNone(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	if _, there := c.call("POST", "/restapis", `{"name":"n"}`, 201)["tags"]; there {
		t.Error("Create shows tags that are none")
	}
	if _, there := c.call("GET", api, "", 200)["tags"]; !there {
		t.Error("Get leaves out tags that are none")
	}
}

func TestAnIDIsFixedByATag(t *testing.T) {
	for _, tag := range idTags {
		c := newClient(t)
		body := `{"name":"n","tags":{"` + tag + `":"shop"}}`
		made := c.call("POST", "/restapis", body, 201)
		if made["id"] != "shop" || made["tags"].(object)[tag] != "shop" {
			t.Errorf("got %v", made)
		}
		c.refused("POST", "/restapis", body, 409, "ConflictException", "An API with the id shop exists already")
		c.auth = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/apigateway/aws4_request"
		c.refused("POST", "/restapis", body, 409, "ConflictException", "An API with the id shop exists already")
		if res := c.send("POST", "/restapis", `{"name":"n","tags":{"`+tag+`":"A/b"}}`); res.StatusCode != 400 {
			t.Errorf("a malformed id: got %d", res.StatusCode)
		}
	}
}

// From Terraform's source: the policy is escaped once more than JSON does.
func TestPolicy(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	id := strings.TrimPrefix(api, "/restapis/")
	got := c.call("PATCH", api, `{"patchOperations":[{"op":"replace","path":"/policy","value":"{ \"Version\": \"2012-10-17\", \"Resource\": \"execute-api:/*\" }"}]}`, 200)["policy"]
	want := `{\"Version\":\"2012-10-17\",\"Resource\":\"arn:aws:execute-api:us-east-1:123456789012:` + id + `/*\"}`
	if got != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if again := c.call("PATCH", api, patchOf("replace /name n"), 200)["policy"]; again != want {
		t.Errorf("after another patch %v", again)
	}
	if gone := c.call("PATCH", api, patchOf("replace /policy "), 200)["policy"]; gone != nil {
		t.Errorf("cleared: %v", gone)
	}
}

func TestClone(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	pets := c.call("POST", root, `{"pathPart":"pets"}`, 201)["id"].(string)
	c.call("PUT", api+"/resources/"+pets+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	c.call("PUT", api+"/resources/"+pets+"/methods/GET/integration", `{"type":"MOCK"}`, 201)
	c.call("POST", api+"/deployments", `{"stageName":"prod"}`, 201)
	id := c.call("POST", "/restapis", `{"name":"copy","cloneFrom":"`+strings.TrimPrefix(api, "/restapis/")+`"}`, 201)["id"].(string)
	copied := "/restapis/" + id
	c.call("GET", copied+"/resources/"+pets+"/methods/GET/integration", "", 200)
	if stages := c.call("GET", copied+"/stages", "", 200)["item"].([]any); len(stages) != 0 {
		t.Errorf("stages were cloned: %v", stages)
	}
	c.call("DELETE", api, "", 202)
	c.call("POST", copied+"/deployments", `{"stageName":"prod"}`, 201)
	c.refused("POST", copied+strings.TrimPrefix(root, api), `{"pathPart":"pets"}`, 409, "ConflictException",
		"Another resource with the same parent already has this name: pets")
	c.refused("POST", "/restapis", `{"name":"copy","cloneFrom":"none"}`, 404, "NotFoundException", "Invalid API identifier specified 123456789012:none")
}

// An id that a tag fixes may be like other parts of a store key.
func TestCloneOfAShortID(t *testing.T) {
	c := newClient(t)
	for _, from := range []string{"r", "rest", "restapis", "s", "1", "us"} {
		source := c.call("POST", "/restapis", `{"name":"source","tags":{"gatewright:id":"`+from+`"}}`, 201)
		root := "/resources/" + source["rootResourceId"].(string)
		pets := c.call("POST", "/restapis/"+from+root, `{"pathPart":"pets"}`, 201)["id"].(string)
		clone := "/restapis/" + c.call("POST", "/restapis", `{"name":"clone","cloneFrom":"`+from+`"}`, 201)["id"].(string)
		if path := c.call("GET", clone+"/resources/"+pets, "", 200)["path"]; path != "/pets" {
			t.Errorf("the clone of %s: got the path %v", from, path)
		}
		c.refused("POST", clone+root, `{"pathPart":"pets"}`, 409, "ConflictException",
			"Another resource with the same parent already has this name: pets")
	}
}
