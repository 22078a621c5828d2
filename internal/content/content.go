// Package content is what the gateway does to bodies on their way: it converts
// between text and bytes, decodes what callers have compressed and compresses
// what they are answered.
package content

import (
	"encoding/base64"
	"errors"
)

var (
	// ErrBase64 says that a body that ought to be base64 is not.
	ErrBase64 = errors.New("body is not valid base64")

	// ErrBytes says that a template was to be given bytes; it can read only text.
	ErrBytes = errors.New("the payload is binary")
)

// A Handling is the contentHandling of an integration or an integration response.
type Handling uint8

// The handlings. PassThrough is that of who configured none.
const (
	PassThrough Handling = iota
	ConvertToText
	ConvertToBinary
)

// HandlingOf returns the handling of a name. An unknown one is PassThrough: the
// control plane lets none in.
func HandlingOf(name string) Handling {
	switch name {
	case "CONVERT_TO_TEXT":
		return ConvertToText
	case "CONVERT_TO_BINARY":
		return ConvertToBinary
	}
	return PassThrough
}

// A Conversion is what becomes of a payload.
type Conversion uint8

// The conversions.
const (
	Bytes      Conversion = iota // it stays as it is, whatever it is
	Text                         // it is UTF-8; what is not becomes U+FFFD
	ToBase64                     // bytes become text
	FromBase64                   // text becomes bytes; it may fail
)

// Request returns the conversion of a request's payload, by whether its type is
// a binary one of the API. [recorded on AWS]
func (h Handling) Request(binary bool) Conversion {
	return requests[h][index(binary)]
}

// requests has a row for each handling: of a text, of a binary payload.
var requests = [...][2]Conversion{
	PassThrough:     {Text, Bytes},
	ConvertToText:   {Text, ToBase64},
	ConvertToBinary: {FromBase64, Bytes},
}

// Response returns the conversion of a backend's payload, by whether its type is
// a binary one of the API and whether the type is that the caller accepts first.
// [recorded on AWS]
func (h Handling) Response(binary, accepted bool) Conversion {
	return responses[h][index(binary)][index(accepted)]
}

// responses has a row for each handling: of a text payload for one who accepts
// text, or bytes, then of a binary one.
var responses = [...][2][2]Conversion{
	PassThrough:     {{Text, FromBase64}, {ToBase64, Bytes}},
	ConvertToText:   {{Text, Text}, {ToBase64, ToBase64}},
	ConvertToBinary: {{FromBase64, FromBase64}, {Bytes, Bytes}},
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// GivesText reports whether a template can read what the conversion gives.
func (c Conversion) GivesText() bool { return c == Text || c == ToBase64 }

// Streams reports whether the conversion leaves alone whatever is text, so
// that a stream can pass through it. The others need the payload whole.
func (c Conversion) Streams() bool { return c == Bytes || c == Text }

// Append appends a converted payload.
func (c Conversion) Append(dst, payload []byte) ([]byte, error) {
	switch c {
	case Text:
		return AppendText(dst, payload), nil
	case ToBase64:
		return base64.StdEncoding.AppendEncode(dst, payload), nil
	case FromBase64:
		out, err := base64.StdEncoding.AppendDecode(dst, payload)
		if err != nil {
			return dst, ErrBase64
		}
		return out, nil
	}
	return append(dst, payload...), nil
}
