package jsonschema

import (
	"net/netip"
	"strings"
	"unicode"
)

// uri takes what RFC 2396 calls a URI reference, and characters beyond ASCII
// but for blanks and controls: what Java takes.
func uri(s string) bool {
	s, fragment, _ := strings.Cut(s, "#")
	if !legal(fragment, "[]") {
		return false
	}
	if colon := strings.IndexAny(s, ":/?"); colon >= 0 && s[colon] == ':' {
		if !scheme(s[:colon]) || colon+1 == len(s) {
			return false
		}
		if s = s[colon+1:]; s[0] != '/' {
			return legal(s, "[]?/")
		}
	}
	s, query, _ := strings.Cut(s, "?")
	if !legal(query, "[]?/") {
		return false
	}
	if rest, found := strings.CutPrefix(s, "//"); found {
		host, path, found := strings.Cut(rest, "/")
		return (host != "" || found) && authority(host) && legal(path, "/")
	}
	return legal(s, "/")
}

func scheme(s string) bool {
	return s != "" && unicode.IsLetter(rune(s[0])) && !strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+-.", r)
	})
}

func authority(s string) bool {
	open := strings.LastIndexByte(s, '[')
	if open < 0 {
		return legal(s, "")
	}
	user, rest := s[:open], s[open+1:]
	address, port, closed := strings.Cut(rest, "]")
	ip, err := netip.ParseAddr(address)
	return closed && err == nil && ip.Is6() && (user == "" || strings.HasSuffix(user, "@") && legal(user, "")) &&
		(port == "" || port[0] == ':' && strings.Trim(port[1:], "0123456789") == "")
}

// legal reports whether a part of a URI has no characters that must be escaped
// there. Some may stand in this part alone.
func legal(s, also string) bool {
	for i, r := range s {
		switch {
		case r == '%':
			if len(s)-i < 3 || strings.Trim(s[i+1:i+3], hexDigits) != "" {
				return false
			}
		case r >= 0x80:
			if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Z) {
				return false
			}
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.!~*'();:@&=+$,"+also, r):
			return false
		}
	}
	return true
}
