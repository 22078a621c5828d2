package gatewayresponse

import (
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
)

// A template is the compiled template of a body: text and references to
// variables, nothing else. Directives and function calls of mapping templates
// are text here.
type template []part

// A part is text, and then a reference if it has one.
type part struct {
	text   string
	value  mapping.Expression
	filled bool
	empty  string // what stands where the value is missing
}

// compileTemplate cannot fail: what is no reference is text.
func compileTemplate(s string) template {
	var t template
	start := 0
	for i := 0; i < len(s); {
		if s[i] != '$' {
			i++
			continue
		}
		name, size := reference(s[i+1:])
		value, err := mapping.Compile(name)
		if size == 0 || err != nil || value.Body() {
			i++
			continue
		}
		p := part{text: s[start:i], value: value, filled: true, empty: unresolved}
		if name == "context.error.messageString" {
			p.empty = noMessage
		}
		t = append(t, p)
		i += 1 + size
		start = i
	}
	if start < len(s) {
		t = append(t, part{text: s[start:]})
	}
	return t
}

// reference reads the reference that s, the text behind a "$", begins with:
// its name, and how long it is with its braces. No reference has size 0.
func reference(s string) (name string, size int) {
	if braced, ok := strings.CutPrefix(s, "{"); ok {
		n := nameLen(braced)
		if n == 0 || !strings.HasPrefix(braced[n:], "}") {
			return "", 0
		}
		return braced[:n], n + 2
	}
	n := nameLen(s)
	return s[:n], n
}

// nameLen returns the length of the name that s begins with, 0 for none.
func nameLen(s string) int {
	for _, r := range roots {
		rest, ok := strings.CutPrefix(s, r.prefix)
		if !ok || rest == "" || !isWord(rest[0]) {
			continue
		}
		i := 1
		for i < len(rest) && r.continues(rest[i:]) {
			i++
		}
		return len(r.prefix) + i
	}
	return 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isWord(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' || c == '_' }

func (t template) append(dst []byte, sc *mapping.Scope) []byte {
	for i := range t {
		p := &t[i]
		dst = append(dst, p.text...)
		if !p.filled {
			continue
		}
		var ok bool
		if dst, ok = p.value.Append(dst, sc); !ok {
			dst = append(dst, p.empty...)
		}
	}
	return dst
}
