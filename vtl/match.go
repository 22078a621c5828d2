package vtl

import "strings"

// A choice is the longest match found so far; of two that are equally long,
// the first tried stays.
type choice struct {
	kind   tokenKind
	length int
}

func (c *choice) try(kind tokenKind, length int) {
	if length > c.length {
		c.kind, c.length = kind, length
	}
}

func (c *choice) tryText(kind tokenKind, rest, prefix string) {
	if len(prefix) > c.length && strings.HasPrefix(rest, prefix) {
		c.kind, c.length = kind, len(prefix)
	}
}

// match finds the token at the position, by the state. The text is not at its
// end.
func (l *lexer) match() (tokenKind, int) {
	var c choice
	rest := l.src[l.pos:]
	switch l.state {
	case inText:
		l.matchText(&c, rest)
	case inReference, inProperty:
		l.matchReference(&c, rest)
	case inArguments:
		l.matchArguments(&c, rest)
	case inIndex:
		c.tryText(indexClose, rest, "]")
		l.matchBeginnings(&c, rest)
		matchLiterals(&c, rest)
	case inHash:
		l.matchHash(&c, rest)
	case inDirective:
		l.matchDirective(&c, rest)
	case inLineComment:
		l.matchBeginnings(&c, rest)
		c.try(lineComment, newline(rest))
		c.try(skipAny, 1)
	case inBlockComment:
		l.matchBeginnings(&c, rest)
		c.tryText(blockComment, rest, "*#")
		c.try(skipAny, 1)
	case inTextBlock:
		l.matchBeginnings(&c, rest)
		c.tryText(textBlock, rest, "]]#")
		c.try(moreAny, 1)
	}
	return c.kind, c.length
}

// matchBeginnings tries what may begin in every state.
func (l *lexer) matchBeginnings(c *choice, rest string) {
	switch rest[0] {
	case '\\', '$':
		slashes := l.slashes(l.pos)
		after := rest[slashes:]
		if !strings.HasPrefix(after, "$") {
			return
		}
		c.try(moreDollar, slashes+1)
		more := l.slashes(l.pos + slashes + 1)
		if end := slashes + 1 + more; end < len(rest) && rest[end] == '!' {
			c.try(moreDollarBang, end+1)
		}
	case '#':
		c.tryText(moreTextBlock, rest, "#[[")
		if len(rest) > 3 && rest[1] == '*' && rest[2] == '*' && rest[3] != '#' {
			c.try(moreDocComment, 4)
		}
		c.tryText(moreBlockComment, rest, "#*")
		c.try(moreHash, 1)
	}
}

func (l *lexer) matchText(c *choice, rest string) {
	slashes := l.slashes(l.pos)
	if slashes%2 == 1 && slashes < len(rest) && rest[slashes] == '#' {
		if n := max(wordLength(rest[slashes+1:]), bracketedLength(rest[slashes+1:])); n > 0 {
			c.try(escapedDirective, slashes+1+n)
		}
	}
	c.try(setDirective, setLength(rest))
	l.matchBeginnings(c, rest)
	c.tryText(lineCommentStart, rest, "##")
	c.tryText(doubleEscape, rest, `\\`)
	c.tryText(escape, rest, `\`)
	if n := strings.IndexAny(rest, `$#\`); n >= 0 {
		c.try(text, n)
	} else {
		c.try(text, len(rest))
	}
	matchEmptyIndex(c, rest)
}

func matchEmptyIndex(c *choice, rest string) {
	for _, s := range [...]string{"$[", "$![", `$\![`, "$."} {
		c.tryText(emptyIndex, rest, s)
	}
}

func (l *lexer) matchReference(c *choice, rest string) {
	c.tryText(indexOpen, rest, "[")
	if l.state == inProperty {
		c.tryText(parenOpen, rest, "(")
	}
	c.try(setDirective, setLength(rest))
	l.matchBeginnings(c, rest)
	if l.state == inReference {
		c.tryText(lineCommentStart, rest, "##")
	}
	c.tryText(trueLiteral, rest, "true")
	c.tryText(falseLiteral, rest, "false")
	matchName(c, rest)
	c.tryText(refOpen, rest, "{")
	c.tryText(refClose, rest, "}")
	c.try(terminator, 1)
	if l.state == inReference {
		matchEmptyIndex(c, rest)
	}
}

