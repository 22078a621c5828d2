package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

func TestConnectionIsUsedAgain(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  string
		backend int // connections for three calls
	}{
		{"after an answer of known length", ok, 1},
		{"after a small chunked answer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 1},
		{"after a chunked answer with trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n", 1},
		{"by HTTP/1.0 that asks for it", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 1},
		{"not by HTTP/1.0 that does not", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 3},
		{"not when the backend will close", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", 3},
		{"not with bytes left over", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 3},
		{"not with bytes left over behind the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n0\r\n\r\n", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := serve(t, answering(c.answer))
			o := b.origin(t)
			for range 3 {
				if got := do(o, get("/")); got.body != "ok" || got.err != nil {
					t.Fatalf("got %+v; want ok", got)
				}
			}
			if n := int(b.accepted.Load()); n != c.backend {
				t.Errorf("%d connections; want %d", n, c.backend)
			}
		})
	}
}

// An answer that was sent before anybody asked must not become the next
// caller's.
func TestUnaskedBytesReachNobody(t *testing.T) {
	const unasked = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers"
	sent := make(chan bool)
	b := serve(t, func(n int, c *peer) {
		for c.request() != nil {
			c.say(ok)
			if n == 1 {
				time.Sleep(time.Millisecond) // not in one segment with the answer
				c.say(unasked)
				close(sent)
			}
		}
	})
	o := b.origin(t)
	do(o, get("/1"))
	<-sent
	waitReadable(t, o)
	for _, method := range []string{"GET", "POST"} {
		if got := do(o, call(method, "/2")); got.body != "ok" || got.err != nil {
			t.Errorf("%s: got %+v; want ok from a fresh connection", method, got)
		}
	}
	if n := b.accepted.Load(); n != 2 {
		t.Errorf("%d connections; want 2", n)
	}
}

// waitReadable waits until something has happened on o's idle connection.
func waitReadable(t *testing.T, o *Origin) {
	t.Helper()
	within(t, time.Second, "something comes on the idle connection", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.idle) == 1 && !o.idle[0].peek.idle()
	})
}

func TestClosedWhileIdleCostsNoError(t *testing.T) {
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
		t.Run(method, func(t *testing.T) {
			b := serve(t, func(_ int, c *peer) {
				if c.request() != nil {
					c.say(ok)
				}
			})
			o := b.origin(t)
			for i := range 4 {
				if got := do(o, call(method, "/")); got.body != "ok" || got.err != nil {
					t.Fatalf("call %d: got %+v; want ok", i, got)
				}
				waitReadable(t, o)
			}
		})
	}
}

// The true race: the backend closes while the request is on its way, so that
// nobody knows whether it was read.
func TestRaceWithIdleClose(t *testing.T) {
	const nothing, retried = "", "ok"
	for _, c := range []struct {
		name, method string
		body         string
		says         string // before it closes
		want         string // body of the answer
		calls        int    // requests that reach the backend in the race and after it
	}{
		{"GET once more", "GET", "", nothing, retried, 2},
		{"HEAD once more", "HEAD", "", nothing, nothing, 2},
		{"OPTIONS once more", "OPTIONS", "", nothing, retried, 2},
		{"GET with a small body once more", "GET", "abc", nothing, retried, 2},
		{"GET with a large body not", "GET", strings.Repeat("a", 2*firstPiece), nothing, nothing, 1},
		{"GET not after the first byte", "GET", "", "H", nothing, 1},
		{"GET not after an interim answer", "GET", "", "HTTP/1.1 103 Early Hints\r\n\r\n", nothing, 1},
		{"POST not", "POST", "abc", nothing, nothing, 1},
		{"POST without a body not", "POST", "", nothing, nothing, 1},
		{"PUT not", "PUT", "abc", nothing, nothing, 1},
		{"DELETE not", "DELETE", "", nothing, nothing, 1},
		{"PATCH not", "PATCH", "abc", nothing, nothing, 1},
		{"an unknown method not", "QUERY", "", nothing, nothing, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			var seen []string
			b := serve(t, func(n int, p *peer) {
				for r := p.request(); r != nil; r = p.request() {
					mu.Lock()
					seen = append(seen, r.Method+" "+r.URL.Path)
					mu.Unlock()
					if n == 1 && r.URL.Path == "/race" {
						p.say(c.says)
						return
					}
					if r.Method == "HEAD" {
						p.say("HTTP/1.1 200 OK\r\n\r\n")
					} else {
						p.say(ok)
					}
				}
			})
			o := b.origin(t)
			do(o, get("/first"))
			request := call(c.method, "/race")
			request.Body = []byte(c.body)
			got := do(o, request)
			var broken *NetworkError
			if c.calls == 2 && (got.err != nil || got.body != c.want) || c.calls == 1 && !errors.As(got.err, &broken) {
				t.Errorf("got %+v; want %q in %d calls", got, c.want, c.calls)
			}
			mu.Lock()
			defer mu.Unlock()
			want := slices.Concat([]string{"GET /first"}, slices.Repeat([]string{c.method + " /race"}, c.calls))
			if !slices.Equal(seen, want) {
				t.Errorf("backend saw %q; want %q", seen, want)
			}
		})
	}
}

