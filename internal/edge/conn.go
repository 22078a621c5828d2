package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// A conn is one caller's connection. Between requests it holds nothing but
// itself: what an exchange needs is in work, which is borrowed when bytes come.
type conn struct {
	server *Server
	nc     net.Conn
	socket syscall.RawConn // under nc, even under TLS; nil: none
	await  func() error    // waits for bytes and borrows work for them
	remote netip.AddrPort
	local  netip.AddrPort
	tls    *tls.ConnectionState
	state  atomic.Int32 // waiting, serving, dismissed

	first   [1]byte // see awaitByte
	work    *work
	blank   bool      // an empty line came instead of a request line
	began   bool      // bytes of the answer were sent
	readBy  time.Time // the deadlines that are set
	writeBy time.Time

	watching sync.Mutex
	watch    *watch // nil: the caller is not watched
}

// States of a conn. Whoever brings it from waiting to another has it: serve,
// when a head is complete, or dismiss.
const (
	waiting int32 = iota // silent, or in the middle of a head
	serving
	dismissed
)

// work is what an exchange needs of memory.
type work struct {
	src    http1.Source
	x      message.Exchange
	body   body
	out    []byte      // head of the answer, and its body if that is short
	pieces net.Buffers // of one write, in pair
	pair   [2][]byte
	in     [8 << 10]byte
}

var works = sync.Pool{New: func() any { return &work{out: make([]byte, 0, 4<<10)} }}

// maxKept is how many fields of a header stay allocated from one exchange to
// the next, so that one huge request does not stay for ever.
const maxKept = 128

func (w *work) reset() {
	w.x.Request = message.Request{Header: emptied(w.x.Request.Header)}
	w.x.Response = message.Response{Header: emptied(w.x.Response.Header)}
}

func emptied(h message.Header) message.Header {
	if cap(h) > maxKept {
		return nil
	}
	clear(h)
	return h[:0]
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, nc: nc, remote: addrPort(nc.RemoteAddr()), local: addrPort(nc.LocalAddr())}
	under := nc
	if secure, ok := nc.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	if sc, ok := under.(syscall.Conn); ok {
		c.socket, _ = sc.SyscallConn()
	}
	c.await = c.awaitByte
	if _, ok := nc.(*net.TCPConn); ok && c.socket != nil {
		c.await = c.awaitSocket()
	}
	return c
}

func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// dismiss ends the connection if no request is under way.
func (c *conn) dismiss() bool {
	if !c.state.CompareAndSwap(waiting, dismissed) {
		return false
	}
	c.nc.Close()
	return true
}

func (c *conn) serve() {
	defer c.server.remove(c)
	defer c.nc.Close()
	defer c.release()
	if !c.handshake() {
		return
	}
	for c.next() && c.exchange() {
		c.state.Store(waiting)
		if c.server.draining.Load() {
			return
		}
	}
}

// handshake completes TLS, if the connection is TLS. A protocol other than
// HTTP/1.1 that was agreed on would be served from here.
func (c *conn) handshake() bool {
	secure, ok := c.nc.(*tls.Conn)
	if !ok {
		return true
	}
	c.nc.SetDeadline(time.Now().Add(c.server.HeadTimeout))
	if err := secure.Handshake(); err != nil {
		c.server.Log.Debug("TLS handshake failed", "remote", c.remote, "error", err)
		return false
	}
	c.nc.SetDeadline(time.Time{})
	state := secure.ConnectionState()
	c.tls = &state
	return true
}

// next waits for the bytes of a request.
func (c *conn) next() bool {
	if c.work != nil && len(c.work.src.Buffered()) > 0 {
		return true
	}
	c.release()
	c.readWithin(c.server.IdleTimeout)
	return c.await() == nil
}

// borrow takes work for bytes that are about to be read, or were read already.
func (c *conn) borrow() *work {
	w := works.Get().(*work)
	w.src = http1.Source{Conn: c.nc, Buf: w.in[:]}
	return w
}

func (c *conn) release() {
	if c.work != nil {
		c.work.reset()
		c.work.src = http1.Source{}
		c.work.body = body{}
		works.Put(c.work)
		c.work = nil
	}
}

// awaitByte waits for a first byte through a buffer of that size. It serves TLS
// and connections without a socket.
func (c *conn) awaitByte() error {
	n := 0
	for n == 0 {
		var err error
		if n, err = c.nc.Read(c.first[:]); n == 0 && err != nil {
			return err
		}
	}
	c.work = c.borrow()
	c.work.src.W = copy(c.work.in[:], c.first[:])
	return nil
}

