package gateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

const applicationJSON = "application/json"

// chooseResponseTemplate finds the response template that the caller accepts. An
// empty one lets the backend's body pass.
func chooseResponseTemplate(x *exchange) error {
	t := &x.output.templates
	x.template = mapping.ChooseByAccept(x.sent.accept, t.types)
	x.contentType = applicationJSON
	if x.template >= 0 {
		x.contentType = t.types[x.template]
		if t.all[x.template].none() {
			x.template = -1
		}
	}
	return nil
}

// readForResponseTemplate reads the backend's body if a template or a mapping
// looks at it.
func readForResponseTemplate(x *exchange) error {
	t := &x.output.templates
	if !x.output.mapsBody && (x.template < 0 || !t.all[x.template].reads()) {
		return nil
	}
	if err := readWhole(&x.backend); err != nil {
		return err
	}
	x.scope.Answer.Set(payloadText(x.backend.Body))
	if x.output.mapsPath {
		return x.scope.Parse(&x.scope.Answer)
	}
	return nil
}

// readWhole reads a backend's body whole.
func readWhole(r *message.Response) (err error) {
	if r.Stream == nil {
		return nil
	}
	r.Body, err = appendAll(room(r.Body, r.StreamLen), r.Stream, errAnswerTooLarge)
	return errors.Join(err, closeStream(r))
}

// respond makes the response of a method from its integration response: mapped
// headers, a template's text or the backend's body as it came, and at last what
// templates override. Its Content-Type is that of the template, whatever the
// backend's was.
func respond(x *exchange) (err error) {
	o, r := x.output, x.response
	x.scope.Backend = x.backend.Header
	r.Status = o.status
	r.Header = r.Header[:0]
	for i := range o.header {
		if f, ok := o.header[i].Field(&x.scope); ok {
			r.Header = append(r.Header, f)
		}
	}
	if x.template < 0 {
		x.passBody()
	} else if err = x.runResponseTemplate(&o.templates.all[x.template]); err != nil {
		return err
	}
	if status, ok := x.scope.ResponseStatus(); ok {
		r.Status = status
	}
	x.scope.OverrideResponse(&r.Header, x.method.answer.Name)
	x.finish(x.contentType)
	return nil
}

func (x *exchange) runResponseTemplate(t *template) (err error) {
	if t.err != nil {
		return fmt.Errorf("%w: %w", errResponseTemplate, t.err)
	}
	if t.reads() && len(x.scope.Arrived) == 0 {
		x.in.Arrive()
	}
	x.response.Body, err = t.Append(x.response.Body[:0], &x.scope, &x.scope.Answer)
	if err != nil {
		return fmt.Errorf("%w: %w", errResponseTemplate, err)
	}
	return nil
}

// passBody hands the backend's body on. A MOCK has none.
func (x *exchange) passBody() {
	r, b := x.response, &x.backend
	r.Body, b.Body = b.Body, r.Body[:0]
	r.Stream, r.StreamLen, b.Stream = b.Stream, b.StreamLen, nil
	r.OmitBody, r.BodyLen = b.OmitBody, b.BodyLen
}

// handOn gives the answer of an HTTP_PROXY backend to the caller.
func handOn(x *exchange) error {
	x.response.Header = x.method.answer.Apply(x.response.Header)
	x.finish(applicationJSON)
	return nil
}

// handOnFunction gives a function's answer to the caller.
func handOnFunction(x *exchange) error {
	a, err := integration.ParseAnswer(x.backend.Body)
	if err != nil {
		return err
	}
	r := x.response
	if r.Body, err = a.AppendBody(r.Body[:0], x.sent.accept, x.plan.binary); err != nil {
		return err
	}
	r.Status = a.Status
	r.Header = append(r.Header[:0], a.Header...)
	x.finish(applicationJSON)
	return nil
}

// finish adds what every response has. HTTP_PROXY has its backend's trace id, if
// any, and MOCK none. [recorded on AWS]
func (x *exchange) finish(contentType string) {
	r := x.response
	closeStream(&x.backend)
	if _, typed := r.Header.Lookup("Content-Type"); !typed {
		r.Header.Add("Content-Type", contentType)
	}
	r.Header.Add("x-amzn-RequestId", x.scope.Context.RequestID)
	r.Header.Add("x-amz-apigw-id", x.scope.Context.ExtendedRequestID)
	if m := x.method.integration; m == "HTTP" || m == "AWS" || m == "AWS_PROXY" {
		if _, own := r.Header.Lookup("X-Amzn-Trace-Id"); !own {
			r.Header.Add("X-Amzn-Trace-Id", x.in.Trace)
		}
	}
	fit(r, x.request.Method)
}

// fit makes the body fit the caller's method and the status: an answer to HEAD
// and a 304 tell the length of one, and 204 and 205 have none. A backend that
// was asked with HEAD has sent none, so that who asked with GET gets an empty
// one.
func fit(r *message.Response, method string) {
	switch {
	case r.Status == http.StatusNoContent || r.Status == http.StatusResetContent:
		closeStream(r)
		r.Body, r.OmitBody, r.BodyLen = r.Body[:0], false, 0
	case method != http.MethodHead && r.Status != http.StatusNotModified:
		if r.OmitBody {
			r.Body, r.OmitBody, r.BodyLen = r.Body[:0], false, 0
		}
	case !r.OmitBody:
		r.OmitBody, r.BodyLen = true, int64(len(r.Body))
		if r.Stream != nil {
			r.BodyLen = r.StreamLen
			closeStream(r)
		}
		r.Body = r.Body[:0]
	}
}

// limitAnswer refuses a backend's body that is too long. One whose length is not
// known is cut, visibly, where it becomes too long.
func limitAnswer(r *message.Response) error {
	switch {
	case r.Stream == nil:
		return nil
	case r.StreamLen > maxBody:
		return errors.Join(errAnswerTooLarge, closeStream(r))
	case r.StreamLen < 0:
		r.Stream = &limited{r.Stream, maxBody}
	}
	return nil
}

// A limited is a stream that fails where it exceeds a limit.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errAnswerTooLarge
	}
	return n, err
}

// statusText is a status as text, which selection patterns match.
func statusText(status int) string {
	if status >= 0 && status < len(statusTexts) {
		return statusTexts[status]
	}
	return strconv.Itoa(status)
}

var statusTexts = func() (all [600]string) {
	for status := range all {
		all[status] = strconv.Itoa(status)
	}
	return all
}()
