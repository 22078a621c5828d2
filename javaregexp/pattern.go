package javaregexp

import (
	"errors"
	"fmt"
)

// A Pattern is a compiled regular expression. It never changes, so that any
// number of goroutines may use it.
type Pattern struct {
	root   piece
	groups int
	names  map[string]int
	begins bool // only matches at the beginning of the text
}

// Compile reads a regular expression. Its errors are of type *SyntaxError.
func Compile(pattern string) (p *Pattern, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	r := &parser{src: pattern, names: map[string]int{}}
	root := r.alternatives()
	if r.pos < len(pattern) {
		r.fail("unmatched )")
	}
	return &Pattern{root, r.groups, r.names, begins(root)}, nil
}

// begins reports whether a piece matches nowhere but at the beginning of the
// text.
func begins(p piece) bool {
	switch p := p.(type) {
	case textBegin:
		return true
	case sequence:
		return len(p) > 0 && begins(p[0])
	case capture:
		return begins(p.piece)
	case atomic:
		return begins(p.piece)
	case alternation:
		for _, one := range p {
			if !begins(one) {
				return false
			}
		}
		return true
	}
	return false
}

// A SyntaxError says why a text is no regular expression, or one that this
// package does not know.
type SyntaxError struct {
	Pattern string
	Reason  string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("regular expression %q: %s", e.Pattern, e.Reason)
}

// Matches reports whether the whole text matches, as String.matches does.
func (p *Pattern) Matches(text string, budget Budget) (bool, error) {
	m := p.Matcher(text, budget)
	ok := m.at(0, func(end int) bool { return end == len(m.text) })
	return m.outcome(ok)
}

// A Budget pays for the work of matching. It is called now and then with the
// steps taken since, and ends the match by an error.
type Budget func(steps int) error

// Steps returns a budget of n steps, which may be spent on several matches, by
// one goroutine. A match that takes more fails with ErrSteps.
func Steps(n int) Budget {
	return func(steps int) error {
		if n -= steps; n < 0 {
			return ErrSteps
		}
		return nil
	}
}

var (
	// ErrSteps says that a budget of Steps is used up.
	ErrSteps = errors.New("the regular expression takes too many steps")

	// ErrDepth says that a match needs more stack than MaxDepth allows.
	ErrDepth = errors.New("the regular expression needs too much stack")

	// ErrReplacement says that a replacement refers to a group that the pattern
	// does not have, or ends within a reference.
	ErrReplacement = errors.New("the replacement refers to no group")
)

// What bounds patterns and their matches.
const (
	MaxNesting = 200     // groups and classes within each other
	MaxCount   = 100_000 // in {n,m}
	MaxDepth   = 20_000  // pieces of a match that wait for what follows; Java's stack ends earlier
)
