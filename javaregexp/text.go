package javaregexp

import "unicode/utf8"

// decodeRune is utf8.DecodeRuneInString that also knows halves of characters
// beyond the basic plane, which texts of UTF-16 can hold.
func decodeRune(s string) (rune, int) {
	if len(s) >= 3 && isHalf(s[:3]) {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

// decodeLastRune is the same for the end of a text.
func decodeLastRune(s string) (rune, int) {
	if len(s) >= 3 && isHalf(s[len(s)-3:]) {
		return decodeRune(s[len(s)-3:])
	}
	return utf8.DecodeLastRuneInString(s)
}

func isHalf(s string) bool {
	return s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2] >= 0x80 && s[2] <= 0xBF
}

// width returns the length of the character at i, 1 at the end.
func (m *Matcher) width(i int) int {
	if i >= len(m.text) {
		return 1
	}
	_, n := decodeRune(m.text[i:])
	return n
}

// before returns the character before i, -1 at the beginning.
func (m *Matcher) before(i int) rune {
	if i == 0 {
		return -1
	}
	r, _ := decodeLastRune(m.text[:i])
	return r
}

// after returns the character at i, -1 at the end.
func (m *Matcher) after(i int) rune {
	if i >= len(m.text) {
		return -1
	}
	r, _ := decodeRune(m.text[i:])
	return r
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLineEnd(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}
