package upstream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// What a call can end with, besides a *NetworkError and the errors of its own
// Stream, which come wrapped.
var (
	ErrTimeout    = errors.New("backend timed out")
	ErrCallerLeft = errors.New("caller left")
	ErrProtocol   = errors.New("malformed answer") // wrapped by what says in which way
)

// A NetworkError says that a backend could not be reached, or that its
// connection broke.
type NetworkError struct {
	Op  string // "dial", "TLS handshake", "write" or "read"
	Err error
}

// Error names the operation once: what comes from a socket does so itself.
func (e *NetworkError) Error() string {
	if op, ok := e.Err.(*net.OpError); ok && op.Op == e.Op {
		return op.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// defaultTimeout is the longest that an integration waits unless its owner had
// that raised.
const defaultTimeout = 29 * time.Second

// A Call is one request to a backend.
type Call struct {
	Method string
	Target string // origin form, raw

	// Header is sent in this order and case. It has a Host, and no
	// Content-Length, Transfer-Encoding or Connection, which are Do's.
	Header message.Header

	// Body is the whole body, or Stream is one to pass on, StreamLen bytes
	// long; -1: sent in chunks. Stream is read until Do has returned and, where
	// the answer is a Stream too, until that has been closed, always by who
	// calls Do or reads the answer.
	Body      []byte
	Stream    io.Reader
	StreamLen int64

	// Timeout is how long the backend may take in all, from the connection to
	// the end of the answer. Only its own time counts: not the time in which
	// Stream is waited for, nor that between reads of the answer's. 0: 29 s.
	Timeout time.Duration

	// Idle asks for the answer as it comes: what has not come with its head is
	// left to the answer's Stream, however short, and Idle is how long a Read of
	// that may wait. 0: a small answer is waited for, and a Read has Timeout.
	Idle time.Duration

	Caller message.Caller // ends the call by leaving; nil: not watched
}

// Do sends call and fills answer: Status, Header with the names as sent,
// appended to answer.Header[:0], and either Body, copied into answer.Body[:0],
// or Stream. Small answers come as Body; a Stream closed before its end closes
// the connection, and one that is cut fails with io.ErrUnexpectedEOF. Fields
// such as Content-Length and Connection stay in Header. OmitBody and BodyLen
// are set for HEAD and status 304.
func (o *Origin) Do(call *Call, answer *message.Response) error {
	request := requests.Get().(*request)
	defer request.release()
	if err := request.prepare(call); err != nil {
		return err
	}
	now := time.Now()
	deadline := now.Add(call.timeout())
	if c := o.take(now); c != nil {
		err := c.do(call, request, deadline, answer)
		if err == nil || !repeatable(err, c, call, request) {
			return err
		}
	}
	caller := call.Caller
	if !request.atHand {
		caller = nil // who still sends cannot be watched
	}
	c, err := o.dial(caller, deadline)
	if err != nil {
		return err
	}
	return c.do(call, request, deadline, answer)
}

// repeatable reports whether a call that failed with err on the connection c,
// which had been used before, may be made once more. The backend can have
// closed c in the moment when the request was sent; whether it has read the
// request nobody knows, so only what changes nothing is sent again, and only
// when all of it is at hand and nothing has been answered.
func repeatable(err error, c *conn, call *Call, r *request) bool {
	var broken *NetworkError
	if c.heard || !r.whole || !errors.As(err, &broken) {
		return false
	}
	switch call.Method {
	case "GET", "HEAD", "OPTIONS":
		return true
	}
	return false
}

func (call *Call) timeout() time.Duration {
	if call.Timeout > 0 {
		return call.Timeout
	}
	return defaultTimeout
}

func protocolError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrProtocol}, args...)...)
}
