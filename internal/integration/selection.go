package integration

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gatewright/gatewright/javaregexp"
)

// A Selection chooses among the integration responses of a method. It never
// changes.
type Selection struct {
	patterns   []pattern // by status code
	byDefault  string    // the status code of the response without a pattern, if hasDefault
	hasDefault bool
}

// CompileSelection reads the selection patterns of integration responses, by
// status code. Patterns are Java's.
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
			return nil, fmt.Errorf("selection pattern of integration response %s: %w", status, err)
		}
		p.status = status
		s.patterns = append(s.patterns, p)
	}
	return s, nil
}

// maxSelection is how many steps the patterns of a selection that look around
// or refer back may take for one value.
const maxSelection = 1 << 19

// Choose returns the status code of the integration response for a value: the
// backend's status, or for Lambda the message of its error. Where several
// patterns match, the response whose own status code is the value wins, else the
// first by status code. ok is false where nothing matches and there is no
// default. It is an error if a pattern takes too much work.
func (s *Selection) Choose(value string) (status string, ok bool, err error) {
	var budget javaregexp.Budget
	chosen := ""
	for i := range s.patterns {
		p := &s.patterns[i]
		if p.java != nil && budget == nil {
			budget = javaregexp.Steps(maxSelection)
		}
		matches, err := p.matches(value, budget)
		if err != nil {
			return "", false, fmt.Errorf("selection pattern of integration response %s: %w", p.status, err)
		}
		switch {
		case !matches:
		case p.status == value:
			return value, true, nil
		case chosen == "":
			chosen = p.status
		}
	}
	if chosen != "" {
		return chosen, true, nil
	}
	return s.byDefault, s.hasDefault, nil
}
