package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// An exchange is one request on its way through the gateway. It is reused.
type exchange struct {
	gateway  *Gateway
	request  *message.Request
	response *message.Response

	now    time.Time
	sent   sent
	where  location
	verb   verb
	plan   *plan
	method *method
	scope  mapping.Scope
	in     integration.Input

	template int              // the request template that was chosen; -1: the body passes
	status   string           // of the backend, which chooses the integration response
	output   *output          // the integration response
	backend  message.Response // what the backend answered
	ids      []byte
	body     []byte // of the request, where it is needed whole
	event    []byte // what a function is invoked with
}

// sent are the fields of a request that the gateway itself looks at.
type sent struct{ override, requestID, trace, userAgent, accept, contentType string }

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
	params, header := x.scope.Params, x.backend.Header
	clear(params[:cap(params)])
	clear(header[:cap(header)])
	x.in.Reset()
	*x = exchange{
		gateway: x.gateway,
		scope:   mapping.Scope{Params: params[:0]},
		in:      x.in,
		backend: message.Response{Header: header[:0], Body: kept(x.backend.Body)},
		ids:     x.ids[:0],
		body:    kept(x.body),
		event:   kept(x.event),
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

// identify gives the request its ids. They and the caller's address are parts of
// one string, so that they cost one allocation.
func (x *exchange) identify() {
	b := x.ids[:0]
	adopted := isUUID(x.sent.requestID)
	if !adopted {
		b = appendUUID(b)
	}
	id := len(b)
	b = appendExtendedID(b)
	extended := len(b)
	b = x.request.Remote.Addr().Unmap().WithZone("").AppendTo(b)
	x.ids = b
	all := string(b)
	c := &x.scope.Context
	c.RequestID, c.ExtendedRequestID, c.SourceIP = all[:id], all[id:extended], all[extended:]
	if adopted {
		c.RequestID = x.sent.requestID
	}
	c.RequestTimeEpoch = x.now.UnixMilli()
	c.UserAgent = x.sent.userAgent
	x.scope.Request = x.request
}

// isUUID reports whether a caller's request id is one to adopt.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// appendUUID appends a random UUID, of version 4.
func appendUUID(b []byte) []byte {
	const hex = "0123456789abcdef"
	high := rand.Uint64()&^0xf000 | 0x4000
	low := rand.Uint64()&^(3<<62) | 2<<62
	for i := 0; i < 32; i++ {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		n := high
		if i >= 16 {
			n = low
		}
		b = append(b, hex[n>>(60-4*(i&15))&15])
	}
	return b
}

// appendExtendedID appends an extended request id: 11 random bytes in base64, as
// the service's are 15 characters and "=".
func appendExtendedID(b []byte) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	high, low := rand.Uint64(), rand.Uint64()
	for i := 0; i < 10; i++ {
		b = append(b, alphabet[high>>(6*i)&63])
	}
	for i := 0; i < 4; i++ {
		b = append(b, alphabet[low>>(6*i)&63])
	}
	return append(b, alphabet[low>>32&15<<2], '=') // the last four bits of the eleven bytes
}

// locateStage finds the API and its stage.
func locateStage(x *exchange) error {
	var ok bool
	if x.where, ok = locate(x.request); !ok {
		return gatewayresponse.Type(0)
	}
	c := &x.scope.Context
	c.APIID, c.Stage, c.Path = x.where.api, x.where.stage, x.where.path
	slot := x.gateway.world.find(x.where.api)
	if slot == nil {
		return unknownAPI(x.where.api)
	}
	slot.use(x.now.Unix() / 60)
	p, err := slot.plan(context.Background(), x.where.stage, x.gateway.compiler)
	switch {
	case errors.Is(err, errNoStage):
		return fmt.Errorf("%w: %w", gatewayresponse.Type(0), err)
	case err != nil:
		return unavailable(err)
	case p.disabled:
		return fmt.Errorf("%w: default endpoint is disabled", gatewayresponse.Type(0))
	}
	x.enter(p)
	return p.refusal
}

// enter fills in what all requests of a plan have in common.
func (x *exchange) enter(p *plan) {
	x.plan = p
	x.scope.Variables = p.variables
	c := &x.scope.Context
	c.AccountID, c.APIID, c.Stage = p.context.AccountID, p.context.APIID, p.context.Stage
	c.DeploymentID, c.EndpointType = p.context.DeploymentID, p.context.EndpointType
	c.DomainName, c.DomainPrefix = x.where.domain, x.where.prefix()
}

// maxBody is how long a body may be, the caller's and the backend's.
const maxBody = 10 << 20

// limitSize refuses a body that says that it is too long. One that does not say
// so fails while it is read.
func limitSize(x *exchange) error {
	if x.request.BodyLen > maxBody {
		return gatewayresponse.RequestTooLarge
	}
	return nil
}

// route finds the method.
func route(x *exchange) error {
	verb := x.request.Method
	if x.sent.override != "" {
		verb = x.sent.override
	}
	x.in.Method, x.scope.Context.HTTPMethod = verb, verb
	var known bool
	if x.verb, known = verbOf(verb); known {
		x.method, x.scope.Params = x.plan.routes.find(x.where.rest, x.verb, x.scope.Params[:0])
	}
	if x.method == nil {
		x.scope.Params = append(x.scope.Params[:0], x.plan.routes.nearest(x.where.rest).params...)
		return gatewayresponse.MissingAuthenticationToken
	}
	x.scope.Context.ResourceID, x.scope.Context.ResourcePath = x.method.resourceID, x.method.path
	return nil
}

// refuse answers for a method that cannot be served as it is configured.
func refuse(x *exchange) error { return x.method.refusal }

// trace makes what backends are told of the request.
func trace(x *exchange) error {
	b := integration.AppendTrace(x.ids[:0], x.sent.trace, x.method.function != nil, x.now)
	n := len(b)
	b = strconv.AppendUint(b, uint64(x.request.Local.Port()), 10)
	x.ids = b
	all := string(b)
	x.in.Trace, x.in.Port = all[:n], all[n:]
	x.in.Scope, x.in.Resource, x.in.Secure = &x.scope, x.where.rest, x.request.TLS != nil
	return nil
}
