package jsonschema_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/jsonschema"
)

// TestFiles runs the files of testdata. A line is a word and what it is about:
//
//	model    a name and a schema that others refer to
//	schema   a schema, which is used until the next one
//	json     an instance, which is valid if no messages follow
//	message  one of its messages, in order
//	fails    a part of the error that the schema or the instance gives
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := script{T: t, q: question{Models: map[string]string{}}}
			for line := range strings.Lines(string(text)) {
				word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
				s.line(word, rest)
			}
			s.check()
		})
	}
}

// A script is a file that is being run.
type script struct {
	*testing.T
	q     question
	asked bool
	want  answer
}

func (s *script) line(word, rest string) {
	switch word {
	case "", "#":
	case "model":
		name, schema, _ := strings.Cut(rest, " ")
		s.q.Models[name] = schema
	case "schema":
		s.check()
		s.q.Schema, s.q.JSON, s.asked = rest, "null", false
	case "json":
		s.check()
		s.q.JSON, s.asked = rest, true
	case "message":
		s.want.Messages = append(s.want.Messages, rest)
	case "fails":
		s.want.Error, s.asked = rest, true
	default:
		s.Fatalf("unknown word %q", word)
	}
}

// check compares the answer to what stood last in the file.
func (s *script) check() {
	s.Helper()
	want := s.want
	s.want = answer{}
	if !s.asked {
		return
	}
	s.asked = false
	if got := ask(s.q); !got.same(want) || !strings.Contains(got.Error, want.Error) {
		s.Errorf("%s\n  json %s\n  got  %q\n  want %q", s.q.Schema, s.q.JSON, got, want)
	}
}

// TestEngine puts kept questions, of which some once found a difference, and
// compares with what json-schema-validator 2.2.14 answers.
func TestEngine(t *testing.T) {
	type kept struct {
		question
		answer
	}
	for _, file := range []string{"testdata/engine.jsonl", "testdata/patterns.jsonl"} {
		for _, k := range readLines[kept](t, file) {
			if got := ask(k.question); !got.same(k.answer) {
				t.Errorf("%s\n  json %s\n  models %q\n  got  %q\n  want %q", k.Schema, k.JSON, k.Models, got, k.answer)
			}
		}
	}
}

func TestInvalidShowsMessagesInBrackets(t *testing.T) {
	err := &jsonschema.Invalid{Messages: []string{"one", "two"}}
	if got, want := err.Error(), "[one, two]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRepeatedNames gives objects of several sizes each name twice: the last gives
// the value and the first the place.
func TestRepeatedNames(t *testing.T) {
	for _, n := range []int{1, 2, 32, 33, 1000} {
		var first, last, want strings.Builder
		for i := range n {
			fmt.Fprintf(&first, `"n%d": [{"n": 0}], `, n-i)
			fmt.Fprintf(&last, `, "n%d": %d`, i+1, i)
			fmt.Fprintf(&want, `,"n%d":%d`, n-i, n-i-1)
		}
		instance := "{" + first.String() + `"n": 7` + last.String() + "}"
		schema := compiled(t, fmt.Sprintf(`{"minProperties": %d, "maxProperties": %[1]d, "required": ["n", "n%d"],
			"additionalProperties": {"type": "integer"}}`, n+1, n))
		if err := schema.Validate([]byte(instance)); err != nil {
			t.Errorf("%d names: got %v, want it to be valid", n, err)
		}
		err := compiled(t, `{"enum": [0]}`).Validate([]byte(instance))
		if want := "{" + want.String()[1:] + `,"n":7}`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d names: got %v, want it to show %s", n, err, want)
		}
	}
}

func TestUnsupportedPatternIsTyped(t *testing.T) {
	_, err := jsonschema.Compile([]byte(`{"properties": {"a/b": {"pattern": "^(?=)"}}}`), nil)
	var pattern *jsonschema.PatternError
	if !errors.As(err, &pattern) || !pattern.Unsupported {
		t.Fatalf("got %v, want a pattern that is not supported", err)
	}
	var schema *jsonschema.SchemaError
	if !errors.As(err, &schema) || schema.Pointer != "/properties/a~1b/pattern" {
		t.Errorf("got %v, want its place", err)
	}
}
