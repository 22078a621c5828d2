package jsonpath

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// A pattern is a regular expression of a filter. It is matched in time linear
// in the text; what that rules out, looking around and back references, does
// not compile.
type pattern struct {
	regexp *regexp.Regexp
	size   int // of its program: what each character may cost
}

// patternFlags are the letters behind a pattern, as Go's syntax has them. The
// others of the engine's change what only a few texts match: "d", "u" and "U"
// are accepted and "x" is not.
const patternFlags = "imsduU"

func compilePattern(source, flags string) (*pattern, error) {
	own := strings.Map(func(r rune) rune {
		if strings.ContainsRune("ims", r) {
			return r
		}
		return -1
	}, flags)
	if own != "" {
		own = "(?" + own + ")"
	}
	dot := `[^\n\r\x{85}\x{2028}\x{2029}]`
	if strings.Contains(flags, "s") {
		dot = "."
	}
	whole := `\A` + own + `(?:` + javaPattern(source, dot) + `)\z`
	tree, err := syntax.Parse(whole, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(whole)
	if err != nil {
		return nil, err
	}
	return &pattern{re, len(program.Inst)}, nil
}

// javaPattern rewrites what Go reads in another way than Java: the dot, which
// leaves out all of Java's line ends, the white space class, which has the
// vertical tab, and an escaped slash.
func javaPattern(source, dot string) string {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case c == '\\' && i+1 < len(source):
			i++
			b.WriteString(javaEscape(source[i], inClass))
		case c == '[':
			inClass = true
			b.WriteByte(c)
		case c == ']':
			inClass = false
			b.WriteByte(c)
		case c == '.' && !inClass:
			b.WriteString(dot)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func javaEscape(c byte, inClass bool) string {
	switch {
	case c == '/':
		return "/"
	case c == 's' && inClass:
		return `\s\x0B`
	case c == 's':
		return `[\s\x0B]`
	case c == 'h' && !inClass:
		return `[ \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]`
	case c == 'Z' && !inClass:
		return `(?:\n?\z)`
	default:
		return `\` + string(c)
	}
}
