package edge

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
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

// maxKeptBody is the same for the bytes of an answer's body.
const maxKeptBody = 16 << 10

func (w *work) reset() {
	w.x.Request = message.Request{Header: emptied(w.x.Request.Header)}
	w.x.Response = message.Response{Header: emptied(w.x.Response.Header), Body: w.room()}
}

// room is the memory of the last answer's body, unless it is large.
func (w *work) room() []byte {
	if b := w.x.Response.Body; cap(b) <= maxKeptBody {
		return b[:0]
	}
	return nil
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
	left := r.Status == message.StatusCallerLeft
	if !left && (r.Status < 200 || r.Status > 999) {
		return c.refuse(&refusal{http.StatusInternalServerError, fmt.Errorf("handler answered with status %d", r.Status)})
	}
	// A backend that answers while it reads has the stream send it the rest.
	duplex := r.Stream != nil && c.work.body.open()
	clean := !duplex && c.work.body.settle()
	if err := c.work.body.err; !clean && err != nil && (r.Status >= 500 || errors.Is(err, io.ErrUnexpectedEOF)) {
		// The caller broke it, not a backend; and who cut his body short can
		// have no other answer.
		return c.refuse(&refusal{bodyStatus(err), err})
	}
	if left {
		c.unwatch()
		closeStream(r)
		return false
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
