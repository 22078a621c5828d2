package gateway

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/message"
)

// maxWhole is up to how long a text is read whole to be converted, so that who
// gets it is told its length. A longer one is handed on as it comes, in chunks.
const maxWhole = 1 << 20

// decodeBody makes the caller's body what it is without its content coding. The
// header does not name that any more. A function gets bytes as they were sent,
// and their coding with them, unless they are to be validated.
func decodeBody(x *exchange) error {
	r, m := x.request, x.method
	if r.Body == nil || m.function != nil && !m.rules.Bodies() && x.plan.binary.Match(x.sent.contentType) {
		return nil
	}
	coding, err := content.Encoded(r.Header)
	switch {
	case err != nil:
		return fmt.Errorf("%w %.40q", err, r.Header.Get("Content-Encoding"))
	case coding == content.Identity:
		return nil
	}
	whole := x.bodyRead || r.BodyLen >= 0 && r.BodyLen <= maxWhole
	if x.bodyRead { // for the execution log
		r.Body, x.bodyRead = bytes.NewReader(x.body), false
		x.body, x.rendered = x.rendered, x.body
	}
	r.Body, r.BodyLen = content.Decode(r.Body, coding, maxBody), -1
	r.Header.Del("Content-Encoding")
	if whole {
		err = x.readBody()
	}
	return err
}

// convertBody makes the caller's body the text or the bytes that the integration
// wants, before a template sees it.
func convertBody(x *exchange) error {
	r, c := x.request, x.method.handling.Request(x.plan.binary.Match(x.sent.contentType))
	switch {
	case x.template >= 0 && shaped(x.method) && !c.GivesText():
		return fmt.Errorf("%w: %w", errRequestTemplate, content.ErrBytes)
	case r.Body == nil || c == content.Bytes || encoded(r.Header):
		return nil
	case c == content.Text && !x.bodyRead && (r.BodyLen < 0 || r.BodyLen > maxWhole):
		r.Body, r.BodyLen = content.NewTextReader(r.Body, r.BodyLen), -1
		return nil
	}
	err := x.readBody()
	if err == nil {
		err = x.convert(&x.body, c)
	}
	return err
}

// convertAnswer makes the answer of a backend the text or the bytes that the
// integration response wants, before a template sees it. One that is empty,
// such as the answer to HEAD, is none that a template cannot read.
func convertAnswer(x *exchange) error {
	accepted := x.plan.binary.Match(x.sent.accept)
	c := x.output.handling.Response(x.answersBinary(&x.backend), accepted)
	if x.template >= 0 && !c.GivesText() && (len(x.backend.Body) > 0 || x.backend.Stream != nil) {
		return fmt.Errorf("%w: %w", errResponseTemplate, content.ErrBytes)
	}
	return x.convertResponse(&x.backend, c)
}

// convertProxied is convertAnswer for HTTP_PROXY, which has no integration
// responses: text stays text whatever the caller accepts, and bytes are for those
// alone who accept them. The service is documented no further; this is our choice.
func convertProxied(x *exchange) error {
	r, c := x.response, content.Text
	switch {
	case encoded(r.Header):
		c = content.Bytes
	case x.answersBinary(r):
		c = content.PassThrough.Response(true, x.plan.binary.Match(x.sent.accept))
	}
	return x.convertResponse(r, c)
}

func (x *exchange) answersBinary(r *message.Response) bool {
	return len(x.plan.binary) > 0 && x.plan.binary.Match(r.Header.Get("Content-Type"))
}

// encoded reports whether a body has a content coding, and so is bytes whatever
// its type is.
func encoded(h message.Header) bool {
	coding, err := content.Encoded(h)
	return err != nil || coding != content.Identity
}

func (x *exchange) convertResponse(r *message.Response, c content.Conversion) error {
	if err := limitAnswer(r); err != nil || c == content.Bytes {
		return err
	}
	switch {
	case r.OmitBody:
		if !c.Streams() {
			r.BodyLen = -1
		}
		return nil
	case c == content.Text && r.Stream != nil && (r.StreamLen < 0 || r.StreamLen > maxWhole):
		r.Stream, r.StreamLen = content.NewTextReader(r.Stream, r.StreamLen), -1
		return nil
	}
	err := readWhole(r)
	if err == nil {
		err = x.convert(&r.Body, c)
	}
	return err
}

// convert converts a body that is read. Text that is text stays where it is.
func (x *exchange) convert(body *[]byte, c content.Conversion) (err error) {
	if c == content.Text && utf8.Valid(*body) {
		return nil
	}
	x.rendered, err = c.Append(x.rendered[:0], *body)
	*body, x.rendered = x.rendered, *body
	return err
}

// payloadText is a body as templates and mappings read it.
func payloadText(body []byte) string {
	if utf8.Valid(body) {
		return string(body)
	}
	return string(content.AppendText(nil, body))
}

// compress compresses the response, a gateway response too, unless what it hands
// on has a coding already. It is no step: all that comes before, failures and logs
// among it, sees the response as it is, and so do tests. A response that streams
// is not compressed. [developer guide, "Stream the integration response"]
func (x *exchange) compress() {
	if x.plan == nil || x.plan.compression == nil || x.method != nil && x.method.streams {
		return
	}
	if _, done := x.backend.Header.Lookup("Content-Encoding"); !done {
		x.backend.Body = x.plan.compression.Apply(x.request.Header, x.response, x.backend.Body)
	}
}
