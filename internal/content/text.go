package content

import (
	"io"
	"unicode/utf8"
)

// AppendText appends a payload as the service reads it: each malformed sequence
// of bytes becomes U+FFFD. What a sequence is, is Java's decoder's rule.
func AppendText(dst, payload []byte) []byte {
	for len(payload) > 0 {
		valid := validPrefix(payload)
		dst = append(dst, payload[:valid]...)
		if payload = payload[valid:]; len(payload) > 0 {
			dst = append(dst, "\uFFFD"...)
			payload = payload[malformed(payload):]
		}
	}
	return dst
}

// validPrefix returns how much of the beginning of s is valid UTF-8.
func validPrefix(s []byte) int {
	if utf8.Valid(s) {
		return len(s)
	}
	i := 0
	for i < len(s) {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return i
}

// malformed returns the length of the malformed sequence that s begins with: the
// longest that could have begun a character, or else one byte. As in Java, and
// unlike elsewhere, an encoded surrogate is one sequence.
func malformed(s []byte) int {
	want, least, most := sequence(s[0])
	n := 1
	for n < want && n < len(s) && least <= s[n] && s[n] <= most {
		n++
		least, most = 0x80, 0xBF
	}
	return n
}

// sequence returns the length of the sequence that a byte begins, and what its
// second byte may be.
func sequence(first byte) (length int, least, most byte) {
	switch {
	case 0xC2 <= first && first <= 0xDF:
		return 2, 0x80, 0xBF
	case first == 0xE0:
		return 3, 0xA0, 0xBF
	case 0xE1 <= first && first <= 0xEF:
		return 3, 0x80, 0xBF
	case first == 0xF0:
		return 4, 0x90, 0xBF
	case 0xF1 <= first && first <= 0xF3:
		return 4, 0x80, 0xBF
	case first == 0xF4:
		return 4, 0x80, 0x8F
	}
	return 1, 0, 0
}

// A TextReader reads a payload as AppendText has it, while it comes.
type TextReader struct {
	AtLeast int64 // how long the text is, or longer; -1: unknown

	source  io.Reader
	err     error // of source
	tail    [utf8.UTFMax]byte
	held    int    // how many bytes of tail may begin a character
	pending []byte // what is to be read yet
	out     []byte // its memory
}

// NewTextReader returns a reader of a source that is length bytes long, -1:
// unknown. Its text may be longer: of each malformed byte it has three.
func NewTextReader(source io.Reader, length int64) *TextReader {
	return &TextReader{source: source, AtLeast: length}
}

// smallRead is up to how long a Read is served by way of a buffer.
const smallRead = 512

// Read reads text. Text that is valid is copied no more than once.
func (r *TextReader) Read(p []byte) (int, error) {
	for len(r.pending) == 0 {
		if len(p) == 0 || r.err != nil {
			return 0, r.err
		}
		if n := r.fill(p); n > 0 {
			return n, nil
		}
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// fill reads from the source: either n bytes into p, or into pending.
func (r *TextReader) fill(p []byte) (n int) {
	into := p
	if len(p) < smallRead {
		into = make([]byte, smallRead)
	}
	copy(into, r.tail[:r.held])
	n, r.err = r.source.Read(into[r.held:])
	got := into[:r.held+n]
	r.held = 0
	if r.err == nil {
		whole := len(got) - unfinished(got)
		r.held = copy(r.tail[:], got[whole:])
		got = got[:whole]
	}
	if len(p) >= smallRead && utf8.Valid(got) {
		return len(got)
	}
	r.out = AppendText(r.out[:0], got)
	r.pending = r.out
	return 0
}

// unfinished returns how many bytes at the end of s begin a character whose rest
// may still come.
func unfinished(s []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		last := s[len(s)-n:]
		if length, _, _ := sequence(last[0]); length > n && malformed(last) == n {
			return n
		}
	}
	return 0
}

// Close closes the source, if it can be closed.
func (r *TextReader) Close() error {
	r.err, r.pending = io.ErrClosedPipe, nil
	if c, ok := r.source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
