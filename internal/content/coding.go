package content

import (
	"errors"
	"iter"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// A Coding is a content coding that the service knows. The zero value is that of
// a body as it is.
type Coding uint8

// The codings.
const (
	Identity Coding = iota
	Gzip
	Deflate // zlib's format; callers who send the bare one are understood
)

// ErrEncoding says that a body has a coding that is not known, or does not have
// the one that it is said to have.
var ErrEncoding = errors.New("unsupported content encoding")

var codings = [...]string{Identity: "identity", Gzip: "gzip", Deflate: "deflate"}

func (c Coding) String() string { return codings[c] }

func codingOf(name string) (c Coding, known bool) {
	for i := range codings {
		if message.EqualFold(name, codings[i]) {
			return Coding(i), true
		}
	}
	return Identity, false
}

// Encoded returns the coding that a body has by its header. One that is not
// known is an ErrEncoding, and so are several.
func Encoded(h message.Header) (Coding, error) {
	coding, several := Identity, false
	for i := range h {
		if !message.EqualFold(h[i].Name, "Content-Encoding") {
			continue
		}
		c, known := codingOf(strings.Trim(h[i].Value, " \t"))
		if !known || several {
			return Identity, ErrEncoding
		}
		coding, several = c, true
	}
	return coding, nil
}

// Accepted returns the coding that a caller prefers by his Accept-Encoding, if it
// is a known one, else Identity: what the service does not know is not passed
// over for the caller's second choice. [developer guide, "Enable payload
// compression for an API"] Of several that he likes best the first known one is
// taken, and "*" is gzip, unless that is named: our choice.
func Accepted(h message.Header) Coding {
	most := 0
	for _, weight := range preferences(h) {
		most = max(most, weight)
	}
	for name, weight := range preferences(h) {
		if weight < most || most == 0 {
			continue
		}
		if name == "*" && !named(h, "gzip") {
			return Gzip
		}
		if c, known := codingOf(name); known {
			return c
		}
	}
	return Identity
}

func named(h message.Header, coding string) bool {
	for name := range preferences(h) {
		if message.EqualFold(name, coding) {
			return true
		}
	}
	return false
}

// preferences yields the codings that Accept-Encoding lists and their weights, in
// thousandths.
func preferences(h message.Header) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i := range h {
			if !message.EqualFold(h[i].Name, "Accept-Encoding") {
				continue
			}
			for item := range strings.SplitSeq(h[i].Value, ",") {
				name, parameters, _ := strings.Cut(item, ";")
				if name = strings.Trim(name, " \t"); name != "" && !yield(name, weightOf(parameters)) {
					return
				}
			}
		}
	}
}

// weightOf returns the weight among a coding's parameters in thousandths: all of
// them if there is none, and none if it is malformed.
func weightOf(parameters string) int {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if message.EqualFold(strings.Trim(name, " \t"), "q") {
			return thousandths(strings.Trim(value, " \t"))
		}
	}
	return 1000
}

// thousandths reads a number from 0 to 1 with up to three decimals.
func thousandths(s string) int {
	whole, decimals, point := strings.Cut(s, ".")
	if len(whole) != 1 || len(decimals) > 3 {
		return 0
	}
	n := 0
	for i := range 4 {
		digit := byte('0')
		switch {
		case i == 0:
			digit = whole[0]
		case point && i <= len(decimals):
			digit = decimals[i-1]
		}
		if digit < '0' || '9' < digit {
			return 0
		}
		n = 10*n + int(digit-'0')
	}
	return min(n, 1000)
}
