package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// pipes is a listener whose connections have no socket. Inside a synctest bubble
// their deadlines pass at once.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func listenPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case nc := <-p.conns:
		return nc, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

// inBubble serves s over a pipe and in a time that jumps, and hands test a
// connection.
func inBubble(t *testing.T, s *Server, test func(t *testing.T, c *client)) {
	synctest.Test(t, func(t *testing.T) {
		ln := listenPipes()
		serveOn(t, s, ln)
		ours, theirs := net.Pipe()
		ln.conns <- theirs
		c := newClient(t, ours)
		c.SetDeadline(time.Time{})
		test(t, c)
		c.Close()
		time.Sleep(time.Minute) // for whoever still sends to notice
	})
}

// took checks how long ago something began.
func took(t *testing.T, began time.Time, least, most time.Duration) {
	t.Helper()
	if d := time.Since(began); d < least || d > most {
		t.Errorf("took %v; want %v to %v", d, least, most)
	}
}

func TestSilentCallersAreClosed(t *testing.T) {
	inBubble(t, &Server{Handler: text("")}, func(t *testing.T, c *client) {
		began := time.Now()
		c.ended()
		took(t, began, 60*time.Second, 65*time.Second)
	})
}

func TestIdleTimeBeginsAnewWithEachRequest(t *testing.T) {
	inBubble(t, &Server{Handler: text("")}, func(t *testing.T, c *client) {
		for range 20 {
			c.send(get)
			c.answer("GET")
			time.Sleep(30 * time.Second)
		}
		began := time.Now()
		c.ended()
		took(t, began, 30*time.Second, 35*time.Second)
	})
}

func TestSlowHeadIsRefused(t *testing.T) {
	inBubble(t, &Server{Handler: text("")}, func(t *testing.T, c *client) {
		time.Sleep(30 * time.Second)
		began := time.Now()
		go func() {
			for _, b := range "GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("y", 1000) {
				if _, err := c.Write([]byte{byte(b)}); err != nil {
					return
				}
				time.Sleep(time.Second / 4)
			}
		}()
		if a := c.answer("GET"); a.status != 408 || !a.close {
			t.Errorf("answered with %d, close %v; want 408 and close", a.status, a.close)
		}
		took(t, began, 8*time.Second, 10*time.Second)
	})
}

func TestSlowBodyIsRefused(t *testing.T) {
	h := &recorder{}
	inBubble(t, &Server{Handler: h}, func(t *testing.T, c *client) {
		began := time.Now()
		go func() {
			c.Write([]byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"))
			for {
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		if a := c.answer("POST"); a.status != 408 || !a.close {
			t.Errorf("answered with %d, close %v; want 408 and close", a.status, a.close)
		}
		took(t, began, 55*time.Second, 60*time.Second)
	})
	if seen := h.all(); len(seen) != 1 || !errors.Is(seen[0].err, message.ErrBodySlow) {
		t.Errorf("the handler saw %+v; want %v", seen, message.ErrBodySlow)
	}
}

func TestCallerWhoDoesNotReadIsCut(t *testing.T) {
	var s *stream
	inBubble(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		x.Response = message.Response{Status: 200, Stream: s, StreamLen: -1}
	})}, func(t *testing.T, c *client) {
		s = newStream(strings.NewReader(strings.Repeat("x", 1<<20)))
		c.send(get)
		began := time.Now()
		<-s.closed
		took(t, began, 26*time.Second, 30*time.Second)
	})
}

// A slow reader has the time for each write, not for the whole answer.
func TestCallerWhoReadsSlowlyIsServed(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 10*writeUnit)
	inBubble(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		x.Response = message.Response{Status: 200, Body: large}
	})}, func(t *testing.T, c *client) {
		c.send(get)
		began := time.Now()
		n, buf := 0, make([]byte, writeUnit)
		for n < len(large) {
			m, err := io.ReadAtLeast(c.in, buf, len(buf)/2)
			if n += m; err != nil {
				t.Fatalf("cut after %d bytes and %v: %v", n, time.Since(began), err)
			}
			time.Sleep(10 * time.Second)
		}
		took(t, began, 100*time.Second, 300*time.Second)
	})
}

