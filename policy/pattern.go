package policy

import (
	"strings"
	"unicode/utf8"
)

// A pattern is text in which some characters stand for others, and which may
// have variables. Wildcards are bytes that no UTF-8 text contains, so that
// characters that stand for themselves cannot be taken for them.
type pattern struct {
	text   string  // without variables
	pieces []piece // with variables: in this order, instead of text
}

const (
	anyOne = '\xfe' // "?"
	anyRun = '\xff' // "*"
)

// A piece is text, or the variable that a key stands for.
type piece struct {
	text       string // of a variable: what it is where the key has no value
	key        string // lower case; "": no variable
	hasDefault bool
}

// The features that a pattern can have.
type features uint8

const (
	wildcards features = 1 << iota
	variables
)

// compile compiles text whose variables were found good by checkVariables.
func compile(text string, with features) pattern {
	var p pattern
	var literal strings.Builder
	for text != "" {
		if with&variables != 0 && strings.HasPrefix(text, "${") {
			end := strings.IndexByte(text, '}')
			v := readVariable(text[2:end])
			text = text[end+1:]
			if v.key == "" {
				literal.WriteString(v.text)
				continue
			}
			p.pieces = append(p.pieces, piece{text: literal.String()}, v)
			literal.Reset()
			continue
		}
		switch b := text[0]; {
		case b == '*' && with&wildcards != 0:
			literal.WriteByte(anyRun)
		case b == '?' && with&wildcards != 0:
			literal.WriteByte(anyOne)
		default:
			literal.WriteByte(b)
		}
		text = text[1:]
	}
	if p.pieces == nil {
		p.text = literal.String()
	} else {
		p.pieces = append(p.pieces, piece{text: literal.String()})
	}
	return p
}

// readVariable reads what stands between the braces.
func readVariable(inside string) piece {
	if inside == "*" || inside == "?" || inside == "$" {
		return piece{text: inside}
	}
	key, value, hasDefault := strings.Cut(inside, ",")
	return piece{
		key:        strings.ToLower(strings.TrimSpace(key)),
		text:       strings.Trim(strings.TrimSpace(value), "'"),
		hasDefault: hasDefault,
	}
}

// checkVariables refuses variables that are not well formed.
func checkVariables(n *node) error {
	for text := n.text; ; {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return nil
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return n.errorf("a variable has no end: %q", "${"+rest)
		}
		_, value, hasDefault := strings.Cut(inside, ",")
		value = strings.TrimSpace(value)
		if hasDefault && (len(value) < 2 || value[0] != '\'' || value[len(value)-1] != '\'') {
			return n.errorf("the default of a variable must stand in single quotes: %q", "${"+inside+"}")
		}
		if v := readVariable(inside); v.key == "" && v.text == "" || strings.ContainsAny(v.key, "${' ") {
			return n.errorf("no name for a variable: %q", "${"+inside+"}")
		}
		text = after
	}
}

// matches reports whether s is what p stands for. Actions are compared without
// case.
func (p *pattern) matches(s string, context Context, fold bool) bool {
	if p.pieces == nil {
		return match(p.text, s, fold)
	}
	var room [512]byte
	text, ok := p.expand(room[:0], context)
	return ok && match(text, s, fold)
}

// expand appends p with the values of its variables. It is not ok where one has
// none.
func (p *pattern) expand(dst []byte, context Context) (text []byte, ok bool) {
	for i := range p.pieces {
		v := &p.pieces[i]
		value := v.text
		if v.key != "" {
			values := context.values(v.key)
			if len(values) != 1 && !v.hasDefault {
				return nil, false
			}
			if len(values) == 1 {
				value = values[0]
			}
			if strings.IndexByte(value, anyOne) >= 0 || strings.IndexByte(value, anyRun) >= 0 {
				return nil, false
			}
		}
		dst = append(dst, value...)
	}
	return dst, true
}

// match reports whether s is what the pattern p stands for. Of the runs only
// the last is ever tried again, so that it takes len(p)*len(s) steps at most.
func match[P string | []byte](p P, s string, fold bool) bool {
	at, i, run, resume := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case at < len(p) && p[at] == anyRun:
			run, resume = at, i
			at++
		case at < len(p) && p[at] == anyOne:
			at++
			i += width(s[i:])
		case at < len(p) && (p[at] == s[i] || fold && lower(p[at]) == lower(s[i])):
			at++
			i++
		case run >= 0:
			resume += width(s[resume:])
			at, i = run+1, resume
		default:
			return false
		}
	}
	for at < len(p) && p[at] == anyRun {
		at++
	}
	return at == len(p)
}

// width is how many bytes the first character of s has.
func width(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
