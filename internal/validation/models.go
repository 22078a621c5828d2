package validation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/jsonschema"
)

// models are the models of an API.
type models struct {
	prefix   string                    // of the URL by which a schema refers to one
	declared map[string]*restapi.Model // by name
	compiled map[string]*Model
}

func newModels(d *restapi.Definition) models {
	m := models{declared: make(map[string]*restapi.Model, len(d.Models)), compiled: map[string]*Model{}}
	if d.API != nil {
		m.prefix = "https://apigateway.amazonaws.com/restapis/" + d.API.ID + "/models/"
	}
	for _, model := range d.Models {
		m.declared[model.Name] = model
	}
	return m
}

// bodies compiles the models that a method names by content type.
func (m *models) bodies(named map[string]string) (b bodies, err error) {
	for _, contentType := range slices.Sorted(maps.Keys(named)) {
		model, err := m.compile(named[contentType])
		if err != nil {
			return b, fmt.Errorf("model %s for %s: %w", named[contentType], contentType, err)
		}
		b.types = append(b.types, contentType)
		b.models = append(b.models, model)
	}
	return b, nil
}

var errNoModel = errors.New("no such model")

// compile makes a model of the schema of that name, whatever the content type
// that it was declared with: who names it for bodies wants them validated.
func (m *models) compile(name string) (*Model, error) {
	if done := m.compiled[name]; done != nil {
		return done, nil
	}
	declared := m.declared[name]
	if declared == nil {
		return nil, errNoModel
	}
	schema, err := jsonschema.Compile([]byte(declared.Schema), m.resolve)
	if err != nil {
		return nil, err
	}
	m.compiled[name] = &Model{name, schema}
	return m.compiled[name], nil
}

// resolve finds the schema of a model that another refers to by its URL.
func (m *models) resolve(url string) ([]byte, error) {
	name, ok := strings.CutPrefix(url, m.prefix)
	if model := m.declared[name]; ok && model != nil {
		return []byte(model.Schema), nil
	}
	return nil, errNoModel
}
