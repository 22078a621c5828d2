package jsonschema

import (
	"errors"
	"regexp"
	"regexp/syntax"

	"github.com/gatewright/gatewright/javaregexp"
)

// A pattern is a regular expression of ECMA 262. It is matched in time linear
// in the text, or if it looks ahead, refers back or repeats more often than
// Go's regexp can, by going back and forth.
type pattern struct {
	source string
	linear *regexp.Regexp
	size   int // of its program: what each byte may cost
	java   *javaregexp.Pattern
}

func compilePattern(source string) (*pattern, error) {
	if len(source) > MaxPattern {
		return nil, &PatternError{source, "it is too long", true}
	}
	t := translator{in: source}
	err := t.pattern()
	if err == nil {
		var p *pattern
		if p, err = linearPattern(source, t.out.String()); err == nil {
			return p, nil
		}
	}
	if !errors.Is(err, errBeyond) {
		return nil, err
	}
	t = translator{in: source, java: true}
	if err := t.pattern(); err != nil {
		return nil, err
	}
	java, err := javaregexp.Compile(t.out.String())
	if err != nil {
		return nil, &PatternError{source, err.Error(), true}
	}
	return &pattern{source: source, java: java}, nil
}

func linearPattern(source, form string) (*pattern, error) {
	tree, err := syntax.Parse(form, syntax.Perl)
	if err != nil {
		return nil, refused(source, err)
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, refused(source, err)
	}
	re, err := regexp.Compile(form)
	if err != nil {
		return nil, refused(source, err)
	}
	return &pattern{source: source, linear: re, size: len(program.Inst)}, nil
}

// refused tells patterns that are too large for Go from those that are wrong.
func refused(source string, err error) error {
	var e *syntax.Error
	if errors.As(err, &e) && (e.Code == syntax.ErrInvalidRepeatSize || e.Code == syntax.ErrLarge || e.Code == syntax.ErrNestingDepth) {
		return errBeyond
	}
	return &PatternError{source, err.Error(), false}
}

// stepCost is what a step of javaregexp costs: as much time as some of ours.
const stepCost = 8

// matches reports whether a text has a match of a pattern within it.
func (v *validation) matches(p *pattern, s string) bool {
	if p.linear != nil {
		v.spend(1 + len(s)*p.size>>4)
		return v.stopped == nil && p.linear.MatchString(s)
	}
	found, err := p.java.Matcher(s, func(steps int) error {
		v.spend(steps * stepCost)
		return v.stopped
	}).Find()
	if err != nil {
		v.stop(ErrTooMuchWork)
	}
	return found
}
