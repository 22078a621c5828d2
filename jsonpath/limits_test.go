//go:build !race

// The race detector would make these tests run for half a minute, and they have
// one goroutine each.

package jsonpath_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/jsonpath"
)

// What is hostile ends at once, in an error.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", 3_000_000)
	wide := "[" + strings.Repeat(`{"a":[1,2,3]},`, 200_000) + "1]"
	nested := strings.Repeat(`{"a":`, 900) + "1" + strings.Repeat("}", 900)
	long := `{"l":[` + strings.Repeat(`"`+strings.Repeat("ab", 500)+`",`, 2000) + `1]}`
	letter := `{"l":["` + strings.Repeat("ab", 100_000) + `"]}`
	for _, c := range []struct {
		name, text, path, want string
	}{
		{"deep arrays", deep, "$", "non natural depths"},
		{"deep objects", strings.Repeat(`{"a":`, 1_000_000), "$", "non natural depths"},
		{"a large text", `"` + strings.Repeat("a", jsonpath.MaxText) + `"`, "$", "more than 32 MiB"},
		{"a long path", "1", strings.Repeat(".a", jsonpath.MaxPath), "more than 8 KiB"},
		{"deep parentheses", "1", "$[?" + strings.Repeat("(", 3000) + "@.a" + strings.Repeat(")", 3000) + "]", "too many parentheses"},
		{"deep negations", "1", "$[?(" + strings.Repeat("!", 3000) + "(@.a))]", "too many negations"},
		{"deep filters", "1", strings.Repeat("$[?(", 1000) + "@.a" + strings.Repeat(")]", 1000), "too many"},
		{"deep calls", "1", strings.Repeat("$.sum(", 1000) + "1" + strings.Repeat(")", 1000), "too many filters"},
		{"a text that all around it is found with", strings.Repeat("[", 900) + `"` + strings.Repeat("a", 1<<20) + `"` + strings.Repeat("]", 900), "$..*", "too many values"},
		{"the same text again and again", letter, "$.l[" + strings.Repeat("0,", 3000) + "0]", "too many values"},
		{"scans in scans", nested, "$..a..a..a", "too many values"},
		{"a filter over everything, for everything", wide, "$[?($..a == 1)]", "too many values"},
		{"lists within lists", wide, "$[?($[*].a subsetof $[*].a)]", "too many values"},
		{"long texts joined again and again", long, "$.l[*].concat($.l)", "too many values"},
		{"a costly pattern", letter, `$.l[?(@ =~ /((a|ab|b)*(a|b)*){90}c/)]`, "too many values"},
		{"a repetition of repetitions", "1", `$[?(@ =~ /((a{100}){100}){100}/)]`, "invalid repeat count"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			doc := new(jsonpath.Document)
			err := doc.Parse(c.text)
			if err == nil {
				_, err = eval(c.path, doc)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// What is large and not hostile is answered.
func TestLargeDocuments(t *testing.T) {
	const n = 100_000
	doc := new(jsonpath.Document)
	if err := doc.Parse(`{"l":[` + strings.Repeat(`{"a":{"b":[1,"x"]}},`, n) + `0]}`); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"$.l[1:].a":                      n - 1,
		"$.l[-50000:].a":                 n/2 - 1,
		"$.l[*].a.b[0]":                  n,
		"$..b":                           n,
		"$.l[?(@.a.b[1] == 'x')].a":      n,
		"$.l[?(@.a.b contains 1)].a.b":   n,
		"$.l[?(@.a.b[1] =~ /[xyz]+/)].a": n,
	} {
		node, err := eval(path, doc)
		if err != nil || node.Len() != want {
			t.Errorf("%s: %d found (%v), want %d", path, node.Len(), err, want)
		}
	}
}
