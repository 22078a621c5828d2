package gateway

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
)

// locateStage finds the API and its stage.
func locateStage(x *exchange) error {
	var ok bool
	if x.where, ok = x.gateway.world.locate(x.request); !ok {
		return gatewayresponse.Type(0)
	}
	switch {
	case x.where.refusal != nil:
		return x.where.refusal
	case x.where.api == "":
		return fmt.Errorf("%w: no base path mapping", gatewayresponse.Type(0))
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
	case p.disabled && !x.where.custom:
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
	c.DomainName, c.DomainPrefix, c.BasePathMatched = x.where.domain, x.where.prefix(), x.where.basePath
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
	name := x.request.Method
	if x.sent.override != "" {
		name = x.sent.override
	}
	x.in.Method, x.scope.Context.HTTPMethod = name, name
	if verb, known := verbOf(name); known {
		x.method, x.scope.Params = x.plan.routes.find(x.where.rest, verb, x.scope.Params[:0])
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

// trace makes what backends are told of the request. One that another gateway has
// sent, or this one, is counted as such.
func trace(x *exchange) (err error) {
	b := integration.AppendTrace(x.ids[:0], x.sent.trace, x.method.invokes(), x.now)
	if x.sent.gateway != "" {
		if b, err = integration.AppendHop(b, x.sent.trace); err != nil {
			return err
		}
	}
	n := len(b)
	if x.request.Local.IsValid() {
		b = strconv.AppendUint(b, uint64(x.request.Local.Port()), 10)
	}
	x.ids = b
	all := string(b)
	x.in.Trace, x.in.Port = all[:n], all[n:]
	x.in.Scope, x.in.Resource, x.in.Secure = &x.scope, x.where.event(), x.request.TLS != nil
	return nil
}
