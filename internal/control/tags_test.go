package control

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tagsOf is the path of the tags of a thing.
func tagsOf(path string) string {
	return "/tags/" + url.PathEscape("arn:aws:apigateway:us-east-1::"+path)
}

func TestTags(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	c.call("POST", "/domainnames", `{"domainName":"api.example.com"}`, 201)
	for _, thing := range []string{api, api + "/stages/prod", "/vpclinks/" + c.link(), "/clientcertificates/" + c.certificate(), "/apikeys/" + c.apiKey("k"), c.plan(), "/domainnames/api.example.com"} {
		tags := tagsOf(thing)
		if got := c.call("GET", tags, "", 200)["tags"]; cmp.Diff(object{}, got) != "" {
			t.Errorf("%s: got %v", thing, got)
		}
		c.call("PUT", tags, `{"tags":{"a":"1","b":"2"}}`, 204)
		c.call("PUT", tags, `{"tags":{"b":"3","c":""}}`, 204)
		c.call("DELETE", tags+"?tagKeys=a&tagKeys=none", "", 204)
		want := object{"b": "3", "c": ""}
		if got := c.call("GET", tags, "", 200)["tags"]; cmp.Diff(want, got) != "" {
			t.Errorf("%s: got %v", thing, got)
		}
		if got := c.call("GET", thing, "", 200)["tags"]; cmp.Diff(want, got) != "" {
			t.Errorf("%s itself: got %v", thing, got)
		}
		for _, body := range []string{`{"tags":{"aws:x":"1"}}`, `{"tags":{"":"1"}}`, `{"tags":{"a":"<"}}`, `{"tags":{"` + strings.Repeat("k", 129) + `":"1"}}`, `{}`} {
			if res := c.send("PUT", tags, body); res.StatusCode != 400 {
				t.Errorf("%.60s: got %d", body, res.StatusCode)
			}
		}
		if res := c.send("DELETE", tags, ""); res.StatusCode != 400 {
			t.Errorf("no keys: got %d", res.StatusCode)
		}
	}
	for arn, status := range map[string]int{
		"arn:aws:apigateway:us-east-1::/restapis/none":             404,
		"arn:aws:apigateway:eu-west-1::" + api:                     404,
		"arn:aws:apigateway:us-east-1::" + api + "/stages/none":    404,
		"arn:aws:apigateway:us-east-1::" + api + "/deployments/d1": 400,
		"no-arn": 400,
	} {
		if res := c.send("GET", "/tags/"+url.PathEscape(arn), ""); res.StatusCode != status {
			t.Errorf("%s: got %d, want %d", arn, res.StatusCode, status)
		}
	}
}

// The ARNs of private domain names and of their associations name the account,
// and have a plus sign in them.
func TestTagsOfPrivateDomainName(t *testing.T) {
	c := newClient(t)
	d := c.call("POST", "/domainnames", `{"domainName":"in.example.com","endpointConfiguration":{"types":["PRIVATE"]}}`, 201)
	a := c.call("POST", "/domainnameaccessassociations",
		`{"domainNameArn":"`+d["domainNameArn"].(string)+`","accessAssociationSourceType":"VPCE","accessAssociationSource":"vpce-0a1b","tags":{"a":"1"}}`, 201)
	for _, arn := range []any{d["domainNameArn"], a["domainNameAccessAssociationArn"]} {
		tags := "/tags/" + url.QueryEscape(arn.(string))
		c.call("PUT", tags, `{"tags":{"b":"2"}}`, 204)
		c.call("DELETE", tags+"?tagKeys=a", "", 204)
		if got := c.call("GET", tags, "", 200)["tags"]; cmp.Diff(object{"b": "2"}, got) != "" {
			t.Errorf("%s: got %v", arn, got)
		}
		if res := c.send("GET", strings.Replace(tags, "123456789012", "999999999999", 1), ""); res.StatusCode != 404 {
			t.Errorf("%s of another account: got %d", arn, res.StatusCode)
		}
	}
}
