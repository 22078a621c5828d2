package jsonschema_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/jsonschema"
)

// FuzzCompile reads any schema. What is wrong with one is always a SchemaError.
func FuzzCompile(f *testing.F) {
	for _, c := range generated.Schemas(1, 200) {
		f.Add(c.Schema)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := jsonschema.Compile([]byte(text), nil)
		var fault *jsonschema.SchemaError
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// FuzzValidate puts any instance to any schema. What encoding/json cannot read
// is no JSON here either, and the other way round, but for numbers beyond what
// Java can hold.
func FuzzValidate(f *testing.F) {
	for _, c := range generated.Schemas(2, 200) {
		f.Add(c.Schema, c.JSON)
	}
	f.Fuzz(func(t *testing.T, text, instance string) {
		schema, err := jsonschema.Compile([]byte(text), nil)
		if err != nil {
			return
		}
		err = schema.Validate([]byte(instance))
		var syntax *jsonschema.SyntaxError
		readable := !errors.As(err, &syntax)
		if !readable && strings.HasPrefix(syntax.Reason, "exponent") {
			return
		}
		if readable != json.Valid([]byte(instance)) && len(instance) < 900 {
			t.Fatalf("%q: %v", instance, err)
		}
		var invalid *jsonschema.Invalid
		if errors.As(err, &invalid) && len(invalid.Messages) == 0 {
			t.Fatalf("%q is invalid against %s without a message", instance, text)
		}
	})
}
