package javaregexp_test

import (
	"strings"
	"testing"

	"github.com/gatewright/gatewright/javaregexp"
)

func BenchmarkMatches(b *testing.B) {
	for _, c := range []struct{ name, pattern, text string }{
		{"password", `^(?=.*[A-Z])(?=.*\d).{8,}$`, "correctHorse7battery"},
		{"address", `[\w.]+@[\w.]+`, "someone.long@example.com"},
		{"backtracking", `.*x.*y`, strings.Repeat("ab", 200)},
		{"runaway", `(a|aa)+b`, strings.Repeat("a", 18)},
	} {
		p, err := javaregexp.Compile(c.pattern)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Matches(c.text, javaregexp.Steps(1<<20)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
