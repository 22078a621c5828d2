//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// A wire reads HTTP/1.1 messages from a connection with as little work as
// possible. It knows Content-Length and no other framing, which is all that
// the messages of this program need.
type wire struct {
	net.Conn
	buf      []byte
	from, to int // what has been read and not yet handed out
}

func newWire(c net.Conn) *wire { return &wire{Conn: c, buf: make([]byte, 16<<10)} }

var errTooLong = errors.New("message longer than the buffer")

// message reads one message and returns it, head and body, until the next
// call.
func (w *wire) message() ([]byte, error) {
	w.to = copy(w.buf, w.buf[w.from:w.to])
	w.from = 0
	length := -1
	for {
		if length < 0 {
			n, err := messageLength(w.buf[:w.to])
			if err != nil {
				return nil, err
			}
			length = n
		}
		if length >= 0 && length <= w.to {
			w.from = length
			return w.buf[:length], nil
		}
		if w.to == len(w.buf) {
			return nil, errTooLong
		}
		n, err := w.Read(w.buf[w.to:])
		if err != nil {
			return nil, err
		}
		w.to += n
	}
}

// messageLength returns the length of the message that b begins with, or -1
// while its head is not complete.
func messageLength(b []byte) (int, error) {
	const name = "content-length:"
	head := bytes.Index(b, []byte("\r\n\r\n"))
	if head < 0 {
		return -1, nil
	}
	for line := range bytes.SplitSeq(b[:head], []byte("\r\n")) {
		if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
			continue
		}
		body, err := strconv.Atoi(string(bytes.TrimSpace(line[len(name):])))
		if err != nil || body < 0 {
			return 0, fmt.Errorf("malformed %q", line)
		}
		return head + len("\r\n\r\n") + body, nil
	}
	return head + len("\r\n\r\n"), nil
}
