package gatewrighttest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatewright/gatewright"
)

// Call sends the control plane of s what an AWS client would and returns the
// members of its answer. Any answer but a success fails the test.
func Call(t testing.TB, s *gatewright.Server, method, path, body string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.ControlURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	members := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return members
}

// An API is a REST API that a test builds.
type API struct {
	ID        string
	t         testing.TB
	server    *gatewright.Server
	resources map[string]string // path → id
}

// NewAPI creates an empty API.
func NewAPI(t testing.TB, s *gatewright.Server) *API {
	t.Helper()
	made := Call(t, s, "POST", "/restapis", `{"name": "test"}`)
	id := made["id"].(string)
	return &API{ID: id, t: t, server: s, resources: map[string]string{"/": made["rootResourceId"].(string)}}
}

// Call sends a request about the API: path follows "/restapis/{id}".
func (a *API) Call(method, path, body string) map[string]any {
	a.t.Helper()
	return Call(a.t, a.server, method, "/restapis/"+a.ID+path, body)
}

// Resource is the id of the resource at path, which is created as needed.
func (a *API) Resource(path string) string {
	a.t.Helper()
	if id, ok := a.resources[path]; ok {
		return id
	}
	cut := strings.LastIndexByte(path, '/')
	parent := a.Resource(path[:max(cut, 1)])
	id := a.Call("POST", "/resources/"+parent, `{"pathPart": "`+path[cut+1:]+`"}`)["id"].(string)
	a.resources[path] = id
	return id
}

// Method puts a method without authorization and its integration, and returns
// its path within the API.
func (a *API) Method(method, path, integration string) string {
	a.t.Helper()
	m := "/resources/" + a.Resource(path) + "/methods/" + method
	a.Call("PUT", m, `{"authorizationType": "NONE"}`)
	a.Call("PUT", m+"/integration", integration)
	return m
}

// Deploy deploys the API to the stage "test" and returns the URL of that stage
// on the listener for callers.
func (a *API) Deploy() string {
	a.t.Helper()
	a.Call("POST", "/deployments", `{"stageName": "test"}`)
	return a.server.GatewayURL() + "/_aws/execute-api/" + a.ID + "/test"
}
