package upstream

import (
	"io"
	"net"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// How the end of a streamed body is known.
type ending int

const (
	counted ending = iota
	chunked
	untilClose
)

// A stream is the body of an answer, read from its connection.
type stream struct {
	c       *conn
	body    io.Reader
	counted http1.LengthReader // body, if its length is known
	keep    bool
	until   time.Time // when all of the backend's time is over
	since   time.Time // when the last Read returned
	err     error     // once the connection is gone
}

// stream makes the rest of the answer its Stream.
func (c *conn) stream(answer *message.Response, end ending, length int64, keep bool) {
	s := &stream{c: c, keep: keep, until: c.deadline, since: time.Now()}
	switch end {
	case counted:
		s.counted = http1.LengthReader{Source: &c.src, Left: length}
		s.body = &s.counted
	case chunked:
		c.chunks.Reset(&c.src)
		s.body = &c.chunks
	case untilClose:
		s.body = &c.src
	}
	answer.Stream, answer.StreamLen = s, length
}

// Read reads the body. With its last byte, or the sign of its end, the
// connection is put back. The time between reads is the reader's own: the
// backend is given as much more.
func (s *stream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	now := time.Now()
	s.until = s.until.Add(now.Sub(s.since))
	by := s.until
	if patience := now.Add(s.c.idle); s.c.idle > 0 && patience.Before(by) {
		by = patience
	}
	s.c.deadline = by
	n, err := s.body.Read(p)
	s.until = s.until.Add(s.c.deadline.Sub(by)) // an upload waited for the caller
	if err == nil && s.body == &s.counted && s.counted.Left == 0 {
		err = io.EOF
	}
	switch {
	case err == io.EOF:
		s.c.done(s.keep)
	case err != nil:
		s.c.abort()
	}
	s.since, s.err = time.Now(), malformed(err)
	return n, s.err
}

// Close gives the rest of the body up, and the connection with it.
func (s *stream) Close() error {
	if s.err == nil {
		s.c.abort()
		s.err = net.ErrClosed
	}
	return nil
}
