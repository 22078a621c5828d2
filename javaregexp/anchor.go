package javaregexp

import "unicode"

// A textBegin matches at the beginning of the text.
type textBegin struct{}

func (textBegin) match(_ *Matcher, i int, next func(int) bool) bool { return i == 0 && next(i) }

func (textBegin) length() (least, most int) { return 0, 0 }

// An anchor matches between characters.
type anchor func(m *Matcher, i int) bool

func (p anchor) match(m *Matcher, i int, next func(int) bool) bool {
	return p(m, i) && next(i)
}

func (p anchor) length() (least, most int) { return 0, 0 }

func atLastMatch(m *Matcher, i int) bool { return i == m.last }

func atEnd(m *Matcher, i int) bool { return i == len(m.text) }

// atLastLine is $ and \Z: the end, or before the newline that ends the text.
func atLastLine(m *Matcher, i int) bool {
	rest := m.text[i:]
	if rest == "" || rest == "\r\n" {
		return true
	}
	r, n := decodeRune(rest)
	return n == len(rest) && isLineEnd(r) && !(r == '\n' && m.before(i) == '\r')
}

// atUnixEnd is $ and \Z where only \n ends a line.
func atUnixEnd(m *Matcher, i int) bool { return m.text[i:] == "" || m.text[i:] == "\n" }

func atLineBegin(m *Matcher, i int) bool {
	before := m.before(i)
	return i == 0 || i < len(m.text) && isLineEnd(before) && !(before == '\r' && m.after(i) == '\n')
}

func atUnixLineBegin(m *Matcher, i int) bool {
	return i == 0 || i < len(m.text) && m.text[i-1] == '\n'
}

func atLineEnd(m *Matcher, i int) bool {
	after := m.after(i)
	return after < 0 || isLineEnd(after) && !(after == '\n' && m.before(i) == '\r')
}

func atUnixLineEnd(m *Matcher, i int) bool { return i == len(m.text) || m.text[i] == '\n' }

func atWord(m *Matcher, i int) bool { return isWordRune(m.before(i)) != isWordRune(m.after(i)) }

func notAtWord(m *Matcher, i int) bool { return !atWord(m, i) }

// isWordRune is Java's idea of a word at \b, which is wider than \w.
func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