// The handler answers 413 while the caller is still sending what it will not
// read.
func TestAnswerReachesCallerWhoStillSends(t *testing.T) {
	refuse := func(x *message.Exchange) {
		if _, err := io.Copy(io.Discard, x.Request.Body); !errors.Is(err, message.ErrBodyTooLarge) {
			t.Errorf("reading the body: %v; want %v", err, message.ErrBodyTooLarge)
		}
		x.Response.Status, x.Response.Body = 413, []byte("too much")
	}
	for name, head := range map[string]string{
		"length":  "Content-Length: 200000\r\n\r\n",
		"chunked": "Transfer-Encoding: chunked\r\n\r\n30d40\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, start(t, &Server{MaxBody: 1000, Handler: message.HandlerFunc(refuse)}))
			c.send("POST / HTTP/1.1\r\nHost: h\r\n" + head)
			for range 100 {
				if _, err := c.Write(bytes.Repeat([]byte("x"), 2000)); err != nil {
					break // it has stopped listening, but not before it answered
				}
			}
			a := c.answer("POST")
			if a.status != 413 || a.body != "too much" || !a.close {
				t.Errorf("answered with %d %q, close %v; want 413 and close", a.status, a.body, a.close)
			}
			c.ended()
		})
	}
}

func TestBodyTooLargeStaysAnError(t *testing.T) {
	c := dial(t, start(t, &Server{MaxBody: 3, Handler: message.HandlerFunc(func(x *message.Exchange) {
		got, err := io.ReadAll(x.Request.Body)
		_, again := x.Request.Body.Read(make([]byte, 1))
		x.Response.Status = 200
		x.Response.Body = fmt.Appendf(nil, "%s, %v, %v", got, err, again)
	})}))
	c.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n")
	want := fmt.Sprintf("abc, %v, %[1]v", message.ErrBodyTooLarge)
	if a := c.answer("POST"); a.body != want || !a.close {
		t.Errorf("%q, close %v; want %q and close", a.body, a.close, want)
	}
}

func TestUnreadBodies(t *testing.T) {
	for _, c := range []struct {
		name, request string
		kept          bool
	}{
		{"all here", "Content-Length: 3\r\n\r\nabc", true},
		{"all here in chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", true},
		{"partly here", "Content-Length: 4\r\n\r\nabc", false},
		{"partly here in chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false},
		{"malformed", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", false},
		{"not asked for yet", "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", false},
		{"sent before it was asked for", "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, start(t, &Server{Handler: text("unread")}))
			conn.send("POST / HTTP/1.1\r\nHost: h\r\n" + c.request)
			if a := conn.answer("POST"); a.body != "unread" || a.close == c.kept {
				t.Errorf("answered with %q, close %v; want unread, close %v", a.body, a.close, !c.kept)
			}
			if !c.kept {
				conn.ended()
				return
			}
			conn.send(get)
			conn.answer("GET")
		})
	}
}

func TestContinueIsSentWhenTheBodyIsRead(t *testing.T) {
	asked, goOn := make(chan bool), make(chan bool)
	c := dial(t, start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		asked <- true
		<-goOn
		x.Response.Body, _ = io.ReadAll(x.Request.Body)
		x.Response.Status = 200
	})}))
	c.send("POST / HTTP/1.1\r\nHost: h\r\nexpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
	receive(t, "the request", asked)
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if b, err := c.in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("before the body is read: %q, %v; want silence", b, err)
	}
	c.SetReadDeadline(time.Now().Add(limit))
	goOn <- true
	if line := c.line() + c.line(); line != "HTTP/1.1 100 Continue" {
		t.Errorf("%q; want a 100", line)
	}
	c.send("abc")
	if a := c.answer("POST"); a.body != "abc" || a.close {
		t.Errorf("answered with %q, close %v; want abc", a.body, a.close)
	}
}

func TestContinueIsNotSentForABodyTooLarge(t *testing.T) {
	h := &recorder{}
	c := dial(t, start(t, &Server{MaxBody: 10, Handler: h}))
	c.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
	if a := c.answer("POST"); a.status != 413 || !a.close {
		t.Errorf("answered with %d, close %v; want 413 and close", a.status, a.close)
	}
}

func TestRefuse(t *testing.T) {
	s := &Server{Handler: text(""), Refuse: func(status int, cause error, r *message.Response) {
		r.Header.Add("X-Refused", "yes")
		r.Body = fmt.Appendf(nil, "%d: %v", status, cause)
	}}
	c := dial(t, start(t, s))
	c.send("GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n")
	a := c.answer("GET")
	if want := "400: header name is not a token"; a.body != want || a.header.Get("X-Refused") != "yes" {
		t.Errorf("answered with %q, %v; want %q", a.body, a.header, want)
	}
	c.ended()
}