// matchName tries an identifier and the dot before one.
func matchName(c *choice, rest string) {
	if isLetter(rest[0]) || rest[0] == '_' {
		n := 1
		for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n]) || rest[n] == '-' || rest[n] == '_') {
			n++
		}
		c.try(identifier, n)
	}
	if len(rest) > 1 && rest[0] == '.' && isLetter(rest[1]) {
		c.try(dot, 2)
	}
}

func (l *lexer) matchArguments(c *choice, rest string) {
	matchBrackets(c, rest)
	c.tryText(argsClose, rest, ")")
	c.try(setDirective, setLength(rest))
	l.matchBeginnings(c, rest)
	matchLiterals(c, rest)
	matchNumber(c, rest)
	matchName(c, rest)
}

func (l *lexer) matchHash(c *choice, rest string) {
	l.matchBeginnings(c, rest)
	c.tryText(lineCommentStart, rest, "##")
	for _, end := range [...]string{"end", "{end}"} {
		c.try(endDirective, blankLine(rest, end))
	}
	c.tryText(ifDirective, rest, "if")
	c.tryText(ifDirective, rest, "{if}")
	c.tryText(elseIfDirective, rest, "elseif")
	c.tryText(elseIfDirective, rest, "{elseif}")
	for _, other := range [...]string{"else", "{else}"} {
		c.try(elseDirective, blankLine(rest, other))
	}
	matchNumber(c, rest)
	c.try(word, wordLength(rest))
	c.try(bracketedWord, bracketedLength(rest))
	c.try(terminator, 1)
}

func (l *lexer) matchDirective(c *choice, rest string) {
	matchBrackets(c, rest)
	c.tryText(parenOpen, rest, "(")
	c.try(parenClose, blankLine(rest, ")"))
	l.matchBeginnings(c, rest)
	c.tryText(lineCommentStart, rest, "##")
	matchLiterals(c, rest)
	for _, o := range operators {
		c.tryText(o.kind, rest, o.sign)
	}
	matchNumber(c, rest)
	c.try(word, wordLength(rest))
	c.try(bracketedWord, bracketedLength(rest))
}

var operators = [...]struct {
	sign string
	kind tokenKind
}{
	{"-", minus},
	{"+", plus},
	{"*", multiply},
	{"/", divide},
	{"%", modulus},
	{"&&", logicalAnd},
	{"and", logicalAnd},
	{"||", logicalOr},
	{"or", logicalOr},
	{"<", less},
	{"lt", less},
	{"<=", lessEqual},
	{"le", lessEqual},
	{">", greater},
	{"gt", greater},
	{">=", greaterEqual},
	{"ge", greaterEqual},
	{"==", equals},
	{"eq", equals},
	{"!=", notEquals},
	{"ne", notEquals},
	{"!", logicalNot},
	{"not", logicalNot},
	{"=", assign},
}

func matchBrackets(c *choice, rest string) {
	switch rest[0] {
	case '[':
		c.try(listOpen, 1)
	case ']':
		c.try(listClose, 1)
	case ',':
		c.try(comma, 1)
	case '.':
		c.tryText(doubleDot, rest, "..")
	case ':':
		c.try(colon, 1)
	case '{':
		c.try(mapOpen, 1)
	case '}':
		c.try(mapClose, 1)
	}
}

// matchLiterals tries what directives, arguments and indexes have in common.
func matchLiterals(c *choice, rest string) {
	c.try(whiteSpace, len(rest)-len(strings.TrimLeft(rest, " \t\r\n")))
	c.try(stringLiteral, stringLength(rest))
	c.tryText(trueLiteral, rest, "true")
	c.tryText(falseLiteral, rest, "false")
	c.try(integerLiteral, integerLength(rest))
}

