package validation

import (
	"errors"
	"fmt"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/turn"
	"github.com/gatewright/gatewright/jsonschema"
)

// bodies are the models of a method's bodies by their content types.
type bodies struct {
	types  []string
	models []*Model // of each type
}

// A Model is a compiled model. It never changes.
type Model struct {
	name   string
	schema *jsonschema.Schema
}

// Model returns the model for a Content-Type header, which is chosen as a
// template is; nil: such bodies are not validated.
func (r *Rules) Model(contentType string) *Model {
	// No behavior of passthrough but NEVER and WHEN_NO_TEMPLATES can fail.
	i, _ := mapping.ChooseTemplate(contentType, "WHEN_NO_MATCH", r.bodies.types)
	if i < 0 {
		return nil
	}
	return r.bodies.models[i]
}

// A BodyError says why a body is refused. Its text tells nothing of the body.
type BodyError struct {
	Model  string // its name
	Detail string // what $context.error.validationErrorString shows
	Cause  error  // of a body that could not be judged; nil: it was
}

func (e *BodyError) Error() string {
	if e.Cause != nil {
		return "body cannot be checked against model " + e.Model + ": " + e.Cause.Error()
	}
	return "body does not match model " + e.Model
}

func (e *BodyError) Unwrap() error { return e.Cause }

// unreadable is the detail of a body that is no JSON, and, by our choice, of one
// that would take more work to judge than the limits of jsonschema allow.
const unreadable = "[Unknown error parsing request body]"

var emptyObject = []byte("{}")

// long is how long a body is, in bytes, that waits for its turn.
const long = 256 << 10

// atOnce are the turns of long bodies. One can take up to fifty times its length
// in memory while it is validated, and seconds, so that the process validates
// only so many at a time, and other traffic goes on.
var atOnce = make(turn.Turns, 2)

// Check fails with a *BodyError if a body, of which an empty one stands for {},
// is not what the model demands; with turn.ErrBusy if it could not be looked at; and
// with another error if the model turns out to make no sense.
func (m *Model) Check(body []byte) error { return m.CheckPayload(body, nil) }

// CheckPayload is Check for a body that is a payload too: it is parsed once for
// both.
func (m *Model) CheckPayload(body []byte, p *mapping.Payload) error {
	if len(body) == 0 {
		body = emptyObject
	}
	if len(body) > long {
		if err := atOnce.Take(); err != nil {
			return err
		}
		defer atOnce.End()
	}
	err := m.validate(body, p)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.Invalid
	switch {
	case errors.As(err, &invalid):
		return &BodyError{Model: m.name, Detail: invalid.Error()}
	case errors.Is(err, jsonschema.ErrLoop):
		return fmt.Errorf("model %s: %w", m.name, err)
	default:
		return &BodyError{Model: m.name, Detail: unreadable, Cause: err}
	}
}

func (m *Model) validate(body []byte, p *mapping.Payload) error {
	if p != nil {
		if instance, strict := p.Strict(); strict {
			return m.schema.ValidateNode(instance)
		}
	}
	return m.schema.Validate(body)
}
