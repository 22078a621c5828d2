package vtl

import "strings"

// A lexer cuts a template into tokens. It is driven by the parser, one token
// at a time, because the parser decides whether a word behind a hash opens a
// directive.
//
// Its states and their stack follow Velocity's own lexer step by step. Much of
// how a template prints (which blanks vanish, when a dollar is only a dollar)
// is a consequence of them and is written down nowhere else.
type lexer struct {
	src    string
	pos    int
	state  lexState
	stack  []savedState
	opened int // parentheses opened in this state
	closed int

	inComment bool
	inSet     bool

	slashesFrom, slashesTo int // the run of backslashes last looked at
}

type savedState struct {
	state          lexState
	opened, closed int
}

func (l *lexer) push(to lexState) {
	l.stack = append(l.stack, savedState{l.state, l.opened, l.closed})
	l.opened = 0
	l.state = to
}

// pop returns to the state below. It reports whether there was one.
func (l *lexer) pop() bool {
	if len(l.stack) == 0 {
		l.opened, l.state = 0, inText
		return false
	}
	s := l.stack[len(l.stack)-1]
	l.stack = l.stack[:len(l.stack)-1]
	l.state, l.opened, l.closed = s.state, s.opened, s.closed
	return true
}

// next returns the next token. Its kind is noToken where the text cannot be
// read on.
func (l *lexer) next() token {
	begin, begun := l.pos, false
	var special strings.Builder
	for l.pos < len(l.src) {
		kind, length := l.match()
		start := l.pos
		l.pos += length
		switch kind {
		case noToken:
			return token{kind: noToken, start: start, end: start}
		case moreDollar, moreDollarBang, moreHash, moreTextBlock, moreDocComment, moreBlockComment, moreAny:
			l.goOn(kind)
			begun = true
		case skipAny:
			begin, begun = l.pos, false
		case terminator:
			special.WriteString(lonely(l.src[begin:l.pos]))
			l.pos--
			l.pop()
			begin, begun = l.pos, false
		default:
			l.finish(kind, start)
			return token{kind, begin, l.pos, special.String()}
		}
	}
	if begun {
		return token{kind: noToken, start: begin, end: l.pos}
	}
	return token{endOfText, l.pos, l.pos, special.String()}
}

// goOn changes the state behind the beginning of a token.
func (l *lexer) goOn(kind tokenKind) {
	if l.inComment {
		return
	}
	switch kind {
	case moreDollar, moreDollarBang:
		if l.state == inReference {
			l.pop()
		}
		l.push(inReference)
	case moreHash:
		if l.state == inReference || l.state == inProperty {
			l.pop()
		}
		l.push(inHash)
	case moreTextBlock:
		l.inComment = true
		l.push(inTextBlock)
	case moreDocComment:
		l.pos--
		l.inComment = true
		l.push(inBlockComment)
	case moreBlockComment:
		l.inComment = true
		l.push(inBlockComment)
	}
}

// finish changes the state behind a whole token that began at start.
func (l *lexer) finish(kind tokenKind, start int) {
	switch kind {
	case indexOpen:
		l.push(inIndex)
	case indexClose, refClose, endDirective, elseDirective:
		l.pop()
	case dot:
		l.pos--
		l.state = inProperty
	case parenOpen:
		l.opened++
		if l.state == inProperty {
			l.state = inArguments
		}
	case parenClose:
		l.closeParen()
	case argsClose:
		l.state = inReference
	case setDirective:
		l.push(inDirective)
		l.inSet = true
		l.opened++
	case ifDirective, elseIfDirective:
		l.state = inDirective
	case integerLiteral, floatLiteral:
		l.finishNumber(kind, start)
	case stringLiteral:
		if l.state == inDirective && !l.inSet && l.opened == 0 {
			l.pop()
		}
	case lineCommentStart:
		if l.state == inReference {
			l.pop()
		}
		l.inComment = true
		l.push(inLineComment)
	case lineComment, blockComment, textBlock:
		l.inComment = false
		l.pop()
	}
}

func (l *lexer) finishNumber(kind tokenKind, start int) {
	if strings.HasSuffix(l.src[start:l.pos], "..") {
		l.pos -= 2
	}
	calm := l.state == inArguments || kind == integerLiteral && l.state == inIndex
	if l.opened == 0 && !l.inSet && !calm {
		l.pop()
	}
}

// closeParen leaves the state whose parenthesis this one closes.
func (l *lexer) closeParen() {
	for l.opened == 0 {
		if !l.pop() {
			return
		}
	}
	if l.opened == l.closed+1 {
		l.pop()
		return
	}
	l.closed++
}

// parenAhead reports whether a parenthesis follows, blanks and newlines aside.
func (l *lexer) parenAhead() bool {
	rest := strings.TrimLeft(l.src[l.pos:], " \t\r\n")
	return strings.HasPrefix(rest, "(")
}

// lonely returns what is printed of a text that began like a reference or a
// directive and was none: its dollars and hashes, and backslashes before them.
func lonely(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '#', '$':
			b.WriteByte(s[i])
		case '\\':
			j := i
			for j < len(s) && s[j] == '\\' {
				j++
			}
			if j < len(s) && s[j] == '$' {
				b.WriteString(s[i : j+1])
				i = j + 1
			}
		}
	}
	return b.String()
}
