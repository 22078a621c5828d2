package gatewright_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// A custom domain name and its mapping, made through the control plane, lead
// callers of either listener to the API at once.
func TestCustomDomain(t *testing.T) {
	server := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, server)
	method := api.Method("GET", "/pets", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
	api.Call("PUT", method+"/responses/200", `{}`)
	api.Call("PUT", method+"/integration/responses/200", `{"responseTemplates": {"application/json": "at $context.domainName"}}`)
	api.Deploy()
	for _, name := range []string{"shop.example.com", "*.example.com"} {
		gatewrighttest.Call(t, server, "POST", "/domainnames", encode(t, map[string]any{
			"domainName": name, "regionalCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1234",
			"endpointConfiguration": map[string]any{"types": []string{"REGIONAL"}},
		}))
	}
	gatewrighttest.Call(t, server, "POST", "/domainnames/shop.example.com/basepathmappings", encode(t, map[string]string{
		"basePath": "v1", "restApiId": api.ID, "stage": "test",
	}))
	gatewrighttest.Call(t, server, "POST", "/domainnames/*.example.com/basepathmappings", encode(t, map[string]string{"restApiId": api.ID}))
	for _, c := range []struct {
		host, path string
		status     int
		body       string
	}{
		{"shop.example.com", "/v1/pets", 200, "at shop.example.com"},
		{"shop.example.com", "/pets", 403, `{"message":"Forbidden"}`},
		{"toys.example.com", "/test/pets", 200, "at toys.example.com"},
	} {
		for _, url := range []string{server.GatewayURL(), server.ControlURL()} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", url+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = c.host
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != c.status || string(body) != c.body {
				t.Errorf("%s%s at %s: %d %s, want %d %s", c.host, c.path, url, answer.StatusCode, body, c.status, c.body)
			}
		}
	}
}

// A custom domain name never takes from the control plane a name that it answers
// to: its owner could not even delete it again.
func TestDomainLocksNobodyOut(t *testing.T) {
	server := gatewrighttest.Start(t, func(s *gatewright.Server) { s.ControlHosts = []string{"gateway.corp.example"} })
	for _, name := range []string{"*.0.0.1", "gateway.corp.example", "127.0.0.1"} {
		gatewrighttest.Call(t, server, "POST", "/domainnames", encode(t, map[string]any{
			"domainName": name, "regionalCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1234",
			"endpointConfiguration": map[string]any{"types": []string{"REGIONAL"}},
		}))
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.ControlURL()+"/restapis", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = name
		if name == "*.0.0.1" {
			r.Host = "127.0.0.1"
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 200 {
			t.Errorf("with the domain name %s: GetRestApis of %s answers %s", name, r.Host, answer.Status)
		}
	}
}