func TestPanics(t *testing.T) {
	boom := iotestPanic{}
	for _, c := range []struct {
		name    string
		handler message.HandlerFunc
		refuse  func(int, error, *message.Response)
		status  int // 0: the connection is cut
		logged  bool
	}{
		{"before the answer", func(*message.Exchange) { panic("boom") }, nil, 500, true},
		{"with a runtime error", func(x *message.Exchange) { _ = x.Request.Header[len(x.Request.Header)] }, nil, 500, true},
		{"in a stream", func(x *message.Exchange) {
			x.Response = message.Response{Status: 200, StreamLen: -1, Stream: newStream(io.MultiReader(strings.NewReader("x"), boom))}
		}, nil, 0, true},
		{"to abort", func(*message.Exchange) { panic(http.ErrAbortHandler) }, nil, 0, false},
		{"in Refuse too", func(*message.Exchange) { panic("boom") }, func(int, error, *message.Response) { panic("bang") }, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &memo{}
			address := start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
				if x.Request.Path == "/fine" {
					x.Response.Status = 200
					return
				}
				c.handler(x)
			}), Refuse: c.refuse, Log: logTo(log)})
			conn := dial(t, address)
			conn.send(get)
			a, err := conn.tryAnswer("GET")
			if c.status == 0 && err == nil && a.err == nil {
				t.Errorf("answered with %+v; want a cut", a)
			}
			if a.status != c.status && c.status != 0 {
				t.Errorf("answered with %d, %v; want %d", a.status, err, c.status)
			}
			if c.status != 0 {
				conn.ended()
			}
			if got := strings.Contains(log.String(), "conn_test.go") || strings.Contains(log.String(), "bang"); got != c.logged {
				t.Errorf("logged with a stack: %v; want %v: %s", got, c.logged, log)
			}
			conn = dial(t, address)
			conn.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n")
			if a := conn.answer("GET"); a.status != 200 {
				t.Errorf("the next caller is answered with %d", a.status)
			}
		})
	}
}

type iotestPanic struct{}

func (iotestPanic) Read([]byte) (int, error) { panic("boom") }

func TestShutdown(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	s := &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		begun <- true
		<-goOn
		x.Response.Status, x.Response.Body = 200, []byte("done")
	})}
	address := start(t, s)
	silent, half, used, busy := dial(t, address), dial(t, address), dial(t, address), dial(t, address)
	half.send("GET / HTTP/1.1\r\nHo")
	for _, c := range []*client{used, busy} {
		c.send(get)
		receive(t, "a request", begun)
		goOn <- true
		c.answer("GET")
	}
	busy.send(get)
	receive(t, "a request", begun)

	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(context.Background()) }()
	for name, c := range map[string]*client{"silent": silent, "half a head": half, "used before": used} {
		if rest, err := io.ReadAll(c.in); len(rest) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %q, %v; want the end", name, rest, err)
		}
	}
	if nc, err := net.Dial("tcp", address); err == nil {
		nc.Close()
		t.Error("a draining server accepts connections")
	}
	select {
	case err := <-ended:
		t.Fatalf("Shutdown did not wait: %v", err)
	default:
	}
	goOn <- true
	if a := busy.answer("GET"); a.body != "done" || !a.close {
		t.Errorf("the request under way is answered with %q, close %v; want done and close", a.body, a.close)
	}
	busy.ended()
	busy.Close()
	if err := receive(t, "Shutdown", ended); err != nil {
		t.Errorf("Shutdown = %v", err)
	}
	if err := s.Serve(listenPipes()); err != ErrServerClosed {
		t.Errorf("Serve after Shutdown = %v; want %v", err, ErrServerClosed)
	}
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	s := &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		begun <- true
		<-goOn
		x.Response.Status = 200
	})}
	c := dial(t, start(t, s))
	c.send(get)
	receive(t, "a request", begun)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); err != context.Canceled {
		t.Errorf("Shutdown = %v; want %v", err, context.Canceled)
	}
	s.Close()
	if _, err := c.in.ReadByte(); err == nil {
		t.Error("Close does not cut what is under way")
	}
	goOn <- true
}

func TestMaxConnections(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	address := start(t, &Server{MaxConnections: 2, Handler: message.HandlerFunc(func(x *message.Exchange) {
		begun <- true
		<-goOn
		x.Response.Status = 200
	})})
	first, second := dial(t, address), dial(t, address)
	first.send(get)
	receive(t, "the first request", begun)
	third := dial(t, address)
	third.send(get)
	receive(t, "the third caller's request, for whom the silent one makes place", begun)
	second.ended()
	goOn <- true
	goOn <- true
	first.answer("GET")
	third.answer("GET")
}

// A listener fails as accept(2) does when there are no more descriptors.
type failing struct {
	net.Listener
	errs chan error
}

func (f *failing) Accept() (net.Conn, error) {
	select {
	case err := <-f.errs:
		return nil, err
	default:
		return f.Listener.Accept()
	}
}

