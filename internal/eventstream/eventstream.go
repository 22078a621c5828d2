// Package eventstream reads and writes application/vnd.amazon.eventstream, the
// messages that AWS services stream their answers in. It knows the framing and
// not what the messages say.
package eventstream

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A message is its length, that of its headers, a checksum of these two, the
// headers, the payload and a checksum of everything before it. Numbers are
// big-endian, checksums those of gzip.
const (
	preludeSize = 12
	sumSize     = 4
	maxHeaders  = 128 << 10 // the format's own limits
	maxPayload  = 24 << 20
)

// ErrMalformed is wrapped by what says in which way a stream is not one of
// messages.
var ErrMalformed = errors.New("malformed event stream")

// A Header is a named text of a message.
type Header struct{ Name, Value string }

// A Reader reads messages one after the other. It holds their headers in memory
// and never their payload, which its reader gets as it comes: before the
// checksum behind it was seen.
type Reader struct {
	src     *bufio.Reader
	sum     uint32 // of what was read of the message
	left    int    // of its payload
	open    bool   // its checksum is still to come
	headers []byte
}

// NewReader returns a Reader of the messages of src.
func NewReader(src io.Reader) *Reader { return &Reader{src: bufio.NewReader(src)} }

// Next goes on to the next message, past what is left of this one, and returns
// its headers that are texts. It fails with io.EOF where the stream ends between
// messages, and with io.ErrUnexpectedEOF where it ends within one.
func (r *Reader) Next() ([]Header, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	var prelude [preludeSize]byte
	if _, err := io.ReadFull(r.src, prelude[:]); err != nil {
		return nil, err
	}
	if sum := crc32.ChecksumIEEE(prelude[:8]); sum != binary.BigEndian.Uint32(prelude[8:]) {
		return nil, fmt.Errorf("%w: checksum of a prelude", ErrMalformed)
	}
	total, headers := binary.BigEndian.Uint32(prelude[:]), binary.BigEndian.Uint32(prelude[4:])
	if headers > maxHeaders || total < preludeSize+headers+sumSize || total-headers-preludeSize-sumSize > maxPayload {
		return nil, fmt.Errorf("%w: message of %d bytes with %d of headers", ErrMalformed, total, headers)
	}
	if cap(r.headers) < int(headers) {
		r.headers = make([]byte, headers)
	}
	r.headers = r.headers[:headers]
	if _, err := io.ReadFull(r.src, r.headers); err != nil {
		return nil, cut(err)
	}
	r.sum = crc32.Update(crc32.ChecksumIEEE(prelude[:]), crc32.IEEETable, r.headers)
	r.left = int(total - headers - preludeSize - sumSize)
	r.open = true
	return parseHeaders(r.headers)
}

// Read reads the payload of the message. It ends with io.EOF only if the
// checksum was right.
func (r *Reader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, r.close()
	}
	n, err := r.src.Read(p[:min(len(p), r.left)])
	r.sum = crc32.Update(r.sum, crc32.IEEETable, p[:n])
	r.left -= n
	if r.left == 0 && err == io.EOF {
		err = nil // it is the checksum's turn to miss
	}
	return n, cut(err)
}

// close ends the message and returns io.EOF if all was well.
func (r *Reader) close() error {
	if !r.open {
		return io.EOF
	}
	var sum [sumSize]byte
	if _, err := io.ReadFull(r.src, sum[:]); err != nil {
		return cut(err)
	}
	if binary.BigEndian.Uint32(sum[:]) != r.sum {
		return fmt.Errorf("%w: checksum of a message", ErrMalformed)
	}
	r.open = false
	return io.EOF
}

// cut makes an end within a message one that is seen.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// text is the type of a header's value that is a text; the others are known by
// their length alone.
const text = 7

// sizes are the lengths of values by their type: true, false, byte, short,
// integer, long, bytes, text, timestamp and UUID. -1: two bytes tell it.
var sizes = [...]int{0, 0, 1, 2, 4, 8, -1, -1, 8, 16}

func parseHeaders(b []byte) (all []Header, err error) {
	for len(b) > 0 {
		name, rest, ok := take(b, 1)
		if !ok || len(rest) == 0 || int(rest[0]) >= len(sizes) {
			return nil, fmt.Errorf("%w: header", ErrMalformed)
		}
		kind, value := rest[0], []byte(nil)
		if size := sizes[kind]; size < 0 {
			value, b, ok = take(rest[1:], 2)
		} else if ok = len(rest) > size; ok {
			b = rest[1+size:]
		}
		if !ok {
			return nil, fmt.Errorf("%w: value of header %q", ErrMalformed, name)
		}
		if kind == text {
			all = append(all, Header{string(name), string(value)})
		}
	}
	return all, nil
}

// take takes off b what the number in its first bytes says.
func take(b []byte, digits int) (taken, rest []byte, ok bool) {
	if len(b) < digits {
		return nil, nil, false
	}
	n := 0
	for _, digit := range b[:digits] {
		n = n<<8 | int(digit)
	}
	if b = b[digits:]; len(b) < n {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// Append appends a message to dst. Names are shorter than 256 bytes and values
// than 65,536.
func Append(dst []byte, headers []Header, payload []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, preludeSize)...)
	for _, h := range headers {
		dst = append(append(dst, byte(len(h.Name))), h.Name...)
		dst = binary.BigEndian.AppendUint16(append(dst, text), uint16(len(h.Value)))
		dst = append(dst, h.Value...)
	}
	prelude := dst[start:]
	binary.BigEndian.PutUint32(prelude, uint32(len(prelude)+len(payload)+sumSize))
	binary.BigEndian.PutUint32(prelude[4:], uint32(len(prelude)-preludeSize))
	binary.BigEndian.PutUint32(prelude[8:], crc32.ChecksumIEEE(prelude[:8]))
	dst = append(dst, payload...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:]))
}
