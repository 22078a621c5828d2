package vtl

import (
	"errors"
	"unicode"
	"unicode/utf8"
)

// Regular expressions are those of java.util.regex: a backtracking matcher
// with look-around, back-references and possessive quantifiers. Its work is
// taken from the steps of the rendering, so that a pattern that explodes ends
// it instead of holding it up.

// A pattern is a compiled regular expression.
type pattern struct {
	root   piece
	groups int
	names  map[string]int
}

// A piece is a part of a pattern. It matches at i and goes on with next, which
// is called with the place behind the match and may refuse it.
type piece interface {
	match(m *matcher, i int, next func(int) bool) bool
}

// A matcher matches a pattern against a text.
type matcher struct {
	*pattern
	frame *frame
	text  string
	marks []int // begin and end of each group, -1 where it has not matched
	from  int   // where the search began, for \G
	depth int
	err   error
}

// maxRegexpDepth bounds the recursion of a match. Java's stack ends earlier.
const maxRegexpDepth = 20_000

var errRegexpDepth = limitError("the regular expression needs too much stack")

func (p *pattern) matcher(f *frame, text string) *matcher {
	return &matcher{pattern: p, frame: f, text: text, marks: make([]int, 2*p.groups+2)}
}

// find looks for the first match that begins at i or later.
func (m *matcher) find(i int) (bool, error) {
	m.from = i
	for i <= len(m.text) {
		ok := m.at(i, func(int) bool { return true })
		if ok || m.err != nil {
			return ok, m.err
		}
		i += m.width(i)
	}
	return false, nil
}

// whole reports whether the whole text matches.
func (m *matcher) whole() (bool, error) {
	ok := m.at(0, func(end int) bool { return end == len(m.text) })
	return ok, m.err
}

func (m *matcher) at(i int, accept func(int) bool) bool {
	for n := range m.marks {
		m.marks[n] = -1
	}
	return m.run(m.root, i, func(end int) bool {
		if !accept(end) {
			return false
		}
		m.marks[0], m.marks[1] = i, end
		return true
	})
}

// run matches a piece, unless the budget is spent.
func (m *matcher) run(p piece, i int, next func(int) bool) bool {
	if m.err != nil {
		return false
	}
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > maxRegexpDepth {
		m.err = errRegexpDepth
		return false
	}
	if m.err = m.frame.spend(1); m.err != nil {
		return false
	}
	return p.match(m, i, next)
}

// group returns what a group matched.
func (m *matcher) group(n int) (string, bool) {
	if m.marks[2*n] < 0 {
		return "", false
	}
	return m.text[m.marks[2*n]:m.marks[2*n+1]], true
}

// width returns the length of the character at i, 1 at the end.
func (m *matcher) width(i int) int {
	if i >= len(m.text) {
		return 1
	}
	_, n := decodeRune(m.text[i:])
	return n
}

// before returns the character before i, -1 at the beginning.
func (m *matcher) before(i int) rune {
	if i == 0 {
		return -1
	}
	j := i - 1
	for j > 0 && i-j < utf8.UTFMax && m.text[j]&0xC0 == 0x80 {
		j--
	}
	r, _ := decodeRune(m.text[j:])
	return r
}

// after returns the character at i, -1 at the end.
func (m *matcher) after(i int) rune {
	if i >= len(m.text) {
		return -1
	}
	r, _ := decodeRune(m.text[i:])
	return r
}

// A charPiece is one character out of a set.
type charPiece struct{ set runeSet }

type runeSet func(rune) bool

func (p charPiece) match(m *matcher, i int, next func(int) bool) bool {
	if i >= len(m.text) {
		return false
	}
	r, n := decodeRune(m.text[i:])
	return p.set(r) && next(i+n)
}

// A sequence is pieces one after another.
type sequence []piece

