package control

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const targetARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/pets/0123456789abcdef"

// link makes a VPC link and returns its id.
func (c *client) link() string {
	c.t.Helper()
	return c.call("POST", "/vpclinks", `{"name":"pets","targetArns":["`+targetARN+`"]}`, 202)["id"].(string)
}

// A link is pending in the answer to its Create: recorded on AWS. That it is
// ready at once is our choice.
func TestVPCLinkIsPendingThenAvailable(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/vpclinks", `{"name":"pets","targetArns":["`+targetARN+`"]}`, 202)
	id, _ := made["id"].(string)
	want := object{"id": id, "name": "pets", "targetArns": []any{targetARN}, "status": "PENDING"}
	if cmp.Diff(want, made) != "" || len(id) != 6 {
		t.Errorf("got %v, want %v", made, want)
	}
	want["status"], want["statusMessage"], want["tags"] = "AVAILABLE", "Your vpc link is ready for use", object{}
	if got := c.call("GET", "/vpclinks/"+id, "", 200); cmp.Diff(want, got) != "" {
		t.Errorf("got %v, want %v", got, want)
	}
	delete(want, "tags")
	if got := c.call("GET", "/vpclinks", "", 200)["item"]; cmp.Diff([]any{want}, got) != "" {
		t.Errorf("listed: got %v", got)
	}
	c.refused("POST", "/vpclinks", `{"name":"n","targetArns":[]}`, 400, "BadRequestException", "A VPC link needs a target ARN") // our choice
	c.call("DELETE", "/vpclinks/"+id, "", 202)
	c.refused("DELETE", "/vpclinks/"+id, "", 404, "NotFoundException", "Invalid Vpc Link identifier specified")
}

func TestVPCLinkInUse(t *testing.T) {
	c := newClient(t)
	link := c.link()
	api, root := c.api()
	method := root + "/methods/ANY"
	c.call("PUT", method, `{"authorizationType":"NONE"}`, 201)
	put := `{"type":"HTTP_PROXY","httpMethod":"ANY","uri":"http://pets.test","connectionType":"VPC_LINK","connectionId":"` + link + `"}`
	c.call("PUT", method+"/integration", put, 201)
	refused := func(api, root string) {
		t.Helper()
		use := "ANY:" + root[strings.LastIndex(root, "/")+1:] + ":" + strings.TrimPrefix(api, "/restapis/")
		c.refused("DELETE", "/vpclinks/"+link, "", 400, "BadRequestException",
			"Cannot delete vpc link. Vpc link '"+link+"', is referenced in ["+use+"] in format of [Method:Resource:Api].")
	}
	refused(api, root)

	clone := "/restapis/" + c.call("POST", "/restapis", `{"name":"clone","cloneFrom":"`+strings.TrimPrefix(api, "/restapis/")+`"}`, 201)["id"].(string)
	c.call("DELETE", method+"/integration", "", 204)
	refused(clone, root)
	c.call("DELETE", clone, "", 202)
	c.call("DELETE", "/vpclinks/"+link, "", 202)
	c.refused("PUT", method+"/integration", put, 400, "BadRequestException", "Invalid Vpc Link identifier specified")
}

// The service's documentation has no example of a VPC link's links: these are
// like those of other kinds, our choice.
func TestVPCLinkHAL(t *testing.T) {
	c := newClient(t)
	path := "/vpclinks/" + c.link()
	c.accept = "*/*"
	links := func(got object) object { return got["_links"].(object) }
	one := links(c.call("GET", path, "", 200))
	list := links(c.call("GET", "/vpclinks", "", 200))
	for _, row := range []struct {
		relation  string
		of        object
		want      string
		templated bool
	}{
		{"self", one, path, false},
		{"vpclink:delete", one, path, false},
		{"vpclink:update", one, path, false},
		{"item", list, path, false},
		{"vpclink:by-id", list, "/vpclinks/{vpclink_id}", true},
		{"vpclink:create", list, "/vpclinks", false},
		{"sdktype:by-id", links(c.call("GET", "/sdktypes", "", 200)), "/sdktypes/{sdktype_id}", true},
	} {
		got, _ := row.of[row.relation].(object)
		if got["href"] != row.want || (got["templated"] == true) != row.templated {
			t.Errorf("%s: got %v, want %s", row.relation, got, row.want)
		}
	}
}
