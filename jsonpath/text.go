package jsonpath

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape resolves the backslashes of a string.
func unescape(raw string) string {
	return string(appendUnescaped(make([]byte, 0, len(raw)), raw))
}

func appendUnescaped(dst []byte, raw string) []byte {
	for raw != "" {
		plain, r, rest := piece(raw)
		dst = append(dst, plain...)
		if r >= 0 {
			dst = utf8.AppendRune(dst, r)
		}
		raw = rest
	}
	return dst
}

// piece returns the text before the first escape of a string, what the escape
// stands for, -1 for nothing, and what comes behind it. As in json-smart,
// control characters vanish from a string with backslashes, and so does an
// escape that means nothing.
func piece(raw string) (plain string, r rune, rest string) {
	i := 0
	for i < len(raw) && raw[i] != '\\' && raw[i] >= ' ' && raw[i] != 0x7F {
		i++
	}
	switch {
	case i == len(raw):
		return raw, -1, ""
	case raw[i] != '\\':
		return raw[:i], -1, raw[i+1:]
	default:
		r, n := escapedRune(raw[i:])
		return raw[:i], r, raw[i+n:]
	}
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

// appendQuoted appends a string as JSON. A slash is escaped where slashes says
// so; control characters and U+2000 to U+20FF always are.
func appendQuoted(dst []byte, s string, slashes bool) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s, slashes)
	return append(dst, '"')
}

// appendRequoted does the same for a string that has escapes already, which
// may be others.
func appendRequoted(dst []byte, raw string, slashes bool) []byte {
	dst = append(dst, '"')
	for raw != "" {
		plain, r, rest := piece(raw)
		dst = appendEscaped(dst, plain, slashes)
		if r >= 0 {
			dst = appendEscaped(dst, string(r), slashes)
		}
		raw = rest
	}
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string, slashes bool) []byte {
	kept := 0
	for i := 0; i < len(s); {
		if plain[s[i]] || s[i] == '/' && !slashes {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0xA0 || r >= 0x2000 && r <= 0x20FF {
			dst = append(dst, s[kept:i]...)
			dst = appendEscape(dst, r)
			kept = i + size
		}
		i += size
	}
	return append(dst, s[kept:]...)
}

// ones and highs have the lowest and the highest bit of each of eight bytes.
const ones, highs = 0x0101010101010101, 0x8080808080808080

// eight returns the first eight bytes of s, the first of them lowest.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// isPlain reports whether a string has nothing that is escaped, where that is easy
// to see. It looks at eight bytes at a time as long as they are ASCII: each of the
// terms has the high bit of a byte that is none, or that is escaped.
func isPlain(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := eight(s[i:])
		quote, backslash := w^ones*'"', w^ones*'\\'
		if (w|(w+ones)|(w-ones*' ')|(quote-ones)|(backslash-ones))&highs != 0 {
			break
		}
	}
	for i < len(s) && (plain[s[i]] || s[i] == '/') {
		i++
	}
	return i == len(s)
}

// plain says which bytes stand for themselves in any JSON string. The first
// bytes of U+0080 to U+00BF and of U+2000 to U+2FFF must be looked at.
var plain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\' && c != '/' && c != 0x7F && c != 0xC2 && c != 0xE2
	}
	return table
}()

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\', '/':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default:
		const hex = "0123456789ABCDEF"
		return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
}
