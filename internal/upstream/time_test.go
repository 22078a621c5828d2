package upstream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// TestTimeouts runs on a clock of its own: each backend hangs in another way,
// and the call ends exactly when its time is over, leaving nothing behind.
func TestTimeouts(t *testing.T) {
	hang := func(says ...string) func(net.Conn) {
		return func(c net.Conn) {
			p := newPeer(c)
			p.request()
			for _, s := range says {
				p.say(s)
			}
			p.untilClosed()
		}
	}
	for _, c := range []struct {
		name   string
		scheme string
		body   int
		serve  func(net.Conn) // nil: the dial hangs
		stream bool           // the time-out is the stream's
	}{
		{"dial", "http", 0, nil, false},
		{"TLS handshake", "https", 0, func(c net.Conn) { io.Copy(io.Discard, c) }, false},
		{"request not read", "http", 10, unread, false},
		{"large request not read", "http", 2 * firstPiece, unread, false},
		{"no answer", "http", 0, hang(), false},
		{"no answer to a large request", "http", 2 * firstPiece, hang(), false},
		{"half a head", "http", 0, hang("HTTP/1.1 200 OK\r\nA"), false},
		{"only interim answers", "http", 0, hang("HTTP/1.1 100 Continue\r\n\r\n"), false},
		{"interim answers now and then", "http", 0, func(c net.Conn) {
			p := newPeer(c)
			p.request()
			for {
				time.Sleep(20 * time.Millisecond)
				if _, err := io.WriteString(p, "HTTP/1.1 102 Processing\r\n\r\n"); err != nil {
					return
				}
			}
		}, false},
		{"half a small body", "http", 0, hang("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), false},
		{"half a large body", "http", 0, hang("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\nhel"), true},
		{"half a chunked body", "http", 0, hang("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"), true},
		{"an answer byte by byte", "http", 0, func(c net.Conn) {
			p := newPeer(c)
			p.request()
			p.say("HTTP/1.1 200 OK\r\n\r\n")
			for {
				time.Sleep(20 * time.Millisecond)
				if _, err := io.WriteString(p, "x"); err != nil {
					return
				}
			}
		}, true},
		{"a large request read byte by byte", "http", 16 * nextPiece, func(c net.Conn) {
			for {
				time.Sleep(20 * time.Millisecond)
				if _, err := io.CopyN(io.Discard, c, 64); err != nil {
					return
				}
			}
		}, false},
		{"a body that does not end", "http", 0, hang("HTTP/1.1 200 OK\r\n\r\nhel"), true},
	} {
		for _, timeout := range []time.Duration{50 * time.Millisecond, time.Second, 29 * time.Second} {
			t.Run(c.name+" "+timeout.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					open := 0
					var backends sync.WaitGroup
					up := &Client{DialTimeout: time.Hour}
					up.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
						if c.serve == nil {
							<-ctx.Done()
							return nil, ctx.Err()
						}
						near, far := net.Pipe()
						open++
						backends.Go(func() { c.serve(far) })
						return &noting{near, sync.OnceFunc(func() { open-- })}, nil
					}
					defer up.Close()
					o, _ := up.Origin(c.scheme, "b", false)
					r := call("POST", "/")
					r.Body, r.Timeout, r.Caller = make([]byte, c.body), timeout, newCaller()
					var a message.Response
					begun := time.Now()
					err := o.Do(r, &a)
					if c.stream && err == nil {
						err = readAll(&a).err
					}
					if err != ErrTimeout || time.Since(begun) != timeout {
						t.Errorf("got %v after %v; want %v after %v", err, time.Since(begun), ErrTimeout, timeout)
					}
					backends.Wait()
					if open != 0 {
						t.Errorf("%d connections are still open", open)
					}
				})
			})
		}
	}
}

// unread is a backend that reads nothing.
func unread(net.Conn) {}

// A noting connection notes that it has been closed.
type noting struct {
	net.Conn
	closed func()
}

func (c *noting) Close() error {
	c.closed()
	return c.Conn.Close()
}

func newPeer(c net.Conn) *peer { return &peer{Conn: c, r: bufio.NewReader(c)} }

func TestManyTimeoutsLeaveNoConnection(t *testing.T) {
	b := serve(t, func(_ int, p *peer) { p.untilClosed() })
	o := b.origin(t)
	var calls sync.WaitGroup
	for range 100 {
		calls.Go(func() {
			r := get("/")
			r.Timeout = 50 * time.Millisecond
			if got := do(o, r); got.err != ErrTimeout {
				t.Errorf("got %+v; want ErrTimeout", got)
			}
		})
	}
	calls.Wait()
	within(t, time.Second, "the connections are closed", func() bool { return b.open.Load() == 0 })
}

func TestDialTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := new(Client)
		up.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		defer up.Close()
		o, _ := up.Origin("http", "b", false)
		r := get("/")
		r.Timeout = 0
		begun := time.Now()
		var network *NetworkError
		if err := o.Do(r, new(message.Response)); !errors.As(err, &network) || time.Since(begun) != defaultDialTimeout {
			t.Errorf("got %v after %v; want a NetworkError after %v", err, time.Since(begun), defaultDialTimeout)
		}
	})
}

