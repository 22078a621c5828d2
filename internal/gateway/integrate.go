package gateway

import (
	"errors"
	"fmt"
	"io"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// chooseTemplate finds the request template for the body's content type. An
// empty one lets the body pass. A body that a template replaces is read all the
// same: it may turn out too long or broken.
func chooseTemplate(x *exchange) (err error) {
	t := &x.method.request
	if x.template, err = mapping.ChooseTemplate(x.sent.contentType, t.behavior, t.types); err != nil {
		return fmt.Errorf("%w: %w", gatewayresponse.UnsupportedMediaType, err)
	}
	if x.template >= 0 && len(t.texts[x.template]) == 0 {
		x.template = -1
	}
	if x.template >= 0 && x.request.Body != nil {
		_, err = io.Copy(io.Discard, x.request.Body)
	}
	return err
}

// mock finds the status that a MOCK integration answers.
func mock(x *exchange) error {
	if x.template >= 0 {
		m := &x.method.mock[x.template]
		x.status = m.status
		return m.err
	}
	if err := x.readBody(); err != nil {
		return err
	}
	m := mockStatusOf(string(x.body))
	x.status = m.status
	return m.err
}

// readBody reads the caller's body whole.
func (x *exchange) readBody() (err error) {
	if x.request.Body != nil {
		x.body, err = appendAll(x.body[:0], x.request.Body, message.ErrBodyTooLarge)
	}
	return err
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

// callHTTP calls the backend of an HTTP integration with the template's text, or
// with the caller's body as it comes.
func callHTTP(x *exchange) error {
	var body []byte
	if x.template >= 0 {
		body = x.method.request.texts[x.template] // the plan's: an upload may outlive the exchange
	}
	if err := x.method.http.Do(&x.in, body, x.template < 0, &x.backend); err != nil {
		return err
	}
	x.status = statusText(x.backend.Status)
	return nil
}

// proxyHTTP calls the backend of an HTTP_PROXY integration. Its answer is the
// response already, but for its names.
func proxyHTTP(x *exchange) error {
	return x.method.http.Do(&x.in, nil, true, x.response)
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
	err := x.method.function.Invoke(&x.in, x.event, integration.Invocation{
		SourceARN: x.method.sourceARN(x.in.Method), Timeout: x.method.timeout, Now: x.now,
	}, &x.backend)
	if err != nil || x.backend.Stream == nil {
		return err
	}
	x.backend.Body, err = appendAll(x.backend.Body[:0], x.backend.Stream, errAnswerTooLarge)
	return errors.Join(err, closeStream(&x.backend))
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
	status, ok := x.method.selection.Choose(x.status)
	if !ok {
		return fmt.Errorf("no match for output mapping and no default output mapping configured, endpoint response status code: %s", x.status)
	}
	x.output = x.method.outputs[status]
	return x.output.err
}
