package jsonpath

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape resolves the backslashes of a string. As in json-smart, control
// characters vanish from a string that has any, and so does an escape that
// means nothing.
func unescape(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			r, n := escapedRune(raw[i:])
			if r >= 0 {
				b.WriteRune(r)
			}
			i += n
		case c < ' ' || c == 0x7F:
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// escapedRune reads the escape that s begins with and returns what it stands
// for, -1 for nothing, and its length.
func escapedRune(s string) (rune, int) {
	switch s[1] {
	case 't':
		return '\t', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 'f':
		return '\f', 2
	case 'b':
		return '\b', 2
	case '\\', '/', '\'', '"':
		return rune(s[1]), 2
	case 'x':
		return hex(s[2:4]), 4
	case 'u':
		return escapedUnit(s)
	default:
		_, size := utf8.DecodeRuneInString(s[1:])
		return -1, 1 + size
	}
}

// escapedUnit reads \uXXXX, or two of them that make one character. Half of a
// pair becomes a question mark, as where Java writes UTF-8.
func escapedUnit(s string) (rune, int) {
	r := hex(s[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex(s[8:12])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return '?', 6
}

func hex(digits string) rune {
	r := rune(0)
	for i := range len(digits) {
		r = r<<4 | rune(unhex(digits[i]))
	}
	return r
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}

const upperHex = "0123456789ABCDEF"

// appendQuoted appends a string as JSON. A slash is escaped where slashes says
// so; so are, always, the control characters and U+2000 to U+20FF.
func appendQuoted(dst []byte, s string, slashes bool) []byte {
	dst = append(dst, '"')
	kept := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		size := 1
		var escape string
		var r rune
		switch c {
		case '/':
			if slashes {
				escape = `\/`
			}
		case 0xC2, 0xE2:
			r, size = utf8.DecodeRuneInString(s[i:])
			if r > 0x9F && (r < 0x2000 || r > 0x20FF) {
				i += size
				continue
			}
		default:
			r = rune(c)
			escape = shortEscape(c)
		}
		if c == '/' && !slashes {
			i++
			continue
		}
		dst = append(dst, s[kept:i]...)
		if escape != "" {
			dst = append(dst, escape...)
		} else {
			dst = append(dst, '\\', 'u', upperHex[r>>12&15], upperHex[r>>8&15], upperHex[r>>4&15], upperHex[r&15])
		}
		i += size
		kept = i
	}
	dst = append(dst, s[kept:]...)
	return append(dst, '"')
}

// plain says which bytes stand for themselves in any JSON string. The first
// bytes of U+0080 to U+00BF and of U+2000 to U+2FFF must be looked at.
var plain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\' && c != '/' && c != 0x7F && c != 0xC2 && c != 0xE2
	}
	return table
}()

func shortEscape(c byte) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	default:
		return ""
	}
}
