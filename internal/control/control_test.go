package control

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gatewright/gatewright/internal/store/memory"
)

// A client talks to a control plane as an SDK does, or as accept says.
type client struct {
	t       testing.TB
	handler http.Handler
	accept  string
	auth    string
	sign    func(r *http.Request, body string) // nil: not signed
}

func newClient(t testing.TB) *client {
	t.Helper()
	return newClientOf(t, Config{})
}

// newClientOf is newClient of a control plane that is made so.
func newClientOf(t testing.TB, config Config) *client {
	t.Helper()
	s := memory.New()
	t.Cleanup(func() { s.Close() })
	config.Store = s
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, handler: h, accept: "application/json"}
}

func (c *client) send(method, path, body string) *http.Response {
	c.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewBufferString(body))
	if c.accept != "" {
		r.Header.Set("Accept", c.accept)
	}
	if c.auth != "" {
		r.Header.Set("Authorization", c.auth)
	}
	if c.sign != nil {
		c.sign(r, body)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w.Result()
}

// call sends a request, wants the status, and returns the answer's members.
func (c *client) call(method, path, body string, status int) object {
	c.t.Helper()
	res := c.send(method, path, body)
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != status {
		c.t.Fatalf("%s %s %s\ngot  %d %s\nwant %d", method, path, body, res.StatusCode, text, status)
	}
	if len(text) == 0 {
		return nil
	}
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		c.t.Fatalf("%s %s: %s: %v", method, path, text, err)
	}
	return o
}

// refused wants an error of the service.
func (c *client) refused(method, path, body string, status int, code, message string) {
	c.t.Helper()
	res := c.send(method, path, body)
	var envelope struct{ Message string }
	text, _ := io.ReadAll(res.Body)
	if err := json.Unmarshal(text, &envelope); err != nil {
		c.t.Fatalf("%s %s: no envelope: %s", method, path, text)
	}
	got := res.Header.Get("x-amzn-ErrorType")
	if res.StatusCode != status || got != code || envelope.Message != message {
		c.t.Errorf("%s %s %s\ngot  %d %s %q\nwant %d %s %q", method, path, body, res.StatusCode, got, envelope.Message, status, code, message)
	}
}

// api makes an API and returns its path and that of its root resource.
func (c *client) api() (api, root string) {
	c.t.Helper()
	made := c.call("POST", "/restapis", `{"name":"pets"}`, 201)
	api = "/restapis/" + made["id"].(string)
	return api, api + "/resources/" + made["rootResourceId"].(string)
}
