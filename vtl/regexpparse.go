package vtl

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A regexpParser reads a regular expression as java.util.regex does. An error
// is a panic with a regexpError, which compileRegexp catches.
type regexpParser struct {
	src    string
	pos    int
	depth  int
	groups int
	names  map[string]int
	flags  regexpFlags
}

type regexpFlags struct{ fold, multiline, dotAll, comments, unix, unicode bool }

type regexpError string

func (e regexpError) Error() string { return string(e) }

// maxRegexpNesting bounds how deep groups and classes are nested, and
// maxRegexpCount how often a piece is repeated.
const (
	maxRegexpNesting = 200
	maxRegexpCount   = 100_000
)

func compileRegexp(src string) (p *pattern, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(regexpError)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	r := &regexpParser{src: src, names: map[string]int{}}
	root := r.alternatives()
	if r.pos < len(src) {
		r.fail("unmatched )")
	}
	return &pattern{root, r.groups, r.names}, nil
}

func (r *regexpParser) fail(format string, args ...any) {
	panic(regexpError(fmt.Sprintf("regular expression %q: ", r.src) + fmt.Sprintf(format, args...)))
}

func (r *regexpParser) more() bool {
	if r.flags.comments {
		r.skipComments()
	}
	return r.pos < len(r.src)
}

