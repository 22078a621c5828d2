package edge

import (
	"errors"
	"os"
	"time"
)

// A watch is a goroutine that waits for the caller to leave.
type watch struct{ done chan struct{} }

// past is a deadline that wakes whoever reads.
var past = time.Unix(1, 0)

// OnLeave implements message.Caller. One watch runs at a time: another call ends
// the watch before it. Requests that the caller sends meanwhile are not his
// leaving; where the system cannot see behind them (it can on Linux), his
// leaving after them is noticed when he is answered.
func (c *conn) OnLeave(left func()) (stop func()) {
	c.unwatch()
	c.watching.Lock()
	defer c.watching.Unlock()
	w := &watch{done: make(chan struct{})}
	c.watch = w
	c.readBy = time.Time{}
	c.nc.SetReadDeadline(time.Time{})
	go func() {
		defer close(w.done)
		// A deadline is how the watch is stopped; any other error is a
		// broken connection.
		if err := c.socket.Read(gone); err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			left()
		}
	}()
	return func() { c.endWatch(w) }
}

// unwatch ends the watch, if there is one.
func (c *conn) unwatch() {
	c.watching.Lock()
	w := c.watch
	c.watching.Unlock()
	if w != nil {
		c.endWatch(w)
	}
}

// endWatch ends w, unless it was ended before.
func (c *conn) endWatch(w *watch) {
	c.watching.Lock()
	defer c.watching.Unlock()
	if c.watch != w {
		return
	}
	c.watch = nil
	c.nc.SetReadDeadline(past)
	<-w.done
	c.nc.SetReadDeadline(time.Time{})
}
