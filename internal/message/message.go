// Package message holds HTTP messages as both planes see them: what the caller
// sent, in his order and spelling, and what he will be answered. It imports
// nothing of ours and knows nothing of connections.
package message

import (
	"crypto/tls"
	"errors"
	"io"
	"net/netip"
	"strings"
)

// What reading a request body can fail with, besides io.EOF at its clean end
// and errors of the connection.
var (
	ErrBodyTooLarge  = errors.New("request body too large")
	ErrBodyMalformed = errors.New("malformed request body")
	ErrBodySlow      = errors.New("request body too slow")
)

// A Request is what a caller sent. Its strings stay valid for ever; its slices
// only until the Handler returns; its Body until then or, where the Handler sets
// Response.Stream, until that is closed.
type Request struct {
	Method   string
	Target   string // as sent: "/a%2Fb//c?x=1"; absolute form keeps its scheme and host
	Path     string // of the target, still escaped, slashes untouched
	Query    string // of the target, still escaped, without "?"
	HasQuery bool   // distinguishes "/a?" from "/a"
	Minor    int    // HTTP/1.Minor
	Host     string // the one Host field, or the authority of an absolute target
	Header   Header

	Body    io.Reader // nil: none. Errors as above
	BodyLen int64     // bytes to come; 0: none, -1: chunked, length unknown

	Remote netip.AddrPort
	Local  netip.AddrPort
	TLS    *tls.ConnectionState // nil: plain
	Caller Caller               // nil: cannot be watched
}

// Hostname returns the request's host without its port and without a dot at its
// end.
func (r *Request) Hostname() string {
	host := r.Host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// A Caller is the connection that a request came by.
type Caller interface {
	// OnLeave calls left once, from a goroutine of the connection's, when the
	// caller closes his side or the connection breaks. stop ends the watch and
	// returns when left has returned or can no longer be called. It is to be
	// used only when the request's body was read to its end.
	OnLeave(left func()) (stop func())
}

// A Response is what a caller is answered. A Handler sets Status and Header and
// either Body or Stream. The edge adds Content-Length or Transfer-Encoding,
// Connection and Date, so that Header never holds those.
type Response struct {
	Status int
	Header Header

	// Body is the whole body. It comes empty, with memory that a Handler may
	// append to; a slice that the Handler sets instead is given away: the next
	// exchange writes over it.
	Body []byte

	Stream    io.ReadCloser // not nil: read to its end and closed by the edge
	StreamLen int64         // its length; -1: unknown

	// Eager says that Stream may be long in coming: the head is not to wait for
	// its first piece.
	Eager bool

	// OmitBody says that the body's length is told and its bytes are not sent:
	// the answer to HEAD, or a 304 with a Content-Length. BodyLen is then the
	// length to tell; -1 tells none.
	OmitBody bool
	BodyLen  int64
}

// StatusCallerLeft is the Status of a Response that is not sent: the caller is
// gone, and the connection is closed.
const StatusCallerLeft = -1

// An Exchange is one request and its response. It is reused for the next
// request of a connection: nobody keeps it.
type Exchange struct {
	Request  Request
	Response Response
}

// A Handler answers an exchange. A panic in it ends the connection.
type Handler interface {
	Serve(x *Exchange)
}

// HandlerFunc is a function that answers exchanges.
type HandlerFunc func(*Exchange)

// Serve calls f.
func (f HandlerFunc) Serve(x *Exchange) { f(x) }
