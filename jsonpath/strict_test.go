package jsonpath

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// lenient parses a text as one that is not strict.
func lenient(text string) (*Document, error) {
	d := &Document{text: text}
	p := parser{doc: d, text: text, pos: -1}
	p.read()
	return d, p.value(&stopNever)
}

// FuzzStrict parses any text in both ways. What is strict is JSON for
// encoding/json too, and the document is the one that is read leniently.
func FuzzStrict(f *testing.F) {
	for _, text := range []string{
		`{"a" : [1, -0, 1.5e+3, 1234567890123456.7890, true, null, "\u00e9\/"], "b": {}, "a": "\ud83d\ude00\ud83d"}`, `[[], {}, [{}]]`,
		`[1,]`, `[,1]`, `[1 2]`, `["a" "b",,"c"]`, `{"a":1,}`, `{,}`, `{'a':1}`, `{a:1}`, `[01]`, `[1.]`, `[.5]`, `[-]`, `[NaN]`, `["\x41"]`,
		`["\'"]`, "[\"\t\"]", "[true\x01]", "[\x01true]", "[1\x01]", "{\"a\"\x01:1}", `{"a":1}x`, "1 ", "1\x1A", `["x"a"]`, "\"\\n\x7F\"", "\"\x7F\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var strict Document
		if err := strict.ParseStrict(text); err != nil {
			if json.Valid([]byte(text)) && len(text) < maxNumber && !strings.Contains(err.Error(), "exponent") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is taken for JSON", text)
		}
		var parsed Document
		if err := parsed.Parse(text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !parsed.Strict() {
			return
		}
		other, err := lenient(text)
		if err != nil || !slices.Equal(strict.entries, other.entries) || !slices.Equal(parsed.entries, other.entries) {
			t.Fatalf("%q: strict %v, parsed %v, lenient %v, %v", text, strict.entries, parsed.entries, other.entries, err)
		}
	})
}

// TestStrictKeepsAll shows that of a character that vanishes from a payload
// nothing is lost where a text is read strictly.
func TestStrictKeepsAll(t *testing.T) {
	var payload, strict Document
	const text = "\"\\n\x7F\""
	if err := payload.Parse(text); err != nil || payload.Strict() || payload.Root().String() != "\n" {
		t.Errorf("a payload is %q, strict: %v, %v; want a line break alone", payload.Root(), payload.Strict(), err)
	}
	if err := strict.ParseStrict(text); err != nil || strict.Root().String() != "\n\x7F" {
		t.Errorf("read strictly it is %q, %v", strict.Root(), err)
	}
}

// TestLargeObjects finds every member of large objects, and no others.
func TestLargeObjects(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(`"n` + strings.Repeat("x", i%40) + string(rune('A'+i%50)) + `\u00e9` + strings.Repeat("y", i/40) + `": ` + string(rune('0'+i%10)) + `, `)
	}
	var d Document
	if err := d.Parse(`{` + b.String() + `"last": [1]}`); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, value := range d.Root().Members() {
		if n++; d.Root().Get(name) != value {
			t.Errorf("%s is %s; want %s", name, d.Root().Get(name), value)
		}
	}
	if n != d.Root().Len() || d.Root().Get("lost").Kind() != Missing {
		t.Errorf("of %d members there are %d; and one that is not", d.Root().Len(), n)
	}
}
