package recorded_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/control"
	"github.com/gatewright/gatewright/internal/gateway"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/memory"
	"github.com/gatewright/gatewright/internal/upstream"
)

// account is the account of all worlds: the one that stands in the recordings.
const account = "111111111111"

// now is the moment at which all worlds stand still.
var now = time.Date(2016, time.August, 4, 12, 0, 0, 0, time.UTC)

// A world is a control plane of its own that holds one API, and the names by
// which the tables call what is in it.
type world struct {
	t     testing.TB
	url   string
	state store.Store
	names map[string]string
}

// newWorld starts a control plane, with the data plane behind it, and makes the
// API that the tables are about: two resources, /pets with a GET that has
// everything, two deployments, and a stage with the first of them.
func newWorld(t testing.TB) *world {
	t.Helper()
	state := memory.New()
	data, err := gateway.New(gateway.Config{Store: state, Upstream: new(upstream.Client)})
	if err != nil {
		t.Fatal(err)
	}
	h, err := control.New(control.Config{
		Store: state, Runtime: data, Account: account, Region: "us-east-1", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.Close()
		if err := errors.Join(data.Close(), state.Close()); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, url: server.URL, state: state, names: map[string]string{
		"method":     "/restapis/{api}/resources/{pets}/methods/GET",
		"today":      "2016-08-04",
		"in 30 days": "2016-09-03",
		"too long":   strings.Repeat("d", 125_001),
	}}
	w.make(load[[]request](t, "world.json")...)
	w.names["API"] = strings.ToUpper(w.names["api"])
	return w
}

// A request is written as [method, URI, body, names]; the last two may be
// missing. Names are given to members of the answer.
type request struct {
	method, uri string
	body        json.RawMessage
	names       map[string]string
}

func (r *request) UnmarshalJSON(b []byte) error {
	fields := []any{&r.method, &r.uri, &r.body, &r.names}
	given := len(fields)
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	if len(fields) > given {
		return fmt.Errorf("request %s has more than %d fields", b, given)
	}
	return nil
}

// An answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// make sends requests that must succeed.
func (w *world) make(requests ...request) {
	w.t.Helper()
	for _, r := range requests {
		a := w.send(r, "application/json")
		if a.status >= 300 {
			w.t.Fatalf("setting up: %s %s %s: %d %s", r.method, w.expand(r.uri), w.expand(string(r.body)), a.status, a.body)
		}
		w.nameAll(r, a)
	}
}

// nameAll gives the members of an answer the names that its request has for
// them.
func (w *world) nameAll(r request, a answer) {
	for name, path := range r.names {
		w.name(name, at(w.t, a.json(w.t), path).(string))
	}
}

// name gives a name to a value, and with " path" behind it to the value as a
// segment of a URL path.
func (w *world) name(name, value string) {
	w.names[name], w.names[name+" path"] = value, url.PathEscape(value)
}

// patch sends operations that must succeed; no operations, nothing is sent.
func (w *world) patch(uri string, operations []operation) {
	w.t.Helper()
	if len(operations) > 0 {
		w.make(patchRequest(uri, operations...))
	}
}

// send sends r. An empty accept sends no Accept header.
func (w *world) send(r request, accept string) answer {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), r.method, w.url+w.expand(r.uri), strings.NewReader(w.expand(string(r.body))))
	if err != nil {
		w.t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

// get returns what stands at uri.
func (w *world) get(uri string) any {
	w.t.Helper()
	a := w.send(request{method: "GET", uri: uri}, "application/json")
	if a.status != http.StatusOK {
		w.t.Fatalf("GET %s: %d %s", w.expand(uri), a.status, a.body)
	}
	return a.json(w.t)
}

// expand puts what names stand for in the place of "{name}". A name may stand
// for text with names in it.
func (w *world) expand(s string) string {
	for range 3 {
		for name, value := range w.names {
			s = strings.ReplaceAll(s, "{"+name+"}", value)
		}
	}
	return s
}

var requestID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// refused says how a differs from the refusal that is wanted; "" if it does not.
// In message, "…" stands for any text.
func (a answer) refused(status int, kind, message string) string {
	var got struct{ Message string }
	if err := json.Unmarshal(a.body, &got); err != nil {
		return fmt.Sprintf("%d %s: %v", a.status, a.body, err)
	}
	before, after, open := strings.Cut(message, "…")
	same := got.Message == message ||
		open && strings.HasPrefix(got.Message, before) && strings.HasSuffix(got.Message, after)
	switch {
	case a.status != status || a.header.Get("X-Amzn-Errortype") != kind || !same:
		return fmt.Sprintf("\n got %d %s: %s\nwant %d %s: %s", a.status, a.header.Get("X-Amzn-Errortype"), got.Message, status, kind, message)
	case !requestID.MatchString(a.header.Get("X-Amzn-Requestid")):
		return fmt.Sprintf("x-amzn-RequestId is %q", a.header.Get("X-Amzn-Requestid"))
	case a.header.Get("Content-Type") != "application/json":
		return fmt.Sprintf("Content-Type is %q", a.header.Get("Content-Type"))
	}
	return ""
}

// json returns the body as JSON.
func (a answer) json(t testing.TB) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return v
}

// at returns what stands at a path like "_embedded.item.0.id".
func at(t testing.TB, v any, path string) any {
	t.Helper()
	whole := v
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			if i, err := strconv.Atoi(name); err == nil && i < len(x) {
				v = x[i]
			}
		}
	}
	if v == nil {
		t.Fatalf("nothing at %s in %v", path, whole)
	}
	return v
}

// load reads a table.
func load[T any](t testing.TB, name string) T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}
