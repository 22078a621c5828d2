package gateway

import (
	"errors"
	"io"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/upstream"
)

// errTransfer says that a function's URI asks for the other kind of answer.
var errTransfer = errors.New("the integration's transfer mode does not go with its URI: STREAM needs .../response-streaming-invocations, which nothing else takes")

// stream has a function begin to answer. The event is its call's, which may go
// on reading it while the caller is answered.
func stream(x *exchange) error {
	if err := x.readBody(); err != nil {
		return err
	}
	event := x.in.AppendEvent(nil, x.body, x.plan.binary.Match(x.sent.contentType))
	return x.method.function.Stream(&x.in, event, integration.Invocation{
		SourceARN: x.method.sourceARN(x.in.Method), Timeout: x.method.timeout, Now: x.now,
	}, x.response)
}

// handOnStream gives the caller what a backend streams, as it comes and however
// long it is.
func handOnStream(x *exchange) error {
	r := x.response
	r.Header = x.method.answer.Apply(r.Header)
	r.Eager = true
	x.finish(applicationJSON)
	return nil
}

// watch has it logged if what the caller gets is cut.
func (x *exchange) watch() {
	r := x.response
	if r.Stream == nil {
		return
	}
	c := &x.scope.Context
	r.Stream = &watched{
		ReadCloser: r.Stream, why: &x.gateway.why, requestID: c.RequestID, api: c.APIID, stage: c.Stage,
		method: x.request.Method, resource: c.ResourcePath, backend: x.method.backend,
	}
}

// A watched stream logs why it was cut: the head has gone out, and the caller
// learns no more than that something is missing.
type watched struct {
	io.ReadCloser
	why                                              *why
	requestID, api, stage, method, resource, backend string
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, upstream.ErrCallerLeft) {
		w.why.logger.Warn("answer cut", "request_id", w.requestID, "api", w.api, "stage", w.stage,
			"method", w.method, "resource", w.resource, "cause", err, "backend", w.backend)
	}
	return n, err
}
