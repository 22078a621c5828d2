package http1

import (
	"bytes"
	"io"
	"strconv"

	"github.com/gatewright/gatewright/internal/message"
)

// A LengthReader reads a body that is Left bytes long from a Source. If the
// connection ends before, the error is io.ErrUnexpectedEOF.
type LengthReader struct {
	Source *Source
	Left   int64
}

func (r *LengthReader) Read(p []byte) (int, error) {
	if r.Left == 0 {
		return 0, io.EOF
	}
	n, err := r.Source.Read(p[:min(int64(len(p)), r.Left)])
	r.Left -= int64(n)
	return n, unexpected(err)
}

// Limits of the lines of a chunked body. A chunk size of 15 digits cannot
// overflow; extensions are counted over the whole body, since a caller could
// send far more of them than data.
const (
	maxSizeDigits = 15
	maxSizeLine   = 512
	maxExtensions = 4 << 10
	maxTrailers   = 4 << 10
)

// A ChunkReader reads a chunked body from a Source, to the byte behind it and no
// further. Extensions and trailers are checked and dropped. What breaks the
// grammar is a Malformed; a connection that ends before the body does is
// io.ErrUnexpectedEOF; an error stays.
type ChunkReader struct {
	src        *Source
	left       int64 // of the chunk
	begun      bool  // a chunk was read, and the CRLF behind its data was not
	extensions int   // bytes of them so far
	err        error
}

// Reset makes r read a new body.
func (r *ChunkReader) Reset(src *Source) { *r = ChunkReader{src: src} }

func (r *ChunkReader) Read(p []byte) (int, error) {
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	if r.left == 0 {
		if r.err = r.next(); r.err != nil {
			return 0, r.err
		}
	}
	n, err := r.src.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	r.err = unexpected(err)
	return n, r.err
}

// next goes to the next chunk, or past the end of the body: io.EOF.
func (r *ChunkReader) next() error {
	if r.begun {
		if err := r.lineEnd(); err != nil {
			return err
		}
	}
	r.begun = true
	line, err := r.line()
	if err != nil {
		return err
	}
	size, extension, err := parseSize(line)
	if err != nil {
		return err
	}
	if r.extensions += extension; r.extensions > maxExtensions {
		return Malformed("chunk extensions are too long")
	}
	r.src.Discard(len(line) + len("\r\n"))
	if size == 0 {
		return r.trailers()
	}
	r.left = size
	return nil
}

// lineEnd uses up the CRLF behind the data of a chunk.
func (r *ChunkReader) lineEnd() error {
	for {
		b := r.src.Buffered()
		if len(b) > 0 && b[0] != '\r' || len(b) > 1 && b[1] != '\n' {
			return Malformed("chunk is longer than its size")
		}
		if len(b) > 1 {
			r.src.Discard(2)
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// line returns the line at hand without its CRLF and leaves it there.
func (r *ChunkReader) line() ([]byte, error) {
	for {
		b := r.src.Buffered()
		i := bytes.IndexByte(b, '\n')
		if i > maxSizeLine || i < 0 && len(b) > maxSizeLine {
			return nil, Malformed("chunk size line is too long")
		}
		if i == 0 || i > 0 && b[i-1] != '\r' {
			return nil, Malformed("chunk size line does not end in CRLF")
		}
		if i > 0 {
			return b[:i-1], nil
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// parseSize reads a chunk size and says how long the extension behind it is.
func parseSize(line []byte) (size int64, extension int, err error) {
	digits := 0
	for digits < len(line) {
		d := hexDigit(line[digits])
		if d < 0 {
			break
		}
		if digits++; digits > maxSizeDigits {
			return 0, 0, Malformed("chunk size is too long")
		}
		size = size<<4 | int64(d)
	}
	rest := line[digits:]
	if digits == 0 || len(rest) > 0 && rest[0] != ';' {
		return 0, 0, Malformed("chunk size is not a hexadecimal number")
	}
	if !message.ValidValue(string(rest)) {
		return 0, 0, Malformed("control character in a chunk extension")
	}
	return size, len(rest), nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// trailers uses up the trailer fields and the empty line, and returns io.EOF.
func (r *ChunkReader) trailers() error {
	for seen := 0; ; {
		b := r.src.Buffered()
		if bytes.HasPrefix(b, []byte("\r\n")) {
			r.src.Discard(2)
			return io.EOF
		}
		end := HeadEnd(b, seen)
		if end > maxTrailers || end < 0 && len(b) >= maxTrailers {
			return Malformed("trailers are too long")
		}
		if end > 0 {
			if _, err := ParseFields(string(b[:end]), nil); err != nil {
				return err
			}
			r.src.Discard(end)
			return io.EOF
		}
		seen = len(b)
		if err := r.fill(); err != nil {
			return err
		}
	}
}

func (r *ChunkReader) fill() error {
	err := r.src.Fill()
	if err == ErrBufferFull {
		return Malformed("line of a chunked body is too long")
	}
	return unexpected(err)
}

// unexpected is err, where the end of the connection is not the end of the body.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// LastChunk ends a chunked body without trailers.
const LastChunk = "0\r\n\r\n"

// ChunkHead and ChunkTail are the bytes that Chunk needs before and behind the
// data.
const (
	ChunkHead = 8 + len("\r\n")
	ChunkTail = len("\r\n")
)

// Chunk frames, in place, the n > 0 bytes that were read into buf[ChunkHead:]
// and returns the chunk, a part of buf. buf has room for ChunkTail more.
func Chunk(buf []byte, n int) []byte {
	var size [ChunkHead]byte
	line := append(strconv.AppendUint(size[:0], uint64(n), 16), "\r\n"...)
	start := ChunkHead - len(line)
	copy(buf[start:], line)
	return append(buf[start:ChunkHead+n], "\r\n"...)
}
