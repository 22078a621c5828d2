package gateway

import (
	"time"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// An exchange is one request on its way through the gateway. It is reused.
type exchange struct {
	gateway  *Gateway
	request  *message.Request
	response *message.Response

	story  *story // nil: it is not told
	now    time.Time
	sent   sent
	where  location
	plan   *plan
	method *method
	scope  mapping.Scope
	in     integration.Input

	template    int              // the template that was chosen, the request's or then the response's; -1: the body passes
	status      string           // of the backend, which chooses the integration response
	output      *output          // the integration response
	contentType string           // of the response
	backend     message.Response // what the backend answered
	ids         []byte
	body        []byte // of the request, where it is needed whole
	bodyRead    bool   // it was read
	rendered    []byte // what the request template made
	event       []byte // what a function is invoked with
}

// sent are the fields of a request that the gateway itself looks at.
type sent struct{ override, requestID, trace, gateway, userAgent, accept, contentType string }

// read finds them in one pass.
func (s *sent) read(h message.Header) {
	for i := range h {
		var value *string
		name := ""
		switch len(h[i].Name) {
		case len("Accept"):
			name, value = "Accept", &s.accept
		case len("User-Agent"):
			name, value = "User-Agent", &s.userAgent
		case len("Content-Type"):
			name, value = "Content-Type", &s.contentType
		case len("X-Amzn-Trace-Id"):
			name, value = "X-Amzn-Trace-Id", &s.trace
		case len("x-amzn-RequestId"):
			name, value = "x-amzn-RequestId", &s.requestID
		case len("X-Amzn-Apigateway-Api-Id"):
			name, value = "X-Amzn-Apigateway-Api-Id", &s.gateway
		case len("X-HTTP-Method-Override"):
			name, value = "X-HTTP-Method-Override", &s.override
		default:
			continue
		}
		if *value == "" && message.EqualFold(h[i].Name, name) {
			*value = h[i].Value
		}
	}
}

// begin makes ready for a request.
func (x *exchange) begin(e *message.Exchange, now time.Time) {
	x.request, x.response, x.now = &e.Request, &e.Response, now
	x.sent.read(e.Request.Header)
	x.identify()
}

// end forgets the request and keeps the memory.
func (x *exchange) end() {
	header := x.backend.Header
	clear(header[:cap(header)])
	if x.response.Stream != nil {
		x.body, x.rendered = nil, nil // the upload may go on for as long as the answer
	}
	x.in.Reset()
	x.scope.Reset()
	*x = exchange{
		gateway:  x.gateway,
		scope:    x.scope,
		in:       x.in,
		backend:  message.Response{Header: header[:0], Body: kept(x.backend.Body)},
		ids:      x.ids[:0],
		body:     kept(x.body),
		rendered: kept(x.rendered),
		event:    kept(x.event),
	}
}

// kept returns a buffer for the next request, unless it has become too large to
// be kept.
func kept(b []byte) []byte {
	if cap(b) > 64<<10 {
		return nil
	}
	return b[:0]
}
