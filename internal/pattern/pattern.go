// Package pattern is regular expressions that are compiled when they are first
// needed. A program that starts needs none of them before its first answer, and
// compiling those that repeat a class some hundred times is most of its start.
package pattern

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// A Pattern is a regular expression. It may be used by many goroutines at once.
type Pattern struct {
	text     string
	compiled func() *regexp.Regexp
}

// New returns the pattern of an expression in the syntax of package regexp. The
// first use of one that is not valid panics; in the program of a test New itself
// does, so that no test of the package can pass over it.
func New(text string) *Pattern {
	p := &Pattern{text, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
	if inTest {
		p.compiled()
	}
	return p
}

// inTest tells the program of a test by its name: package testing, which knows,
// does not belong into other programs.
var inTest = strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// String returns the expression.
func (p *Pattern) String() string { return p.text }

// MatchString reports whether s contains a match.
func (p *Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindStringSubmatch returns the leftmost match in s and those of the
// expression's groups; nil: there is none.
func (p *Pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// ReplaceAllString returns s with its matches replaced, as package regexp does.
func (p *Pattern) ReplaceAllString(s, replacement string) string {
	return p.compiled().ReplaceAllString(s, replacement)
}
