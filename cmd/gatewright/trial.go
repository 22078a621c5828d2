package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/jsonschema"
)

// A trial is a template with what it is tried on.
type trial struct {
	name, template string
	payload        string
	given          mapping.Given
	warn           func(error)
}

// rendered is what a template printed and has overridden.
type rendered struct {
	Output           string
	RequestOverride  []byte
	ResponseOverride []byte
}

// An unusableError is a template or a schema that cannot be read.
type unusableError struct{ error }

func (e unusableError) Unwrap() error { return e.error }

// render renders the template.
func (t trial) render() (r rendered, err error) {
	compiled, err := mapping.CompileTemplate(t.name, t.template, t.warn)
	if err != nil {
		return r, unusableError{err}
	}
	var s mapping.Scope
	defer s.Reset()
	if err := s.Give(t.given); err != nil {
		return r, caseError{err}
	}
	s.Sent.Set(t.payload)
	out, err := compiled.Append(nil, &s, &s.Sent)
	if err != nil {
		return r, err
	}
	r.Output = string(out)
	r.RequestOverride, r.ResponseOverride, err = s.OverridesJSON()
	return r, err
}

// errNowhere is a path that finds nothing.
var errNowhere = errors.New(`the path leads nowhere: $input.json gives "" for it, and $input.path nothing`)

// errText is a path that finds nothing as the payload is a text. Where follow
// fails with errNowhere, taken says so.
var errText = errors.New(`the path leads nowhere: the payload begins with none of { [ " ' and is taken for a text`)

// taken reports whether a payload is taken for a text.
func taken(payload string) bool {
	at := beginning(payload)
	return at < len(payload) && strings.IndexByte(`{["'`, payload[at]) < 0
}

// beginning is where a text begins that is not blank.
func beginning(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\r\n")) }

// follow applies a path to a payload, and returns what it leads to as JSON.
func follow(path, payload string) (string, error) {
	compiled, err := jsonpath.Compile(path)
	if err != nil {
		return "", err
	}
	doc := jsonpath.Borrow()
	defer doc.Return()
	if err := doc.ParsePayload(payload); err != nil {
		return "", payloadError(err)
	}
	n, err := compiled.Eval(doc)
	if errors.Is(err, jsonpath.ErrNotFound) {
		return "", errNowhere
	}
	return string(n.AppendJSON(nil)), err
}

func payloadError(err error) error {
	var syntax *jsonpath.SyntaxError
	if errors.As(err, &syntax) {
		return &mapping.PayloadError{Err: syntax}
	}
	return err
}

// validated is what is wrong with a payload.
type validated struct {
	Messages              []string `json:"messages"` // none: it is valid
	ValidationErrorString string   `json:"validationErrorString"`

	unreadable *jsonschema.SyntaxError // why it is no JSON; nil: it is
}

// unreadable is the message for a payload that is no JSON.
const unreadable = "Unknown error parsing request body"

// validate validates a payload, of which an empty one stands for {}, against a
// schema.
func validate(schema string, models models, payload string) (validated, error) {
	compiled, err := jsonschema.Compile([]byte(schema), models.resolve)
	if err != nil {
		return validated{}, unusableError{err}
	}
	err = compiled.Validate([]byte(cmp.Or(payload, "{}")))
	var invalid *jsonschema.Invalid
	var syntax *jsonschema.SyntaxError
	switch {
	case err == nil:
		return validated{Messages: []string{}}, nil
	case errors.As(err, &syntax):
		invalid = &jsonschema.Invalid{Messages: []string{unreadable}}
	case !errors.As(err, &invalid):
		return validated{}, err
	}
	return validated{invalid.Messages, invalid.Error(), syntax}, nil
}

// models are the schemas that a schema may refer to, by name.
type models map[string]text

// modelURL is the address of a model in any API.
var modelURL = regexp.MustCompile(`^https://apigateway\.amazonaws\.com/restapis/[^/]+/models/([^/]+)$`)

func (m models) resolve(url string) ([]byte, error) {
	if parts := modelURL.FindStringSubmatch(url); parts != nil {
		if schema, ok := m[parts[1]]; ok {
			return []byte(schema), nil
		}
	}
	return nil, fmt.Errorf("there is no model %s", url)
}
