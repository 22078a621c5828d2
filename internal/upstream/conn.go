package upstream

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// bufferSize is how much of an answer is read at once, and how long a body may
// be to be handed over whole.
const bufferSize = 8 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// patience is how long an answer is waited for before the caller is watched,
// which costs more than most answers do.
const patience = 20 * time.Millisecond

var past = time.Unix(1, 0)

// A conn is a connection to a backend. It makes one call after the other; in
// between it belongs to its origin.
type conn struct {
	nc      net.Conn // what is written and read: the socket, or TLS over it
	socket  net.Conn
	records *records // nil: no TLS
	peek    *peeker  // nil: cannot be used twice
	origin  *Origin
	since   time.Time     // when the last call ended
	rests   time.Duration // how long it may be idle, as its backend says; 0: it does not say

	src    http1.Source
	lent   *[bufferSize]byte // what src.Buf began as
	chunks http1.ChunkReader
	copied http1.Source // of a body at hand

	// Of the call under way.
	deadline time.Time
	idle     time.Duration // how long a Read of the stream may wait; 0: until deadline
	caller   message.Caller
	upload   *upload // what still sends the request; nil: all is sent
	writeErr error   // the request could not be sent to its end
	heard    bool    // something has come back

	mu   sync.Mutex
	rung bool // who reads has been woken: the read deadline stays past
	left bool // the caller has left
}

// do makes one call. When it fails the connection is closed; when it succeeds
// the connection is the origin's again, or the answer's Stream has it.
func (c *conn) do(call *Call, r *request, deadline time.Time, answer *message.Response) error {
	c.begin(call, deadline)
	err := c.send(r)
	if err == nil {
		err = c.receive(call.Method, answer)
	}
	if err == nil {
		return nil
	}
	c.abort()
	if _, broken := err.(*NetworkError); broken && c.writeErr != nil && !c.heard {
		return &NetworkError{"write", c.writeErr} // which came first
	}
	return err
}

func (c *conn) begin(call *Call, deadline time.Time) {
	c.lent = buffers.Get().(*[bufferSize]byte)
	c.src = http1.Source{Conn: c, Buf: c.lent[:]}
	c.deadline, c.idle, c.caller = deadline, call.Idle, call.Caller
	c.upload, c.writeErr, c.heard = nil, nil, false
	c.mu.Lock()
	c.rung, c.left = false, false
	c.mu.Unlock()
}

// send sends the request, or the first piece of it. That it cannot be written
// is not the end: the backend may have answered before it stopped to read.
func (c *conn) send(r *request) error {
	if !r.whole {
		c.startUpload(r)
		return nil
	}
	c.socket.SetWriteDeadline(c.deadline)
	if _, err := c.nc.Write(r.b); err != nil {
		if isTimeout(err) {
			return ErrTimeout
		}
		c.writeErr = err
	}
	return nil
}

// Read waits for bytes of the answer, for as long as the call has time and its
// caller is there. It also keeps the upload going.
func (c *conn) Read(p []byte) (int, error) {
	for {
		if c.upload != nil {
			if err := c.upload.proceed(); err != nil {
				return 0, err
			}
		}
		n, err := c.wait(p)
		switch {
		case n > 0 || err == nil:
			c.heard = c.heard || n > 0
			return n, nil
		case !isTimeout(err):
			return 0, readError(err)
		case c.callerLeft():
			return 0, ErrCallerLeft
		case c.upload == nil || !time.Now().Before(c.deadline):
			return 0, ErrTimeout
		}
	}
}

// wait reads once. A caller who has sent everything is watched meanwhile.
func (c *conn) wait(p []byte) (int, error) {
	now := time.Now()
	if c.caller != nil && (c.upload == nil || c.upload.atHand) && c.deadline.Sub(now) > patience {
		c.arm(now.Add(patience))
		n, err := c.nc.Read(p)
		if n > 0 || !isTimeout(err) {
			return n, err
		}
		stop := c.caller.OnLeave(c.leave)
		defer stop()
	}
	c.arm(c.deadline)
	return c.nc.Read(p)
}

// arm sets until when is read, unless who reads has been woken already.
func (c *conn) arm(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.rung {
		c.socket.SetReadDeadline(until)
	}
}

// ring wakes who reads. The caller holds c.mu.
func (c *conn) ring() {
	c.rung = true
	c.socket.SetReadDeadline(past)
}

func (c *conn) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = true
	c.ring()
}

func (c *conn) callerLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left
}

// done ends a call whose answer was read to its end. The connection is kept if
// both sides want it and nothing is in doubt.
func (c *conn) done(keep bool) {
	if c.upload != nil {
		c.upload.settle()
	}
	if !keep || c.upload != nil || c.writeErr != nil || c.peek == nil || c.src.R != c.src.W || !c.quiet() {
		c.abort()
		return
	}
	c.end()
	c.origin.put(c)
}

// usable reports whether an idle connection can take another call: nothing has
// come on it, and its backend is not about to close it.
func (c *conn) usable(now time.Time) bool {
	return (c.rests == 0 || now.Sub(c.since) < c.rests) && c.peek.idle()
}

// quiet reports whether TLS has given out all that it has read.
func (c *conn) quiet() bool {
	if c.records == nil {
		return true
	}
	c.socket.SetReadDeadline(past)
	n, err := c.nc.Read(c.src.Buf[:1])
	return n == 0 && isTimeout(err) && c.records.between()
}

// abort ends a call and the connection with it.
func (c *conn) abort() {
	c.close()
	if c.upload != nil {
		c.upload.stop()
	}
	c.end()
}

func (c *conn) end() {
	buffers.Put(c.lent)
	c.lent, c.src, c.caller = nil, http1.Source{}, nil
}

// close closes the socket, without TLS's farewell, for which it might have to
// wait.
func (c *conn) close() { c.socket.Close() }

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// readError leaves io.EOF alone, which may be how an answer ends.
func readError(err error) error {
	if err == io.EOF {
		return err
	}
	return &NetworkError{"read", err}
}
