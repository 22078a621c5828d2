package gateway

import (
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/validation"
)

// validateParameters turns away who lacks a required parameter.
func validateParameters(x *exchange) error {
	if missing := x.method.rules.CheckParameters(&x.scope); missing != nil {
		return &gatewayresponse.Failure{Type: gatewayresponse.BadRequestParameters, Message: missing.Error(), Cause: missing}
	}
	return nil
}

// validateBody turns away whose body is not what the model of its content type
// demands. A body of a type without a model is not even read.
func validateBody(x *exchange) error {
	model := x.method.rules.Model(x.sent.contentType)
	if model == nil {
		return nil
	}
	if err := x.readBody(); err != nil {
		return err
	}
	err := model.CheckPayload(x.body, x.payload())
	if wrong, ok := err.(*validation.BodyError); ok {
		return &gatewayresponse.Failure{Type: gatewayresponse.BadRequestBody, Validation: wrong.Detail, Cause: wrong}
	}
	return err
}

// payload is the caller's body as templates will read it, nil if none of them will
// or if they read another text. It is not parsed yet. Long bodies wait for turns of
// their own to be validated and to be parsed.
func (x *exchange) payload() *mapping.Payload {
	if !x.method.request.running() || len(x.body) >= mapping.Long {
		return nil
	}
	x.scope.Sent.Set(payloadText(x.body))
	if !x.scope.Sent.Is(x.body) {
		return nil
	}
	return &x.scope.Sent
}
