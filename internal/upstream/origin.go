package upstream

import (
	"crypto/tls"
	"sync"
	"time"
)

// An Origin is one backend and the idle connections to it.
type Origin struct {
	client  *Client
	address string      // host:port, as dialled
	tls     *tls.Config // nil: plain

	mu     sync.Mutex
	idle   []*conn   // the one used last at the end, where the next call takes it
	listed bool      // the client knows that there may be idle connections
	used   time.Time // when a call was here last
}

// Address is the host and the port that are dialled.
func (o *Origin) Address() string { return o.address }

// take returns the idle connection used last on which nothing has happened
// since, or nil. One that the backend has closed or is about to close, or on which
// it has sent something that nobody asked for, is closed.
func (o *Origin) take(now time.Time) *conn {
	for {
		c := o.pop(now)
		if c == nil || c.usable(now) {
			return c
		}
		c.close()
	}
}

func (o *Origin) pop(now time.Time) *conn {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.used = now
	if len(o.idle) == 0 {
		return nil
	}
	last := len(o.idle) - 1
	c := o.idle[last]
	o.idle[last] = nil
	o.idle = o.idle[:last]
	return c
}

// put keeps c for another call. It has nothing unread.
func (o *Origin) put(c *conn) {
	c.since = time.Now()
	o.mu.Lock()
	full := len(o.idle) >= o.client.maxIdle()
	list := !full && !o.listed
	if !full {
		o.idle = append(o.idle, c)
		o.listed = true
	}
	o.mu.Unlock()
	if full {
		c.close()
	}
	if list {
		o.client.pool(o)
	}
}

// expire closes the idle connections that were last used before then and those
// that their backend has done with, and reports whether none is left.
func (o *Origin) expire(then time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.idle[:0]
	now := time.Now()
	for _, c := range o.idle {
		if c.since.Before(then) || !c.usable(now) {
			c.close()
		} else {
			kept = append(kept, c)
		}
	}
	clear(o.idle[len(kept):])
	o.idle = kept
	o.listed = len(kept) > 0
	return !o.listed
}

func (o *Origin) unusedSince(then time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.idle) == 0 && o.used.Before(then)
}
