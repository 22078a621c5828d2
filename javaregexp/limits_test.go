package javaregexp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/javaregexp"
)

// TestRunaways shows that patterns on which others go mad use up their budget,
// or the stack that there is, and no more.
func TestRunaways(t *testing.T) {
	const budget = 1 << 18
	for _, c := range []struct {
		name, pattern, text string
		want                error
	}{
		{"repetitions in repetitions", `(a+)+b`, strings.Repeat("a", 64), javaregexp.ErrSteps},
		{"choices that overlap", `(a|aa)+b`, strings.Repeat("a", 64), javaregexp.ErrSteps},
		{"back references", `(a*)*(b|\1)*c`, strings.Repeat("a", 64), javaregexp.ErrSteps},
		{"long back references", `(a*)\1*\1*b`, strings.Repeat("a", 1<<20), javaregexp.ErrSteps},
		{"looking ahead", `^(?=(a+)+b).*`, strings.Repeat("a", 64), javaregexp.ErrSteps},
		{"looking behind", `.*(?<=(a|b){1,1000}c)`, strings.Repeat("a", 1<<16), javaregexp.ErrSteps},
		{"looking behind without an end", `(?:(?<=xa*)|a)+b`, strings.Repeat("a", 1<<16), javaregexp.ErrSteps},
		{"a search from every character", `a*b`, strings.Repeat("a", 1<<20), javaregexp.ErrSteps},
		{"groups one after the other", `(a|b)*`, strings.Repeat("ab", 1<<20), javaregexp.ErrDepth},
		{"large classes", `(?:[` + strings.Repeat("b", 4000) + `]|a)*`, strings.Repeat("a", 1<<16), javaregexp.ErrSteps},
		{"many groups", strings.Repeat("(x)?", 4000) + "b", strings.Repeat("a", 1<<16), javaregexp.ErrSteps},
		{"groups that match nothing", `(?:(?:){0,1000}){0,1000}b`, "a", nil},
		{"a long text", `(?s).*`, strings.Repeat("\n", 1<<20), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := javaregexp.Compile(c.pattern)
			if err != nil {
				t.Fatal(err)
			}
			spent := 0
			_, err = p.Matcher(c.text, func(steps int) error {
				if spent += steps; spent > budget {
					return javaregexp.ErrSteps
				}
				return nil
			}).Find()
			if !errors.Is(err, c.want) {
				t.Errorf("pattern %s: got %v after %d steps, want %v", c.pattern, err, spent, c.want)
			}
			if most := budget + len(c.text); spent > most {
				t.Errorf("pattern %s: %d steps; want at most %d", c.pattern, spent, most)
			}
		})
	}
}

func TestPatternsThatAreTooMuch(t *testing.T) {
	for name, pattern := range map[string]string{
		"groups in groups":   strings.Repeat("(", 1<<20),
		"classes in classes": strings.Repeat("[", 1<<20),
		"many repetitions":   "a{100001}",
		"a huge count":       "a{99999999999999999999}",
	} {
		var fault *javaregexp.SyntaxError
		if _, err := javaregexp.Compile(pattern); !errors.As(err, &fault) {
			t.Errorf("%s: got %v, want a SyntaxError", name, err)
		}
	}
}

// TestHalves shows that half a character is one, from both sides.
func TestHalves(t *testing.T) {
	const high, low = "\xED\xA0\xBD", "\xED\xB8\x80"
	for _, c := range []struct{ pattern, text string }{
		{`..`, high + "a"},
		{`.*a`, high + high + "a" + low},
		{`(?<=^.)\x{DE00}`, "a" + low},
		{`[^a]+`, low + "\xFF" + high},
	} {
		p, err := javaregexp.Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := p.Matcher(c.text, javaregexp.Steps(1000)).Find(); !ok || err != nil {
			t.Errorf("pattern %s on %q: got %v, %v; want a match", c.pattern, c.text, ok, err)
		}
	}
}
