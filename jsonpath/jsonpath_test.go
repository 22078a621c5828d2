package jsonpath_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/jsonpath"
)

// TestFiles runs the files of testdata. A line is a word and what it is about:
//
//	payload   a document, which is used until the next one; lines that begin
//	          with a tab continue it
//	path      a path, which is applied to it
//	json      what $input.json prints for it
//	text      what $input.path prints for it
//	missing   that it leads nowhere
//	fails     a part of the error that path or payload gives
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
			runFile(t, strings.ReplaceAll(string(text), "\n\t", "\x00"))
		})
	}
}

func runFile(t *testing.T, text string) {
	var doc jsonpath.Document
	var payload, path string
	var node jsonpath.Node
	var err error
	checked := true
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.ReplaceAll(line, "\x00", "\n"), "\n")
		word, rest, _ := strings.Cut(line, " ")
		got := ""
		switch word {
		case "", "#":
			continue
		case "payload":
			if err != nil && !checked {
				t.Errorf("%s %s: %v", payload, path, err)
			}
			payload, path = rest, ""
			err = doc.ParsePayload(rest)
			checked = err == nil
			continue
		case "path":
			if err != nil && !checked {
				t.Errorf("%s %s: %v", payload, path, err)
			}
			path = rest
			node, err = eval(rest, &doc)
			checked = false
			continue
		case "json":
			got = string(node.AppendJSON(nil))
		case "text":
			got = node.String()
		case "missing":
			if err != jsonpath.ErrNotFound {
				t.Errorf("%s\n  %s\n  got  %s (%v)\n  want nothing to be found", payload, path, node, err)
			}
			checked = true
			continue
		case "fails":
			if err == nil || !strings.Contains(err.Error(), rest) {
				t.Errorf("%s\n  %s\n  got  %v\n  want an error with %s", payload, path, err, rest)
			}
			checked = true
			continue
		default:
			t.Fatalf("unknown word %q in %q", word, line)
		}
		checked = true
		if err != nil || got != rest {
			t.Errorf("%s\n  %s\n  got  %s (%v)\n  want %s", payload, path, got, err, rest)
		}
	}
}

func eval(text string, doc *jsonpath.Document) (jsonpath.Node, error) {
	path, err := jsonpath.Compile(text)
	if err != nil {
		return jsonpath.Node{}, err
	}
	return path.Eval(doc)
}
