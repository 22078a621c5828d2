package jsonpath_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/jsonpath"
)

func seeds(f *testing.F, add func(question)) {
	for _, c := range generated.Paths(1, 200) {
		add(question{JSON: c.JSON, Path: c.Path})
	}
}

// FuzzParse reads any text. What is JSON to encoding/json means the same here,
// and what we print can be read again.
func FuzzParse(f *testing.F) {
	seeds(f, func(q question) { f.Add(q.JSON) })
	f.Fuzz(func(t *testing.T, text string) {
		var doc jsonpath.Document
		err := doc.Parse(text)
		if err != nil {
			if json.Valid([]byte(text)) && len(text) < 900 {
				t.Fatalf("%q is JSON: %v", text, err)
			}
			return
		}
		reprint(t, doc.Root())
		if json.Valid([]byte(text)) && utf8.ValidString(text) {
			if err := sameAsReferee(text, doc.Root()); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}

func reprint(t *testing.T, n jsonpath.Node) {
	var doc jsonpath.Document
	printed := string(n.AppendJSON(nil))
	if err := doc.Parse(printed); err != nil {
		t.Fatalf("printed %s, which cannot be read: %v", printed, err)
	}
	if text, ok := n.Verbatim(); ok && text != printed {
		t.Fatalf("printed %s, and %s as it is written", printed, text)
	}
}

// FuzzCompile reads any path. What compiles compiles again from what it says of
// itself.
func FuzzCompile(f *testing.F) {
	seeds(f, func(q question) { f.Add(q.Path) })
	f.Fuzz(func(t *testing.T, text string) {
		path, err := jsonpath.Compile(text)
		if err != nil {
			return
		}
		again, err := jsonpath.Compile(path.String())
		if err != nil || again.Definite() != path.Definite() {
			t.Fatalf("%q: then %v", text, err)
		}
	})
}

// FuzzEval applies any path to any document. An answer is a document that can
// be printed and read again.
func FuzzEval(f *testing.F) {
	seeds(f, func(q question) { f.Add(q.JSON, q.Path) })
	f.Fuzz(func(t *testing.T, text, path string) {
		compiled, err := jsonpath.Compile(path)
		if err != nil {
			return
		}
		var doc jsonpath.Document
		if doc.ParsePayload(text) != nil {
			return
		}
		node, err := compiled.Eval(&doc)
		if err != nil {
			return
		}
		_ = node.String()
		reprint(t, node)
		if !compiled.Definite() && node.Kind() != jsonpath.Array {
			t.Fatalf("%s of %q: an indefinite path answers with %s", path, text, node.Kind())
		}
	})
}
