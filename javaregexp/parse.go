package javaregexp

import (
	"fmt"
	"strconv"
	"strings"
)

// A parser reads a regular expression as java.util.regex does. An error is a
// panic with a *SyntaxError, which Compile catches.
type parser struct {
	src    string
	pos    int
	depth  int
	groups int
	names  map[string]int
	flags  flags

	members int // of all classes so far
}

type flags struct{ fold, multiline, dotAll, comments, unix, unicode bool }

func (r *parser) fail(format string, args ...any) {
	panic(&SyntaxError{r.src, fmt.Sprintf(format, args...)})
}

func (r *parser) more() bool {
	if r.flags.comments {
		r.skipComments()
	}
	return r.pos < len(r.src)
}

func (r *parser) skipComments() {
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		switch {
		case strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			r.pos++
		case c == '#':
			for r.pos < len(r.src) && !isLineEnd(rune(r.src[r.pos])) {
				r.pos++
			}
		default:
			return
		}
	}
}

func (r *parser) accept(s string) bool {
	if strings.HasPrefix(r.src[r.pos:], s) {
		r.pos += len(s)
		return true
	}
	return false
}

func (r *parser) rune() rune {
	if r.pos >= len(r.src) {
		r.fail("unexpected end")
	}
	c, n := decodeRune(r.src[r.pos:])
	r.pos += n
	return c
}

func (r *parser) alternatives() piece {
	if r.depth++; r.depth > MaxNesting {
		r.fail("nested too deeply")
	}
	defer func() { r.depth-- }()
	choices := alternation{r.sequence()}
	for r.accept("|") {
		choices = append(choices, r.sequence())
	}
	if len(choices) == 1 {
		return choices[0]
	}
	return choices
}

func (r *parser) sequence() piece {
	var s sequence
	for r.more() && r.src[r.pos] != '|' && r.src[r.pos] != ')' {
		p := r.atom()
		if q, ok := p.(quoted); ok {
			s, p = append(s, q.sequence...), nil
			if last := len(s) - 1; len(q.sequence) > 0 {
				s, p = s[:last], s[last]
			}
		}
		if p != nil {
			s = append(s, r.quantified(p))
		}
	}
	if len(s) == 1 {
		return s[0]
	}
	return s
}

// atom reads one piece; nil for flags that hold from here on.
func (r *parser) atom() piece {
	switch c := r.rune(); c {
	case '(':
		return r.group()
	case '[':
		return r.classPiece()
	case '.':
		return charPiece{set: r.any()}
	case '^':
		return r.caret()
	case '$':
		return r.dollar()
	case '\\':
		return r.escape()
	case '*', '+', '?', '{':
		r.fail("nothing to repeat before %c", c)
		return nil
	default:
		return r.literal(c)
	}
}

func (r *parser) caret() piece {
	switch {
	case r.flags.multiline && r.flags.unix:
		return anchor(atUnixLineBegin)
	case r.flags.multiline:
		return anchor(atLineBegin)
	}
	return textBegin{}
}

func (r *parser) dollar() piece {
	switch {
	case r.flags.multiline && r.flags.unix:
		return anchor(atUnixLineEnd)
	case r.flags.multiline:
		return anchor(atLineEnd)
	case r.flags.unix:
		return anchor(atUnixEnd)
	}
	return anchor(atLastLine)
}

// group reads a group behind its parenthesis.
func (r *parser) group() piece {
	if !r.accept("?") {
		return r.capture("")
	}
	saved := r.flags
	var wrap func(piece) piece
	switch {
	case r.accept(":"):
		wrap = func(p piece) piece { return p }
	case r.accept("="):
		wrap = func(p piece) piece { return lookahead{p, true} }
	case r.accept("!"):
		wrap = func(p piece) piece { return lookahead{p, false} }
	case r.accept("<="):
		wrap = func(p piece) piece { return behind(p, true) }
	case r.accept("<!"):
		wrap = func(p piece) piece { return behind(p, false) }
	case r.accept(">"):
		wrap = func(p piece) piece { return atomic{p} }
	case r.accept("<"):
		return r.capture(r.name())
	default:
		if r.setFlags() {
			return nil
		}
		wrap = func(p piece) piece { return p }
	}
	p := wrap(r.alternatives())
	r.closeGroup()
	r.flags = saved
	return sequence{p}
}

func (r *parser) capture(name string) piece {
	r.groups++
	n := r.groups
	if name != "" {
		if _, twice := r.names[name]; twice {
			r.fail("two groups are named %s", name)
		}
		r.names[name] = n
	}
	saved := r.flags
	p := r.alternatives()
	r.closeGroup()
	r.flags = saved
	return capture{p, n}
}

func (r *parser) closeGroup() {
	if !r.accept(")") {
		r.fail("unclosed group")
	}
}

func (r *parser) name() string {
	end := strings.IndexByte(r.src[r.pos:], '>')
	if end <= 0 {
		r.fail("unclosed name of a group")
	}
	name := r.src[r.pos : r.pos+end]
	for i := range len(name) {
		if !isLetter(name[i]) && (i == 0 || !isDigit(name[i])) {
			r.fail("malformed name of a group")
		}
	}
	r.pos += end + 1
	return name
}

// setFlags reads (?i) or (?i:. It reports whether the group is over.
func (r *parser) setFlags() bool {
	on := true
	for {
		switch c := r.rune(); c {
		case '-':
			on = false
		case 'i':
			r.flags.fold = on
		case 'm':
			r.flags.multiline = on
		case 's':
			r.flags.dotAll = on
		case 'x':
			r.flags.comments = on
		case 'd':
			r.flags.unix = on
		case 'u', 'U':
			r.flags.unicode = on
		case ')':
			return true
		case ':':
			return false
		default:
			r.fail("unknown flag %c", c)
		}
	}
}

// quantified reads what follows a piece: how often it is repeated.
func (r *parser) quantified(p piece) piece {
	for r.more() {
		least, most, ok := r.quantifier()
		if !ok {
			return p
		}
		q := repetition{piece: p, min: least, max: most}
		switch {
		case r.accept("?"):
			q.lazy = true
			p = q
		case r.accept("+"):
			p = atomic{q}
		default:
			p = q
		}
		if r.more() && strings.IndexByte("*+?{", r.src[r.pos]) >= 0 {
			r.fail("nothing to repeat before %c", r.src[r.pos])
		}
	}
	return p
}

func (r *parser) quantifier() (least, most int, ok bool) {
	switch {
	case r.accept("*"):
		return 0, -1, true
	case r.accept("+"):
		return 1, -1, true
	case r.accept("?"):
		return 0, 1, true
	case !r.accept("{"):
		return 0, 0, false
	}
	least = r.count()
	most = least
	if r.accept(",") {
		most = -1
		if r.pos < len(r.src) && isDigit(r.src[r.pos]) {
			most = r.count()
		}
	}
	if !r.accept("}") || most >= 0 && most < least {
		r.fail("malformed repetition")
	}
	return least, most, true
}

func (r *parser) count() int {
	n := 0
	for r.pos+n < len(r.src) && isDigit(r.src[r.pos+n]) {
		n++
	}
	i, err := strconv.Atoi(r.src[r.pos : r.pos+n])
	if err != nil || i > MaxCount {
		r.fail("malformed repetition")
	}
	r.pos += n
	return i
}
