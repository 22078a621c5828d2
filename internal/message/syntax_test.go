package message

import "testing"

func TestSyntax(t *testing.T) {
	for _, c := range []struct {
		s            string
		token, value bool
	}{
		{"X-Set", true, true},
		{"!#$%&'*+-.^_`|~09", true, true},
		{"", false, true},
		{"a b", false, true},
		{"a:", false, true},
		{"tab\tin", false, true},
		{"ü", false, true},
		{"\xff", false, true},
		{"a\r\nB: c", false, false},
		{"a\x00", false, false},
		{"a\x7f", false, false},
	} {
		if got := IsToken(c.s); got != c.token {
			t.Errorf("IsToken(%q) = %v", c.s, got)
		}
		if got := ValidValue(c.s); got != c.value {
			t.Errorf("ValidValue(%q) = %v", c.s, got)
		}
	}
}
