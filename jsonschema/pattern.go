package jsonschema

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A pattern is a regular expression of ECMA 262, matched in time linear in
// the text.
type pattern struct {
	source string
	regexp *regexp.Regexp
	size   int // of its program: what each byte may cost
}

func compilePattern(source string) (*pattern, error) {
	t := translator{in: source}
	if len(source) > MaxPattern {
		return nil, &PatternError{source, "it is too long", true}
	}
	if err := t.pattern(); err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(t.out.String(), syntax.Perl)
	if err != nil {
		var unsupported bool
		if e, ok := err.(*syntax.Error); ok {
			unsupported = e.Code == syntax.ErrInvalidRepeatSize && !backwards(e.Expr) || e.Code == syntax.ErrLarge ||
				e.Code == syntax.ErrNestingDepth
		}
		return nil, &PatternError{source, err.Error(), unsupported}
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, &PatternError{source, err.Error(), true}
	}
	re, err := regexp.Compile(t.out.String())
	if err != nil {
		return nil, &PatternError{source, err.Error(), true}
	}
	return &pattern{source, re, len(program.Inst)}, nil
}

// backwards reports whether a repetition ends before it begins.
func backwards(repeat string) bool {
	var from, to int
	n, _ := fmt.Sscanf(repeat, "{%d,%d}", &from, &to)
	return n == 2 && from > to
}

const (
	spaces    = `\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}`
	notSpaces = `\x{0}-\x{8}\x{E}-\x{1F}!-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}` +
		`\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}`
	lines   = `[^\n\r\x{2028}\x{2029}]`
	nothing = `[^\x{0}-\x{10FFFF}]`
	any1    = `[\x{0}-\x{10FFFF}]`
)

// A translator writes a pattern in Go's syntax.
type translator struct {
	in  string
	at  int
	out strings.Builder
}

func (t *translator) wrong(reason string, unsupported bool) error {
	return &PatternError{t.in, reason, unsupported}
}

func (t *translator) pattern() error {
	for t.at < len(t.in) {
		c := t.in[t.at]
		var err error
		switch {
		case c == '\\':
			err = t.escape()
		case c == '[':
			err = t.class()
		case c == '(':
			err = t.group()
		case c == '{':
			t.brace()
		case c == '.':
			t.at++
			t.out.WriteString(lines)
		case strings.IndexByte(`^$*+?|)`, c) >= 0:
			t.at++
			t.out.WriteByte(c)
		default:
			t.literal(t.rune())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *translator) rune() rune {
	r, n := utf8.DecodeRuneInString(t.in[t.at:])
	t.at += n
	return r
}

func (t *translator) literal(r rune) {
	fmt.Fprintf(&t.out, `\x{%X}`, r)
}

var repetition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`) })

// brace translates one that begins a repetition, or stands for itself.
func (t *translator) brace() {
	repeat := repetition().FindString(t.in[t.at:])
	if repeat == "" {
		t.literal(t.rune())
		return
	}
	t.at += len(repeat)
	t.out.WriteString(repeat)
}

func (t *translator) group() error {
	rest := t.in[t.at+1:]
	switch {
	case strings.HasPrefix(rest, "?="), strings.HasPrefix(rest, "?!"):
		return t.wrong("it looks ahead", true)
	case strings.HasPrefix(rest, "?:"):
		t.at += 2
	case strings.HasPrefix(rest, "?"):
		return t.wrong("unknown kind of group", false)
	}
	t.at++
	t.out.WriteString("(?:")
	return nil
}

// escape translates what a backslash begins outside of a class.
func (t *translator) escape() error {
	if t.at+1 == len(t.in) {
		return t.wrong("backslash at the end", false)
	}
	switch c := t.in[t.at+1]; {
	case strings.IndexByte("bBdDwW", c) >= 0:
		t.out.WriteString(t.in[t.at : t.at+2])
	case c == 's':
		t.out.WriteString("[" + spaces + "]")
	case c == 'S':
		t.out.WriteString("[^" + spaces + "]")
	case '1' <= c && c <= '9':
		return t.wrong("it refers back", true)
	default:
		t.at++
		t.literal(t.character())
		return nil
	}
	t.at += 2
	return nil
}

// character reads the character that an escape stands for.
func (t *translator) character() rune {
	c := t.rune()
	if i := strings.IndexRune("0bfnrtv", c); i >= 0 {
		return rune("\x00\b\f\n\r\t\v"[i])
	}
	switch c {
	case 'c':
		if t.at < len(t.in) && unicode.IsLetter(rune(t.in[t.at])) {
			return t.rune() % 32
		}
	case 'x':
		return t.hex(2, c)
	case 'u':
		r := t.hex(4, c)
		if utf16.IsSurrogate(r) && strings.HasPrefix(t.in[t.at:], `\u`) {
			t.at += 2
			r = utf16.DecodeRune(r, t.hex(4, 0))
		}
		return r
	}
	return c
}

// hex reads digits, or returns the letter if they are not there.
func (t *translator) hex(digits int, letter rune) rune {
	if len(t.in)-t.at < digits {
		return letter
	}
	n, err := strconv.ParseUint(t.in[t.at:t.at+digits], 16, 32)
	if err != nil {
		return letter
	}
	t.at += digits
	return rune(n)
}

// class translates a class, in which Go gives a meaning to more characters.
func (t *translator) class() error {
	t.at++
	not := strings.HasPrefix(t.in[t.at:], "^")
	if not {
		t.at++
	}
	var inner strings.Builder
	for {
		if t.at >= len(t.in) {
			return t.wrong("class without an end", false)
		}
		if t.in[t.at] == ']' {
			t.at++
			t.out.WriteString(finish(inner.String(), not))
			return nil
		}
		if err := t.classRange(&inner); err != nil {
			return err
		}
	}
}

func finish(inner string, not bool) string {
	switch {
	case inner == "" && not:
		return any1
	case inner == "":
		return nothing
	case not:
		return "[^" + inner + "]"
	}
	return "[" + inner + "]"
}

// classRange translates a character, a range, or one of the named classes, which
// are no ends of ranges.
func (t *translator) classRange(to *strings.Builder) error {
	low, named, err := t.classAtom()
	if err != nil {
		return err
	}
	rest := t.in[t.at:]
	if named != "" || len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
		writeAtom(to, low, named)
		return nil
	}
	t.at++
	high, named, err := t.classAtom()
	switch {
	case err != nil:
		return err
	case named != "":
		writeAtom(to, low, "")
		writeAtom(to, '-', "")
		writeAtom(to, 0, named)
	case high < low:
		return t.wrong("range that ends before it begins", false)
	default:
		fmt.Fprintf(to, `\x{%X}-\x{%X}`, low, high)
	}
	return nil
}

func writeAtom(to *strings.Builder, r rune, named string) {
	if named != "" {
		to.WriteString(named)
		return
	}
	fmt.Fprintf(to, `\x{%X}`, r)
}

func (t *translator) classAtom() (r rune, named string, err error) {
	if t.in[t.at] != '\\' {
		return t.rune(), "", nil
	}
	t.at++
	if t.at == len(t.in) {
		return 0, "", t.wrong("backslash at the end", false)
	}
	switch c := t.in[t.at]; c {
	case 'd', 'D', 'w', 'W':
		named = `\` + string(c)
	case 's':
		named = spaces
	case 'S':
		named = notSpaces
	default:
		return t.character(), "", nil
	}
	t.at++
	return 0, named, nil
}
