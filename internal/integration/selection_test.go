package integration

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/javaregexp"
)

func TestSelectionPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, matches, not string
		linear                bool
	}{
		{`(?!4)..`, "50", "40", false},
		{`(?!200)\d+`, "201", "200", false},
		{`(?s)(?!.*retry).*error.*`, "an\nerror", "an error, retry", false},
		{`(\d)\1\1`, "444", "404", false},
		{`4\d*+`, "404", "504", false},
		{`[0-9&&[^5]]+`, "404", "504", false},
		{`[a[bc]]`, "b", "[", false},
		{`[]x]`, "]", "x]", false},
		{`\v`, "\x0b", "v", false},
		{`(?i)é`, "é", "É", false},
		{`error$\n`, "error\n", "error", false},
		{`.{1,2000}`, strings.Repeat("a", 2000), strings.Repeat("a", 2001), false},

		{`.*`, "a b", "a\rb", true},
		{`(\n|.)+`, "a\nb", "a\rb", true},
		{`[^\]\[\s]+|5\d{2}`, "a\u00a0", "a\v", true},
		{`\s+`, " \v", "\u00a0", true},
		{`^(?:4..|5..)$`, "404", "404\n", true},
		{`404$|5..`, "404", "404\n", true},
		{`Unable \(\w+\): .+`, "Unable (x): y", "Unable x: y", true},
		{`[\w.-]+?`, "a-b.c", "a b", true},
	} {
		p, err := compilePattern(c.pattern)
		if err != nil {
			t.Errorf("pattern %s: %v", c.pattern, err)
			continue
		}
		if p.linear != nil != c.linear {
			t.Errorf("pattern %s: linear is %v; want %v", c.pattern, p.linear != nil, c.linear)
		}
		java, err := javaregexp.Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for value, want := range map[string]bool{c.matches: true, c.not: false} {
			got, err := p.matches(value, javaregexp.Steps(1<<16))
			inJava, javaErr := java.Matches(value, javaregexp.Steps(1<<16))
			if got != want || inJava != want || err != nil || javaErr != nil {
				t.Errorf("pattern %s on %.40q: got %v, %v, and %v, %v from Java's engine; want %v", c.pattern, value, got, err, inJava, javaErr, want)
			}
		}
	}
}

func TestSelectionRefuses(t *testing.T) {
	for _, p := range []string{`(`, `*`, `a**`, `\y`, `[b-a]`, `(?P<n>a)`, `a{2`} {
		if s, err := CompileSelection(map[string]string{"200": p}); err == nil {
			t.Errorf("pattern %q was compiled to %v", p, s)
		}
	}
}

// TestSelectionEnds shows that a pattern cannot hold a request up, and that
// nothing is chosen when it is given up, not even the default.
func TestSelectionEnds(t *testing.T) {
	s, err := CompileSelection(map[string]string{"200": "", "500": `(?=(a+)+b).*`})
	if err != nil {
		t.Fatal(err)
	}
	if status, ok, err := s.Choose(strings.Repeat("a", 1000)); status != "" || ok || !errors.Is(err, javaregexp.ErrSteps) {
		t.Errorf("got %q, %v, %v; want ErrSteps", status, ok, err)
	}
	if status, ok, err := s.Choose("aab"); status != "500" || !ok || err != nil {
		t.Errorf("got %q, %v, %v; want 500", status, ok, err)
	}
}
