package policy

import (
	"strings"
	"testing"
	"time"
)

// like is match in the plainest words: with one step of recursion a character.
func likeReference(p, s []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '*':
		return likeReference(p[1:], s) || len(s) > 0 && likeReference(p, s[1:])
	}
	return len(s) > 0 && (p[0] == '?' || p[0] == s[0]) && likeReference(p[1:], s[1:])
}

func FuzzMatch(f *testing.F) {
	for _, c := range [][2]string{{"*", ""}, {"a*b?c", "axxbyc"}, {"*a*a*b", "aaaaab"}, {"?", "é"}, {"**??", "ab"}, {"*é", "éé"}, {"a?", "a"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 12 || len(s) > 16 { // the reference takes exponential time
			return
		}
		p, s = strings.ToValidUTF8(p, "."), strings.ToValidUTF8(s, ".")
		compiled := compile(p, wildcards)
		if got, want := compiled.matches(s, nil, false), likeReference([]rune(p), []rune(s)); got != want {
			t.Errorf("pattern %q, text %q: got %v, want %v", p, s, got, want)
		}
		if ascii(p) && ascii(s) {
			if got, want := compiled.matches(s, nil, true), likeReference([]rune(strings.ToLower(p)), []rune(strings.ToLower(s))); got != want {
				t.Errorf("pattern %q, text %q, without case: got %v, want %v", p, s, got, want)
			}
		}
	})
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > '~' }) < 0 }

// What a long document can make of a long path stays within a second.
func TestPathologicalPatternsEnd(t *testing.T) {
	text := strings.Repeat("a", 8192)
	for _, p := range []string{
		strings.Repeat("*a", MaxSize/2) + "b",
		"*" + strings.Repeat("a", 4096) + "b*",
		"*" + strings.Repeat("?", 4096) + "b*",
		strings.Repeat("*?", 2000) + "b",
		strings.Repeat("*", MaxSize) + "b",
	} {
		begin := time.Now()
		compiled := compile(p, wildcards)
		if compiled.matches(text, nil, false) {
			t.Errorf("%.20s… matches", p)
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%.20s… took %v", p, took)
		}
	}
}
