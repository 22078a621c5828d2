package gatewright_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// A hostile is a method whose owner or whose callers mean ill, and what each of
// its callers must be told.
type hostile struct {
	name     string
	template string // of the request; "": the body passes
	model    string // "": the body is not validated
	body     string
	encoding string
	status   int
	message  string
}

const failed = `{"message":"Internal server error"}`

func hostiles() []hostile {
	packed := bomb()
	return []hostile{
		{name: "a template that loops", template: strings.Repeat("#foreach($i in [1..1000])", 4) + "x" + strings.Repeat("#end", 4), status: 500, message: failed},
		{name: "a template that recurses", template: "#macro(m $x)#m($x)#m($x)#end#m(1)", status: 500, message: failed},
		{name: "a template that explodes", template: `#set($s = 'xxxxxxxxxx')#foreach($i in [1..1000])#set($s = "$s$s")#end`, status: 500, message: failed},
		{name: "a pattern that goes back and forth", template: `$input.path('$.a').matches('(a|aa)+b')`, body: `{"a": "` + strings.Repeat("a", 5000) + `"}`, status: 500, message: failed},
		{name: "a path that looks at everything", template: `$input.json('$..*..*..*..*')`, body: `{"a": [` + strings.Repeat(strings.Repeat("[", 20)+"1"+strings.Repeat("]", 20)+",", 1000) + `1]}`, status: 500, message: failed},
		{
			name: "JSON a million levels deep", template: `$input.json('$')`, body: strings.Repeat("[", 1_000_000),
			status: 400, message: `{"message":"Could not process payloadnet.minidev.json.parser.ParseException: `,
		},
		{name: "JSON a million levels deep for a model", model: `{"type": "array"}`, body: strings.Repeat("[", 1_000_000), status: 400, message: `{"message":"Invalid request body"}`},
		{
			name: "a model with a pattern that looks ahead for ever", model: `{"type": "string", "pattern": "^(?=(a+)+b).{8,}$"}`, body: `"` + strings.Repeat("a", 5000) + `"`,
			status: 400, message: `{"message":"Invalid request body"}`,
		},
		{
			name: "a model with a catastrophic pattern", model: `{"type": "string", "pattern": "^(a+)+$"}`, body: `"` + strings.Repeat("a", 100_000) + `!"`,
			status: 400, message: `{"message":"Invalid request body"}`,
		},
		{
			name: "a model that compares everything", model: `{"type": "array", "uniqueItems": true}`, body: "[" + strings.Repeat(`{"a":[1,2,3]},`, 50_000) + "1]",
			status: 400, message: `{"message":"Invalid request body"}`,
		},
		{name: "a gzip bomb", template: `$input.json('$')`, body: packed, encoding: "gzip", status: 413, message: `{"message":"Request Too Long"}`},
		{name: "gzip that ends too early", template: `$input.json('$')`, body: packed[:2000], encoding: "gzip", status: 415, message: `{"message":"Unsupported Media Type"}`},
	}
}

// bomb is 64 MiB of nothing, compressed.
func bomb() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 64 {
		w.Write(zeros)
	}
	w.Close()
	return b.String()
}

func (h *hostile) path(i int) string { return "/m" + string(rune('a'+i)) }

func (h *hostile) method(t *testing.T, api *gatewrighttest.API, path, backend string) {
	t.Helper()
	integration := map[string]any{"type": "HTTP", "httpMethod": "POST", "uri": backend}
	if h.template != "" {
		integration["requestTemplates"] = map[string]string{"application/json": h.template}
	}
	method := api.Method("POST", path, encode(t, integration))
	if h.model != "" {
		name := "M" + strings.TrimPrefix(path, "/m")
		api.Call("POST", "/models", encode(t, map[string]string{"name": name, "contentType": "application/json", "schema": h.model}))
		validator := api.Call("POST", "/requestvalidators", `{"name": "all", "validateRequestBody": true}`)["id"].(string)
		api.Call("PATCH", method, encode(t, map[string]any{"patchOperations": []map[string]string{
			{"op": "replace", "path": "/requestValidatorId", "value": validator},
			{"op": "add", "path": "/requestModels/application~1json", "value": name},
		}}))
	}
	api.Call("PUT", method+"/responses/200", `{}`)
	api.Call("PUT", method+"/integration/responses/200", `{}`)
}

// TestHostileInput has four callers at a time do their worst and shows that each
// of them gets the right answer, that memory stays within bounds, and that a calm
// caller beside them is answered all the while. What he waits is logged; the
// bound is there for what hangs, not for what is slow.
func TestHostileInput(t *testing.T) {
	backend := newEcho(t)
	server := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, server)
	calm := api.Method("GET", "/calm", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
	api.Call("PUT", calm+"/responses/200", `{}`)
	api.Call("PUT", calm+"/integration/responses/200", `{}`)
	all := hostiles()
	for i := range all {
		all[i].method(t, api, all[i].path(i), backend)
	}
	url := api.Deploy()
	for i := range all {
		t.Run(all[i].name, func(t *testing.T) { all[i].run(t, url+all[i].path(i), url+"/calm") })
	}
}

func (h *hostile) run(t *testing.T, worst, calm string) {
	const mostAdded = 512 << 20 // bytes of heap
	callers, calmly, bound := int64(4), 50, 15*time.Second
	if raced { // races show with fewer
		callers, calmly, bound = 2, 5, 2*time.Minute
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var done atomic.Bool
	var hostile sync.WaitGroup
	var answered atomic.Int64
	for range callers {
		hostile.Go(func() {
			for first := true; first || !done.Load(); first = false {
				h.ask(t, worst, bound)
				answered.Add(1)
			}
		})
	}
	var waits []time.Duration
	var peak uint64
	for len(waits) < calmly || answered.Load() < callers {
		begin := time.Now()
		if status, body, err := ask(t.Context(), "GET", calm, "", "", bound); err != nil || status != 200 {
			t.Errorf("the calm caller got %d %s, error %v", status, body, err)
		}
		waits = append(waits, time.Since(begin))
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc)
	}
	done.Store(true)
	hostile.Wait()
	slices.Sort(waits)
	t.Logf("%d hostile answers; the calm caller waited %v in the middle and %v at most, of %d times; the heap grew by %d MiB",
		answered.Load(), waits[len(waits)/2], waits[len(waits)-1], len(waits), int64(peak-min(peak, before.HeapAlloc))>>20)
	if peak > before.HeapAlloc+mostAdded {
		t.Errorf("the heap grew from %d to %d bytes", before.HeapAlloc, peak)
	}
}

func (h *hostile) ask(t *testing.T, url string, bound time.Duration) {
	status, body, err := ask(t.Context(), "POST", url, h.body, h.encoding, bound)
	if err != nil || status != h.status || !strings.HasPrefix(body, h.message) {
		t.Errorf("got %d %.200s, error %v; want %d %s", status, body, err, h.status, h.message)
	}
}

func ask(ctx context.Context, method, url, body, encoding string, bound time.Duration) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// newEcho starts a backend that answers with what it is sent, and returns its
// URL.
func newEcho(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return "http://" + l.Addr().String()
}
