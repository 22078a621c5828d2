package edge

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

// writeUnit is how much of an answer one write may hold: a slow caller has
// WriteTimeout for each.
const writeUnit = 64 << 10

// respond writes an answer and closes its stream. It reports whether the
// connection may be used again; after an error it cannot, and the caller has
// seen that the answer was cut.
func (c *conn) respond(r *message.Response, keep bool) (kept bool, err error) {
	defer closeStream(r)
	request := &c.work.x.Request
	f := framingOf(request, r)
	if f.untilClose() {
		keep = false
	}
	out := appendHead(c.work.out[:0], r)
	out = f.append(out)
	switch {
	case !keep:
		out = append(out, "Connection: close\r\n"...)
	case request.Minor == 0:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	out = append(out, "\r\n"...)
	if cap(out) <= maxOut {
		c.work.out = out
	}
	switch {
	case !f.body:
		err = c.send(out, nil)
	case r.Stream == nil:
		err = c.sendAll(out, r.Body)
	case r.Eager:
		if err = c.send(out, nil); err == nil {
			err = c.sendStream(nil, r.Stream, f)
		}
	default:
		err = c.sendStream(out, r.Stream, f)
	}
	if err != nil && f.untilClose() {
		c.reset() // the end of the connection would be the end of the body
	}
	return keep, err
}

// maxOut is how large a buffer for heads may stay.
const maxOut = 16 << 10

func closeStream(r *message.Response) {
	if r.Stream != nil {
		r.Stream.Close()
		r.Stream = nil
	}
}

// A framing says how the body of an answer is delimited.
type framing struct {
	length  int64 // to tell; -1: none
	chunked bool
	body    bool // its bytes are sent
}

func framingOf(q *message.Request, r *message.Response) framing {
	length := int64(len(r.Body))
	switch {
	case r.OmitBody:
		length = r.BodyLen
	case r.Stream != nil:
		length = r.StreamLen
	}
	switch {
	case r.Status == http.StatusNoContent, r.Status == http.StatusNotModified && !r.OmitBody:
		return framing{length: -1}
	case r.Status == http.StatusNotModified, q.Method == "HEAD":
		return framing{length: length}
	case r.OmitBody:
		return framing{length: 0} // no other answer can leave out what it tells
	}
	return framing{length: length, chunked: length < 0 && q.Minor > 0, body: true}
}

func (f framing) untilClose() bool { return f.body && f.length < 0 && !f.chunked }

func (f framing) append(out []byte) []byte {
	switch {
	case f.chunked:
		return append(out, "Transfer-Encoding: chunked\r\n"...)
	case f.length >= 0:
		out = append(out, "Content-Length: "...)
		out = strconv.AppendInt(out, f.length, 10)
		return append(out, "\r\n"...)
	}
	return out
}

// appendHead appends the status line, the header and the date. Fields that the
// edge writes itself are left out, and so is what is no field at all: a line
// break in a value would begin another answer.
func appendHead(out []byte, r *message.Response) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(r.Status), 10)
	out = append(out, ' ')
	out = append(out, http.StatusText(r.Status)...)
	out = append(out, "\r\n"...)
	for i := range r.Header {
		f := &r.Header[i]
		if ours(f.Name) || !message.IsToken(f.Name) || !message.ValidValue(f.Value) {
			continue
		}
		out = append(out, f.Name...)
		out = append(out, ": "...)
		out = append(out, f.Value...)
		out = append(out, "\r\n"...)
	}
	out = append(out, "Date: "...)
	out = append(out, date()...)
	return append(out, "\r\n"...)
}

// ours reports whether the edge itself writes the field.
func ours(name string) bool {
	switch len(name) {
	case len("Date"):
		return message.EqualFold(name, "Date")
	case len("Connection"):
		return message.EqualFold(name, "Connection")
	case len("Content-Length"):
		return message.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return message.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// A second is the text of a point in time.
type second struct {
	unix int64
	text string
}

var lastSecond atomic.Pointer[second]

// date returns the value of Date, which is made once a second.
func date() string {
	now := time.Now()
	if s := lastSecond.Load(); s != nil && s.unix == now.Unix() {
		return s.text
	}
	s := &second{now.Unix(), now.UTC().Format(http.TimeFormat)}
	lastSecond.Store(s)
	return s.text
}

// sendAll writes head and data, with as few system calls as there are units.
func (c *conn) sendAll(head, data []byte) error {
	if len(head)+len(data) <= cap(head) {
		return c.send(append(head, data...), nil)
	}
	for {
		n := min(len(data), writeUnit)
		if err := c.send(head, data[:n]); err != nil {
			return err
		}
		if head, data = nil, data[n:]; len(data) == 0 {
			return nil
		}
	}
}

// send writes head and data at once.
func (c *conn) send(head, data []byte) error {
	c.began = true
	c.writeWithin(c.server.WriteTimeout)
	var err error
	switch {
	case len(head) == 0:
		_, err = c.nc.Write(data)
	case len(data) == 0:
		_, err = c.nc.Write(head)
	default:
		w := c.work
		w.pair = [2][]byte{head, data}
		w.pieces = w.pair[:]
		_, err = w.pieces.WriteTo(c.nc)
		w.pair = [2][]byte{}
	}
	return err
}

var (
	errStreamShort = errors.New("body is shorter than its length")
	errStreamLong  = errors.New("body is longer than its length")
)

// copyBuffer has room for a chunk's frame around what is read, and for the last
// chunk behind it.
type copyBuffer [32 << 10]byte

var copyBuffers = sync.Pool{New: func() any { return new(copyBuffer) }}

// sendStream writes head and what stream brings, each piece as soon as it is
// there and the head with the first.
func (c *conn) sendStream(head []byte, stream io.Reader, f framing) error {
	buf := copyBuffers.Get().(*copyBuffer)
	defer copyBuffers.Put(buf)
	room := buf[http1.ChunkHead : len(buf)-http1.ChunkTail-len(http1.LastChunk)]
	for left := f.length; ; {
		n, err := stream.Read(room)
		if f.length >= 0 && int64(n) > left {
			n, err = int(left), errStreamLong
		}
		if err == io.EOF && f.length >= 0 && int64(n) < left {
			err = errStreamShort
		}
		left -= int64(n)
		piece := room[:n]
		if f.chunked {
			piece = chunk(buf, n, err == io.EOF)
		}
		if len(piece) > 0 || len(head) > 0 && err != nil {
			if failed := c.send(head, piece); failed != nil {
				return failed
			}
			head = nil
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// chunk frames the n bytes behind the room for a chunk's head, and the end of
// the body if they are the last.
func chunk(buf *copyBuffer, n int, last bool) []byte {
	piece := buf[:0]
	if n > 0 {
		piece = http1.Chunk(buf[:], n)
	}
	if last {
		piece = append(piece, http1.LastChunk...)
	}
	return piece
}
