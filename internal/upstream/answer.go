package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// maxHead bounds the head of an answer, together with all 1xx before it.
const maxHead = 64 << 10

// receive reads the answer to a request of that method: all of it, or its head,
// and then the answer's Stream reads the rest.
func (c *conn) receive(method string, answer *message.Response) error {
	answer.Body, answer.Stream, answer.StreamLen = answer.Body[:0], nil, 0
	answer.OmitBody, answer.BodyLen = false, 0
	minor, err := c.head(answer)
	if err != nil {
		return malformed(err)
	}
	length, none, err := http1.Framing(answer.Header)
	if err != nil {
		return malformed(err)
	}
	keep := keeps(minor, answer.Header)
	c.rests = rest(answer.Header)
	switch {
	case answer.Status == 204:
		c.done(keep)
	case method == "HEAD" || answer.Status == 304:
		answer.OmitBody, answer.BodyLen = true, length
		if none {
			answer.BodyLen = -1
		}
		c.done(keep)
	case none:
		c.stream(answer, untilClose, -1, false)
	case length < 0 && minor == 0:
		return protocolError("chunks in HTTP/1.0")
	case length < 0:
		if c.chunksAtHand(answer) {
			c.done(keep)
			return nil
		}
		c.stream(answer, chunked, -1, keep)
	case length <= bufferSize && (c.idle == 0 || length <= int64(len(c.src.Buffered()))):
		if err := c.readBody(answer, int(length)); err != nil {
			return err
		}
		c.done(keep)
	default:
		c.stream(answer, counted, length, keep)
	}
	return nil
}

// head reads the answer's head, sets Status and Header, and returns the minor
// version. Interim answers are passed over.
func (c *conn) head(answer *message.Response) (minor int, err error) {
	budget := maxHead
	for {
		head, err := c.headText(budget)
		if err != nil {
			return 0, err
		}
		budget -= len(head)
		line, fields, _ := strings.Cut(head, "\r\n")
		answer.Status, minor, err = parseStatusLine(line)
		if err != nil {
			return 0, err
		}
		answer.Header, err = http1.ParseFields(fields, answer.Header[:0])
		switch {
		case err != nil:
			return 0, err
		case answer.Status == 101:
			return 0, protocolError("protocol switched though nobody asked")
		case answer.Status >= 200:
			return minor, nil
		}
	}
}

// headText takes one head, of at most size bytes, from the connection.
func (c *conn) headText(size int) (string, error) {
	const begin = "HTTP/1."
	for seen := 0; ; {
		b := c.src.Buffered()
		if n := min(len(b), len(begin)); string(b[:n]) != begin[:n] {
			return "", protocolError("not HTTP/1")
		}
		end := http1.HeadEnd(b, seen)
		if end > size || end < 0 && len(b) >= size {
			return "", protocolError("head of more than %d bytes", maxHead)
		}
		if end >= 0 {
			head := string(b[:end])
			c.src.Discard(end)
			return head, nil
		}
		seen = len(b)
		if err := c.fill(); err != nil {
			return "", err
		}
	}
}

// fill reads more of a head and makes room for it.
func (c *conn) fill() error {
	err := c.src.Fill()
	if err == http1.ErrBufferFull {
		larger := make([]byte, 2*len(c.src.Buf))
		c.src.W = copy(larger, c.src.Buffered())
		c.src.R, c.src.Buf = 0, larger
		err = c.src.Fill()
	}
	if err == io.EOF {
		return &NetworkError{"read", io.ErrUnexpectedEOF}
	}
	return err
}

func parseStatusLine(line string) (status, minor int, err error) {
	const form = "HTTP/1.1 200"
	if len(line) < len(form) || line[7] != '0' && line[7] != '1' || line[8] != ' ' {
		return 0, 0, protocolError("invalid status line")
	}
	for _, digit := range []byte(line[9:12]) {
		if digit < '0' || digit > '9' {
			return 0, 0, protocolError("invalid status")
		}
		status = status*10 + int(digit-'0')
	}
	if status < 100 || status > 599 {
		return 0, 0, protocolError("invalid status")
	}
	if reason := line[len(form):]; reason != "" && (reason[0] != ' ' || !message.ValidValue(reason)) {
		return 0, 0, protocolError("invalid reason phrase")
	}
	return status, int(line[7] - '0'), nil
}

// keeps reports whether the backend keeps its connection open.
func keeps(minor int, h message.Header) bool {
	if minor == 0 && !http1.HasToken(h, "Connection", "keep-alive") {
		return false
	}
	return !http1.HasToken(h, "Connection", "close")
}

// rest returns how long a backend keeps an idle connection by its Keep-Alive, less
// some time for what is on its way; 0: it does not say. A call that comes when the
// backend closes is lost, and what is not idempotent is not sent again.
func rest(h message.Header) time.Duration {
	for hints := h.Get("Keep-Alive"); hints != ""; {
		var hint string
		hint, hints, _ = strings.Cut(hints, ",")
		name, value, _ := strings.Cut(strings.TrimSpace(hint), "=")
		seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 16)
		if err == nil && message.EqualFold(name, "timeout") {
			kept := time.Duration(seconds) * time.Second
			return max(kept-time.Second, kept/2, 1)
		}
	}
	return 0
}

// readBody reads a body of that length whole.
func (c *conn) readBody(answer *message.Response, length int) error {
	if cap(answer.Body) < length {
		answer.Body = make([]byte, 0, max(length, 1<<10))
	}
	answer.Body = answer.Body[:length]
	_, err := io.ReadFull(&c.src, answer.Body)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &NetworkError{"read", io.ErrUnexpectedEOF}
	}
	return err
}

// chunksAtHand decodes a chunked body if all of it has come already. It reads
// nothing: what comes piece by piece is passed on so.
func (c *conn) chunksAtHand(answer *message.Response) bool {
	raw := c.src.Buffered()
	if !bytes.HasSuffix(raw, []byte(http1.LastChunk)) {
		return false
	}
	// Decoded in place, since data is always shorter than its chunks.
	b := append(answer.Body[:0], raw...)
	src := &c.copied
	*src = http1.Source{Conn: nothing{}, Buf: b, W: len(b)}
	c.chunks.Reset(src)
	for n := 0; ; {
		m, err := c.chunks.Read(b[n:])
		n += m
		switch {
		case err == io.EOF && src.R == src.W:
			c.src.Discard(len(raw))
			answer.Body = b[:n]
			return true
		case err != nil:
			answer.Body = b[:0]
			return false
		}
	}
}

var errNothing = errors.New("nothing more at hand")

// nothing is a connection on which nothing comes.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, errNothing }

// malformed makes an ErrProtocol of what the parser refuses.
func malformed(err error) error {
	if m, ok := err.(http1.Malformed); ok {
		return fmt.Errorf("%w: %w", ErrProtocol, m)
	}
	return err
}
