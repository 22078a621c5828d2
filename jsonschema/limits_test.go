package jsonschema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/jsonschema"
)

func compiled(t testing.TB, schema string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.Compile([]byte(schema), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// doubling returns a schema that tries 2ⁿ others.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString(`{"$ref":"#/definitions/d0","definitions":{`)
	for i := range n {
		fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `"d%d":{}}}`, n)
	return b.String()
}

func TestHostileInstances(t *testing.T) {
	const many = 200_000
	for _, c := range []struct {
		name, schema, instance string
		want                   any // of which type the error is
	}{
		{"nested a million deep", `{}`, strings.Repeat("[", 1<<20), new(*jsonschema.SyntaxError)},
		{"schemas that double", doubling(60), `1`, jsonschema.ErrTooMuchWork},
		{"a schema that leads back", `{"anyOf":[{"$ref":"#"}]}`, `1`, jsonschema.ErrLoop},
		{"a number of a million digits", `{"multipleOf":0.01}`, strings.Repeat("9", 1<<20), new(*jsonschema.SyntaxError)},
		{"an enormous exponent", `{"multipleOf":7}`, `1e2147483647`, new(*jsonschema.Invalid)},
		{"a tiny divisor", `{"multipleOf":1e-2147483647}`, `1e2147483647`, nil},
		{"many different elements", `{"uniqueItems":true}`, "[" + strings.Repeat(`[],`, many) + `[]]`, new(*jsonschema.Invalid)},
		{"many faults", `{"items":{"type":"string"}}`, "[" + strings.Repeat(`1,`, many) + `1]`, new(*jsonschema.Invalid)},
		{"a pattern that others go mad at", `{"pattern":"^(a+)+$"}`, `"` + strings.Repeat("a", many) + `!"`, new(*jsonschema.Invalid)},
		{"a pattern that goes back and forth", `{"pattern":"^(?=(a+)+b)"}`, `"` + strings.Repeat("a", many) + `!"`, jsonschema.ErrTooMuchWork},
		{"a pattern that goes deep", `{"pattern":"^(?!b)(a|b)*$"}`, `"` + strings.Repeat("a", many) + `"`, jsonschema.ErrTooMuchWork},
		{"a pattern that searches a long text", `{"pattern":"(?=b)b"}`, `"` + strings.Repeat("a", many) + `"`, new(*jsonschema.Invalid)},
		{"passwords", `{"items":{"pattern":"^(?=.*[A-Z])(?=.*\\d).{8,}$"}}`, "[" + strings.Repeat(`"passw0rD",`, 1000) + `"passw0rd"]`, new(*jsonschema.Invalid)},
		{"repetitions of repetitions", `{"pattern":"((a{1000}){1000}){1000}"}`, `"` + strings.Repeat("a", many) + `"`, jsonschema.ErrTooMuchWork},
		{"a large pattern on a long text", `{"pattern":"(a{1,900}b{1,90}){1}x"}`, `"` + strings.Repeat("ab", 10*many) + `"`, jsonschema.ErrTooMuchWork},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			err := compiled(t, c.schema).Validate([]byte(c.instance))
			switch want := c.want.(type) {
			case nil:
				if err != nil {
					t.Errorf("got %v, want it to be valid", err)
				}
			case error:
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			default:
				if !errors.As(err, want) {
					t.Errorf("got %v, want a %T", err, want)
				}
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			var invalid *jsonschema.Invalid
			if errors.As(err, &invalid) && len(invalid.Error()) > 2*jsonschema.MaxReport {
				t.Errorf("%d bytes of messages", len(invalid.Error()))
			}
		})
	}
}

func TestHostileSchemas(t *testing.T) {
	for name, schema := range map[string]string{
		"too long":              `{"title":"` + strings.Repeat("x", jsonschema.MaxSchema) + `"}`,
		"nested a million deep": strings.Repeat(`{"not":`, 1<<20),
		"too many repetitions":  `{"pattern":"a{100001}"}`,
		"a pattern too long":    `{"pattern":"` + strings.Repeat("a", jsonschema.MaxPattern+1) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jsonschema.Compile([]byte(schema), nil)
			var fault *jsonschema.SchemaError
			if !errors.As(err, &fault) {
				t.Errorf("got %v, want a schema error", err)
			}
		})
	}
}

func TestModelsCannotGoOnForEver(t *testing.T) {
	n := 0
	_, err := jsonschema.Compile([]byte(`{"$ref":"m0"}`), func(string) ([]byte, error) {
		n++
		return fmt.Appendf(nil, `{"not":{"$ref":"m%d"},"title":"%s"}`, n, strings.Repeat("x", 10_000)), nil
	})
	var fault *jsonschema.SchemaError
	if !errors.As(err, &fault) {
		t.Errorf("got %v after %d models, want a schema error", err, n)
	}
}
