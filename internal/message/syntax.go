package message

import "strings"

// IsToken reports whether s is a token: a method, or the name of a header field.
func IsToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&tokenByte == 0 {
			return false
		}
	}
	return s != ""
}

// ValidValue reports whether s can be the value of a header field: it has no
// control characters but tabs. Bytes beyond ASCII are allowed.
func ValidValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&valueByte == 0 {
			return false
		}
	}
	return true
}

const (
	tokenByte = 1 << iota // may be in a token
	valueByte             // may be in the value of a field
)

// class says what each byte may be part of.
var class = func() (t [256]byte) {
	for c := range t {
		if c >= ' ' && c != 0x7f || c == '\t' {
			t[c] |= valueByte
		}
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c < 0x80 && strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0 {
			t[c] |= tokenByte
		}
	}
	return t
}()
