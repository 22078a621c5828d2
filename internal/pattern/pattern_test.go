package pattern

import (
	"slices"
	"testing"
)

func TestPattern(t *testing.T) {
	p := New(`^/([a-z]+)/x`)
	if got := p.String(); got != `^/([a-z]+)/x` {
		t.Errorf("the text is %q", got)
	}
	if !p.MatchString("/ab/x") || p.MatchString("/AB/x") {
		t.Error("it does not match /ab/x, or does match /AB/x")
	}
	if got := p.FindStringSubmatch("/ab/xy"); !slices.Equal(got, []string{"/ab/x", "ab"}) {
		t.Errorf("the groups are %q", got)
	}
	if got := p.ReplaceAllString("/ab/xy", "<$1>"); got != "<ab>y" {
		t.Errorf("replaced it is %q", got)
	}
}

func TestABrokenPatternDoesNotHide(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New returned the pattern ( in a test")
		}
	}()
	New(`(`)
}

// Everywhere else a pattern costs nothing until it is used.
func TestAPatternWaits(t *testing.T) {
	defer func(was bool) { inTest = was }(inTest)
	inTest = false
	p := New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("the pattern ( matched something")
		}
	}()
	p.MatchString("(")
}
