package integration

import (
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/javaregexp"
)

// A pattern is a regular expression of Java that matches whole values only. It
// is text alone, or Go's regexp runs it in linear time, or Java's way is gone.
type pattern struct {
	status  string // of the integration response that it is for
	literal string
	linear  *regexp.Regexp
	java    *javaregexp.Pattern
}

func compilePattern(text string) (pattern, error) {
	if regexp.QuoteMeta(text) == text {
		return pattern{literal: text}, nil
	}
	if form, same := linearForm(text); same {
		if re, err := regexp.Compile(`\A(?:` + form + `)\z`); err == nil {
			return pattern{linear: re}, nil
		}
	}
	java, err := javaregexp.Compile(text)
	return pattern{java: java}, err
}

func (p *pattern) matches(value string, budget javaregexp.Budget) (bool, error) {
	switch {
	case p.java != nil:
		return p.java.Matches(value, budget)
	case p.linear != nil:
		return p.linear.MatchString(value), nil
	}
	return p.literal == value, nil
}

// linearForm writes a pattern of Java for Go's regexp. same is false where the
// pattern has something that Go does not have, or might take otherwise.
func linearForm(text string) (form string, same bool) {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(text); {
		rest := text[i:]
		part, n := rest[:1], 1
		switch rest[0] {
		case '\\':
			part, n = linearEscape(rest)
		case '[':
			part, n = linearClass(rest)
		case '.':
			part = `[^\n\r\x{85}\x{2028}\x{2029}]`
		case '{':
			part = repeat.FindString(rest)
			n = len(part)
		case '(':
			depth++
			if strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(?:") {
				return "", false
			}
		case ')':
			depth--
		case '$':
			// Java's matches before a newline at the end too.
			if rest != "$" && !(depth == 0 && rest[1] == '|') {
				return "", false
			}
		}
		if n == 0 {
			return "", false
		}
		b.WriteString(part)
		i += n
	}
	return b.String(), true
}

var repeat = regexp.MustCompile(`^\{\d+(,\d*)?\}`)

// linearEscape translates the escape that a text begins with, and says how long
// it is; 0 for those that Go may take otherwise.
func linearEscape(text string) (form string, length int) {
	switch {
	case len(text) < 2:
		return "", 0
	case text[1] == 's':
		return `[\t-\r ]`, 2
	case text[1] == 'S':
		return `[^\t-\r ]`, 2
	case strings.IndexByte("dDwWtnrf", text[1]) >= 0, isPunctuation(text[1]):
		return text[:2], 2
	}
	return "", 0
}

func isPunctuation(c byte) bool {
	return ' ' <= c && c <= '~' && !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z')
}

// linearClass translates a class likewise, unless there are classes within it
// or it begins with a bracket.
func linearClass(text string) (form string, length int) {
	var b strings.Builder
	inner := strings.TrimPrefix(text[1:], "^")
	i := len(text) - len(inner)
	b.WriteString(text[:i])
	for first := i; i < len(text); {
		switch rest := text[i:]; {
		case rest[0] == ']':
			if i == first {
				return "", 0
			}
			b.WriteByte(']')
			return b.String(), i + 1
		case rest[0] == '[', strings.HasPrefix(rest, "&&"):
			return "", 0
		case rest[0] == '\\':
			part, n := linearEscape(rest)
			switch {
			case n == 0, rest[1] == 'S':
				return "", 0
			case rest[1] == 's':
				part = `\t-\r `
			}
			b.WriteString(part)
			i += n
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return "", 0
}