func (p sequence) match(m *matcher, i int, next func(int) bool) bool {
	if len(p) == 0 {
		return next(i)
	}
	if len(p) == 1 {
		return m.run(p[0], i, next)
	}
	return m.run(p[0], i, func(j int) bool { return m.run(p[1:], j, next) })
}

// An alternation is one of several pieces.
type alternation []piece

func (p alternation) match(m *matcher, i int, next func(int) bool) bool {
	for _, one := range p {
		if m.run(one, i, next) {
			return true
		}
	}
	return false
}

// A capture is a group that remembers what it matched.
type capture struct {
	piece
	n int
}

func (p capture) match(m *matcher, i int, next func(int) bool) bool {
	begin, end := m.marks[2*p.n], m.marks[2*p.n+1]
	ok := m.run(p.piece, i, func(j int) bool {
		innerBegin, innerEnd := m.marks[2*p.n], m.marks[2*p.n+1]
		m.marks[2*p.n], m.marks[2*p.n+1] = i, j
		if next(j) {
			return true
		}
		m.marks[2*p.n], m.marks[2*p.n+1] = innerBegin, innerEnd
		return false
	})
	if !ok {
		m.marks[2*p.n], m.marks[2*p.n+1] = begin, end
	}
	return ok
}

// A repetition is a piece several times.
type repetition struct {
	piece
	min, max int // max < 0: as often as it goes
	lazy     bool
}

func (p repetition) match(m *matcher, i int, next func(int) bool) bool {
	if c, ok := p.piece.(charPiece); ok {
		return p.chars(m, c, i, next)
	}
	return p.times(m, 0, i, -1, next)
}

// times goes on after n repetitions. A repetition that matches nothing is the
// last.
func (p repetition) times(m *matcher, n, i, last int, next func(int) bool) bool {
	more := func() bool {
		if p.max >= 0 && n >= p.max || n >= p.min && i == last {
			return false
		}
		return m.run(p.piece, i, func(j int) bool { return p.times(m, n+1, j, i, next) })
	}
	switch {
	case n < p.min:
		return more()
	case p.lazy:
		return next(i) || m.err == nil && more()
	}
	return more() || m.err == nil && next(i)
}

// chars repeats a single character without recursion.
func (p repetition) chars(m *matcher, c charPiece, i int, next func(int) bool) bool {
	ends := []int{i}
	step := func() bool {
		j := ends[len(ends)-1]
		if p.max >= 0 && len(ends) > p.max || j >= len(m.text) {
			return false
		}
		r, n := decodeRune(m.text[j:])
		if !c.set(r) {
			return false
		}
		ends = append(ends, j+n)
		return true
	}
	if p.lazy {
		return p.lazyChars(m, &ends, step, next)
	}
	for step() {
	}
	if m.err = m.frame.spend(len(ends) / 8); m.err != nil {
		return false
	}
	for n := len(ends) - 1; n >= p.min; n-- {
		if next(ends[n]) {
			return true
		}
		if m.err != nil {
			return false
		}
	}
	return false
}

func (p repetition) lazyChars(m *matcher, ends *[]int, step func() bool, next func(int) bool) bool {
	for len(*ends)-1 < p.min {
		if !step() {
			return false
		}
	}
	for {
		if next((*ends)[len(*ends)-1]) {
			return true
		}
		if m.err != nil || !step() {
			return false
		}
		if m.err = m.frame.spend(1); m.err != nil {
			return false
		}
	}
}

// An atomic piece gives nothing back once it has matched.
type atomic struct{ piece }

func (p atomic) match(m *matcher, i int, next func(int) bool) bool {
	end := -1
	if !m.run(p.piece, i, func(j int) bool { end = j; return true }) {
		return false
	}
	return next(end)
}

// A lookahead matches what follows without taking it.
type lookahead struct {
	piece
	want bool
}

func (p lookahead) match(m *matcher, i int, next func(int) bool) bool {
	found := m.run(p.piece, i, func(int) bool { return true })
	return m.err == nil && found == p.want && next(i)
}

