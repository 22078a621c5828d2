// Package http1 is the syntax of HTTP/1.1 that a server and a client share:
// where a head ends, its fields, how a body is delimited, chunks. It is strict,
// because whatever two parsers understand differently can be used to smuggle a
// request past one of them: lines end in CRLF, and what the grammar of RFC 9112
// does not allow, or only advises to tolerate, is an error.
package http1

import (
	"bytes"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// Malformed is the error of a message that breaks the grammar. It says what is
// wrong, in words that may be logged and shown: nothing of the message is in it.
type Malformed string

func (m Malformed) Error() string { return string(m) }

// HeadEnd returns the index just past the empty line that ends a head in b, or
// -1. It looks for an end at or after from, which is how much of b an earlier
// call has seen.
func HeadEnd(b []byte, from int) int {
	from = max(0, from-len("\r\n\r"))
	i := bytes.Index(b[from:], []byte("\r\n\r\n"))
	if i < 0 {
		return -1
	}
	return from + i + len("\r\n\r\n")
}

// ParseFields appends the fields of block to dst. block is what follows the
// start line, up to and including the empty line. Names and values are
// substrings of block, values without the white space around them.
func ParseFields(block string, dst message.Header) (message.Header, error) {
	for {
		end := strings.IndexByte(block, '\n')
		if end < 1 || block[end-1] != '\r' {
			return dst, Malformed("header line does not end in CRLF")
		}
		line := block[:end-1]
		block = block[end+1:]
		if line == "" {
			if block != "" {
				return dst, Malformed("bytes behind the end of the header")
			}
			return dst, nil
		}
		f, err := parseField(line)
		if err != nil {
			return dst, err
		}
		dst = append(dst, f)
	}
}

func parseField(line string) (message.Field, error) {
	if line[0] == ' ' || line[0] == '\t' {
		return message.Field{}, Malformed("header line begins with white space")
	}
	colon := strings.IndexByte(line, ':')
	if colon < 0 {
		return message.Field{}, Malformed("header line without a colon")
	}
	f := message.Field{Name: line[:colon], Value: trimOWS(line[colon+1:])}
	if !message.IsToken(f.Name) {
		return message.Field{}, Malformed("header name is not a token")
	}
	if !message.ValidValue(f.Value) {
		return message.Field{}, Malformed("control character in a header value")
	}
	return f, nil
}

// Framing says how a body is delimited, from the fields Content-Length and
// Transfer-Encoding: length is its bytes, or -1 when it comes in chunks, and
// none says that neither field is there. Whatever leaves a doubt is an error:
// a length that is not plain digits, a second length (even an equal one), a
// length beside an encoding, an encoding other than chunked, once.
func Framing(h message.Header) (length int64, none bool, err error) {
	lengths, encodings := 0, 0
	for i := range h {
		switch name := h[i].Name; {
		case len(name) == len("Content-Length") && message.EqualFold(name, "Content-Length"):
			lengths++
			if length, err = parseLength(h[i].Value); err != nil {
				return 0, false, err
			}
		case len(name) == len("Transfer-Encoding") && message.EqualFold(name, "Transfer-Encoding"):
			encodings++
			if !message.EqualFold(h[i].Value, "chunked") {
				return 0, false, Malformed("transfer encoding is not chunked")
			}
		}
	}
	switch {
	case lengths > 1:
		return 0, false, Malformed("several content lengths")
	case encodings > 1:
		return 0, false, Malformed("several transfer encodings")
	case lengths+encodings > 1:
		return 0, false, Malformed("content length beside a transfer encoding")
	case encodings == 1:
		return -1, false, nil
	}
	return length, lengths == 0, nil
}

// lengthDigits is how many digits a Content-Length may have: 18 cannot overflow.
const lengthDigits = 18

func parseLength(s string) (int64, error) {
	if s == "" || len(s) > lengthDigits {
		return 0, Malformed("content length is empty or too long")
	}
	var n int64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, Malformed("content length is not a number")
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, nil
}

// HasToken reports whether token is a member of the list that the fields called
// name make up, compared without case.
func HasToken(h message.Header, name, token string) bool {
	for i := range h {
		if message.EqualFold(h[i].Name, name) && listHas(h[i].Value, token) {
			return true
		}
	}
	return false
}

func listHas(list, token string) bool {
	for member, rest, more := "", list, true; more; {
		member, rest, more = strings.Cut(rest, ",")
		if message.EqualFold(trimOWS(member), token) {
			return true
		}
	}
	return false
}

// trimOWS takes the optional white space off both ends of s: spaces and tabs
// only, where strings.TrimSpace takes more.
func trimOWS(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
