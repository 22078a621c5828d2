package jsonschema

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parse reads a JSON text, strictly by RFC 8259. Of members with the same name
// the last gives the value and the first the place. Bytes that are no UTF-8
// count as U+FFFD. The document keeps the text.
func (d *document) parse(text string) error {
	if len(text) > MaxText {
		return &SyntaxError{MaxText, "text is too long"}
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	d.reset(text)
	d.reserve()
	p := parser{document: d, text: text}
	if err := p.value(0); err != nil {
		return err
	}
	if p.space(); p.at < len(text) {
		return p.wrong("text after the value")
	}
	return nil
}

// reserve makes room for the entries of a long text at once: what grows step by
// step takes several times as much memory on its way.
func (d *document) reserve() {
	const short = 64 << 10 // bytes
	if len(d.text) <= short {
		return
	}
	commas, colons := strings.Count(d.text, ","), strings.Count(d.text, ":")
	opened := strings.Count(d.text, "[") + strings.Count(d.text, "{")
	values := 1 + commas + min(opened, commas+MaxDepth) // more are opened only to be closed at once
	d.entries = slices.Grow(d.entries, values+min(colons, values))
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
		if c := p.text[p.at]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

func (p *parser) value(depth int) error {
	switch p.space() {
	case '{':
		return p.object(depth + 1)
	case '[':
		return p.array(depth + 1)
	case '"':
		return p.string()
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

func (p *parser) word(k kind, word string) error {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return p.wrong("no value")
	}
	p.scalar(k, p.at, p.at+len(word))
	p.at += len(word)
	return nil
}

func (p *parser) scalar(k kind, from, to int) {
	p.append(entry{kind: k, from: uint32(from), to: uint32(to)})
}

// open begins a container.
func (p *parser) open(k kind, depth int) (of uint32, err error) {
	if depth > MaxDepth {
		return 0, p.wrong("nested too deeply")
	}
	p.at++
	return p.append(entry{kind: k}), nil
}

// close ends a container of n values.
func (p *parser) close(of uint32, n int) {
	p.at++
	e := &p.entries[of]
	e.from, e.to = uint32(n), uint32(len(p.entries))
}

func (p *parser) array(depth int) error {
	of, err := p.open(array, depth)
	if err != nil {
		return err
	}
	n := 0
	for more := p.space() != ']'; more; n++ {
		if err := p.value(depth); err != nil {
			return err
		}
		if more, err = p.more(array, ']'); err != nil {
			return err
		}
	}
	p.close(of, n)
	return nil
}

func (p *parser) object(depth int) error {
	of, err := p.open(object, depth)
	if err != nil {
		return err
	}
	var names nameSet
	for more := p.space() != '}'; more; {
		if err := p.member(&names, depth); err != nil {
			return err
		}
		if more, err = p.more(object, '}'); err != nil {
			return err
		}
	}
	if p.close(of, names.n); names.again {
		p.unite(of)
	}
	return nil
}

// more reports whether a comma follows, which it skips, or the end.
func (p *parser) more(k kind, end byte) (bool, error) {
	switch p.space() {
	case ',':
		p.at++
		return true, nil
	case end:
		return false, nil
	}
	return false, p.wrong("neither a comma nor the end of the " + k.String())
}

func (p *parser) member(names *nameSet, depth int) error {
	if p.space() != '"' {
		return p.wrong("no name")
	}
	if err := p.string(); err != nil {
		return err
	}
	names.add(p.name(uint32(len(p.entries) - 1)))
	if p.space() != ':' {
		return p.wrong("no colon")
	}
	p.at++
	return p.value(depth)
}

// string reads a string. One without escapes is a part of the text.
func (p *parser) string() error {
	start := p.at + 1
	p.at = plainEnd(p.text, start)
	switch {
	case p.at == len(p.text):
		return p.wrong("string without an end")
	case p.text[p.at] == '"':
		p.scalar(text, start, p.at)
		p.at++
		return nil
	case p.text[p.at] == '\\':
		return p.escaped(start)
	}
	return p.wrong("control character in a string")
}

// plainEnd returns where the first quote, backslash or control character stands
// from i on, or the end. It looks at eight bytes at a time: in m the lowest of
// the bytes that have their high bit is such a one.
func plainEnd(s string, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote, backslash := w^ones*'"', w^ones*'\\'
		m := ((quote-ones)&^quote | (backslash-ones)&^backslash | (w-ones*' ')&^w) & highs
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= ' ' {
		i++
	}
	return i
}

func (p *parser) escaped(start int) error {
	b := []byte(p.text[start:p.at])
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			p.resolved = append(p.resolved, string(b))
			p.append(entry{kind: text, flags: resolved, from: uint32(len(p.resolved) - 1)})
			return nil
		case c < ' ':
			return p.wrong("control character in a string")
		case c != '\\':
			b = append(b, c)
		default:
			r, ok := p.escape()
			if !ok {
				return p.wrong("unknown escape")
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return p.wrong("string without an end")
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

func (p *parser) number() error {
	k, start := integer, p.at
	p.skip('-')
	if !p.skip('0') && !p.digits() {
		return p.wrong("no value")
	}
	if p.skip('.') {
		k = number
		if !p.digits() {
			return p.wrong("no digits behind the point")
		}
	}
	if p.skip('e') || p.skip('E') {
		k = number
		if err := p.exponent(); err != nil {
			return err
		}
	}
	if p.at-start > MaxNumber {
		return p.wrong("number is too long")
	}
	p.scalar(k, start, p.at)
	return nil
}

func (p *parser) exponent() error {
	if !p.skip('-') {
		p.skip('+')
	}
	start := p.at
	if !p.digits() {
		return p.wrong("no digits in the exponent")
	}
	if _, err := strconv.ParseInt(p.text[start:p.at], 10, 32); err != nil {
		return p.wrong("exponent is too large")
	}
	return nil
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