func TestAcceptErrors(t *testing.T) {
	errs := make(chan error, 3)
	for range cap(errs) {
		errs <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := &memo{}
	serveOn(t, &Server{Handler: text("served"), Log: logTo(log)}, &failing{ln, errs})
	c := dial(t, ln.Addr().String())
	c.send(get)
	if a := c.answer("GET"); a.body != "served" {
		t.Errorf("answered with %q", a.body)
	}
	if !strings.Contains(log.String(), "too many open files") {
		t.Errorf("not logged: %s", log)
	}

	broken := errors.New("broken")
	s := &Server{Handler: text("")}
	if err := s.Serve(&failing{listenPipes(), func() chan error { c := make(chan error, 1); c <- broken; return c }()}); err != broken {
		t.Errorf("Serve = %v; want %v", err, broken)
	}
}

func TestRequestsOutliveTheirExchange(t *testing.T) {
	h := &recorder{}
	address := start(t, &Server{Handler: h})
	for range 2 {
		c := dial(t, address)
		for i := range 20 {
			c.send(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h%[1]d\r\nX: %[1]d\r\n\r\n", i))
			c.answer("GET")
		}
	}
	for i, r := range h.all() {
		n := fmt.Sprint(i % 20)
		if r.Target != "/"+n || r.Host != "h"+n || r.Header.Get("X") != n {
			t.Errorf("request %d became %q, %q, %q", i, r.Target, r.Host, r.Header)
		}
	}
}

func TestRequestArrivesInPieces(t *testing.T) {
	h := &recorder{}
	c := dial(t, start(t, &Server{Handler: h}))
	request := "\r\nPOST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"
	for i := range request {
		c.send(request[i : i+1])
	}
	if a := c.answer("POST"); a.status != 200 || h.all()[0].body != "abc" {
		t.Errorf("answered with %d; seen %+v", a.status, h.all())
	}
}

func TestAddresses(t *testing.T) {
	h := &recorder{}
	c := dial(t, start(t, &Server{Handler: h}))
	c.send(get)
	c.answer("GET")
	r := h.all()[0]
	if r.Remote.String() != c.LocalAddr().String() || r.Local.String() != c.RemoteAddr().String() {
		t.Errorf("remote %v, local %v; want %v and %v", r.Remote, r.Local, c.LocalAddr(), c.RemoteAddr())
	}
}

// serveTLS serves s over TLS until the test ends.
func serveTLS(t *testing.T, s *Server) (address string) {
	theirs := httptest.NewUnstartedServer(nil) // for its certificate
	theirs.StartTLS()
	certificate := theirs.TLS.Certificates[0]
	theirs.Close()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, s, ln)
	return ln.Addr().String()
}

func dialTLS(t *testing.T, address string) *client {
	nc, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, nc)
}

func TestTLS(t *testing.T) {
	h := &recorder{}
	c := dialTLS(t, serveTLS(t, &Server{Handler: h}))
	c.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000) + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
	for _, method := range []string{"POST", "GET"} {
		if a := c.answer(method); a.status != 200 {
			t.Errorf("%s is answered with %d", method, a.status)
		}
	}
	c.send("GET /c HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n")
	if a := c.answer("GET"); a.status != 400 {
		t.Errorf("a malformed request is answered with %d", a.status)
	}
	c.ended()
	seen := h.all()
	if len(seen) != 2 || len(seen[0].body) != 20000 || seen[1].Target != "/b" || seen[0].TLS == nil || !seen[0].TLS.HandshakeComplete {
		t.Errorf("seen %+v", seen)
	}
}

func TestTLSHandshakeEnds(t *testing.T) {
	c := dial(t, serveTLS(t, &Server{Handler: text(""), HeadTimeout: 50 * time.Millisecond}))
	c.send("\x16\x03\x01")
	c.ended()
}

// TestIdleMemory holds many idle connections, each of which has been used, and
// weighs them.
func TestIdleMemory(t *testing.T) {
	const conns, bar = 1000, 12 << 10 // the caller's side is weighed too
	address := start(t, &Server{Handler: text("hello")})
	var all []net.Conn
	weigh := func() uint64 {
		runtime.GC()
		runtime.GC() // pools are emptied by the second
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := weigh()
	buf := make([]byte, 4096)
	for range conns {
		nc, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		all = append(all, nc)
		nc.SetDeadline(time.Now().Add(limit))
		io.WriteString(nc, get)
		if _, err := nc.Read(buf); err != nil {
			t.Fatal(err)
		}
	}
	each := (weigh() - before) / conns
	t.Logf("%.1f KiB for an idle connection, with the caller's side", float64(each)/1024)
	if each > bar && !raceDetector {
		t.Errorf("%d bytes for an idle connection; want at most %d", each, bar)
	}
	runtime.KeepAlive(all)
}
