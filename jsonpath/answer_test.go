package jsonpath_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/jsonpath"
)

// A question is a path put to a document.
type question struct {
	Path string `json:"path"`
	JSON string `json:"json"`
}

// An answer is what an engine says: a value as JSON, that there is none, or
// what is wrong.
type answer struct {
	Output    *string `json:"output,omitempty"`
	Missing   bool    `json:"missing,omitempty"`
	Error     string  `json:"error,omitempty"`
	ErrorKind string  `json:"errorKind,omitempty"` // "json" or "runtime"
}

// same says whether two answers agree. The texts of errors matter for JSON,
// where API Gateway shows them.
func (a answer) same(b answer) bool {
	switch {
	case a.Output != nil && b.Output != nil:
		return *a.Output == *b.Output
	case a.ErrorKind == "json" && b.ErrorKind == "json":
		return a.Error == b.Error
	default:
		return (a.Output != nil) == (b.Output != nil) && a.Missing == b.Missing && a.ErrorKind == b.ErrorKind
	}
}

func (a answer) String() string {
	switch {
	case a.Output != nil:
		return *a.Output
	case a.Missing:
		return "(missing)"
	default:
		return "(" + a.ErrorKind + ": " + a.Error + ")"
	}
}

func ask(q question) answer {
	path, err := jsonpath.Compile(q.Path)
	if err != nil {
		return answer{Error: err.Error(), ErrorKind: "runtime"}
	}
	doc := jsonpath.Borrow()
	defer doc.Return()
	if err := doc.ParsePayload(q.JSON); err != nil {
		return answer{Error: "Could not process payloadnet.minidev.json.parser.ParseException: " + err.Error(), ErrorKind: "json"}
	}
	value, err := path.Eval(doc)
	switch {
	case errors.Is(err, jsonpath.ErrNotFound):
		return answer{Missing: true}
	case err != nil:
		return answer{Error: err.Error(), ErrorKind: "runtime"}
	default:
		output := string(value.AppendJSON(nil))
		return answer{Output: &output}
	}
}

var (
	seed   = flag.Uint64("seed", 20261121, "of the generated cases")
	number = flag.Int("cases", 2000, "how many cases to generate")
)

// TestGenerated puts generated paths to generated documents: nothing panics, and
// every answer that is no error can be read again.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d cases", *seed, *number)
	for _, c := range generated.Paths(*seed, *number) {
		a := ask(question{Path: c.Path, JSON: c.JSON})
		if a.Output == nil {
			continue
		}
		if err := new(jsonpath.Document).Parse(*a.Output); err != nil {
			t.Errorf("%s\n  %s\n  got %v, %v", c.JSON, c.Path, a, err)
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

// TestEngines puts kept questions, of which many once found a difference, and
// compares with what two generations of the engine that API Gateway is believed
// to use both answer.
func TestEngines(t *testing.T) {
	type kept struct {
		question
		answer
	}
	for _, k := range readLines[kept](t, "testdata/engines.jsonl") {
		if got := ask(k.question); !got.same(k.answer) {
			t.Errorf("%s\n  %s\n  got  %v\n  want %v", k.JSON, k.Path, got, k.answer)
		}
	}
}
