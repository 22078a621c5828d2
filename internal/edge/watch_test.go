package edge

import (
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// watching is a handler that watches its caller until he leaves or it is told to
// go on.
type watching struct {
	begun, goOn chan bool
	left        chan time.Time
}

func newWatching() *watching {
	return &watching{make(chan bool, 2), make(chan bool), make(chan time.Time, 2)}
}

func (w *watching) Serve(x *message.Exchange) {
	left := make(chan bool)
	stop := x.Request.Caller.OnLeave(func() {
		w.left <- time.Now()
		close(left)
	})
	w.begun <- true
	select {
	case <-left:
	case <-w.goOn:
	}
	stop()
	stop() // may be called again
	x.Response.Status = 200
}

func TestOnLeave(t *testing.T) {
	leave := map[string]func(*client){
		"closes":      func(c *client) { c.Close() },
		"half-closes": func(c *client) { under(c).CloseWrite() },
		"resets":      func(c *client) { under(c).SetLinger(0); under(c).Close() },
	}
	if runtime.GOOS == "linux" {
		leave["closes after another request"] = func(c *client) { c.send(get); c.Close() }
	}
	for name, leaves := range leave {
		for _, secure := range []bool{false, true} {
			if secure && runtime.GOOS != "linux" {
				continue // the TLS alert hides the end
			}
			t.Run(name+map[bool]string{true: ", TLS"}[secure], func(t *testing.T) {
				// A busy machine may be late now and then; who waits for a timer is
				// late each time.
				took := noticed(t, secure, leaves)
				for try := 1; took > 50*time.Millisecond && try < 5; try++ {
					took = noticed(t, secure, leaves)
				}
				if took > 50*time.Millisecond {
					t.Errorf("noticed after %v, each time too late; want at most 50 ms", took)
				}
			})
		}
	}
}

// TestCallerWhoLeftIsNotAnswered shows that a caller who has closed his side, and
// whom the handler has given up, gets nothing more than the end.
func TestCallerWhoLeftIsNotAnswered(t *testing.T) {
	left := make(chan struct{})
	c := dial(t, start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		stop := x.Request.Caller.OnLeave(func() { close(left) })
		defer stop()
		<-left
		x.Response.Status = message.StatusCallerLeft
	})}))
	c.send(get)
	under(c).CloseWrite()
	c.ended()
}

// noticed returns how long it takes until a handler knows that its caller left.
func noticed(t *testing.T, secure bool, leaves func(*client)) time.Duration {
	t.Helper()
	w := newWatching()
	var c *client
	if secure {
		c = dialTLS(t, serveTLS(t, &Server{Handler: w}))
	} else {
		c = dial(t, start(t, &Server{Handler: w}))
	}
	c.send(get)
	receive(t, "the request", w.begun)
	began := time.Now()
	leaves(c)
	return receive(t, "left", w.left).Sub(began)
}

// under is the caller's TCP connection.
func under(c *client) *net.TCPConn {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp
	}
	return c.Conn.(interface{ NetConn() net.Conn }).NetConn().(*net.TCPConn)
}

func TestWatchLeavesTheConnectionUsable(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := newWatching()
		var c *client
		if secure {
			c = dialTLS(t, serveTLS(t, &Server{Handler: w}))
		} else {
			c = dial(t, start(t, &Server{Handler: w}))
		}
		c.send(get)
		for i := range 5 {
			receive(t, "the request", w.begun)
			c.send(get) // the next one, while this one is watched: not a leaving
			select {
			case <-w.left:
				t.Fatalf("TLS %v: request %d: a pipelined request counts as leaving", secure, i)
			case <-time.After(2 * time.Millisecond):
			}
			w.goOn <- true
			if a := c.answer("GET"); a.status != 200 || a.close {
				t.Fatalf("TLS %v: request %d is answered with %+v", secure, i, a)
			}
		}
		receive(t, "the request", w.begun)
		w.goOn <- true
		c.answer("GET")
	}
}

// A handler that forgets to stop its watch leaves no goroutine behind, and the
// next request is read.
func TestForgottenWatch(t *testing.T) {
	c := dial(t, start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		x.Request.Caller.OnLeave(func() {})
		x.Request.Caller.OnLeave(func() {})
		x.Response.Status = 200
	})}))
	for range 3 {
		c.send(get)
		if a := c.answer("GET"); a.status != 200 {
			t.Errorf("answered with %d", a.status)
		}
	}
}

func TestCloseTellsWatchers(t *testing.T) {
	w := newWatching()
	s := &Server{Handler: w}
	c := dial(t, start(t, s))
	c.send(get)
	receive(t, "the request", w.begun)
	s.Close()
	receive(t, "left", w.left)
	io.ReadAll(c.in)
}
