package content

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/adler32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"github.com/gatewright/gatewright/internal/message"
)

var errTrailing = errors.New("data behind the end")

// Decode returns what a body is that has a coding. It reads while it is read. A
// body that does not have the coding, to its very end, fails with ErrEncoding;
// one that decodes to more than limit bytes with message.ErrBodyTooLarge, and it
// is not read on. Errors of the body itself come as they are.
func Decode(body io.Reader, coding Coding, limit int64) io.Reader {
	if coding == Identity {
		return body
	}
	return &decoder{body: body, coding: coding, left: limit}
}

// A decoder decodes a body.
type decoder struct {
	body   io.Reader
	broken error // what body failed with
	coding Coding
	left   int64
	from   *inflater // nil: not begun, or ended
	err    error
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.err != nil || len(p) == 0 {
		return 0, d.err
	}
	if d.from == nil {
		d.from = inflaters.Get().(*inflater)
		if err := d.from.begin(source{d}, d.coding); err != nil {
			return 0, d.end(unexpected(err))
		}
	}
	n, err := d.from.Read(p)
	if d.left -= int64(n); d.left < 0 {
		return 0, d.end(message.ErrBodyTooLarge)
	}
	if err != nil {
		return n, d.end(err)
	}
	return n, nil
}

// end says what err means, and gives the memory back.
func (d *decoder) end(err error) error {
	switch {
	case d.broken != nil:
		err = d.broken
	case err != io.EOF && err != message.ErrBodyTooLarge:
		err = fmt.Errorf("%w: the body is no %v: %w", ErrEncoding, d.coding, err)
	}
	d.from.in.Reset(nil)
	inflaters.Put(d.from)
	d.err, d.from = err, nil
	return err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A source is the body of a decoder, which remembers what it failed with: who
// reads it may change the error.
type source struct{ *decoder }

func (s source) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if err != nil && err != io.EOF {
		s.broken = err
	}
	return n, err
}

// An inflater decodes any coding. It is used again and again: it has 44 KiB.
type inflater struct {
	in     *bufio.Reader
	gzip   gzip.Reader
	bare   io.Reader
	sum    hash.Hash32
	coding Coding
	framed bool // Deflate has zlib's frame
}

var inflaters = sync.Pool{New: func() any {
	return &inflater{in: bufio.NewReaderSize(nil, 4<<10), sum: adler32.New()}
}}

// begin reads the head of an encoded body.
func (f *inflater) begin(body io.Reader, coding Coding) (err error) {
	f.in.Reset(body)
	if f.coding = coding; coding == Gzip {
		return f.gzip.Reset(f.in)
	}
	if f.framed, err = zlibHead(f.in); err != nil {
		return err
	}
	f.sum.Reset()
	if f.bare == nil {
		f.bare = flate.NewReader(f.in)
		return nil
	}
	return f.bare.(flate.Resetter).Reset(f.in, nil)
}

// zlibHead reads the head of zlib's format, if there is one.
func zlibHead(in *bufio.Reader) (framed bool, err error) {
	const method, preset = 8, 0x20
	head, err := in.Peek(2)
	if err != nil {
		return false, err
	}
	if head[0]&0x0F != method || binary.BigEndian.Uint16(head)%31 != 0 || head[1]&preset != 0 {
		return false, nil
	}
	_, err = in.Discard(len(head))
	return true, err
}

func (f *inflater) Read(p []byte) (int, error) {
	if f.coding == Gzip {
		return f.gzip.Read(p)
	}
	n, err := f.bare.Read(p)
	if f.framed {
		f.sum.Write(p[:n])
	}
	if err == io.EOF {
		err = f.tail()
	}
	return n, err
}

// tail checks that a body of Deflate ends as it should, with nothing behind it.
func (f *inflater) tail() error {
	if f.framed {
		var sum [4]byte
		if _, err := io.ReadFull(f.in, sum[:]); err != nil {
			return unexpected(err)
		}
		if binary.BigEndian.Uint32(sum[:]) != f.sum.Sum32() {
			return gzip.ErrChecksum
		}
	}
	if _, err := f.in.ReadByte(); err != nil {
		return err
	}
	return errTrailing
}
