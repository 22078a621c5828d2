package jsonschema_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/jsonschema"
)

// A question is an instance put to a schema.
type question struct {
	Schema string            `json:"schema"`
	JSON   string            `json:"json"`
	Models map[string]string `json:"models,omitempty"`
}

func (q question) resolve(url string) ([]byte, error) {
	for name, text := range q.Models {
		if strings.HasSuffix(url, "/models/"+name) {
			return []byte(text), nil
		}
	}
	return nil, errors.New("no such model")
}

// An answer is what an engine says: messages, or that it cannot tell.
type answer struct {
	Messages []string `json:"messages"`
	Error    string   `json:"error,omitempty"`
}

// unreadable is what callers of the package say for an instance that is no
// JSON.
const unreadable = "Unknown error parsing request body"

func (a answer) same(b answer) bool {
	return (a.Error == "") == (b.Error == "") && slices.Equal(a.Messages, b.Messages)
}

func ask(q question) answer {
	schema, err := jsonschema.Compile([]byte(q.Schema), q.resolve)
	if err != nil {
		return answer{Error: err.Error()}
	}
	err = schema.Validate([]byte(q.JSON))
	var invalid *jsonschema.Invalid
	var syntax *jsonschema.SyntaxError
	switch {
	case err == nil:
		return answer{}
	case errors.As(err, &invalid):
		return answer{Messages: invalid.Messages}
	case errors.As(err, &syntax):
		return answer{Messages: []string{unreadable}}
	}
	return answer{Error: err.Error()}
}

var (
	seed   = flag.Uint64("seed", 20261121, "of the generated cases")
	number = flag.Int("cases", 2000, "how many cases to generate")
)

// TestGenerated puts generated instances to generated schemas: nothing panics,
// and who is asked again answers the same.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d cases", *seed, *number)
	for _, c := range generated.Schemas(*seed, *number) {
		q := question{Schema: c.Schema, JSON: c.JSON, Models: c.Models}
		if first, again := ask(q), ask(q); !first.same(again) {
			t.Errorf("%s\n  %s\n  first %q\n  again %q", q.Schema, q.JSON, first, again)
		}
	}
}

func readLines[T any](t *testing.T, file string) []T {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") || lines.Text() == "" {
			continue
		}
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v in %s", file, err, lines.Text())
		}
		all = append(all, v)
	}
	return all
}
