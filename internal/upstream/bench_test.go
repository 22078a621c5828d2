package upstream

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/internal/message"
)

// BenchmarkRoundTrip fetches 1 KB from a backend on loopback that costs next to
// nothing itself.
func BenchmarkRoundTrip(b *testing.B) {
	raw := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\nContent-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024))
	start := func(b *testing.B) *backend {
		return serve(b, func(_ int, p *peer) {
			in := make([]byte, 4096)
			for {
				n, err := p.Read(in)
				if err != nil {
					return
				}
				if bytes.HasSuffix(in[:n], []byte("\r\n\r\n")) {
					p.Write(raw)
				}
			}
		})
	}
	b.Run("upstream", func(b *testing.B) {
		o := start(b).origin(b)
		r := call("GET", "/pets/1?x=y")
		r.Header = append(r.Header, message.Field{Name: "Accept", Value: "*/*"}, message.Field{Name: "User-Agent", Value: "bench"})
		r.Caller = newCaller()
		var a message.Response
		b.ReportAllocs()
		for b.Loop() {
			if err := o.Do(r, &a); err != nil || len(a.Body) != 1024 {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		url := "http://" + start(b).Addr().String() + "/pets/1?x=y"
		t := new(http.Transport)
		defer t.CloseIdleConnections()
		b.ReportAllocs()
		for b.Loop() {
			r, _ := http.NewRequest("GET", url, nil)
			a, err := t.RoundTrip(r)
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, a.Body)
			a.Body.Close()
		}
	})
	b.Run("fasthttp", func(b *testing.B) {
		c := &fasthttp.HostClient{Addr: start(b).Addr().String()}
		defer c.CloseIdleConnections()
		r, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		r.SetRequestURI("http://" + c.Addr + "/pets/1?x=y")
		b.ReportAllocs()
		for b.Loop() {
			if err := c.Do(r, a); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestSmallCallsAllocateOnlyTheHead(t *testing.T) {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
	for name, raw := range map[string][]byte{"known length": []byte(ok), "chunked": []byte(chunked)} {
		o := serve(t, func(_ int, p *peer) {
			in := make([]byte, 4096)
			for {
				if _, err := p.Read(in); err != nil {
					return
				}
				p.Write(raw)
			}
		}).origin(t)
		body := strings.NewReader("")
		r := call("POST", "/")
		r.Caller = newCaller()
		var a message.Response
		n := testing.AllocsPerRun(200, func() {
			body.Reset("abc")
			r.Stream, r.StreamLen = body, 3
			if err := o.Do(r, &a); err != nil {
				t.Fatal(err)
			}
		})
		if n > 1 {
			t.Errorf("%s: %v allocations; want one", name, n)
		}
	}
}
