package gatewright_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// image is no text.
const image = "\x89PNG\r\n\x1a\n\x00\xff\xfe"

// TestContent follows images and compressed bodies from a caller to a backend and
// back, as their owner configured them.
func TestContent(t *testing.T) {
	var stored []byte
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PUT" {
			stored, _ = io.ReadAll(r.Body)
			return
		}
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		w.Write(stored)
	}))
	defer backend.Close()
	api := gatewrighttest.NewAPI(t, gatewrighttest.Start(t))
	api.Call("PATCH", "", `{"patchOperations": [
		{"op": "add", "path": "/binaryMediaTypes/image~1png"},
		{"op": "replace", "path": "/minimumCompressionSize", "value": "100"}]}`)
	method := func(verb, path, request, response string) {
		m := api.Method(verb, path, encode(t, map[string]any{
			"type": "HTTP", "httpMethod": verb, "uri": backend.URL + "/?type=image/png", "contentHandling": request,
		}))
		api.Call("PUT", m+"/responses/200", `{}`)
		api.Call("PUT", m+"/integration/responses/200", encode(t, map[string]any{"contentHandling": response}))
	}
	method("PUT", "/image", "", "")
	method("GET", "/image", "", "")
	method("PUT", "/base64", "CONVERT_TO_BINARY", "")
	method("GET", "/base64", "", "CONVERT_TO_TEXT")
	base := api.Deploy()
	call := func(verb, path, body string, header ...string) (string, *http.Response) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), verb, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Errorf("%s %s: %d %q, %v", verb, path, answer.StatusCode, got, err)
		}
		return string(got), answer
	}

	for _, c := range []struct{ path, contentType, accept, sent, stored, got string }{
		{"/image", "image/png", "image/png", image, image, image},
		{"/image", "text/plain", "image/png", "text", "text", "text"},
		{"/base64", "text/plain", "image/png", "iVBORw==", "\x89PNG", "iVBORw=="},
	} {
		call("PUT", c.path, c.sent, "Content-Type", c.contentType)
		if string(stored) != c.stored {
			t.Errorf("%s of %s: the backend has %q, want %q", c.path, c.contentType, stored, c.stored)
		}
		if got, _ := call("GET", c.path, "", "Accept", c.accept); got != c.got {
			t.Errorf("%s for %s: %q, want %q", c.path, c.accept, got, c.got)
		}
	}

	long := strings.Repeat(image, 1000)
	call("PUT", "/image", zipped(t, long), "Content-Type", "image/png", "Content-Encoding", "gzip")
	if string(stored) != long {
		t.Errorf("the backend has %d bytes of a compressed upload, want %d", len(stored), len(long))
	}
	got, answer := call("GET", "/image", "", "Accept", "image/png")
	if got != long || !answer.Uncompressed {
		t.Errorf("%d bytes came, compressed: %v; want %d, compressed", len(got), answer.Uncompressed, len(long))
	}
}

func zipped(t testing.TB, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, body)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBombs shows that callers whose bodies never end, or never come, are turned
// away while others are answered, and that memory stays what it was.
func TestBombs(t *testing.T) {
	api := gatewrighttest.NewAPI(t, gatewrighttest.Start(t))
	m := api.Method("POST", "/mock", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200, \"was\": $input.json('$')}"}}`)
	api.Call("PUT", m+"/responses/200", `{}`)
	api.Call("PUT", m+"/integration/responses/200", `{}`)
	target := api.Deploy() + "/mock"
	bomb := strings.Repeat(zipped(t, strings.Repeat("\x00", 1<<20)), 9000) // 9 GB

	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // these send a part and wait
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Encoding: gzip\r\nContent-Length: 10000000\r\n\r\n%s", u.Path, u.Host, bomb[:100])
	}

	stop := make(chan struct{})
	var senders sync.WaitGroup
	for range 3 {
		senders.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				request, _ := http.NewRequestWithContext(t.Context(), "POST", target, strings.NewReader(bomb))
				request.Header.Set("Content-Encoding", "gzip")
				answer, err := http.DefaultTransport.RoundTrip(request)
				if err != nil {
					continue // the gateway hung up before all was sent
				}
				if answer.Body.Close(); answer.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("a bomb was answered %s", answer.Status)
				}
			}
		})
	}
	var slowest time.Duration
	var most uint64
	for range 25 {
		begin := time.Now()
		answer, err := http.Post(target, "application/json", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != http.StatusOK {
			t.Fatalf("an honest caller was answered %s", answer.Status)
		}
		slowest = max(slowest, time.Since(begin))
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		most = max(most, memory.HeapAlloc)
	}
	close(stop)
	senders.Wait()
	t.Logf("honest callers waited %v at most, with %d MiB in use at most", slowest, most>>20)
	if slowest > 10*time.Second || most > 400<<20 {
		t.Errorf("honest callers waited %v at most, with %d MiB in use at most", slowest, most>>20)
	}
}