func matchNumber(c *choice, rest string) {
	c.try(integerLiteral, integerLength(rest))
	c.try(floatLiteral, floatLength(rest))
}

// integerLength counts two dots behind an integer in, so that the range [1..3]
// is not the float 1. and .3.
func integerLength(s string) int {
	digits := digitsAt(s, signLength(s))
	if digits == 0 {
		return 0
	}
	n := signLength(s) + digits
	if strings.HasPrefix(s[n:], "..") {
		n += 2
	}
	return n
}

func floatLength(s string) int {
	whole := signLength(s)
	whole += digitsAt(s, whole)
	hasWhole := whole > signLength(s)
	n := whole
	if strings.HasPrefix(s[n:], ".") {
		fraction := digitsAt(s, n+1)
		if !hasWhole && fraction == 0 {
			return 0
		}
		n += 1 + fraction
	}
	exponent := exponentAt(s, n)
	if n == whole && (!hasWhole || exponent == 0) {
		return 0
	}
	return n + exponent
}

func exponentAt(s string, n int) int {
	if n >= len(s) || s[n] != 'e' && s[n] != 'E' {
		return 0
	}
	sign := 0
	if n+1 < len(s) && (s[n+1] == '+' || s[n+1] == '-') {
		sign = 1
	}
	digits := digitsAt(s, n+1+sign)
	if digits == 0 {
		return 0
	}
	return 1 + sign + digits
}

func signLength(s string) int {
	if strings.HasPrefix(s, "-") {
		return 1
	}
	return 0
}

func digitsAt(s string, from int) int {
	n := from
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n - from
}

// stringLength returns the length of a string literal. A doubled quote goes on
// where the literal is closed later, and ends it otherwise.
func stringLength(s string) int {
	quote := s[0]
	if quote != '"' && quote != '\'' {
		return 0
	}
	length := 0
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		length = i + 1
		if i+1 == len(s) || s[i+1] != quote {
			break
		}
		i++
	}
	return length
}

func wordLength(s string) int {
	if s == "" || !isLetter(s[0]) && s[0] != '_' && s[0] != '@' {
		return 0
	}
	n := 1
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	return n
}

func bracketedLength(s string) int {
	if len(s) < 3 || s[0] != '{' || !isLetter(s[1]) && s[1] != '_' {
		return 0
	}
	n := 2
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	if n == len(s) || s[n] != '}' {
		return 0
	}
	return n + 1
}

// setLength returns the length of the opening of a #set with the blanks before
// it, which it takes along.
func setLength(s string) int {
	n := len(s) - len(strings.TrimLeft(s, " \t"))
	switch rest := s[n:]; {
	case strings.HasPrefix(rest, "#set"):
		n += len("#set")
	case strings.HasPrefix(rest, "#{set}"):
		n += len("#{set}")
	default:
		return 0
	}
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n == len(s) || s[n] != '(' {
		return 0
	}
	return n + 1
}

// blankLine returns the length of prefix with the blanks and the newline behind
// it, or without them where something else follows on the line.
func blankLine(s, prefix string) int {
	if !strings.HasPrefix(s, prefix) {
		return 0
	}
	rest := strings.TrimLeft(s[len(prefix):], " \t")
	if n := newline(rest); n > 0 {
		return len(s) - len(rest) + n
	}
	return len(prefix)
}

func newline(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case strings.HasPrefix(s, "\n"), strings.HasPrefix(s, "\r"):
		return 1
	}
	return 0
}

// slashes counts the backslashes at pos. It remembers the run, which is asked
// for again from each of its backslashes.
func (l *lexer) slashes(pos int) int {
	if pos >= len(l.src) || l.src[pos] != '\\' {
		return 0
	}
	if pos < l.slashesFrom || pos >= l.slashesTo {
		end := pos
		for end < len(l.src) && l.src[end] == '\\' {
			end++
		}
		l.slashesFrom, l.slashesTo = pos, end
	}
	return l.slashesTo - pos
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '@' }