// The time in which nobody reads an answer does not count as the backend's.
func TestSlowReaderIsNotTheBackendsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := new(Client)
		up.Dial = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				p := newPeer(far)
				p.request()
				p.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 8*bufferSize))
				p.say(strings.Repeat("x", 8*bufferSize))
			}()
			return near, nil
		}
		defer up.Close()
		o, _ := up.Origin("http", "b", false)
		r := get("/")
		r.Timeout = time.Second
		var a message.Response
		if err := o.Do(r, &a); err != nil {
			t.Fatal(err)
		}
		a.Stream = slowReader{a.Stream}
		if got := readAll(&a); len(got.body) != 8*bufferSize || got.err != nil {
			t.Errorf("got %d bytes, %v; want %d", len(got.body), got.err, 8*bufferSize)
		}
	})
}

// An answer that is wanted as it comes may take long, but its backend may not be
// silent for long.
func TestIdle(t *testing.T) {
	const size = 12
	for _, c := range []struct {
		name  string
		pause time.Duration // before each byte
		got   int           // bytes
		err   error
		after time.Duration
	}{
		{"it is never silent for long", 900 * time.Millisecond, size, nil, size * 900 * time.Millisecond},
		{"it falls silent", 1100 * time.Millisecond, 0, ErrTimeout, time.Second},
		{"all its time is over", 990 * time.Millisecond, 11, ErrTimeout, 11 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var backends sync.WaitGroup
				defer backends.Wait()
				up := new(Client)
				up.Dial = func(context.Context, string, string) (net.Conn, error) {
					near, far := net.Pipe()
					backends.Go(func() {
						defer far.Close()
						p := newPeer(far)
						p.request()
						p.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size))
						for range size {
							time.Sleep(c.pause)
							p.say("x")
						}
					})
					return near, nil
				}
				defer up.Close()
				o, _ := up.Origin("http", "b", false)
				r := get("/")
				r.Timeout, r.Idle = 11*time.Second, time.Second
				begun := time.Now()
				var a message.Response
				if err := o.Do(r, &a); err != nil || time.Since(begun) != 0 {
					t.Fatalf("Do: %v after %v; want the head at once", err, time.Since(begun))
				}
				got := readAll(&a)
				if len(got.body) != c.got || got.err != c.err || time.Since(begun) != c.after {
					t.Errorf("got %d bytes, %v after %v; want %d, %v after %v", len(got.body), got.err, time.Since(begun), c.got, c.err, c.after)
				}
			})
		})
	}
}

// A slowReader has pauses between its reads.
type slowReader struct{ io.ReadCloser }

func (s slowReader) Read(p []byte) (int, error) {
	time.Sleep(900 * time.Millisecond)
	return s.ReadCloser.Read(p)
}

// What the caller sends slowly does not count as the backend's time.
func TestSlowBodyIsNotTheBackendsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := new(Client)
		up.Dial = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				answering(ok)(1, newPeer(far))
			}()
			return near, nil
		}
		defer up.Close()
		o, _ := up.Origin("http", "b", false)
		r := call("POST", "/")
		r.Stream, r.StreamLen, r.Timeout = &slow{left: 10, pause: 900 * time.Millisecond}, -1, time.Second
		if got := do(o, r); got.body != "ok" || got.err != nil {
			t.Errorf("got %+v; want ok", got)
		}
	})
}

// A slow body comes in parts with a pause before each.
type slow struct {
	left  int
	pause time.Duration
}

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(s.pause)
	if s.left == 0 {
		return 0, io.EOF
	}
	s.left--
	return min(len(p), 10<<10), nil
}