func (r *regexpParser) skipComments() {
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

func (r *regexpParser) accept(s string) bool {
	if strings.HasPrefix(r.src[r.pos:], s) {
		r.pos += len(s)
		return true
	}
	return false
}

func (r *regexpParser) rune() rune {
	if r.pos >= len(r.src) {
		r.fail("unexpected end")
	}
	c, n := decodeRune(r.src[r.pos:])
	r.pos += n
	return c
}

func (r *regexpParser) alternatives() piece {
	if r.depth++; r.depth > maxRegexpNesting {
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

func (r *regexpParser) sequence() piece {
	var s sequence
	for r.more() && r.src[r.pos] != '|' && r.src[r.pos] != ')' {
		if p := r.atom(); p != nil {
			s = append(s, r.quantified(p))
		}
	}
	if len(s) == 1 {
		return s[0]
	}
	return s
}

// atom reads one piece; nil for flags that hold from here on.
func (r *regexpParser) atom() piece {
	switch c := r.rune(); c {
	case '(':
		return r.group()
	case '[':
		return charPiece{r.class()}
	case '.':
		return charPiece{r.any()}
	case '^':
		if r.flags.multiline {
			return anchor(atLineBegin)
		}
		return anchor(atBegin)
	case '$':
		return r.dollar()
	case '\\':
		return r.escape()
	case '*', '+', '?':
		r.fail("nothing to repeat before %c", c)
		return nil
	default:
		return r.literal(c)
	}
}

func (r *regexpParser) dollar() piece {
	switch {
	case r.flags.multiline && r.flags.unix:
		return anchor(func(m *matcher, i int) bool { return i == len(m.text) || m.text[i] == '\n' })
	case r.flags.multiline:
		return anchor(atLineEnd)
	case r.flags.unix:
		return anchor(atUnixEnd)
	}
	return anchor(atLastLine)
}

func (r *regexpParser) any() runeSet {
	switch {
	case r.flags.dotAll:
		return func(rune) bool { return true }
	case r.flags.unix:
		return func(c rune) bool { return c != '\n' }
	}
	return func(c rune) bool { return !isLineEnd(c) }
}

func (r *regexpParser) literal(c rune) piece { return charPiece{r.single(c)} }

// single returns the set of one character, in both cases where case does not
// count.
func (r *regexpParser) single(c rune) runeSet {
	if !r.flags.fold {
		return func(d rune) bool { return d == c }
	}
	return r.folded(func(d rune) bool { return d == c })
}

func (r *regexpParser) folded(s runeSet) runeSet {
	if !r.flags.fold {
		return s
	}
	if r.flags.unicode {
		return func(c rune) bool {
			return s(c) || s(unicode.ToLower(c)) || s(unicode.ToUpper(c)) || s(unicode.ToLower(unicode.ToUpper(c)))
		}
	}
	return func(c rune) bool {
		return s(c) || c < utf8.RuneSelf && (s(unicode.ToLower(c)) || s(unicode.ToUpper(c)))
	}
}

// group reads a group behind its parenthesis.
func (r *regexpParser) group() piece {
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
		wrap = func(p piece) piece { return lookbehind{p, true} }
	case r.accept("<!"):
		wrap = func(p piece) piece { return lookbehind{p, false} }
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

func (r *regexpParser) capture(name string) piece {
	r.groups++
	n := r.groups
	if name != "" {
		r.names[name] = n
	}
	saved := r.flags
	p := r.alternatives()
	r.closeGroup()
	r.flags = saved
	return capture{p, n}
}

func (r *regexpParser) closeGroup() {
	if !r.accept(")") {
		r.fail("unclosed group")
	}
}

func (r *regexpParser) name() string {
	end := strings.IndexByte(r.src[r.pos:], '>')
	if end <= 0 {
		r.fail("unclosed name of a group")
	}
	name := r.src[r.pos : r.pos+end]
	r.pos += end + 1
	return name
}

// setFlags reads (?i) or (?i:. It reports whether the group is over.
func (r *regexpParser) setFlags() bool {
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
func (r *regexpParser) quantified(p piece) piece {
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

func (r *regexpParser) quantifier() (least, most int, ok bool) {
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

func (r *regexpParser) count() int {
	n := digitsAt(r.src, r.pos)
	i, err := strconv.Atoi(r.src[r.pos : r.pos+n])
	if err != nil || i > maxRegexpCount {
		r.fail("malformed repetition")
	}
	r.pos += n
	return i
}

// escape reads what follows a backslash outside of a class.
func (r *regexpParser) escape() piece {
	start := r.pos
	switch c := r.rune(); c {
	case 'A':
		return anchor(atBegin)
	case 'G':
		return anchor(atSearch)
	case 'z':
		return anchor(atEnd)
	case 'Z':
		if r.flags.unix {
			return anchor(atUnixEnd)
		}
		return anchor(atLastLine)
	case 'b':
		return anchor(atWord)
	case 'B':
		return anchor(notAtWord)
	case 'R':
		crlf := sequence{r.literal('\r'), r.literal('\n')}
		return alternation{crlf, charPiece{verticalSpace}}
	case 'Q':
		return r.quoted()
	case 'k':
		if !r.accept("<") {
			r.fail(`\k needs the name of a group`)
		}
		n, ok := r.names[r.name()]
		if !ok {
			r.fail("no group of that name")
		}
		return backreference{n, r.flags.fold}
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.backreference(int(c - '0'))
	default:
		r.pos = start
		return charPiece{r.escapedSet()}
	}
}

func (r *regexpParser) backreference(n int) piece {
	for r.pos < len(r.src) && isDigit(r.src[r.pos]) {
		more := 10*n + int(r.src[r.pos]-'0')
		if more > r.groups {
			break
		}
		n = more
		r.pos++
	}
	if n > r.groups {
		return charPiece{func(rune) bool { return false }}
	}
	return backreference{n, r.flags.fold}
}

// quoted reads \Q…\E.
func (r *regexpParser) quoted() piece {
	s, _, closed := strings.Cut(r.src[r.pos:], `\E`)
	r.pos += len(s)
	if closed {
		r.pos += len(`\E`)
	}
	var p sequence
	for s != "" {
		c, n := decodeRune(s)
		p = append(p, r.literal(c))
		s = s[n:]
	}
	return p
}

// escapedSet reads an escape that stands for a character or a set of them.
func (r *regexpParser) escapedSet() runeSet {
	c := r.rune()
	if s, ok := perlSets[c]; ok {
		return s
	}
	if s, ok := perlSets[unicode.ToLower(c)]; ok && unicode.IsUpper(c) {
		return not(s)
	}
	switch c {
	case 'p':
		return r.folded(r.named())
	case 'P':
		return not(r.named())
	}
	return r.single(r.escapedRune(c))
}

var perlSets = map[rune]runeSet{
	'd': func(c rune) bool { return '0' <= c && c <= '9' },
	'w': func(c rune) bool { return c == '_' || c < utf8.RuneSelf && (isLetter(byte(c)) || isDigit(byte(c))) },
	's': asciiSpace,
	'h': func(c rune) bool {
		return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || c == 0x180E ||
			0x2000 <= c && c <= 0x200A || c == 0x202F || c == 0x205F || c == 0x3000
	},
	'v': verticalSpace,
}

func asciiSpace(c rune) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func verticalSpace(c rune) bool {
	return '\n' <= c && c <= '\r' || c == 0x85 || c == 0x2028 || c == 0x2029
}

func not(s runeSet) runeSet { return func(c rune) bool { return !s(c) } }

// escapedRune returns the character that an escape stands for.
func (r *regexpParser) escapedRune(c rune) rune {
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return 7
	case 'e':
		return 27
	case 'c':
		return r.rune() ^ 64
	case '0':
		return r.octal()
	case 'x':
		if r.accept("{") {
			end := max(0, strings.IndexByte(r.src[r.pos:], '}'))
			c := r.hex(end)
			r.pos++
			return c
		}
		return r.hex(2)
	case 'u':
		return r.hex(4)
	}
	if c < utf8.RuneSelf && isLetter(byte(c)) {
		r.fail(`unknown escape \%c`, c)
	}
	return c
}

func (r *regexpParser) octal() rune {
	n := 0
	for n < 3 && r.pos+n < len(r.src) && '0' <= r.src[r.pos+n] && r.src[r.pos+n] <= '7' {
		n++
	}
	if n == 3 && r.src[r.pos] > '3' {
		n = 2
	}
	c, err := strconv.ParseUint(r.src[r.pos:r.pos+n], 8, 32)
	if err != nil {
		r.fail("malformed octal number")
	}
	r.pos += n
	return rune(c)
}

func (r *regexpParser) hex(n int) rune {
	if r.pos+n > len(r.src) {
		r.fail("malformed hexadecimal number")
	}
	c, err := strconv.ParseUint(r.src[r.pos:r.pos+n], 16, 32)
	if err != nil || c > unicode.MaxRune {
		r.fail("malformed hexadecimal number")
	}
	r.pos += n
	return rune(c)
}

// named reads the name of a property: \pL or \p{Lower}.
func (r *regexpParser) named() runeSet {
	var name string
	if r.accept("{") {
		end := strings.IndexByte(r.src[r.pos:], '}')
		if end < 0 {
			r.fail("unclosed name of a property")
		}
		name = r.src[r.pos : r.pos+end]
		r.pos += end + 1
	} else {
		name = string(r.rune())
	}
	s := propertySet(name)
	if s == nil {
		r.fail("unknown property %s", name)
	}
	return s
}

func propertySet(name string) runeSet {
	if s, ok := posixSets[name]; ok {
		return s
	}
	if _, value, ok := strings.Cut(name, "="); ok {
		name = value
	}
	for _, n := range [...]string{name, strings.TrimPrefix(name, "Is"), strings.TrimPrefix(name, "In")} {
		if table, ok := unicode.Categories[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
		if table, ok := unicode.Scripts[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
		if table, ok := unicode.Properties[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
	}
	return nil
}

func ascii(from, to rune) runeSet { return func(c rune) bool { return from <= c && c <= to } }

func asciiAlnum(c rune) bool { return c < utf8.RuneSelf && (isLetter(byte(c)) || isDigit(byte(c))) }

var posixSets = map[string]runeSet{
	"Lower":             ascii('a', 'z'),
	"Upper":             ascii('A', 'Z'),
	"ASCII":             ascii(0, 0x7F),
	"Alpha":             func(c rune) bool { return c < utf8.RuneSelf && isLetter(byte(c)) },
	"Digit":             ascii('0', '9'),
	"Alnum":             asciiAlnum,
	"Punct":             func(c rune) bool { return '!' <= c && c <= '~' && !asciiAlnum(c) },
	"Graph":             ascii('!', '~'),
	"Print":             ascii(' ', '~'),
	"Blank":             func(c rune) bool { return c == ' ' || c == '\t' },
	"Cntrl":             func(c rune) bool { return 0 <= c && c < 0x20 || c == 0x7F },
	"XDigit":            func(c rune) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' },
	"Space":             asciiSpace,
	"javaLowerCase":     unicode.IsLower,
	"javaUpperCase":     unicode.IsUpper,
	"javaWhitespace":    unicode.IsSpace,
	"javaLetter":        unicode.IsLetter,
	"javaDigit":         unicode.IsDigit,
	"javaLetterOrDigit": func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) },
	"IsAlphabetic":      unicode.IsLetter,
	"IsLetter":          unicode.IsLetter,
	"IsDigit":           unicode.IsDigit,
	"IsLowercase":       unicode.IsLower,
	"IsUppercase":       unicode.IsUpper,
	"IsPunctuation":     unicode.IsPunct,
	"IsWhite_Space":     unicode.IsSpace,
	"L1":                ascii(0, 0xFF),
	"all":               func(rune) bool { return true },
}

// class reads a class behind its bracket.
func (r *regexpParser) class() runeSet {
	if r.depth++; r.depth > maxRegexpNesting {
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
func (r *regexpParser) union() runeSet {
	var sets []runeSet
	for first := true; ; first = false {
		if !r.more() {
			r.fail("unclosed class")
		}
		rest := r.src[r.pos:]
		if rest[0] == ']' && (!first || len(sets) > 0) || strings.HasPrefix(rest, "&&") {
			break
		}
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

func (r *regexpParser) classMember() runeSet {
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
func (r *regexpParser) rangeAhead() bool {
	rest := r.src[r.pos:]
	return len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '['
}

func (r *regexpParser) quotedSet() runeSet {
	r.pos++
	s, _, _ := strings.Cut(r.src[r.pos:], `\E`)
	r.pos = min(len(r.src), r.pos+len(s)+len(`\E`))
	return r.folded(func(c rune) bool { return strings.ContainsRune(s, c) })
}
