package javaregexp_test

import (
	"errors"
	"testing"

	"github.com/gatewright/gatewright/javaregexp"
)

// FuzzMatch matches any pattern against any text, in every way there is. What
// goes wrong is one of the errors that the package names, and the matches lie
// one behind the other.
func FuzzMatch(f *testing.F) {
	for _, p := range []string{
		`(a|b)*c`, `[a-z&&[^l]]+?`, `(?<n>.)\k<n>`, `(?i)\p{Lu}{2,3}+`, `\Qa.\E`, `(?<=x)y|^z$`, `[^\d\s]`, `(?x) a # b`,
		`(?m)^.*$`, `\G\w`, `(?<!a|bc)(?>x+)`, `(?=(a))\1`,
	} {
		f.Add(p, "aab xxy zz 😀", "<$0$1>")
	}
	f.Fuzz(func(t *testing.T, pattern, text, replacement string) {
		p, err := javaregexp.Compile(pattern)
		if err != nil {
			var fault *javaregexp.SyntaxError
			if !errors.As(err, &fault) {
				t.Fatalf("pattern %q: got error %#v", pattern, err)
			}
			return
		}
		budget := javaregexp.Steps(20_000)
		_, err = p.Matches(text, budget)
		m := p.Matcher(text, budget)
		for from := 0; err == nil; {
			var ok bool
			if ok, err = m.Find(); !ok {
				break
			}
			begin, end := m.Span(0)
			if begin < from || end < begin || end > len(text) {
				t.Fatalf("pattern %q, text %q: a match from %d to %d behind one that ends at %d", pattern, text, begin, end, from)
			}
			from = end
			if _, err := m.Expand(nil, replacement); err != nil && !errors.Is(err, javaregexp.ErrReplacement) {
				t.Fatalf("replacement %q: %v", replacement, err)
			}
		}
		if err != nil && !errors.Is(err, javaregexp.ErrSteps) && !errors.Is(err, javaregexp.ErrDepth) {
			t.Fatalf("pattern %q, text %q: %v", pattern, text, err)
		}
	})
}