func TestRetryHappensOnce(t *testing.T) {
	b := serve(t, func(n int, c *peer) {
		for r := c.request(); r != nil && r.URL.Path != "/gone"; r = c.request() {
			c.say(ok)
		}
	})
	o := b.origin(t)
	do(o, get("/"))
	if got := do(o, get("/gone")); !errors.Is(got.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %+v; want io.ErrUnexpectedEOF", got)
	}
	if n := b.accepted.Load(); n != 2 {
		t.Errorf("%d connections; want 2", n)
	}
}

func TestPoolIsBoundedAndLIFO(t *testing.T) {
	hold := make(chan bool)
	b := serve(t, func(n int, c *peer) {
		for c.request() != nil {
			<-hold
			c.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", n))
		}
	})
	o := b.origin(t)
	o.client.MaxIdle = 2
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() { do(o, get("/")) })
	}
	within(t, time.Second, "four connections at once", func() bool { return b.accepted.Load() == 4 })
	close(hold)
	calls.Wait()
	within(t, time.Second, "two connections are kept", func() bool { return b.open.Load() == 2 })
	first, second := do(o, get("/")), do(o, get("/"))
	if first != second {
		t.Errorf("first on connection %s, then on %s; want the one used last", first.body, second.body)
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	b := serve(t, answering(ok))
	c := &Client{IdleTimeout: 40 * time.Millisecond}
	defer c.Close()
	o, _ := c.Origin("http", b.Addr().String(), false)
	do(o, get("/"))
	within(t, time.Second, "the idle connection is closed", func() bool { return b.open.Load() == 0 })
	within(t, 2*time.Second, "the unused origin is forgotten", func() bool {
		c.mu.RLock()
		defer c.mu.RUnlock()
		return len(c.origins) == 0 && c.sweeper == nil
	})
	if got := do(o, get("/")); got.body != "ok" {
		t.Errorf("who holds the origin gets %+v; want ok", got)
	}
	within(t, time.Second, "its connections are looked after as well", func() bool { return b.open.Load() == 0 })
}

// TestBackendSaysHowLong shows that no call is begun on a connection that its
// backend is about to close.
func TestBackendSaysHowLong(t *testing.T) {
	for _, c := range []struct {
		hint string
		idle time.Duration // since the call before
		used bool          // the connection, again
	}{
		{"timeout=5", 3 * time.Second, true},
		{"timeout=5, max=100", 4500 * time.Millisecond, false},
		{"max=100, Timeout=\"5\"", 4500 * time.Millisecond, false},
		{"timeout=1", 400 * time.Millisecond, true},
		{"timeout=1", 600 * time.Millisecond, false},
		{"timeout=0", time.Millisecond, false},
		{"max=100", 30 * time.Second, true},
		{"timeout=-1", 30 * time.Second, true},
	} {
		b := serve(t, answering("HTTP/1.1 200 OK\r\nKeep-Alive: "+c.hint+"\r\nContent-Length: 2\r\n\r\nok"))
		o := b.origin(t)
		do(o, get("/"))
		o.mu.Lock()
		o.idle[0].since = o.idle[0].since.Add(-c.idle)
		o.mu.Unlock()
		if do(o, get("/")); (b.accepted.Load() == 1) != c.used {
			t.Errorf("Keep-Alive: %s, %v later: %d connections; want the first used again: %v", c.hint, c.idle, b.accepted.Load(), c.used)
		}
	}
}