// exchange serves one request and reports whether another may follow.
func (c *conn) exchange() (again bool) {
	defer func() {
		if v := recover(); v != nil {
			c.panicked(v)
			again = false
		}
	}()
	w := c.work
	w.reset()
	c.began = false
	end, err := c.readHead()
	if end == 0 && err == nil {
		return true // an empty line and nothing behind it yet
	}
	if err != nil && !answerable(err) {
		return false
	}
	if !c.state.CompareAndSwap(waiting, serving) {
		return false
	}
	if err == nil {
		err = c.begin(end)
	}
	if err != nil {
		return c.refuse(err)
	}
	return c.answer()
}

// readHead reads until a head is at hand and returns its length; 0 when the
// caller sent no more than the empty line that may come before a request.
func (c *conn) readHead() (int, error) {
	src := &c.work.src
	for seen := 0; ; {
		if bytes.HasPrefix(src.Buffered(), []byte("\r\n")) && !c.blank {
			c.blank = true
			src.Discard(2)
			if len(src.Buffered()) == 0 {
				return 0, nil
			}
			seen = 0
		}
		b := src.Buffered()
		end := http1.HeadEnd(b, seen)
		if end > c.server.MaxHead || end < 0 && len(b) >= c.server.MaxHead {
			return 0, &refusal{http.StatusRequestHeaderFieldsTooLarge, errHeadTooLarge}
		}
		if end > 0 {
			c.blank = false
			return end, nil
		}
		if err := plausible(b, seen); err != nil {
			return 0, err
		}
		if seen == 0 {
			c.readWithin(c.server.HeadTimeout)
		}
		seen = len(b)
		if err := c.fillHead(); err != nil {
			return 0, err
		}
	}
}

// fillHead reads more of a head, in a buffer that grows.
func (c *conn) fillHead() error {
	src := &c.work.src
	err := src.Fill()
	if err == http1.ErrBufferFull {
		grown := make([]byte, c.server.MaxHead+1)
		src.W = copy(grown, src.Buffered())
		src.R = 0
		src.Buf = grown
		err = src.Fill()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &refusal{http.StatusRequestTimeout, errHeadSlow}
	}
	return err
}

// begin makes the head of end bytes the request.
func (c *conn) begin(end int) error {
	w := c.work
	head := string(w.src.Buffered()[:end]) // the one allocation: all strings of the request are parts of it
	w.src.Discard(end)
	r := &w.x.Request
	expected, err := parseRequest(head, r)
	if err != nil {
		return err
	}
	r.Remote, r.Local, r.TLS = c.remote, c.local, c.tls
	if c.socket != nil && canWatch {
		r.Caller = c
	}
	w.body.start(c, r.BodyLen, expected)
	if r.BodyLen != 0 {
		r.Body = &w.body
	}
	return nil
}

// answer has the handler answer the request and reports whether another may
// follow.
func (c *conn) answer() (again bool) {
	x := &c.work.x
	keep, asked := keepAlive(&x.Request)
	c.server.Handler.Serve(x)
	r := &x.Response
	if r.Status < 200 || r.Status > 999 {
		return c.refuse(&refusal{http.StatusInternalServerError, fmt.Errorf("handler answered with status %d", r.Status)})
	}
	clean := c.work.body.settle()
	if err := c.work.body.err; !clean && err != nil && r.Status >= 500 {
		return c.refuse(&refusal{bodyStatus(err), err})
	}
	keep = keep && clean && !c.server.draining.Load()
	keep, err := c.respond(r, keep)
	c.unwatch()
	if err != nil {
		c.server.Log.Debug("answer cut", "remote", c.remote, "error", err)
		return false
	}
	if !keep && !(asked && clean && len(c.work.src.Buffered()) == 0) {
		c.linger()
	}
	return keep
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

// readWithin and writeWithin set how long reads and writes may take. A deadline
// that is set already and near enough stays, because to set one is not free.
func (c *conn) readWithin(d time.Duration) {
	if by, due := deadline(c.readBy, d); due {
		c.readBy = by
		c.nc.SetReadDeadline(by)
	}
}

func (c *conn) writeWithin(d time.Duration) {
	if by, due := deadline(c.writeBy, d); due {
		c.writeBy = by
		c.nc.SetWriteDeadline(by)
	}
}

func deadline(set time.Time, d time.Duration) (by time.Time, due bool) {
	by = time.Now().Add(d)
	early := by.Sub(set)
	return by, early < 0 || early > min(5*time.Second, d/8)
}
