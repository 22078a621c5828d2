package integration

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Selection chooses among the integration responses of a method. It never
// changes.
type Selection struct {
	patterns   []pattern // by status code
	byDefault  string    // the status code of the response without a pattern, if hasDefault
	hasDefault bool
}

type pattern struct {
	status  string
	literal string // what the pattern is, if it is nothing but text
	regexp  *regexp.Regexp
}

// CompileSelection reads the selection patterns of integration responses, by
// status code. Patterns are Java's; one that Go's regexp cannot run, or would
// run otherwise, is an error.
func CompileSelection(patterns map[string]string) (*Selection, error) {
	s := new(Selection)
	for _, status := range slices.Sorted(maps.Keys(patterns)) {
		text := patterns[status]
		if text == "" {
			if !s.hasDefault {
				s.byDefault, s.hasDefault = status, true
			}
			continue
		}
		p, err := compilePattern(text)
		if err != nil {
			return nil, fmt.Errorf("selection pattern %q of integration response %s: %w", text, status, err)
		}
		p.status = status
		s.patterns = append(s.patterns, p)
	}
	return s, nil
}

// compilePattern makes of a pattern one that matches whole values only.
func compilePattern(text string) (pattern, error) {
	if regexp.QuoteMeta(text) == text {
		return pattern{literal: text}, nil
	}
	if err := sameInJava(text); err != nil {
		return pattern{}, err
	}
	re, err := regexp.Compile(`\A(?:` + text + `)\z`)
	return pattern{regexp: re}, err
}

// sameInJava refuses what both languages accept with different meanings: classes
// within classes, and the "v" that is any vertical space in Java.
func sameInJava(text string) error {
	class := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			if i++; i < len(text) && text[i] == 'v' {
				return fmt.Errorf(`\v is not supported`)
			}
		case class && (c == '[' || strings.HasPrefix(text[i:], "&&")):
			return fmt.Errorf("classes within a class are not supported")
		case c == '[':
			class = true
		case c == ']':
			class = false
		}
	}
	return nil
}

// Choose returns the status code of the integration response for a value: the
// backend's status, or for Lambda the message of its error. Where several
// patterns match, the response whose own status code is the value wins, else the
// first by status code. ok is false where nothing matches and there is no
// default.
func (s *Selection) Choose(value string) (status string, ok bool) {
	chosen := ""
	for i := range s.patterns {
		p := &s.patterns[i]
		if !p.matches(value) {
			continue
		}
		if p.status == value {
			return value, true
		}
		if chosen == "" {
			chosen = p.status
		}
	}
	if chosen != "" {
		return chosen, true
	}
	return s.byDefault, s.hasDefault
}

func (p *pattern) matches(value string) bool {
	if p.regexp == nil {
		return p.literal == value
	}
	return p.regexp.MatchString(value)
}
