package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

const (
	// firstPiece is how much of a body is gathered before a connection is
	// taken. A request up to that size goes out in one write, and one that
	// breaks off before is never begun.
	firstPiece = 16 << 10

	// nextPiece is how much is sent at a time after that.
	nextPiece = 32 << 10
)

// A request is a call as it goes over the wire: its head and the first piece of
// its body, and where the rest comes from.
type request struct {
	b      []byte
	body   body
	whole  bool // b is all of it
	atHand bool // nothing is still to come from the caller
	lent   bool // an upload may still be using it
}

var requests = sync.Pool{New: func() any { return &request{b: make([]byte, 0, 2<<10)} }}

func (r *request) release() {
	if r.lent {
		return
	}
	r.body = body{}
	if cap(r.b) <= 2*firstPiece {
		requests.Put(r)
	}
}

func (r *request) prepare(call *Call) error {
	r.body = call.body()
	r.whole = false
	b, err := appendHead(r.b[:0], call, &r.body)
	if err == nil && call.Stream == nil && len(call.Body) <= firstPiece {
		b = append(b, call.Body...)
		r.whole = true
	} else if err == nil && call.Stream != nil {
		b, err = r.body.appendPiece(b, firstPiece, true)
		r.whole = r.body.ended
	}
	r.b = b
	r.atHand = r.whole || call.Stream == nil
	return err
}

// appendHead appends the head of call. Whatever could end the head early or
// begin another request is refused.
func appendHead(b []byte, call *Call, body *body) ([]byte, error) {
	if !message.IsToken(call.Method) {
		return b, fmt.Errorf("invalid method %q", call.Method)
	}
	if !validTarget(call.Target) {
		return b, fmt.Errorf("invalid target %q", call.Target)
	}
	b = append(append(append(b, call.Method...), ' '), call.Target...)
	b = append(b, " HTTP/1.1\r\n"...)
	for i := range call.Header {
		f := &call.Header[i]
		if !message.IsToken(f.Name) || !message.ValidValue(f.Value) || framing(f.Name) {
			return b, fmt.Errorf("invalid header field %.100q", f.Name) // its value may be a secret
		}
		b = append(append(append(b, f.Name...), ": "...), f.Value...)
		b = append(b, "\r\n"...)
	}
	switch {
	case body.chunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case body.left > 0 || takesBody(call.Method):
		b = strconv.AppendInt(append(b, "Content-Length: "...), body.left, 10)
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...), nil
}

func validTarget(target string) bool {
	for i := 0; i < len(target); i++ {
		if target[i] <= ' ' || target[i] == 0x7f {
			return false
		}
	}
	return target != ""
}

// framing reports whether a field says where a message ends.
func framing(name string) bool {
	switch len(name) {
	case len("Connection"):
		return message.EqualFold(name, "Connection")
	case len("Content-Length"):
		return message.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return message.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// takesBody reports whether a request of that method without a body says so.
func takesBody(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}

// A body is what is still to be read of a request's body.
type body struct {
	src     io.Reader
	chunked bool
	left    int64 // bytes to come, unless chunked
	ended   bool  // src came to its clean end
	probe   [1]byte
}

func (call *Call) body() body {
	switch {
	case call.Stream == nil && len(call.Body) > firstPiece:
		return body{src: bytes.NewReader(call.Body), left: int64(len(call.Body))}
	case call.Stream == nil:
		return body{left: int64(len(call.Body)), ended: true}
	case call.StreamLen < 0:
		return body{src: call.Stream, chunked: true}
	}
	return body{src: call.Stream, left: call.StreamLen}
}

// appendPiece appends the next size bytes of the body, as a chunk if need be.
// It appends fewer if that is all for now, unless told to fill.
func (r *body) appendPiece(b []byte, size int, fill bool) ([]byte, error) {
	start := len(b)
	if !r.chunked {
		size = int(min(int64(size), r.left))
		b = slices.Grow(b, size)
		n, err := r.read(b[start:start+size], fill)
		return b[:start+n], err
	}
	b = slices.Grow(b, http1.ChunkHead+size+http1.ChunkTail+len(http1.LastChunk))
	chunk := b[start:cap(b)]
	n, err := r.read(chunk[http1.ChunkHead:http1.ChunkHead+size], fill)
	if n > 0 {
		b = append(b, http1.Chunk(chunk, n)...)
	}
	if r.ended {
		b = append(b, http1.LastChunk...)
	}
	return b, err
}

var errLonger = errors.New("longer than declared")

// read reads until p is full, or once if fill is false. The last bytes of a
// body of known length are given out only when src has come to its end with
// them, so that a request that broke never looks whole to the backend.
func (r *body) read(p []byte, fill bool) (n int, err error) {
	for idle := 0; !r.ended; idle++ {
		end := !r.chunked && r.left == 0
		if !end && (n == len(p) || n > 0 && !fill) {
			return n, nil
		}
		into := p[n:]
		if end {
			into = r.probe[:]
		}
		m, err := r.src.Read(into)
		switch {
		case end && m > 0:
			err = errLonger
		case !end:
			n += m
			r.left -= int64(m)
		}
		if m > 0 {
			idle = 0
		}
		switch {
		case err == io.EOF && !r.chunked && r.left > 0:
			return n, bodyError(io.ErrUnexpectedEOF)
		case err == io.EOF:
			r.ended = true
		case err != nil:
			return n, bodyError(err)
		case idle > 100:
			return n, bodyError(io.ErrNoProgress)
		}
	}
	return n, nil
}

func bodyError(err error) error { return fmt.Errorf("request body: %w", err) }
