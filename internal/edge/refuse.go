package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// A refusal is an error that says which status it is answered with. What is
// http1.Malformed is answered with 400.
type refusal struct {
	status int
	cause  error
}

func (r *refusal) Error() string { return r.cause.Error() }

// answerable reports whether err is about what the caller sent, and not the end
// of his connection.
func answerable(err error) bool {
	_, refused := errors.AsType[*refusal](err)
	_, malformed := errors.AsType[http1.Malformed](err)
	return refused || malformed
}

// refuse answers a request that ends here, and the connection with it.
func (c *conn) refuse(err error) (again bool) {
	status := http.StatusBadRequest
	if refused, ok := errors.AsType[*refusal](err); ok {
		status, err = refused.status, refused.cause
	}
	level := slog.LevelDebug
	if status == http.StatusInternalServerError {
		level = slog.LevelError
	}
	c.server.Log.Log(context.Background(), level, "request refused", "remote", c.remote, "status", status, "error", err)
	r := &c.work.x.Response
	closeStream(r)
	*r = message.Response{Status: status, Header: emptied(r.Header)}
	if c.server.Refuse != nil {
		c.server.Refuse(status, err, r)
	}
	_, err = c.respond(r, false)
	c.unwatch()
	if err == nil {
		c.linger()
	}
	return false
}

// panicked ends an exchange whose handler panicked. http.ErrAbortHandler asks
// for the connection to be cut, without a word.
func (c *conn) panicked(v any) {
	err, _ := v.(error)
	abort := errors.Is(err, http.ErrAbortHandler)
	if !abort {
		c.server.Log.Error("handler panicked", "remote", c.remote, "panic", v, "stack", string(debug.Stack()))
	}
	defer func() {
		if v := recover(); v != nil { // in Refuse, or in the closing of a stream
			c.server.Log.Error("refusal panicked", "remote", c.remote, "panic", v)
			c.reset()
		}
	}()
	defer func() { c.work = nil }() // whatever the handler has started may still hold it
	c.unwatch()
	if abort || c.began {
		c.reset()
		closeStream(&c.work.x.Response)
		return
	}
	c.refuse(&refusal{http.StatusInternalServerError, fmt.Errorf("panic: %v", v)})
}

// linger ends the connection so that the caller gets the answer even if he is
// still sending: bytes that nobody reads would make the system reset it.
func (c *conn) linger() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.nc.SetReadDeadline(time.Now().Add(lingerTime))
	for n := 0; n < lingerBytes; {
		m, err := c.nc.Read(c.work.in[:])
		if err != nil {
			return
		}
		n += m
	}
}

const (
	lingerTime  = time.Second
	lingerBytes = 256 << 10
)

// reset cuts the connection so that nobody takes its end for a clean one.
func (c *conn) reset() {
	under := c.nc
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	if tcp, ok := under.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	under.Close()
}
