package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// chooseTemplate finds the request template for the body's content type. An
// empty one lets the body pass.
func chooseTemplate(x *exchange) (err error) {
	t := &x.method.request
	if x.template, err = mapping.ChooseTemplate(x.sent.contentType, x.method.behavior, t.types); err != nil {
		return &gatewayresponse.Failure{
			Type:  gatewayresponse.UnsupportedMediaType,
			Cause: fmt.Errorf("%w %.100q", err, mapping.FirstType(cmp.Or(x.sent.contentType, applicationJSON))),
		}
	}
	if x.template >= 0 && t.all[x.template].none() {
		x.template = -1
	}
	return nil
}

// readForTemplate reads the body if a template is run. A body that the template
// replaces is read all the same: it may turn out too long or broken. Mappings may
// read it after that.
func readForTemplate(x *exchange) (err error) {
	switch {
	case x.template < 0:
	case x.method.request.all[x.template].reads():
		err = x.readPayload()
	case x.request.Body != nil && !x.bodyRead && !x.method.mapsBody:
		_, err = io.Copy(io.Discard, x.request.Body)
	}
	return err
}

// readMapped reads and parses the body for mappings that have parts of it.
func readMapped(x *exchange) error {
	err := x.readPayload()
	if err == nil && x.method.mapsPath {
		err = x.scope.Parse(&x.scope.Sent)
	}
	if broken, ok := err.(*mapping.PayloadError); ok {
		return &gatewayresponse.Failure{
			Type: gatewayresponse.BadRequestBody, Message: "Invalid JSON in request body", Cause: broken,
		}
	}
	return err
}

// runTemplate makes the body that a backend gets.
func runTemplate(x *exchange) (err error) {
	if x.template < 0 {
		return nil
	}
	t := &x.method.request.all[x.template]
	if t.err != nil {
		return fmt.Errorf("%w: %w", errRequestTemplate, t.err)
	}
	if t.reads() {
		x.in.Arrive()
	}
	x.rendered, err = t.Append(x.rendered[:0], &x.scope, &x.scope.Sent)
	if broken, ok := err.(*mapping.PayloadError); ok {
		return &gatewayresponse.Failure{Type: gatewayresponse.BadRequestBody, Message: broken.Error(), Cause: broken}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errRequestTemplate, err)
	}
	return nil
}

// What templates fail with, in the words of the service's logs. The second is
// inferred from the first.
var (
	errRequestTemplate  = errors.New("unable to transform request")
	errResponseTemplate = errors.New("unable to transform response")
)

// mock finds the status that a MOCK integration answers.
func mock(x *exchange) error {
	var m mockStatus
	switch {
	case x.template < 0:
		if err := x.readBody(); err != nil {
			return err
		}
		m = mockStatusOf(string(x.body))
	case x.method.request.all[x.template].reads():
		m = mockStatusOf(string(x.rendered))
	default:
		m = x.method.mock[x.template]
	}
	x.status = m.status
	return m.err
}

// readBody reads the caller's body whole, once.
func (x *exchange) readBody() (err error) {
	if x.request.Body != nil && !x.bodyRead {
		x.bodyRead = true
		x.body = room(x.body, x.request.BodyLen)
		x.body, err = appendAll(x.body, x.request.Body, message.ErrBodyTooLarge)
	}
	return err
}

// readPayload makes the caller's body what templates and mappings read.
func (x *exchange) readPayload() error {
	err := x.readBody()
	if err == nil && !x.scope.Sent.Is(x.body) {
		x.scope.Sent.Set(payloadText(x.body))
	}
	return err
}

// ownBody is the caller's body, unless it is still to be read.
func (x *exchange) ownBody() (body []byte, unread bool) {
	if x.bodyRead {
		return x.body, false
	}
	return nil, true
}

// room returns a buffer for a body of a length and for the sign of its end, made
// anew if b has too little. The length is only said: what is more than usual has
// to come before it is made room for.
func room(b []byte, length int64) []byte {
	const usual = 64 << 10
	return slices.Grow(b[:0], int(min(max(length, 0), usual))+1)
}

// appendAll reads r to its end, which must come within the limit.
func appendAll(dst []byte, r io.Reader, tooLarge error) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst, err
		case len(dst) > maxBody:
			return dst, tooLarge
		}
	}
}

// callHTTP calls the backend of an HTTP integration with what the template made,
// or with the caller's body as it comes.
func callHTTP(x *exchange) error {
	body, unread := x.rendered, false
	if x.template < 0 {
		body, unread = x.ownBody()
	}
	if err := x.method.http.Do(&x.in, body, unread, &x.backend); err != nil {
		return err
	}
	x.status = statusText(x.backend.Status)
	return nil
}

// callService calls a service of AWS with what the template made, or with the
// caller's body, whole, because it is signed. What a function answers is read: it
// may say that the function has failed.
func callService(x *exchange) error {
	body := x.rendered
	if x.template < 0 {
		if err := x.readBody(); err != nil {
			return err
		}
		body = x.body
	}
	s := x.method.service
	if err := s.Do(&x.in, body, x.invocation(), &x.backend); err != nil {
		return err
	}
	x.scope.Context.EndpointRequestID = integration.EndpointRequestID(x.backend.Header)
	if !s.IsFunction() {
		x.status = statusText(x.backend.Status)
		return nil
	}
	err := readWhole(&x.backend)
	if err == nil {
		x.status, err = integration.ErrorMessage(&x.backend)
	}
	return err
}

// invocation is what calls of AWS's services need besides their body.
func (x *exchange) invocation() integration.Invocation {
	return integration.Invocation{SourceARN: x.method.sourceARN(x.in.Method), Timeout: x.method.timeout, Now: x.now}
}

// proxyHTTP calls the backend of an HTTP_PROXY integration. Its answer is the
// response already, but for its names.
func proxyHTTP(x *exchange) error {
	body, unread := x.ownBody()
	return x.method.http.Do(&x.in, body, unread, x.response)
}

// errAnswerTooLarge is what a backend's answer over 10 MB fails with.
var errAnswerTooLarge = errors.New("integration response is larger than 10485760 bytes")

// invoke invokes a function and reads what it answers. The event's memory may be
// the next request's afterwards: the upstream client reads a body only until Do
// has returned, or the answer's stream was closed, which both are here.
func invoke(x *exchange) error {
	if err := x.readBody(); err != nil {
		return err
	}
	x.event = x.in.AppendEvent(x.event[:0], x.body, x.plan.binary.Match(x.sent.contentType))
	if err := x.method.function.Invoke(&x.in, x.event, x.invocation(), &x.backend); err != nil {
		return err
	}
	x.scope.Context.EndpointRequestID = integration.EndpointRequestID(x.backend.Header)
	return readWhole(&x.backend)
}

// closeStream ends a stream that a response may have.
func closeStream(r *message.Response) (err error) {
	if r.Stream != nil {
		err = r.Stream.Close()
		r.Stream, r.StreamLen = nil, 0
	}
	return err
}

// chooseOutput finds the integration response for the backend's status.
func chooseOutput(x *exchange) error {
	status, ok, err := x.method.selection.Choose(x.status)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("no match for output mapping and no default output mapping configured. Endpoint Response Status Code: %s",
			cmp.Or(x.status, statusText(x.backend.Status)))
	}
	x.output = x.method.outputs[status]
	return x.output.err
}
