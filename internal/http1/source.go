package http1

import (
	"errors"
	"io"
)

// ErrBufferFull says that a Source has no room for what it should hold at once.
var ErrBufferFull = errors.New("read buffer is full")

// A Source is a connection's bytes: those that are in the buffer and those that
// are still to come. The fields are open so that an owner can lend it a buffer
// while there are bytes and take it back when there are none.
type Source struct {
	Conn io.Reader
	Buf  []byte // its storage; a ChunkReader needs 4 KiB of it
	R, W int    // Buf[R:W] was read from Conn and not yet used
}

// Buffered returns the bytes at hand, which stay where they are until the next
// call of another method.
func (s *Source) Buffered() []byte { return s.Buf[s.R:s.W] }

// Discard uses up n of the bytes at hand.
func (s *Source) Discard(n int) { s.R += n }

// Fill adds to the bytes at hand what one read of the connection brings, and
// returns no error if it brings anything.
func (s *Source) Fill() error {
	if s.R > 0 {
		s.W = copy(s.Buf, s.Buf[s.R:s.W])
		s.R = 0
	}
	if s.W == len(s.Buf) {
		return ErrBufferFull
	}
	n, err := s.Conn.Read(s.Buf[s.W:])
	s.W += n
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// Read reads the bytes at hand first. A short p is then served through the
// buffer, a long one straight from the connection.
func (s *Source) Read(p []byte) (int, error) {
	if s.R == s.W {
		if len(p) >= len(s.Buf) {
			return s.Conn.Read(p)
		}
		if err := s.Fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.Buf[s.R:s.W])
	s.R += n
	return n, nil
}
