package javaregexp_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/gatewright/gatewright/javaregexp"
)

// An answer is what java.util.regex says of a pattern and a text.
type answer struct {
	Pattern string      `json:"pattern"`
	Text    string      `json:"text"`
	Refused bool        `json:"refused,omitempty"`
	Whole   bool        `json:"whole"`
	Found   [][]*string `json:"found"` // the groups of each match, nil where one took no part
}

var hear = flag.String("hear", "testdata/java.jsonl", "answers of java.util.regex to compare with")

// TestJava compares with OpenJDK 17.
func TestJava(t *testing.T) {
	f, err := os.Open(*hear)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want answer
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		got := ask(t, want.Pattern, want.Text)
		if !reflect.DeepEqual(got, want) {
			g, _ := json.Marshal(got)
			t.Errorf("\n got %s\nwant %s", g, lines.Text())
		}
	}
}

// ask puts a question to our engine.
func ask(t *testing.T, pattern, text string) answer {
	a := answer{Pattern: pattern, Text: text}
	p, err := javaregexp.Compile(pattern)
	if err != nil {
		a.Refused = true
		return a
	}
	budget := javaregexp.Steps(1 << 20)
	if a.Whole, err = p.Matches(text, budget); err != nil {
		t.Errorf("pattern %q, text %q: %v", pattern, text, err)
	}
	a.Found = [][]*string{}
	for m := p.Matcher(text, budget); len(a.Found) < 20; {
		ok, err := m.Find()
		if err != nil {
			t.Errorf("pattern %q, text %q: %v", pattern, text, err)
		}
		if !ok {
			break
		}
		a.Found = append(a.Found, groups(m))
	}
	return a
}

func groups(m *javaregexp.Matcher) []*string {
	var all []*string
	for n := range m.Groups() + 1 {
		var one *string
		if s, ok := m.Group(n); ok {
			one = &s
		}
		all = append(all, one)
	}
	return all
}
