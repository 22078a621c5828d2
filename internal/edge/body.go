package edge

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// A body is the body of a request. An error stays, so that a handler that reads
// on cannot take a broken body for a whole one.
type body struct {
	conn     *conn
	from     io.Reader // length or chunks; nil: there is no body
	length   http1.LengthReader
	chunks   http1.ChunkReader
	expected bool // the caller waits for a 100 (Continue)
	begun    bool
	declared int64 // length, or -1
	read     int64
	err      error
}

// start makes b the body that was declared as this long, -1 in chunks.
func (b *body) start(c *conn, declared int64, expected bool) {
	*b = body{conn: c, declared: declared, expected: expected}
	switch {
	case declared < 0:
		b.chunks.Reset(&c.work.src)
		b.from = &b.chunks
	case declared > 0:
		b.length = http1.LengthReader{Source: &c.work.src, Left: declared}
		b.from = &b.length
	}
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if !b.begun {
		b.begun = true
		if b.err = b.begin(); b.err != nil {
			return 0, b.err
		}
	}
	n, err := b.from.Read(p)
	b.read += int64(n)
	if over := b.read - b.conn.server.MaxBody; over > 0 {
		n, err = n-int(over), message.ErrBodyTooLarge
	}
	b.err = bodyError(err)
	return n, b.err
}

// begin asks for the body and starts its clock, unless it is all here.
func (b *body) begin() error {
	c := b.conn
	if b.declared > c.server.MaxBody {
		return message.ErrBodyTooLarge
	}
	if b.declared >= 0 && b.declared <= int64(len(c.work.src.Buffered())) {
		return nil
	}
	if b.expected {
		c.writeWithin(c.server.WriteTimeout)
		if _, err := io.WriteString(c.nc, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	c.readWithin(c.server.BodyTimeout)
	return nil
}

// open reports whether there is more of the body to read.
func (b *body) open() bool { return b.from != nil && b.err == nil }

// settle ends the reading of the body and reports whether the next byte of the
// connection begins another request. What was not read may be used up if it is
// all here; nothing more is waited for.
func (b *body) settle() (clean bool) {
	if b.from == nil || b.err == io.EOF {
		return true
	}
	if b.err != nil || b.expected && !b.begun {
		return false
	}
	src := &b.conn.work.src
	src.Conn = nothing{}
	defer func() { src.Conn = b.conn.nc }()
	_, err := io.Copy(io.Discard, b.from)
	return err == nil
}

// nothing is a connection that brings no more.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// bodyError is err in the words of package message.
func bodyError(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return message.ErrBodySlow
	}
	if malformed, ok := errors.AsType[http1.Malformed](err); ok {
		return fmt.Errorf("%w: %w", message.ErrBodyMalformed, malformed)
	}
	return err
}

// bodyStatus is what a body that ended with err is answered with.
func bodyStatus(err error) int {
	switch {
	case errors.Is(err, message.ErrBodyTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, message.ErrBodySlow):
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}
