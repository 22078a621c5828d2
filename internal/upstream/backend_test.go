package upstream

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/internal/message"
)

func TestMain(m *testing.M) {
	// What the referee starts and never ends, or ends ten seconds later.
	const fasthttp = "github.com/valyala/fasthttp."
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(fasthttp+"updateServerDate.func1"),
		goleak.IgnoreAnyFunction(fasthttp+"(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction(fasthttp+"(*TCPDialer).tcpAddrsClean"),
		goleak.IgnoreAnyFunction(fasthttp+"(*HostClient).connsCleaner"))
}

// A backend is a listener on loopback whose connections each run a script.
type backend struct {
	net.Listener
	accepted atomic.Int32
	open     atomic.Int32 // connections whose script has not ended
	scripts  sync.WaitGroup
}

// serve starts a backend that runs script on each connection, with its number
// counted from 1.
func serve(t testing.TB, script func(n int, c *peer)) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{Listener: l}
	b.scripts.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			n := int(b.accepted.Add(1))
			b.open.Add(1)
			b.scripts.Go(func() {
				defer b.open.Add(-1)
				defer nc.Close()
				nc.SetDeadline(time.Now().Add(20 * time.Second))
				script(n, &peer{Conn: nc, r: bufio.NewReader(nc)})
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		b.scripts.Wait()
	})
	return b
}

// A peer is a backend's side of a connection.
type peer struct {
	net.Conn
	r *bufio.Reader
}

// request reads a request and its body; nil at the end of the connection.
func (p *peer) request() *http.Request {
	r, err := http.ReadRequest(p.r)
	if err != nil {
		return nil
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	r.Body = io.NopCloser(strings.NewReader(string(b)))
	return r
}

// head reads the head of a request and leaves its body; false at the end.
func (p *peer) head() bool {
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == "\r\n" {
			return true
		}
	}
}

func (p *peer) say(s string) { io.WriteString(p, s) }

// untilClosed waits until the other side has closed.
func (p *peer) untilClosed() { io.Copy(io.Discard, p.r) }

// answering is a script that gives every request the same answer.
func answering(answer string) func(int, *peer) {
	return func(_ int, c *peer) {
		for c.request() != nil {
			c.say(answer)
		}
	}
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// client returns a Client that ends with the test.
func client(t testing.TB) *Client {
	c := new(Client)
	t.Cleanup(func() { c.Close() })
	return c
}

// origin returns b as an origin of a client of its own.
func (b *backend) origin(t testing.TB) *Origin {
	t.Helper()
	o, err := client(t).Origin("http", b.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func get(target string) *Call { return call("GET", target) }

func call(method, target string) *Call {
	return &Call{Method: method, Target: target, Header: message.Header{{Name: "Host", Value: "b"}}, Timeout: 5 * time.Second}
}

// result is an answer as a test compares it.
type result struct {
	status int
	body   string
	err    error // of Do or of the stream
}

// do makes a call and reads its answer to the end.
func do(o *Origin, c *Call) result {
	var a message.Response
	err := o.Do(c, &a)
	if err != nil {
		return result{err: err}
	}
	return readAll(&a)
}

func readAll(a *message.Response) result {
	r := result{status: a.Status, body: string(a.Body)}
	if a.Stream != nil {
		b, err := io.ReadAll(a.Stream)
		a.Stream.Close()
		r.body, r.err = string(b), err
	}
	return r
}

// within fails the test if what is not so soon.
func within(t *testing.T, d time.Duration, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", d, what)
		}
	}
}

// A caller is watched until the test makes him leave.
type caller struct {
	mu      sync.Mutex
	gone    bool
	left    func()
	watched chan struct{} // closed when OnLeave is called first
}

func newCaller() *caller { return &caller{watched: make(chan struct{})} }

func (c *caller) OnLeave(left func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.watched:
	default:
		close(c.watched)
	}
	c.left = left
	if c.gone {
		left()
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.left = nil
	}
}

func (c *caller) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	if c.left != nil {
		c.left()
	}
}
