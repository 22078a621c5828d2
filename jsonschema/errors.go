package jsonschema

import (
	"errors"
	"fmt"
)

var (
	// ErrTooMuchWork says that a validation has reached MaxSteps, or the
	// nesting of a schema MaxDepth.
	ErrTooMuchWork = errors.New("validation takes too much work")

	// ErrLoop says that a schema leads back to itself without having moved on
	// in the instance, as {"anyOf": [{"$ref": "#"}]} does.
	ErrLoop = errors.New("schema leads back to itself")
)

// A SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("JSON at byte %d: %s", e.Offset, e.Reason)
}

// A SchemaError says what is wrong with a schema.
type SchemaError struct {
	URL     string // of the schema, empty for the one that Compile was given
	Pointer string // JSON Pointer to the place
	Err     error
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("schema %s#%s: %v", e.URL, e.Pointer, e.Err)
}

func (e *SchemaError) Unwrap() error { return e.Err }

// A PatternError says why a pattern cannot be used: it is none, or one of those
// that are not supported.
type PatternError struct {
	Pattern     string
	Reason      string
	Unsupported bool // it is a pattern nevertheless
}

func (e *PatternError) Error() string {
	return fmt.Sprintf("pattern %q: %s", e.Pattern, e.Reason)
}
