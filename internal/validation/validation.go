// Package validation checks requests as the request validators of an API say:
// that the required parameters of a method are there, and that a body is what
// the model of its content type demands. Validators, parameters and models are
// compiled with the API and then only read.
package validation

import (
	"fmt"

	"github.com/gatewright/gatewright/internal/restapi"
)

// A Set is what the methods of one API are checked with: its validators and its
// models, each of which is compiled once, when first needed. It serves one
// goroutine.
type Set struct {
	validators map[string]*restapi.RequestValidator // by id
	models     models
}

// NewSet returns the validators and models of an API.
func NewSet(d *restapi.Definition) *Set {
	s := &Set{validators: make(map[string]*restapi.RequestValidator, len(d.RequestValidators)), models: newModels(d)}
	for _, v := range d.RequestValidators {
		s.validators[v.ID] = v
	}
	return s
}

// Rules are what a method demands of its requests. The nil Rules demand
// nothing. They never change.
type Rules struct {
	required []parameter
	bodies   bodies
}

// Rules compiles what a method demands; nil: nothing. It fails where that cannot
// be checked, so that the method can be closed: a validator or a model that is
// not there, a schema that is none.
func (s *Set) Rules(m *restapi.Method) (*Rules, error) {
	if m.RequestValidatorID == "" {
		return nil, nil
	}
	v := s.validators[m.RequestValidatorID]
	if v == nil {
		return nil, fmt.Errorf("no request validator %s", m.RequestValidatorID)
	}
	r := new(Rules)
	var err error
	if v.ValidateRequestParameters {
		if r.required, err = requiredOf(m.RequestParameters); err != nil {
			return nil, err
		}
	}
	if v.ValidateRequestBody {
		if r.bodies, err = s.models.bodies(m.RequestModels); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Parameters reports whether any parameter is required.
func (r *Rules) Parameters() bool { return r != nil && len(r.required) > 0 }

// Bodies reports whether any body is validated.
func (r *Rules) Bodies() bool { return r != nil && len(r.bodies.types) > 0 }
