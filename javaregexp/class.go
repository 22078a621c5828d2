package javaregexp

import (
	"strings"
	"unicode"
)

// classPiece reads a class behind its bracket. Its members are asked one after
// the other.
func (r *parser) classPiece() piece {
	before := r.members
	set := r.class()
	return charPiece{set, (r.members - before) / 8}
}

// class reads a class behind its bracket.
func (r *parser) class() runeSet {
	if r.depth++; r.depth > MaxNesting {
		r.fail("nested too deeply")
	}
	defer func() { r.depth-- }()
	negated := r.accept("^")
	set := r.union()
	for r.accept("&&") {
		left, right := set, r.union()
		set = func(c rune) bool { return left(c) && right(c) }
	}
	if !r.accept("]") {
		r.fail("unclosed class")
	}
	if negated {
		return not(set)
	}
	return set
}

// union reads the members of a class up to its end or to &&.
func (r *parser) union() runeSet {
	var sets []runeSet
	for first := true; ; first = false {
		if !r.more() {
			r.fail("unclosed class")
		}
		rest := r.src[r.pos:]
		if rest[0] == ']' && (!first || len(sets) > 0) || strings.HasPrefix(rest, "&&") {
			break
		}
		r.members++
		sets = append(sets, r.classMember())
	}
	return func(c rune) bool {
		for _, s := range sets {
			if s(c) {
				return true
			}
		}
		return false
	}
}

func (r *parser) classMember() runeSet {
	c := r.rune()
	if c == '[' {
		return r.class()
	}
	if c == '\\' {
		next, n := decodeRune(r.src[min(r.pos, len(r.src)):])
		_, lower := perlSets[unicode.ToLower(next)]
		switch {
		case next == 'Q':
			return r.quotedSet()
		case lower, next == 'p', next == 'P':
			return r.escapedSet()
		}
		r.pos += n
		c = r.escapedRune(next)
	}
	if !r.rangeAhead() {
		return r.single(c)
	}
	r.pos++
	to := r.rune()
	if to == '\\' {
		to = r.escapedRune(r.rune())
	}
	if to < c {
		r.fail("a range goes down")
	}
	return r.folded(ascii(c, to))
}

// rangeAhead reports whether a dash with an end behind it follows.
func (r *parser) rangeAhead() bool {
	rest := r.src[r.pos:]
	return len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '['
}

func (r *parser) quotedSet() runeSet {
	r.pos++
	s, _, _ := strings.Cut(r.src[r.pos:], `\E`)
	r.members += len(s)
	r.pos = min(len(r.src), r.pos+len(s)+len(`\E`))
	return r.folded(func(c rune) bool { return strings.ContainsRune(s, c) })
}
