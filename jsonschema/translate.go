package jsonschema

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	spaces    = `\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}`
	notSpaces = `\x{0}-\x{8}\x{E}-\x{1F}!-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}` +
		`\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}`
	lines   = `[^\n\r\x{2028}\x{2029}]`
	nothing = `[^\x{0}-\x{10FFFF}]`
	any1    = `[\x{0}-\x{10FFFF}]`
)

// Between letters of ASCII and others, as Java writes it.
const (
	boundary    = `(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))`
	notBoundary = `(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))`
)

// errBeyond says that a pattern has what only Java's regular expressions have.
var errBeyond = errors.New("beyond linear time")

// A translator writes a pattern in the syntax that Go and Java share, or if java
// is set, with what Go does not have.
type translator struct {
	in     string
	java   bool
	at     int
	out    strings.Builder
	groups int     // so far, that remember
	open   []group // that are being read; the first is the whole pattern
}

// A group is what is known of one that is being read.
type group struct {
	kind   string  // "(", "(?:", "(?=" or "(?!"
	number int     // of one that remembers
	choice         // the current one, so far
	before *choice // what the choices before it have in common; nil: there are none
}

// A choice is one of the ways that a group can go. Java and ECMA 262 differ in
// what a group is that took no part, so that patterns may refer only to those
// that did for sure.
type choice struct {
	begun bool   // it has pieces
	empty bool   // it may match nothing
	idle  bool   // a piece of it would rather match nothing
	sure  []bool // whether the group of this number took part, those before the choice included
}

// add counts a piece in, and how often it is there.
func (c *choice) add(empty bool, r rounds) {
	c.begun = true
	c.empty = c.empty && (empty || r.least == 0)
	c.idle = c.idle || r.lazy && (empty || r.least == 0)
}

// ended returns what is known of a group's choices when the current one is over.
func (g *group) ended() choice {
	c, other := g.choice, g.before
	c.idle = c.idle || !c.begun
	if other == nil {
		return c
	}
	for n := range c.sure {
		c.sure[n] = c.sure[n] && other.isSure(n)
	}
	c.empty, c.idle = c.empty || other.empty, c.idle || other.idle
	return c
}

func (c *choice) isSure(group int) bool { return group < len(c.sure) && c.sure[group] }

func (t *translator) wrong(reason string, unsupported bool) error {
	return &PatternError{t.in, reason, unsupported}
}

func (t *translator) pattern() error {
	t.open = []group{{choice: choice{empty: true}}}
	for t.at < len(t.in) {
		if err := t.piece(); err != nil {
			return err
		}
	}
	if len(t.open) > 1 {
		return t.wrong("group without an end", false)
	}
	return nil
}

// current returns the group that is being read.
func (t *translator) current() *group { return &t.open[len(t.open)-1] }

func (t *translator) piece() error {
	switch c := t.in[t.at]; {
	case c == '(':
		return t.begin()
	case c == ')':
		return t.end()
	case c == '|':
		t.at++
		t.out.WriteByte('|')
		t.next()
		return nil
	case t.repetition() != "":
		return t.wrong("nothing to repeat", false)
	}
	empty, err := t.atom()
	if err != nil {
		return err
	}
	r, err := t.repeat()
	t.current().add(empty, r)
	return err
}

// begin reads what opens a group.
func (t *translator) begin() error {
	g := group{kind: "(", choice: choice{empty: true, sure: slices.Clone(t.current().sure)}}
	if rest := t.in[t.at:]; strings.HasPrefix(rest, "(?") {
		g.kind = rest[:min(len(rest), 3)]
	}
	switch g.kind {
	case "(":
		t.groups++
		g.number = t.groups
	case "(?=", "(?!":
		if !t.java {
			return errBeyond
		}
	case "(?:":
	default:
		return t.wrong("unknown kind of group", false)
	}
	t.at += len(g.kind)
	t.open = append(t.open, g)
	if !t.java {
		g.kind = "(?:"
	}
	t.out.WriteString(g.kind)
	return nil
}

// next goes on to the next choice of a group.
func (t *translator) next() {
	g := t.current()
	done := g.ended()
	g.before, g.choice = &done, choice{empty: true}
	if n := len(t.open); n > 1 {
		g.sure = slices.Clone(t.open[n-2].sure)
	}
}

