package jsonschema

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parse reads a JSON text, strictly by RFC 8259. Of members with the same name
// the last gives the value and the first the place. Bytes that are no UTF-8
// count as U+FFFD.
func (d *document) parse(text string) (*value, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{MaxText, "text is too long"}
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	d.values, d.pending, d.most = d.values[:0], d.pending[:0], 0
	d.reserve(text)
	p := parser{document: d, text: text}
	root, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(text) {
		return nil, p.wrong("text after the value")
	}
	d.values = append(d.values, root)
	return &d.values[len(d.values)-1], nil
}

// reserve makes room for the values of a long text at once: what grows step by
// step takes several times as much memory on its way.
func (d *document) reserve(text string) {
	const short = 64 << 10 // bytes
	if len(text) <= short {
		return
	}
	commas := strings.Count(text, ",")
	opened := strings.Count(text, "[") + strings.Count(text, "{")
	most := 1 + commas + min(opened, commas+MaxDepth) // more are opened only to be closed at once
	d.values = slices.Grow(d.values, most)
	d.pending = slices.Grow(d.pending, most)
}

type parser struct {
	*document
	text string
	at   int
}

func (p *parser) wrong(reason string) error { return &SyntaxError{p.at, reason} }

// space skips white space and returns the byte behind, 0 at the end.
func (p *parser) space() byte {
	for ; p.at < len(p.text); p.at++ {
		if c := p.text[p.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

func (p *parser) value(depth int) (value, error) {
	switch c := p.space(); c {
	case '{':
		return p.container(object, '}', depth+1)
	case '[':
		return p.container(array, ']', depth+1)
	case '"':
		s, err := p.string()
		return value{kind: text, text: s}, err
	case 't':
		return p.word(boolean, "true")
	case 'f':
		return p.word(boolean, "false")
	case 'n':
		return p.word(null, "null")
	default:
		return p.number()
	}
}

func (p *parser) word(k kind, word string) (value, error) {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return value{}, p.wrong("no value")
	}
	p.at += len(word)
	return value{kind: k, text: word}, nil
}

// container reads an object or an array. Its children wait in pending until
// it is closed, so that they come to lie next to each other.
func (p *parser) container(k kind, end byte, depth int) (value, error) {
	if depth > MaxDepth {
		return value{}, p.wrong("nested too deeply")
	}
	mark := len(p.pending)
	p.at++
	for more := p.space() != end; more; {
		child, err := p.child(k, depth)
		if err != nil {
			return value{}, err
		}
		child.place = int32(len(p.pending) - mark)
		p.pending = append(p.pending, child)
		p.most = max(p.most, len(p.pending))
		switch p.space() {
		case ',':
			p.at++
		case end:
			more = false
		default:
			return value{}, p.wrong("neither a comma nor the end of the " + k.String())
		}
	}
	p.at++
	children := p.pending[mark:]
	if k == object {
		children = sortMembers(children)
	}
	v := value{kind: k, start: int32(len(p.values)), count: int32(len(children))}
	p.values = append(p.values, children...)
	p.pending = p.pending[:mark]
	return v, nil
}

func (p *parser) child(k kind, depth int) (value, error) {
	if k == array {
		return p.value(depth)
	}
	if p.space() != '"' {
		return value{}, p.wrong("no name")
	}
	name, err := p.string()
	if err != nil {
		return value{}, err
	}
	if p.space() != ':' {
		return value{}, p.wrong("no colon")
	}
	p.at++
	child, err := p.value(depth)
	child.name = name
	return child, err
}

func sortMembers(members []value) []value {
	byName := func(a, b value) int { return compareText(a.name, b.name) }
	if !slices.IsSortedFunc(members, byName) {
		slices.SortStableFunc(members, byName)
	}
	kept := members[:0]
	for _, m := range members {
		if last := len(kept) - 1; last >= 0 && kept[last].name == m.name {
			m.place = kept[last].place
			kept[last] = m
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// string reads a string. One without escapes is a part of the text.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return p.text[start : p.at-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.wrong("control character in a string")
		}
	}
	return "", p.wrong("string without an end")
}

func (p *parser) escaped(start int) (string, error) {
	b := []byte(p.text[start:p.at])
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return string(b), nil
		case c < ' ':
			return "", p.wrong("control character in a string")
		case c != '\\':
			b = append(b, c)
		default:
			r, ok := p.escape()
			if !ok {
				return "", p.wrong("unknown escape")
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return "", p.wrong("string without an end")
}

// escape reads what stands behind a backslash. Half a surrogate pair becomes a
// question mark, as Java writes it.
func (p *parser) escape() (rune, bool) {
	if p.at == len(p.text) {
		return 0, false
	}
	c := p.text[p.at]
	p.at++
	if c != 'u' {
		short := strings.IndexByte(`"\/bfnrt`, c)
		if short < 0 {
			return 0, false
		}
		return rune("\"\\/\b\f\n\r\t"[short]), true
	}
	r, ok := p.hex()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if strings.HasPrefix(p.text[p.at:], `\u`) {
		p.at += 2
		low, ok := p.hex()
		if pair := utf16.DecodeRune(r, low); !ok || pair != utf8.RuneError {
			return pair, ok
		}
		p.at -= 6
	}
	return '?', true
}

func (p *parser) hex() (rune, bool) {
	if len(p.text)-p.at < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16)
	p.at += 4
	return rune(n), err == nil
}

func (p *parser) number() (value, error) {
	v := value{kind: integer}
	start := p.at
	p.skip('-')
	if !p.skip('0') && !p.digits() {
		return v, p.wrong("no value")
	}
	if p.skip('.') {
		v.kind = number
		if !p.digits() {
			return v, p.wrong("no digits behind the point")
		}
	}
	if p.skip('e') || p.skip('E') {
		v.kind = number
		if !p.skip('-') {
			p.skip('+')
		}
		exponent := p.at
		if !p.digits() {
			return v, p.wrong("no digits in the exponent")
		}
		if _, err := strconv.ParseInt(p.text[exponent:p.at], 10, 32); err != nil {
			return v, p.wrong("exponent is too large")
		}
	}
	if p.at-start > MaxNumber {
		return v, p.wrong("number is too long")
	}
	v.text = p.text[start:p.at]
	return v, nil
}

func (p *parser) skip(c byte) bool {
	found := p.at < len(p.text) && p.text[p.at] == c
	if found {
		p.at++
	}
	return found
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}
