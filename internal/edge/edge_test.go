package edge

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/internal/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit is how long anything in these tests may take before it has failed.
const limit = 10 * time.Second

// start serves s on a loopback address until the test ends.
func start(t testing.TB, s *Server) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, s, ln)
	return ln.Addr().String()
}

func serveOn(t testing.TB, s *Server, ln net.Listener) {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != ErrServerClosed {
			t.Errorf("Serve = %v; want %v", err, ErrServerClosed)
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("connections do not end after Close: %v", err)
		}
	})
}

// A client is one connection of a caller.
type client struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

func dial(t testing.TB, address string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, nc)
}

func newClient(t testing.TB, nc net.Conn) *client {
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(limit))
	return &client{nc, t, bufio.NewReader(nc)}
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatalf("sending %.60q: %v", s, err)
	}
}

// line returns the next line of what the server sends.
func (c *client) line() string {
	c.t.Helper()
	s, err := c.in.ReadString('\n')
	if err != nil {
		c.t.Fatalf("reading a line: %q, %v", s, err)
	}
	return strings.TrimSuffix(s, "\r\n")
}

// An answer is what a client has read.
type answer struct {
	status int
	header http.Header
	body   string
	close  bool
	err    error // of reading the body
}

func (c *client) answer(method string) answer {
	c.t.Helper()
	a, err := c.tryAnswer(method)
	if err != nil {
		c.t.Fatalf("reading an answer: %v", err)
	}
	return a
}

func (c *client) tryAnswer(method string) (answer, error) {
	r, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return answer{r.StatusCode, r.Header, string(body), r.Close, err}, nil
}

// ended checks that the server sends nothing more and closes.
func (c *client) ended() {
	c.t.Helper()
	rest, err := io.ReadAll(c.in)
	if len(rest) > 0 || err != nil {
		c.t.Errorf("after the answer: %q, %v; want the end", rest, err)
	}
}

// get is a request that any server answers.
const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

// text answers with status 200 and this body.
func text(s string) message.Handler {
	return message.HandlerFunc(func(x *message.Exchange) {
		x.Response.Status = 200
		x.Response.Body = []byte(s)
	})
}

// A memo is a log that a test may read while it is written.
type memo struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (m *memo) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.Write(p)
}

func (m *memo) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.String()
}

func receive[T any](t testing.TB, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(limit):
		t.Fatalf("%s: nothing for %v", what, limit)
	}
	return v
}