// end reads what closes a group, and what repeats it.
func (t *translator) end() error {
	if len(t.open) == 1 {
		return t.wrong("end without a group", false)
	}
	g := *t.current()
	t.open = t.open[:len(t.open)-1]
	t.at++
	t.out.WriteByte(')')
	inner, outer := g.ended(), t.current()
	ahead := g.kind == "(?=" || g.kind == "(?!"
	switch {
	case ahead && t.repetition() != "":
		return t.wrong("it looks ahead several times", true)
	case ahead && inner.empty && inner.idle:
		return t.wrong("it looks ahead for nothing", true)
	}
	r, err := t.repeat()
	outer.add(inner.empty || ahead, r)
	// Java and ECMA 262 differ in what a group remembers of a round in which it
	// matches nothing.
	if r.least == 0 || g.kind == "(?!" || r.most > 1 && inner.empty {
		return err
	}
	outer.sure = inner.sure
	if g.number > 0 {
		outer.sure = append(outer.sure, make([]bool, max(0, g.number+1-len(outer.sure)))...)
		outer.sure[g.number] = true
	}
	return err
}

// atom translates what stands for one character or for a place. It reports
// whether it may match nothing.
func (t *translator) atom() (empty bool, err error) {
	switch c := t.in[t.at]; c {
	case '\\':
		return t.escape()
	case '[':
		return false, t.class()
	case '.':
		t.at++
		t.out.WriteString(lines)
	case '^':
		t.at++
		t.out.WriteByte('^')
		return true, nil
	case '$':
		t.at++
		t.out.WriteString(`\z`)
		return true, nil
	default:
		t.literal(t.rune())
	}
	return false, nil
}

func (t *translator) rune() rune {
	r, n := utf8.DecodeRuneInString(t.in[t.at:])
	t.at += n
	return r
}

func (t *translator) literal(r rune) {
	fmt.Fprintf(&t.out, `\x{%X}`, r)
}

var repetition = regexp.MustCompile(`^(?:[*+?]|\{([0-9]+)(,([0-9]*))?\})`)

// repetition returns what says how often something is repeated, if that is
// what comes next.
func (t *translator) repetition() string { return repetition.FindString(t.in[t.at:]) }

// rounds say how often a piece is there.
type rounds struct {
	least, most int
	lazy        bool
}

const often = 1 << 30

// repeat translates how often what precedes is repeated.
func (t *translator) repeat() (rounds, error) {
	m := repetition.FindStringSubmatch(t.in[t.at:])
	if m == nil {
		return rounds{least: 1, most: 1}, nil
	}
	t.at += len(m[0])
	t.out.WriteString(m[0])
	r := rounds{0, often, false}
	switch {
	case m[0] == "*":
	case m[0] == "+":
		r.least = 1
	case m[0] == "?":
		r.most = 1
	default:
		r.least = times(m[1])
		if m[2] == "" {
			r.most = r.least
		} else if m[3] != "" {
			r.most = times(m[3])
		}
	}
	if r.most < r.least {
		return r, t.wrong("repetition that ends before it begins", false)
	}
	if strings.HasPrefix(t.in[t.at:], "?") {
		t.at++
		t.out.WriteByte('?')
		r.lazy = true
	}
	if t.repetition() != "" {
		return r, t.wrong("nothing to repeat", false)
	}
	return r, nil
}

// times reads a number; those that are too large are all alike.
func times(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return often
	}
	return min(n, often)
}

// escape translates what a backslash begins outside of a class. It reports
// whether that may match nothing.
func (t *translator) escape() (empty bool, err error) {
	if t.at+1 == len(t.in) {
		return false, t.wrong("backslash at the end", false)
	}
	c := t.in[t.at+1]
	switch {
	case '1' <= c && c <= '9':
		return true, t.reference()
	case strings.IndexByte("dDwW", c) >= 0, c == 'b' && !t.java, c == 'B' && !t.java:
		t.out.WriteString(t.in[t.at : t.at+2])
	case c == 'b':
		t.out.WriteString(boundary)
	case c == 'B':
		t.out.WriteString(notBoundary)
	case c == 's':
		t.out.WriteString("[" + spaces + "]")
	case c == 'S':
		t.out.WriteString("[^" + spaces + "]")
	default:
		t.at++
		t.literal(t.character())
		return false, nil
	}
	t.at += 2
	return c|0x20 == 'b', nil
}

// reference translates one to a group.
func (t *translator) reference() error {
	if !t.java {
		return errBeyond
	}
	begin := t.at
	for t.at++; t.at < len(t.in) && '0' <= t.in[t.at] && t.in[t.at] <= '9'; {
		t.at++
	}
	if n, err := strconv.Atoi(t.in[begin+1 : t.at]); err != nil || !t.current().isSure(n) {
		return t.wrong("it refers back to a group that may have taken no part", true)
	}
	t.out.WriteString(t.in[begin:t.at])
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
