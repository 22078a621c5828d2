// Package edge turns connections into exchanges: an HTTP/1.1 server that is
// strict about what it takes for a request, because what reaches a Handler
// goes on to a backend that may read it differently. What is malformed, too
// large or too slow ends here.
package edge

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("edge: server closed")

// A Server serves a Handler over HTTP/1.1. Its fields are set before the first
// Serve, which replaces zeros by the values named here.
//
// A connection whose TLS handshake was about to agree on another protocol would
// leave the server in conn.handshake: HTTP/2 has its place there.
type Server struct {
	Handler message.Handler

	// Refuse fills the answer to a request that ends at the edge. It finds the
	// status set. nil leaves the body empty.
	Refuse func(status int, cause error, r *message.Response)

	Log *slog.Logger // nil: slog.Default()

	MaxHead        int   // bytes of a request line and header; 32 KiB
	MaxBody        int64 // bytes of a request body; 10 MiB
	MaxConnections int   // at a time, beyond which callers wait; 0: no limit

	// How long a caller may take. They may end up to an eighth, and at most
	// 5 s, early.
	IdleTimeout  time.Duration // to begin a request; 65 s
	HeadTimeout  time.Duration // for a TLS handshake, and for a head once it has begun; 10 s
	BodyTimeout  time.Duration // for a request body; 60 s
	WriteTimeout time.Duration // to take up to 64 KiB of the answer; 30 s

	prepared  sync.Once
	draining  atomic.Bool
	closed    chan struct{} // closed when draining begins
	mu        sync.Mutex
	listeners map[net.Listener]bool
	conns     map[*conn]bool
	freed     chan struct{} // closed when a connection ends; nil when nobody waits
}

func (s *Server) prepare() {
	s.prepared.Do(func() {
		s.Log = cmp.Or(s.Log, slog.Default())
		s.MaxHead = cmp.Or(s.MaxHead, 32<<10)
		s.MaxBody = cmp.Or(s.MaxBody, 10<<20)
		s.IdleTimeout = cmp.Or(s.IdleTimeout, 65*time.Second)
		s.HeadTimeout = cmp.Or(s.HeadTimeout, 10*time.Second)
		s.BodyTimeout = cmp.Or(s.BodyTimeout, 60*time.Second)
		s.WriteTimeout = cmp.Or(s.WriteTimeout, 30*time.Second)
		s.closed = make(chan struct{})
		s.listeners = map[net.Listener]bool{}
		s.conns = map[*conn]bool{}
	})
}

// Serve accepts connections from ln and serves each in a goroutine of its own,
// until Shutdown or Close: then it returns ErrServerClosed. It closes ln.
// Connections may be TLS already, as those of tls.NewListener are.
func (s *Server) Serve(ln net.Listener) error {
	s.prepare()
	defer ln.Close()
	if !s.listen(ln) {
		return ErrServerClosed
	}
	defer s.unlisten(ln)
	for pause := time.Duration(0); ; {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			if !s.admit(nc) {
				return ErrServerClosed
			}
		case s.draining.Load():
			return ErrServerClosed
		case !passing(err):
			return err
		default:
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.Log.Warn("cannot accept connections", "error", err, "retry_in", pause)
			s.sleep(pause)
		}
	}
}

// passing reports whether Accept failed for want of something that others will
// give back.
func passing(err error) bool {
	for _, want := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}

func (s *Server) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.closed:
	}
}

func (s *Server) listen(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() {
		return false
	}
	s.listeners[ln] = true
	return true
}

func (s *Server) unlisten(ln net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
}

// admit begins to serve a connection. Where callers fill the house, it waits
// until one has left, and one who says nothing makes place. It returns false when
// the server drains.
func (s *Server) admit(nc net.Conn) bool {
	c := newConn(s, nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.draining.Load() {
		if s.MaxConnections <= 0 || len(s.conns) < s.MaxConnections {
			s.conns[c] = true
			go c.serve()
			return true
		}
		for other := range s.conns {
			if other.dismiss() {
				break
			}
		}
		s.waitFreed()
	}
	nc.Close()
	return false
}

// waitFreed waits until a connection ends or the server drains. The caller holds
// s.mu, which is let go meanwhile.
func (s *Server) waitFreed() {
	freed := s.nextFreed()
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-freed:
	case <-s.closed:
	}
}

// remove takes out a connection that has ended.
func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.freed != nil {
		close(s.freed)
		s.freed = nil
	}
}

// nextFreed is closed when a connection ends. The caller holds s.mu.
func (s *Server) nextFreed() <-chan struct{} {
	if s.freed == nil {
		s.freed = make(chan struct{})
	}
	return s.freed
}

// Shutdown closes the listeners and the connections that are silent or in the
// middle of a head, and waits for the exchanges that are under way, whose
// answers say Connection: close. If ctx ends first, its error is returned and
// what is left goes on: Close cuts it.
func (s *Server) Shutdown(ctx context.Context) error {
	s.drain()
	for {
		s.mu.Lock()
		if len(s.conns) == 0 {
			s.mu.Unlock()
			return nil
		}
		freed := s.nextFreed()
		s.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close closes the listeners and all connections. It does not wait for handlers
// that still run; those that watch their caller are told.
func (s *Server) Close() error {
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.nc.Close()
	}
	return nil
}

func (s *Server) drain() {
	s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.draining.Swap(true) {
		close(s.closed)
	}
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.conns {
		c.dismiss()
	}
}