// A lookbehind matches what precedes.
type lookbehind struct {
	piece
	want bool
}

func (p lookbehind) match(m *matcher, i int, next func(int) bool) bool {
	found := false
	for j := i; j >= 0 && !found && m.err == nil; j-- {
		if j < len(m.text) && m.text[j]&0xC0 == 0x80 {
			continue
		}
		found = m.run(p.piece, j, func(end int) bool { return end == i })
	}
	return m.err == nil && found == p.want && next(i)
}

// A backreference is the text of a group again.
type backreference struct {
	n    int
	fold bool
}

func (p backreference) match(m *matcher, i int, next func(int) bool) bool {
	s, ok := m.group(p.n)
	if !ok || len(m.text)-i < len(s) {
		return false
	}
	if there := m.text[i : i+len(s)]; there != s && !(p.fold && asciiFold(there) == asciiFold(s)) {
		return false
	}
	return next(i + len(s))
}

func asciiFold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// An anchor matches between characters.
type anchor func(m *matcher, i int) bool

func (p anchor) match(m *matcher, i int, next func(int) bool) bool {
	return p(m, i) && next(i)
}

func atBegin(_ *matcher, i int) bool { return i == 0 }

func atSearch(m *matcher, i int) bool { return i == m.from }

func atEnd(m *matcher, i int) bool { return i == len(m.text) }

// atLastLine is $ and \Z: the end, or before the newline that ends the text.
func atLastLine(m *matcher, i int) bool {
	rest := m.text[i:]
	if rest == "" || rest == "\r\n" {
		return true
	}
	r, n := decodeRune(rest)
	return n == len(rest) && isLineEnd(r) && !(r == '\n' && m.before(i) == '\r')
}

// atUnixEnd is $ and \Z where only \n ends a line.
func atUnixEnd(m *matcher, i int) bool { return m.text[i:] == "" || m.text[i:] == "\n" }

func atLineBegin(m *matcher, i int) bool {
	before := m.before(i)
	return i == 0 || i < len(m.text) && isLineEnd(before) && !(before == '\r' && m.after(i) == '\n')
}

func atLineEnd(m *matcher, i int) bool {
	after := m.after(i)
	return after < 0 || isLineEnd(after) && !(after == '\n' && m.before(i) == '\r')
}

func atWord(m *matcher, i int) bool { return isWordRune(m.before(i)) != isWordRune(m.after(i)) }

func notAtWord(m *matcher, i int) bool { return !atWord(m, i) }

// isWordRune is Java's idea of a word at \b, which is wider than \w.
func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func isLineEnd(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

var errReplacement = errors.New("the replacement refers to no group")

// expand appends a replacement: $1 and ${name} are groups, a backslash takes
// what follows as it is.
func (m *matcher) expand(dst []byte, replacement string) ([]byte, error) {
	for i := 0; i < len(replacement); i++ {
		switch c := replacement[i]; {
		case c == '\\':
			if i++; i == len(replacement) {
				return nil, errReplacement
			}
			dst = append(dst, replacement[i])
		case c == '$':
			n, length, err := m.reference(replacement[i+1:])
			if err != nil {
				return nil, err
			}
			s, _ := m.group(n)
			dst = append(dst, s...)
			i += length
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

// reference reads the group behind a dollar. Further digits belong to its
// number as long as there is such a group.
func (m *matcher) reference(s string) (n, length int, err error) {
	if len(s) > 0 && s[0] == '{' {
		for length < len(s) && s[length] != '}' {
			length++
		}
		n, ok := m.names[s[1:max(1, length)]]
		if !ok || length == len(s) {
			return 0, 0, errReplacement
		}
		return n, length + 1, nil
	}
	for length < len(s) && isDigit(s[length]) {
		more := 10*n + int(s[length]-'0')
		if length > 0 && more > m.groups {
			break
		}
		n = more
		length++
	}
	if length == 0 || n > m.groups {
		return 0, 0, errReplacement
	}
	return n, length, nil
}
