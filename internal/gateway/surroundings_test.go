package gateway

import (
	"context"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// linkedTo is a method whose backend is behind a VPC link.
func linkedTo(link, uri string) *restapi.Method {
	m := calling("HTTP_PROXY", uri)
	m.MethodIntegration.ConnectionType, m.MethodIntegration.ConnectionID = "VPC_LINK", link
	return m
}

func (b *bench) putLink(l *restapi.VPCLink) {
	b.update(func(w store.Writer) { w.Put(here.Key(restapi.VPCLinkPath(l.ID)), encode(l)) })
}

// A link leads where the operator said of what is nearest to the integration.
func TestWhereLinksLead(t *testing.T) {
	backend := serve(t, ok("reached"))
	link := restapi.VPCLink{ID: "link01", Name: "payments", TargetARNs: []string{"arn:target"}, Status: "AVAILABLE"}
	const wrong = "127.0.0.1:1"
	for _, c := range []struct {
		name   string
		status string
		links  map[string]string
		says   string // in the log; "": the backend is reached
	}{
		{"by the integration's target", "AVAILABLE", map[string]string{"arn:listener": backend.address, "link01": wrong, "arn:target": wrong}, ""},
		{"by its id", "AVAILABLE", map[string]string{"link01": backend.address, "arn:target": wrong, "payments": wrong}, ""},
		{"by its target", "AVAILABLE", map[string]string{"arn:target": backend.address, "payments": wrong}, ""},
		{"by its name", "AVAILABLE", map[string]string{"payments": backend.address}, ""},
		{"nowhere", "AVAILABLE", map[string]string{"orders": wrong}, "--vpc-link link01=HOST:PORT"},
		{"nowhere yet", "PENDING", map[string]string{"link01": backend.address}, "VPC link link01 is PENDING"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t, "")
			b.compiler.vpcLinks = c.links
			own := link
			own.Status = c.status
			b.putLink(&own)
			m := linkedTo("link01", "http://payments.internal:8080/a?b=c")
			m.MethodIntegration.IntegrationTarget = "arn:listener"
			b.deploy(methods(map[string]*restapi.Method{"GET /x": m}), prod())
			a := b.get("/prod/x")
			if c.says != "" {
				a.want(t, 504, internalServerError)
				if !strings.Contains(b.log.String(), c.says) {
					t.Errorf("the log lacks %q:\n%s", c.says, b.log)
				}
				return
			}
			a.want(t, 200, "reached")
			if lines, _ := backend.sent(); lines[0] != "GET /a?b=c HTTP/1.1" || lines[1] != "Host: payments.internal:8080" {
				t.Errorf("the backend was sent %q", lines)
			}
		})
	}
}

// A link that changes has the plans that lead through it compiled again, and no
// others.
func TestChangedLinks(t *testing.T) {
	b := start(t, "")
	link := &restapi.VPCLink{ID: "link01", Name: "a", TargetARNs: []string{"arn:target"}, Status: "AVAILABLE"}
	b.putLink(link)
	b.deploy(methods(map[string]*restapi.Method{"GET /x": linkedTo("link01", "http://h/")}), prod())
	other := methods(map[string]*restapi.Method{"GET /x": mocked("200", "other")})
	other.API = &restapi.RestAPI{ID: "other00000"}
	b.deploy(other, prod())
	plans := func() (linked, free *plan) {
		t.Helper()
		get := func(id string) *plan {
			p, err := b.world.find(id).plan(context.Background(), "prod", b.compiler)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		return get(api), get("other00000")
	}
	linked, free := plans()
	same := func(what string, want bool) {
		t.Helper()
		l, f := plans()
		if (l == linked) != want || f != free {
			t.Errorf("%s: the plan through the link stays: %v, want %v; the other stays: %v", what, l == linked, want, f == free)
		}
		linked, free = l, f
	}
	b.putLink(&restapi.VPCLink{ID: "link02", Name: "b", Status: "AVAILABLE"})
	same("another link", true)
	if err := b.follower.read(context.Background()); err != nil {
		t.Fatal(err)
	}
	same("all read anew", true)
	link.Name = "c"
	b.putLink(link)
	same("a new name", false)
	b.update(func(w store.Writer) { w.Delete(here.Key(restapi.VPCLinkPath("link01"))) })
	same("no link", false)
	b.get("/prod/x").want(t, 500, internalServerError)
}
