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

	"github.com/gatewright/gatewright/jsonschema"
)

// A question is an instance put to a schema, in the form in which other
// engines can be asked the same.
type question struct {
	Kind   string            `json:"kind,omitempty"`
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
	seed     = flag.Uint64("seed", 20261121, "of the generated cases")
	number   = flag.Int("cases", 2000, "how many cases to generate")
	askFile  = flag.String("ask", "", "write the generated cases to this file, one JSON text a line")
	show     = flag.Int("show", 60, "how many differences to show")
	hearFile = flag.String("hear", "", "compare with the answers of another engine in this file")
)

// TestGenerated puts generated instances to generated schemas. By itself it
// shows that nothing panics; with -ask and -hear it compares our answers with
// those of another engine.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d cases", *seed, *number)
	g := newGenerator(*seed)
	questions := make([]question, *number)
	for i := range questions {
		questions[i] = g.next()
	}
	if *askFile != "" {
		writeLines(t, *askFile, questions)
	}
	if *hearFile == "" {
		for _, q := range questions {
			ask(q)
		}
		return
	}
	compare(t, questions, readLines[answer](t, *hearFile))
}

func compare(t *testing.T, questions []question, theirs []answer) {
	same, told := 0, map[string]int{"error": 0, "valid": 0, "invalid": 0}
	for i, q := range questions {
		switch {
		case theirs[i].Error != "":
			told["error"]++
		case len(theirs[i].Messages) == 0:
			told["valid"]++
		default:
			told["invalid"]++
		}
		if ours := ask(q); ours.same(theirs[i]) {
			same++
		} else if i+1-same <= *show {
			t.Logf("%s\n  json  %s\n  models %q\n  ours  %q\n  other %q", q.Schema, q.JSON, q.Models, ours, theirs[i])
		}
	}
	percent := 100 * float64(same) / float64(len(questions))
	t.Logf("of %d cases %v, %.2f %% answered alike", len(questions), told, percent)
	if percent < 99.5 {
		t.Errorf("agreement %.2f %%, want 99.5", percent)
	}
}

func writeLines[T any](t *testing.T, file string, values []T) {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
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
