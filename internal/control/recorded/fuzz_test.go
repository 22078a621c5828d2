package recorded_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/control"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/memory"
)

// FuzzRequest sends whatever bytes as method, path, query and body: requests of
// every operation, and what becomes of them.
func FuzzRequest(f *testing.F) {
	z := freeze(f)
	for _, o := range load[operationTable](f, "operations.json").Operations {
		path, query, _ := strings.Cut(o.Request, "?")
		f.Add(o.Method, path, query, append([]byte(o.Document), o.Body...))
	}
	for _, r := range [][3]string{
		{"GET", "", ""},
		{"GET", "/", "a;b=%zz"},
		{"GET", "//restapis", ""},
		{"GET", "/restapis/../account", ""},
		{"GET", "/restapis/%", ""},
		{"GET", "/restapis/%2e%2e/stages", ""},
		{"GET", "/restapis", "limit=-1&position=\xff&embed=\x00"},
		{"HEAD", "/restapis", ""},
		{"PUT", "/tags/arn:aws:apigateway:us-east-1::/restapis/{api}", ""},
		{"POST", "/", "Action=GetCallerIdentity"},
		{"\x00", "/r\x80", "\xff"},
	} {
		f.Add(r[0], r[1], r[2], []byte("{\"a\":\xff}"))
	}
	f.Fuzz(func(t *testing.T, method, path, query string, body []byte) {
		z.send(t, method, z.expand(path), z.expand(query), z.expand(string(body)))
	})
}

// FuzzPatch sends whatever bytes as a step of a patch, to a thing of every kind
// that has patches.
func FuzzPatch(f *testing.F) {
	z := freeze(f)
	table := load[patchTable](f, "patch.json")
	operations := slices.Sorted(maps.Keys(table.URIs))
	for _, row := range table.Rows {
		about := byte(slices.Index(operations, row.Operation))
		for _, op := range []string{"add", "replace", "remove", "copy", "move", "test", "\xff"} {
			f.Add(about, op, row.Path, string(row.Value), row.Path)
		}
		for _, c := range append(row.Apply, row.Also...) {
			f.Add(about, c.Op, c.at(row.At).Path, strings.Trim(string(c.Value), `"`), c.From)
		}
	}
	f.Fuzz(func(t *testing.T, about byte, op, path, value, from string) {
		uri := table.URIs[operations[int(about)%len(operations)]]
		step := `{"op":` + quoted(op) + `,"path":` + quoted(path) + `,"from":` + quoted(from)
		if value != "" {
			step += `,"value":` + quoted(value)
		}
		z.send(t, "PATCH", z.expand(uri), "", z.expand(`{"patchOperations":[`+step+`}]}`))
	})
}

// quoted is s as a JSON string, with whatever bytes it has.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch {
		case s[i] == '"' || s[i] == '\\':
			b.WriteByte('\\')
			b.WriteByte(s[i])
		case s[i] < ' ':
			b.WriteString(`\u00` + string("01"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15]))
		default:
			b.WriteByte(s[i])
		}
	}
	b.WriteByte('"')
	return b.String()
}

// A frozen world has everything that the tables are about, and is as it was
// whatever was done to it.
type frozen struct {
	*world  // for its names
	records map[string][]byte

	handler *control.Handler // nil: something has changed
	thawed  store.Store      // the handler's
}

func freeze(f *testing.F) *frozen {
	z := &frozen{world: newWorld(f), records: map[string][]byte{}}
	var setups []request
	for _, o := range load[operationTable](f, "operations.json").Operations {
		setups = append(setups, o.Setup...)
	}
	for _, requests := range load[patchTable](f, "patch.json").Setups {
		setups = append(setups, requests...)
	}
	for _, r := range setups { // of which some are there already
		if a := z.world.send(r, "application/json"); a.status < 300 {
			z.nameAll(r, a)
		}
	}
	if err := z.state.View(f.Context(), func(r store.Reader) error {
		for key, value := range r.Scan("", "") {
			z.records[key] = slices.Clone(value)
		}
		return nil
	}); err != nil {
		f.Fatal(err)
	}
	return z
}

// thaw makes a control plane on a state of its own.
func (z *frozen) thaw(t *testing.T) {
	z.thawed = memory.New()
	if _, err := z.thawed.Update(t.Context(), func(w store.Writer) error {
		for key, value := range z.records {
			w.Put(key, value)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var err error
	if z.handler, err = control.New(control.Config{
		Store: z.thawed, Runtime: still{}, Account: account, Region: "us-east-1", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return now },
	}); err != nil {
		t.Fatal(err)
	}
}

// spoil throws away a control plane whose state is no longer as it was.
func (z *frozen) spoil(t *testing.T) {
	z.handler = nil
	if err := z.thawed.Close(); err != nil {
		t.Error(err)
	}
}

// still is a data plane that calls nobody.
type still struct{}

func (still) Served(context.Context, uint64) error { return nil }

func (still) TestInvoke(*restapi.TestInvocation) *restapi.TestInvocationResult {
	return &restapi.TestInvocationResult{Status: http.StatusOK}
}

// patience is far more than any call takes.
const patience = 5 * time.Second

// send sends a request as it came over the wire. What answers is the service:
// what it refuses has an envelope, is no fault of its own and changes nothing.
func (z *frozen) send(t *testing.T, method, path, query, body string) {
	if z.handler == nil {
		z.thaw(t)
	}
	before := version(t, z.thawed)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", strings.NewReader(body))
	r.Method, r.RequestURI = method, path+"?"+query
	r.URL = &url.URL{Path: path, RawPath: path, RawQuery: query}
	if plain, err := url.PathUnescape(path); err == nil {
		r.URL.Path = plain
	}
	begin := time.Now()
	w := httptest.NewRecorder()
	z.handler.ServeHTTP(w, r)
	took := time.Since(begin)
	after := version(t, z.thawed)
	if after != before {
		z.spoil(t)
	}
	wrong := func(format string, args ...any) {
		t.Errorf("%q %q %q %q: %d %s, %s", method, path, query, body, w.Code, w.Body, fmt.Sprintf(format, args...))
	}
	if took > patience {
		wrong("after %v", took)
	}
	if w.Code < 300 {
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			wrong("which is no JSON")
		}
		return
	}
	var envelope struct{ Message *string }
	kind := w.Header().Get("X-Amzn-Errortype")
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || envelope.Message == nil || kind == "" {
		wrong("which is no envelope of type %q", kind)
	}
	later := w.Code == http.StatusNotImplemented && kind == "UnknownOperationException"
	if (w.Code < 400 || w.Code >= 500) && !later {
		wrong("which is no fault of the caller")
	}
	if after != before {
		wrong("and commit %d became %d", before, after)
	}
}

func version(t *testing.T, s store.Store) (n uint64) {
	t.Helper()
	if err := s.View(t.Context(), func(r store.Reader) error { n = r.Version(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}