func TestClose(t *testing.T) {
	b := serve(t, answering(ok))
	c := new(Client)
	o, _ := c.Origin("http", b.Addr().String(), false)
	do(o, get("/"))
	c.Close()
	within(t, time.Second, "the idle connection is closed", func() bool { return b.open.Load() == 0 })
	if got := do(o, get("/")); got.body != "ok" {
		t.Errorf("after Close got %+v; want ok", got)
	}
	within(t, time.Second, "no connection is kept after Close", func() bool { return b.open.Load() == 0 })
	c.Close()
}

// A connection that cannot be looked at is not used twice.
func TestConnectionWithoutSocket(t *testing.T) {
	b := serve(t, answering(ok))
	c := client(t)
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		return struct{ net.Conn }{nc}, err
	}
	o, _ := c.Origin("http", b.Addr().String(), false)
	for range 3 {
		if got := do(o, get("/")); got.body != "ok" {
			t.Fatalf("got %+v; want ok", got)
		}
	}
	if n := b.accepted.Load(); n != 3 {
		t.Errorf("%d connections; want 3", n)
	}
}

func TestOrigin(t *testing.T) {
	c := client(t)
	for _, r := range []struct{ scheme, host, address string }{
		{"http", "example.com", "example.com:80"},
		{"https", "example.com", "example.com:443"},
		{"HTTP", "example.com:8080", "example.com:8080"},
		{"http", "127.0.0.1", "127.0.0.1:80"},
		{"https", "[::1]", "[::1]:443"},
		{"http", "[::1]:81", "[::1]:81"},
		{"ftp", "example.com", ""},
		{"", "example.com", ""},
		{"http", "", ""},
		{"http", ":80", ""},
		{"http", "a:0", ""},
		{"http", "a:65536", ""},
		{"http", "a:+1", ""},
		{"http", "a:", ""},
		{"http", "a:b:80", ""},
		{"http", "[::1", ""},
		{"http", "[a]", ""},
		{"http", "::1", ""},
		{"http", "user@a", ""},
		{"http", "a/b", ""},
		{"http", "a b", ""},
		{"http", "a\r\nb", ""},
	} {
		o, err := c.Origin(r.scheme, r.host, false)
		if err != nil && r.address != "" || err == nil && o.address != r.address {
			t.Errorf("Origin(%q, %q): got %+v, %v; want %q", r.scheme, r.host, o, err, r.address)
		}
	}
	plain, _ := c.Origin("https", "example.com", false)
	again, _ := c.Origin("https", "example.com", false)
	insecure, _ := c.Origin("https", "example.com", true)
	if plain != again || plain == insecure {
		t.Error("the same arguments, and only they, are to give the same origin")
	}
	elsewhere, _ := c.OriginOf(Backend{Scheme: "https", Host: "example.com", Address: "127.0.0.1:8443"})
	host, _ := c.OriginOf(Backend{Scheme: "https", Host: "example.com:444", Address: "127.0.0.1"})
	if elsewhere == plain || elsewhere.address != "127.0.0.1:8443" || host.address != "127.0.0.1:444" {
		t.Errorf("addresses of their own lead to %q and %q", elsewhere.address, host.address)
	}
	if _, err := c.OriginOf(Backend{Scheme: "https", Host: "example.com", Address: "a:b"}); err == nil {
		t.Error("an address without a valid port is taken")
	}
	for i := range 2 * maxOrigins {
		c.Origin("http", fmt.Sprint("h", i), false)
	}
	if len(c.origins) != maxOrigins {
		t.Errorf("%d origins kept; want %d", len(c.origins), maxOrigins)
	}
}

func TestOriginIsCheap(t *testing.T) {
	c := client(t)
	host := strings.Clone("example.com")
	c.Origin("http", host, false)
	if n := testing.AllocsPerRun(100, func() { c.Origin("http", host, false) }); n != 0 {
		t.Errorf("%v allocations; want none", n)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	o, _ := client(t).Origin("http", l.Addr().String(), false)
	var a message.Response
	err = o.Do(get("/"), &a)
	var network *NetworkError
	if !errors.As(err, &network) || network.Op != "dial" {
		t.Errorf("got %v; want a NetworkError of dial", err)
	}
}
