package integration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/content"
)

// A reader reads JSON strictly, from front to end. It keeps the order of
// members and their case, which encoding/json does not.
type reader struct {
	data   []byte
	at     int
	header int // bytes of the header fields that were read
}

var errJSON = errors.New("invalid JSON")

// nullText is what scalar returns for null. No string is like it: the bytes of
// a string are valid UTF-8.
const nullText = "\xff"

// object reads an object. What is wrong with a member's value is said to be there.
func (r *reader) object(member func(name string) error) error {
	return r.list('{', '}', func() error {
		if !r.ahead('"') {
			return errJSON
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return errJSON
		}
		if err := member(name); err != nil {
			return fmt.Errorf("%.100q: %w", name, err)
		}
		return nil
	})
}

func (r *reader) array(element func() error) error { return r.list('[', ']', element) }

func (r *reader) list(open, end byte, element func() error) error {
	if !r.take(open) {
		return r.unexpected()
	}
	if r.take(end) {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if r.take(end) {
			return nil
		}
		if !r.take(',') {
			return errJSON
		}
	}
}

// end reports an error unless nothing is left.
func (r *reader) end() error {
	if r.space(); r.at != len(r.data) {
		return errJSON
	}
	return nil
}

// scalar reads a string, number, boolean or null as text.
func (r *reader) scalar() (string, error) {
	switch {
	case r.ahead('"'):
		return r.string()
	case r.word("true"):
		return "true", nil
	case r.word("false"):
		return "false", nil
	case r.word("null"):
		return nullText, nil
	}
	if r.ahead('{') || r.ahead('[') {
		return "", r.unexpected()
	}
	return r.number()
}

// unexpected says what stands where it must not: JSON perhaps, but other than was
// asked for.
func (r *reader) unexpected() error {
	kinds := map[byte]string{'{': "an object", '[': "a list", '"': "a text", 't': "true", 'f': "false", 'n': "null"}
	if r.space(); r.at == len(r.data) || kinds[r.data[r.at]] == "" {
		return errJSON
	}
	return errors.New("unexpectedly " + kinds[r.data[r.at]])
}

func (r *reader) number() (string, error) {
	start := r.at
	r.byteOf("-")
	if !r.byteOf("0") && r.digits() == 0 {
		return "", errJSON
	}
	if r.byteOf(".") && r.digits() == 0 {
		return "", errJSON
	}
	if r.byteOf("eE") {
		if r.byteOf("+-"); r.digits() == 0 {
			return "", errJSON
		}
	}
	return string(r.data[start:r.at]), nil
}

func (r *reader) digits() (n int) {
	for r.byteOf("0123456789") {
		n++
	}
	return n
}

// string reads a string; the caller has seen that it begins here.
func (r *reader) string() (string, error) {
	r.at++
	start := r.at
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return asText(r.data[start : r.at-1]), nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", errJSON
		}
	}
	return "", errJSON
}

// escaped reads a string from its first escape on.
func (r *reader) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 2*(r.at-start)+32), r.data[start:r.at]...)
	for r.at < len(r.data) {
		c := r.data[r.at]
		r.at++
		switch {
		case c == '"':
			return asText(out), nil
		case c < ' ':
			return "", errJSON
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.at == len(r.data) {
			break
		}
		e := r.data[r.at]
		r.at++
		if e == 'u' {
			rune, ok := r.unicode()
			if !ok {
				return "", errJSON
			}
			out = utf8.AppendRune(out, rune)
			continue
		}
		i := strings.IndexByte(`"\/bfnrt`, e)
		if i < 0 {
			return "", errJSON
		}
		out = append(out, "\"\\/\b\f\n\r\t"[i])
	}
	return "", errJSON
}

// asText returns the bytes of a string as text. Those that are no UTF-8 are what
// they are in any payload.
func asText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return string(content.AppendText(nil, b))
}

// unicode reads the digits of \u and, if they are half of a pair, its other
// half.
func (r *reader) unicode() (rune, bool) {
	first, ok := r.hex()
	if !ok || !utf16.IsSurrogate(first) || r.at+1 >= len(r.data) || r.data[r.at] != '\\' || r.data[r.at+1] != 'u' {
		return first, ok
	}
	back := r.at
	r.at += 2
	second, ok := r.hex()
	if both := utf16.DecodeRune(first, second); ok && both != utf8.RuneError {
		return both, true
	}
	r.at = back
	return utf8.RuneError, true
}

func (r *reader) hex() (rune, bool) {
	if r.at+4 > len(r.data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.data[r.at:r.at+4]), 16, 16)
	r.at += 4
	return rune(n), err == nil
}

func (r *reader) space() {
	for r.byteOf(" \t\r\n") {
		continue
	}
}

func (r *reader) ahead(c byte) bool {
	r.space()
	return r.at < len(r.data) && r.data[r.at] == c
}

func (r *reader) take(c byte) bool {
	if r.ahead(c) {
		r.at++
		return true
	}
	return false
}

func (r *reader) word(w string) bool {
	r.space()
	if len(r.data)-r.at >= len(w) && string(r.data[r.at:r.at+len(w)]) == w {
		r.at += len(w)
		return true
	}
	return false
}

func (r *reader) byteOf(set string) bool {
	if r.at < len(r.data) && strings.IndexByte(set, r.data[r.at]) >= 0 {
		r.at++
		return true
	}
	return false
}