func TestCallerLeaves(t *testing.T) {
	for _, c := range []struct {
		name, says string
		stream     bool
		size       int // of the request's body
	}{
		{"before the answer", "", false, 0},
		{"in the head", "HTTP/1.1 200 OK\r\n", false, 0},
		{"in a small body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", false, 0},
		{"in a stream", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", true, 0},
		{"after an upload", "", false, 4 * nextPiece},
		{"in a stream after an upload", "HTTP/1.1 200 OK\r\n\r\na", true, 4 * nextPiece},
	} {
		t.Run(c.name, func(t *testing.T) {
			testFreed(t, func() time.Duration {
				return leave(t, c.says, c.stream, c.size, func(script func(int, *peer)) *Origin {
					return serve(t, script).origin(t)
				})
			})
		})
		t.Run(c.name+", TLS", func(t *testing.T) {
			testFreed(t, func() time.Duration {
				return leave(t, c.says, c.stream, c.size, func(script func(int, *peer)) *Origin {
					return tlsOrigin(t, script)
				})
			})
		})
	}
}

// testFreed wants a backend to be freed within 50 ms. A busy machine may be late
// now and then; who waits for a timer is late each time.
func testFreed(t *testing.T, leave func() time.Duration) {
	const tries = 5
	for try := 1; ; try++ {
		d := leave()
		if d <= 50*time.Millisecond {
			return
		}
		if try == tries {
			t.Errorf("the backend was freed after %v, %d times in a row too late; want 50 ms at most", d, tries)
			return
		}
	}
}

// leave calls a backend that says something and then hangs, has the caller leave
// and returns how long the backend's connection lives on.
func leave(t *testing.T, says string, stream bool, size int, start func(func(int, *peer)) *Origin) time.Duration {
	closed := make(chan time.Time, 1)
	o := start(func(_ int, p *peer) {
		p.request()
		p.say(ok)
		p.request()
		p.say(says)
		p.untilClosed()
		closed <- time.Now()
	})
	do(o, get("/")) // a connection is there then, and its dial need not be watched
	who := newCaller()
	left := make(chan time.Time, 1)
	go func() {
		<-who.watched
		left <- time.Now()
		who.leave()
	}()
	r := call("POST", "/")
	r.Body, r.Caller = make([]byte, size), who
	var a message.Response
	err := o.Do(r, &a)
	if stream && err == nil {
		err = readAll(&a).err
	}
	if err != ErrCallerLeft {
		t.Errorf("got %v; want ErrCallerLeft", err)
	}
	return (<-closed).Sub(<-left)
}

func TestCallerLeavesDuringDial(t *testing.T) {
	c := client(t)
	c.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	o, _ := c.Origin("http", "b", false)
	r := get("/")
	who := newCaller()
	r.Caller = who
	go func() {
		<-who.watched
		who.leave()
	}()
	if err := o.Do(r, new(message.Response)); err != ErrCallerLeft {
		t.Errorf("got %v; want ErrCallerLeft", err)
	}
	near, far := net.Pipe()
	c.Dial = func(context.Context, string, string) (net.Conn, error) { return near, nil }
	if err := o.Do(r, new(message.Response)); err != ErrCallerLeft { // he has left already
		t.Errorf("got %v; want ErrCallerLeft", err)
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the connection that was dialled meanwhile: %v; want it closed", err)
	}
}

// A backend that does not read a body that the caller has sent is freed too.
func TestCallerLeavesDuringUpload(t *testing.T) {
	closed := make(chan time.Time, 1)
	b := serve(t, func(_ int, p *peer) {
		p.request()
		p.say(ok)
		p.head()
		for {
			if _, err := p.Write([]byte("HTTP/1.1 102 x\r\n\r\n")); err != nil {
				break
			}
			time.Sleep(25 * time.Millisecond)
		}
		closed <- time.Now()
	})
	o := b.origin(t)
	do(o, get("/"))
	who := newCaller()
	r := call("POST", "/")
	r.Body, r.Caller = make([]byte, 16<<20), who
	go func() {
		<-who.watched
		who.leave()
	}()
	if err := o.Do(r, new(message.Response)); err != ErrCallerLeft {
		t.Errorf("got %v; want ErrCallerLeft", err)
	}
	<-closed
}

// Who is still sending cannot be watched.
func TestCallerIsNotWatchedWhileHeSends(t *testing.T) {
	o := serve(t, answering(ok)).origin(t)
	who := newCaller()
	r := call("POST", "/")
	r.Stream, r.StreamLen, r.Caller = io.LimitReader(unwatched{t, who}, 4*nextPiece), -1, who
	if got := do(o, r); got.body != "ok" {
		t.Errorf("got %+v; want ok", got)
	}
}

// unwatched is a body that fails the test if its caller is watched already.
type unwatched struct {
	*testing.T
	who *caller
}

func (u unwatched) Read(p []byte) (int, error) {
	select {
	case <-u.who.watched:
		u.Error("the caller is watched while he sends")
	default:
	}
	time.Sleep(5 * time.Millisecond)
	return len(p), nil
}

// To watch a caller costs more than most answers: he is watched only when one
// takes longer than that.
func TestFastAnswersAreNotWatched(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  int
	}{
		{0, 0},
		{patience - time.Millisecond, 0},
		{patience + time.Millisecond, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			up := new(Client)
			up.Dial = func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go func() {
					defer far.Close()
					p := newPeer(far)
					p.request()
					time.Sleep(c.after)
					p.say(ok)
				}()
				return near, nil
			}
			defer up.Close()
			o, _ := up.Origin("http", "b", false)
			r := get("/")
			watches := new(watches)
			r.Caller = watches
			if got := do(o, r); got.body != "ok" {
				t.Errorf("got %+v; want ok", got)
			}
			if n := watches.n - 1; n != c.want { // one was for the dial
				t.Errorf("an answer after %v: watched %d times; want %d", c.after, n, c.want)
			}
		})
	}
}

// watches counts how often a caller is watched.
type watches struct{ n int }

func (w *watches) OnLeave(func()) (stop func()) {
	w.n++
	return func() {}
}
