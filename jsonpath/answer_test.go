package jsonpath_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/jsonpath"
)

// A question is a path put to a document, in the form in which other engines
// can be asked the same.
type question struct {
	Kind string `json:"kind,omitempty"`
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
	seed     = flag.Uint64("seed", 20261121, "of the generated cases")
	number   = flag.Int("cases", 2000, "how many cases to generate")
	askFile  = flag.String("ask", "", "write the generated cases to this file, one JSON text a line")
	show     = flag.Int("show", 60, "how many differences to show")
	hearFile = flag.String("hear", "", "compare with the answers of two engines in these files, separated by a comma")
)

// TestGenerated puts generated paths to generated documents. By itself it shows
// that nothing panics and that every answer is JSON or an error; with -ask and
// -hear it compares our answers with those of two other engines, where these
// agree with each other.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d cases", *seed, *number)
	g := newGenerator(*seed)
	questions := make([]question, *number)
	for i := range questions {
		questions[i].JSON, questions[i].Path = g.next()
		questions[i].Kind = "jsonpath"
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
	first, later, _ := strings.Cut(*hearFile, ",")
	compare(t, questions, readLines[answer](t, first), readLines[answer](t, later))
}

func compare(t *testing.T, questions []question, first, later []answer) {
	agree, same := 0, 0
	for i, q := range questions {
		if !first[i].same(later[i]) {
			continue
		}
		agree++
		if ours := ask(q); ours.same(later[i]) {
			same++
		} else if agree-same <= *show {
			t.Logf("%s\n  path  %s\n  ours  %v\n  other %v", q.JSON, q.Path, ours, later[i])
		}
	}
	percent := 100 * float64(same) / float64(agree)
	t.Logf("the others agree in %d of %d cases; in %d of these (%.2f %%) so do we", agree, len(questions), same, percent)
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
