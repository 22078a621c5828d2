package integration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/message"
)

// ErrAnswer says that a function's answer is not of the form that proxy
// integration asks for.
var ErrAnswer = errors.New("malformed Lambda proxy response")

// An Answer is what a function answered by proxy integration.
type Answer struct {
	Status int
	Header message.Header // under the names that the caller gets
	Body   string
	Base64 bool // Body is base64 of bytes
}

// ParseAnswer reads the answer of a function. It is a JSON object of no other
// members than statusCode, headers, multiValueHeaders, body and
// isBase64Encoded, none of which it must have. [recorded on AWS]
func ParseAnswer(data []byte) (Answer, error) {
	var a Answer
	h := head{status: 200}
	r := reader{data: data}
	err := r.object(func(name string) (err error) {
		switch name {
		case "body":
			a.Body, err = r.body()
		case "isBase64Encoded":
			a.Base64, err = r.flag()
		default:
			err = h.member(&r, name)
		}
		return err
	})
	if err == nil {
		err = r.end()
	}
	if err == nil {
		a.Status, a.Header = h.finish()
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return a, nil
}

// A head is what a function says of its answer besides the body.
type head struct {
	status        int
	single, multi message.Header
}

func (h *head) member(r *reader, name string) (err error) {
	switch name {
	case "statusCode":
		h.status, err = r.status()
	case "headers":
		h.single, err = r.fields((*reader).single)
	case "multiValueHeaders":
		h.multi, err = r.fields((*reader).several)
	default:
		err = errors.New("unknown member")
	}
	return err
}

// finish returns the status, and the fields under the names that the caller
// gets.
func (h *head) finish() (int, message.Header) {
	return h.status, AnswerRuleOf("AWS_PROXY").Apply(merge(h.multi, h.single))
}

// maxHeader bounds the header of a function's answer. The service's quota is as
// large; that it holds for answers, and what happens beyond, is our choice.
const maxHeader = 10_240

// merge joins the two maps of headers: of a name that both have, the several
// values come first and their spelling stays, and a pair that both have is one.
// [recorded on AWS; the last from the developer guide]
func merge(multi, single message.Header) message.Header {
	merged := multi
	for _, f := range single {
		twice := false
		for _, m := range multi {
			if message.EqualFold(m.Name, f.Name) {
				f.Name = m.Name
				twice = twice || m.Value == f.Value
			}
		}
		if !twice {
			merged = append(merged, f)
		}
	}
	return merged
}

// AppendBody appends the body as the caller gets it. Base64 is decoded if the
// function says that it is base64 and the first type that the caller accepts is
// a binary one of the API; else the text goes out as it is. [recorded on AWS]
func (a *Answer) AppendBody(dst []byte, accept string, binary content.MediaTypes) ([]byte, error) {
	if !a.Base64 || !binary.Match(accept) {
		return append(dst, a.Body...), nil
	}
	return content.FromBase64.Append(dst, []byte(a.Body))
}

// status reads a number or the text of one. Informational statuses are refused:
// they do not end an exchange.
func (r *reader) status() (int, error) {
	text, err := r.scalar()
	if err != nil || text == nullText {
		return 200, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 200 || n > 599 {
		return 0, fmt.Errorf("not a status: %.100q", text)
	}
	return n, nil
}

func (r *reader) body() (string, error) {
	if r.ahead('"') {
		return r.string()
	}
	if r.word("null") {
		return "", nil
	}
	return "", errors.New("not a string")
}

func (r *reader) flag() (bool, error) {
	switch {
	case r.word("true"):
		return true, nil
	case r.word("false"), r.word("null"):
		return false, nil
	}
	return false, errors.New("neither true nor false")
}

// fields reads a map of headers, whose values value reads. null is an empty one.
func (r *reader) fields(value func(*reader, string, message.Header) (message.Header, error)) (message.Header, error) {
	if r.word("null") {
		return nil, nil
	}
	var h message.Header
	err := r.object(func(name string) (err error) {
		if !message.IsToken(name) {
			return errors.New("not the name of a header")
		}
		h, err = value(r, name, h)
		return err
	})
	return h, err
}

// single reads the value of a header: text, or anything that has a text. null
// leaves the header out.
func (r *reader) single(name string, h message.Header) (message.Header, error) {
	value, err := r.scalar()
	switch {
	case err != nil || value == nullText:
		return h, err
	case !message.ValidValue(value):
		return h, errors.New("control character") // the value may be a secret
	}
	value = strings.Trim(value, " \t")
	if r.header += len(name) + len(": ") + len(value) + len("\r\n"); r.header > maxHeader {
		return h, fmt.Errorf("header of more than %d bytes", maxHeader)
	}
	h.Add(name, value)
	return h, nil
}

func (r *reader) several(name string, h message.Header) (message.Header, error) {
	err := r.array(func() (err error) {
		h, err = r.single(name, h)
		return err
	})
	return h, err
}
