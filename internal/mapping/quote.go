package mapping

import (
	"strings"
	"unicode/utf8"
)

// AppendQuoted appends s as a JSON string, as the JSON writers of Java do:
// control characters are \b, \f, \n, \r, \t or \u001F. Bytes that are no UTF-8
// become U+FFFD.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	start := 0 // of what is still to be copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			size, ok := validRune(s[i:min(i+utf8.UTFMax, len(s))])
			if !ok {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + size
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		if short := strings.IndexByte("\"\\\b\f\n\r\t", c); short >= 0 {
			dst = append(dst, '\\', `"\bfnrt`[short])
		} else {
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// validRune returns the size of the rune that s begins with and whether it is
// one.
func validRune[T string | []byte](s T) (size int, ok bool) {
	r, size := utf8.DecodeRuneInString(string(s))
	return size, r != utf8.RuneError || size > 1
}
