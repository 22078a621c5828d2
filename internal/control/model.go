package control

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var models = &Kind[restapi.Model]{
	Name:  "Model",
	Path:  "/restapis/{restapi_id}/models/{model_name}",
	Key:   "name",
	Verbs: List | Get | Create | Update | Delete,
	Body: Body{
		{Name: "name", Required: true},
		{Name: "description"},
		{Name: "schema"},
		{Name: "contentType", Required: true},
	},
	Missing: "Invalid model name specified: {name}",
	Hides:   Get | Update | Delete,
	Taken:   "Model name already exists for this REST API",
	Patch: Patch{
		{"/description", Replace},
		{"/schema", Replace},
	},
	Rules: Rules[restapi.Model]{Refuse: refuseListing},
	New: func(_ *call, m *restapi.Model) error {
		m.ID = newID(shortID) // the name is what tells models apart
		return nil
	},
	Check: checkModel,
	Gone:  goneModel,
	Show:  showModel,
	HAL: HAL{
		Links: Links{
			"self":                    "~?flatten=false",
			"model:create":            "..",
			"model:delete":            "~",
			"model:generate-template": "~/default_template",
			"model:update":            "~",
		},
		List: Links{"model:by-name": "~/{model_name}?flatten=false"},
	},
}

// maxSchema is how long a schema may be, in bytes: developer guide, quotas.
const maxSchema = 400 << 10

var modelName = pattern.New(`^[A-Za-z0-9]+$`)

func checkModel(c *call, _, m *restapi.Model) error {
	switch {
	case m.Name == "":
		return badRequest("Model name must be non-empty")
	case !modelName.MatchString(m.Name):
		return badRequest("Model name must be alphanumeric: %s", m.Name)
	case strings.TrimSpace(m.Schema) == "":
		return badRequest("Model schema must have at least 1 property or array items defined")
	case len(m.Schema) > maxSchema:
		return badRequest("Model schema exceeds the maximum size of %d bytes", maxSchema)
	}
	var f findings
	if f.badContentTypes([]string{m.ContentType}); len(f) > 0 {
		return f.templateError()
	}
	if !isJSON(m.ContentType) {
		return nil // nobody reads the schema
	}
	if f = judgeSchema(c, m); len(f) > 0 {
		return badRequest("Invalid model specified: %v", f)
	}
	return nil
}

func isJSON(contentType string) bool { return strings.Contains(strings.ToLower(contentType), "json") }

// judgeSchema names what the service names of a schema that it refuses.
func judgeSchema(c *call, m *restapi.Model) (f findings) {
	s, err := readSchema(m.Schema)
	switch {
	case err != nil || s.broken:
		f = append(f, "Invalid model schema specified")
	case len(s.unsupported) > 0:
		f = append(f, `Invalid model schema specified. Unsupported keyword(s): ["`+strings.Join(s.unsupported, `","`)+`"]`)
	}
	if err != nil {
		return f
	}
	for _, ref := range s.refs {
		name, isModel := modelReferred(c, ref)
		switch {
		case !isModel && !s.has(ref):
			return append(f, "Model reference must be in canonical form")
		case isModel && name != m.Name && !c.exists(modelPath(c, name)):
			return append(f, "Model reference could not be resolved: "+name)
		}
	}
	return f
}

// modelReferred returns the name of the model that a schema's $ref is about, if
// it is in the canonical form.
func modelReferred(c *call, ref string) (name string, ok bool) {
	name, ok = strings.CutPrefix(ref, "https://apigateway.amazonaws.com"+c.api()+"/models/")
	return name, ok && modelName.MatchString(name)
}

func modelPath(c *call, name string) string { return c.api() + "/models/" + url.PathEscape(name) }

// schemaOf reads the schema of a model; nil: there is none.
func schemaOf(c *call, name string) (*schema, error) {
	m, err := find[restapi.Model](c, modelPath(c, name))
	if m == nil {
		return nil, err
	}
	s, err := readSchema(m.Schema)
	if err != nil {
		return nil, nil // of another content type
	}
	return s, nil
}

// showModel shows a schema as it was given or, when GetModel is asked to flatten
// it, with the models that it refers to.
func showModel(c *call, _ string, m *restapi.Model) (any, error) {
	if c.op.verb != Get || c.query.Get("flatten") != "true" {
		return m, nil
	}
	s, err := readSchema(m.Schema)
	if err != nil {
		return m, nil // of another content type
	}
	flat := *m
	flat.Schema, err = flatten(c, m.Name, s)
	return &flat, err
}

// goneModel keeps a model that a method or another model refers to.
func goneModel(c *call, m *restapi.Model) error {
	use, err := lastUse(c, func(path string, method *restapi.Method) (use string) {
		for _, code := range sortedKeys(method.MethodResponses) {
			if contains(method.MethodResponses[code].ResponseModels, m.Name) {
				use = fmt.Sprintf("method response: %s/%s/%s", path, method.HTTPMethod, code)
			}
		}
		if contains(method.RequestModels, m.Name) {
			use = fmt.Sprintf("method request: %s/%s", path, method.HTTPMethod)
		}
		return use
	})
	if err != nil {
		return err
	}
	if use == "" {
		if use, err = referringModel(c, m.Name); err != nil {
			return err
		}
	}
	if use != "" {
		return conflict("Cannot delete model '%s', is referenced in %s", m.Name, use)
	}
	return nil
}

func contains(byContentType map[string]string, model string) bool {
	for _, name := range byContentType {
		if name == model {
			return true
		}
	}
	return false
}

// referringModel names another model whose schema refers to one.
func referringModel(c *call, name string) (string, error) {
	others, err := all[restapi.Model](c, c.api()+"/models")
	for _, other := range others {
		s, err := readSchema(other.Schema)
		if err != nil || other.Name == name {
			continue
		}
		for _, ref := range s.refs {
			if referred, ok := modelReferred(c, ref); ok && referred == name {
				return "model: " + other.Name, nil
			}
		}
	}
	return "", err
}

// getModelTemplate stands beside the table because its answer is made of a
// model, and is none.
func getModelTemplate(c *call) (answer, error) {
	m, err := find[restapi.Model](c, modelPath(c, c.name("model_name")))
	if err != nil {
		return answer{}, err
	}
	if m == nil {
		return answer{}, c.absent(c.kinds["Model"], c.name("model_name"))
	}
	path := modelPath(c, m.Name) + "/default_template"
	return answer{item: item{path, map[string]string{"value": modelTemplate(c, m)}}}, nil
}

// defaultModels come with every API that is not imported, as the service has
// them, blanks included.
var defaultModels = []restapi.Model{
	{
		Name:        "Empty",
		Description: "This is a default empty schema model",
		ContentType: "application/json",
		Schema: `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}`,
	},
	{
		Name:        "Error",
		Description: "This is a default error schema model",
		ContentType: "application/json",
		Schema: `{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}`,
	},
}

// checkModels says which of the models that content types are mapped to is not
// one of the API's.
func checkModels(c *call, byContentType map[string]string) error {
	for _, contentType := range sortedKeys(byContentType) {
		name := byContentType[contentType]
		if !c.exists(modelPath(c, name)) {
			return badRequest("Invalid model identifier specified: %s", name)
		}
	}
	return nil
}
