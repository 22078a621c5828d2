package control

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/store/memory"
)

// limited is a client of a control plane with limits.
func limited(t *testing.T, l Limits) *client {
	c := newClient(t)
	c.handler.(*Handler).limits = &l
	return c
}

// full wants the refusal of one thing too many. Its words are inferred.
func (c *client) full(method, path, body, what, things string) {
	c.t.Helper()
	c.refused(method, path, body, 429, "LimitExceededException",
		"Maximum number of "+what+" has been reached. Please contact AWS if you need additional "+things+".")
	if got := c.send(method, path, body).Header.Get("Retry-After"); got == "" {
		c.t.Errorf("%s %s: no Retry-After", method, path)
	}
}

func TestLimits(t *testing.T) {
	c := limited(t, Limits{EdgeAPIs: 2, RegionalAPIs: 1, Resources: 2, Stages: 1, VPCLinks: 1, ClientCertificates: 1, PublicDomainNames: 1, PrivateDomainNames: 1})
	api, _ := c.deployable()
	c.api()
	c.full("POST", "/restapis", `{"name":"n"}`, "edge-optimized APIs", "edge-optimized APIs")
	regional := `{"name":"n","endpointConfiguration":{"types":["REGIONAL"]}}`
	c.call("POST", "/restapis", regional, 201)
	c.full("POST", "/restapis", regional, "regional APIs", "regional APIs")
	for range 3 { // there is no limit on these
		c.call("POST", "/restapis", `{"name":"n","endpointConfiguration":{"types":["PRIVATE"]}}`, 201)
	}
	root := c.call("GET", api, "", 200)["rootResourceId"].(string)
	for i := range 5 {
		if res := c.send("POST", api+"/resources/"+root, fmt.Sprintf(`{"pathPart":"p%d"}`, i)); res.StatusCode != 201 {
			break
		}
	}
	if got := len(c.call("GET", api+"/resources", "", 200)["item"].([]any)); got != 2 {
		t.Errorf("%d resources, want 2 with the root", got)
	}
	c.full("POST", api+"/resources/"+root, `{"pathPart":"more"}`, "resources for this API", "resources")

	deployment := c.deploy(api, `{"stageName":"prod"}`)
	c.deploy(api, `{"stageName":"prod"}`) // it is there already
	c.full("POST", api+"/deployments", `{"stageName":"test"}`, "stages for this API", "stages")
	c.full("POST", api+"/stages", `{"stageName":"test","deploymentId":"`+deployment+`"}`, "stages for this API", "stages")
	c.call("PATCH", api+"/stages/prod", patchOf("replace /description d"), 200)
	c.call("DELETE", api+"/stages/prod", "", 202)
	c.call("POST", api+"/stages", `{"stageName":"test","deploymentId":"`+deployment+`"}`, 201)

	c.call("POST", "/clientcertificates", `{}`, 201)
	c.full("POST", "/clientcertificates", `{}`, "client certificates", "client certificates")
	c.call("POST", "/domainnames", `{"domainName":"a.example.com"}`, 201)
	c.full("POST", "/domainnames", `{"domainName":"b.example.com"}`, "custom domain names", "custom domain names")
	private := `{"domainName":"b.example.com","endpointConfiguration":{"types":["PRIVATE"]}}`
	c.call("POST", "/domainnames", private, 201)
	c.full("POST", "/domainnames", private, "private custom domain names", "private custom domain names")
}

// Every limit has a quota that reads it, on things that there are.
func TestQuotas(t *testing.T) {
	if len(quotas) != 14 {
		t.Errorf("%d quotas, want 14", len(quotas))
	}
	seen := map[int]int{}
	for _, q := range quotas {
		if most := *q.most(&AWSLimits); most == 0 {
			t.Errorf("AWS has no limit on %s", q.what)
		} else {
			seen[most]++
		}
		if *q.most(&Limits{}) != 0 {
			t.Errorf("the limit on %s is on by default", q.what)
		}
	}
	if AWSLimits.Resources != 300 || AWSLimits.Stages != 10 || AWSLimits.APIKeys != 10_000 || AWSLimits.UsagePlans != 300 || AWSLimits.EdgeAPIs != 120 {
		t.Errorf("got %+v", AWSLimits)
	}
}

func TestParseLimits(t *testing.T) {
	aws := func(change func(l *Limits)) *Limits {
		l := AWSLimits
		change(&l)
		return &l
	}
	for _, c := range []struct {
		name, list string
		want       *Limits
		err        string
	}{
		{"AWS's", "aws", &AWSLimits, ""},
		{"one", "stages=20", &Limits{Stages: 20}, ""},
		{"some", "stages=20, edge-apis=1", &Limits{Stages: 20, EdgeAPIs: 1}, ""},
		{"AWS's, and more", "aws,resources=1000,api-keys=0", aws(func(l *Limits) { l.Resources, l.APIKeys = 1000, 0 }), ""},
		{"AWS's after all", "stages=20,aws", &AWSLimits, ""},
		{"an unknown one", "cats=9", nil, `there is no limit "cats": there are aws, regional-apis,`},
		{"no number", "stages=many", nil, `"stages=many" is not like stages=10`},
		{"less than none", "stages=-1", nil, `"stages=-1" is not like stages=10`},
		{"no limit", "stages", nil, `"stages" is not like stages=10`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseLimits(c.list)
			if c.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.err) {
					t.Errorf("ParseLimits(%q) = %v, want %s", c.list, err, c.err)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("ParseLimits(%q): %v (-want +got):\n%s", c.list, err, diff)
			}
		})
	}
	if seen := len(slices.Compact(slices.Sorted(slices.Values(limitNames())))); seen != len(quotas) {
		t.Errorf("%d names for %d quotas", seen, len(quotas))
	}
}

// The control plane's own rate: 4 times as many calls at once as in a second.
func TestRate(t *testing.T) {
	s := memory.New()
	defer s.Close()
	now := time.Unix(1_000_000_000, 0)
	h, err := New(Config{Store: s, Rate: 2, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, handler: h, accept: "application/json"}
	for range 8 {
		c.call("GET", "/account", "", 200)
	}
	c.refused("GET", "/account", "", 429, "TooManyRequestsException", "Too Many Requests")
	if got := c.send("GET", "/account", "").Header.Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q", got)
	}
	now = now.Add(500 * time.Millisecond)
	c.call("GET", "/account", "", 200)
	c.refused("GET", "/account", "", 429, "TooManyRequestsException", "Too Many Requests")
}
