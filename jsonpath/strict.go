package jsonpath

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// maxNumber bounds the numbers, in bytes, of a text that is read strictly.
const maxNumber = 1000

// ParseStrict reads a JSON text as RFC 8259 has it, but for numbers of more than
// 1,000 characters or with exponents of more than 32 bits. Of members with the
// same name the last gives the value and the first the place. On an error, always
// a *SyntaxError, the document is empty.
func (d *Document) ParseStrict(text string) error {
	if err := d.begin(text); err != nil {
		return err
	}
	d.reserve()
	if err := d.strictly(); err != nil {
		d.reset("")
		return err
	}
	if !d.strict {
		return d.ParseStrict(strings.ReplaceAll(text, "\x7F", `\u007F`))
	}
	return nil
}

// reserve makes room for the entries of a long text at once: what grows step by
// step takes several times as much memory on its way.
func (d *Document) reserve() {
	const short = 64 << 10 // bytes
	if len(d.text) <= short {
		return
	}
	commas, colons := strings.Count(d.text, ","), strings.Count(d.text, ":")
	opened := strings.Count(d.text, "[") + strings.Count(d.text, "{")
	values := 1 + commas + min(opened, commas+MaxDepth) // more are opened only to be closed at once
	d.entries = slices.Grow(d.entries, values+min(colons, values))
}

// Strict reports whether the document is what ParseStrict would have made of its
// text, which Parse was given.
func (d *Document) Strict() bool { return d.strict }

// strictly parses the document's text if it is JSON by the letter. Where escapes
// and the character 0x7F, which vanishes beside them, are in one string, the
// document is not strict all the same.
func (d *Document) strictly() error {
	d.strict = true
	p := strictParser{Document: d}
	if err := p.value(0); err != nil {
		return err
	}
	if p.space(); p.at < len(d.text) {
		return p.wrong("text after the value")
	}
	return nil
}

// A strictParser reads one text. It takes a good part less time than a parser,
// and most texts are what it takes.
type strictParser struct {
	*Document
	at int
}

func (p *strictParser) wrong(reason string) error { return &SyntaxError{p.at, reason} }

// space skips white space and returns the byte behind, 0 at the end.
func (p *strictParser) space() byte {
	for ; p.at < len(p.text); p.at++ {
		if c := p.text[p.at]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

func (p *strictParser) value(depth int) error {
	switch p.space() {
	case '{':
		return p.object(depth + 1)
	case '[':
		return p.array(depth + 1)
	case '"':
		return p.string()
	case 't':
		return p.word(Bool, "true")
	case 'f':
		return p.word(Bool, "false")
	case 'n':
		return p.word(Null, "null")
	default:
		return p.number()
	}
}

func (p *strictParser) word(kind Kind, word string) error {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return p.wrong("no value")
	}
	p.scalar(kind, p.at, p.at+len(word))
	p.at += len(word)
	return nil
}

func (p *strictParser) scalar(kind Kind, from, to int) {
	p.append(entry{kind: kind, from: uint32(from), to: uint32(to)})
}

// open begins a container.
func (p *strictParser) open(kind Kind, depth int) (at uint32, err error) {
	if depth > MaxDepth {
		return 0, p.wrong("nested too deeply")
	}
	p.at++
	return p.append(entry{kind: kind}), nil
}

func (p *strictParser) array(depth int) error {
	at, err := p.open(Array, depth)
	if err != nil {
		return err
	}
	n := 0
	for more := p.space() != ']'; more; n++ {
		if err := p.value(depth); err != nil {
			return err
		}
		if more, err = p.more(Array, ']'); err != nil {
			return err
		}
	}
	p.at++
	p.entries[at].from = uint32(n)
	p.close(at)
	return nil
}

func (p *strictParser) object(depth int) error {
	at, err := p.open(Object, depth)
	if err != nil {
		return err
	}
	var names nameSet
	for more := p.space() != '}'; more; {
		if err := p.member(&names, depth); err != nil {
			return err
		}
		if more, err = p.more(Object, '}'); err != nil {
			return err
		}
	}
	p.at++
	p.entries[at].from = uint32(names.n)
	if p.close(at); names.again {
		p.hideRepeated(at, names.n)
	}
	return nil
}

// more reports whether a comma follows, which it skips, or the end.
func (p *strictParser) more(kind Kind, end byte) (bool, error) {
	switch p.space() {
	case ',':
		p.at++
		return true, nil
	case end:
		return false, nil
	}
	return false, p.wrong("neither a comma nor the end of the " + kind.String())
}

func (p *strictParser) member(names *nameSet, depth int) error {
	if p.space() != '"' {
		return p.wrong("no name")
	}
	if err := p.string(); err != nil {
		return err
	}
	e := &p.entries[len(p.entries)-1]
	names.add(p.text[e.from:e.to], e.flags)
	if p.space() != ':' {
		return p.wrong("no colon")
	}
	p.at++
	return p.value(depth)
}

func (p *strictParser) string() error {
	start := p.at + 1
	p.at = plainEnd(p.text, start)
	switch {
	case p.at == len(p.text):
		return p.wrong("string without an end")
	case p.text[p.at] == '"':
		p.scalar(String, start, p.at)
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
	for ; i+8 <= len(s); i += 8 {
		w := eight(s[i:])
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

// escaped goes on with a string from its first backslash. unescape resolves it
// when it is needed.
func (p *strictParser) escaped(start int) error {
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			p.append(entry{kind: String, flags: escaped, from: uint32(start), to: uint32(p.at - 1)})
			p.strict = p.strict && strings.IndexByte(p.text[start:p.at], 0x7F) < 0
			return nil
		case c < ' ':
			return p.wrong("control character in a string")
		case c == '\\' && !p.escape():
			return p.wrong("unknown escape")
		}
	}
	return p.wrong("string without an end")
}

// escape passes over what stands behind a backslash.
func (p *strictParser) escape() bool {
	if p.at == len(p.text) {
		return false
	}
	c := p.text[p.at]
	p.at++
	if c != 'u' {
		return strings.IndexByte(`"\/bfnrt`, c) >= 0
	}
	if len(p.text)-p.at < 4 {
		return false
	}
	_, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16)
	p.at += 4
	return err == nil
}

func (p *strictParser) number() error {
	kind, start := Integer, p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		return p.wrong("no value")
	}
	if p.take('.') {
		kind = Double
		if !p.digits() {
			return p.wrong("no digits behind the point")
		}
	}
	if p.take('e') || p.take('E') {
		kind = Double
		if err := p.exponent(); err != nil {
			return err
		}
	}
	switch length := p.at - start; {
	case length > maxNumber:
		return p.wrong("number is too long")
	case kind == Double && length > 18:
		kind = Decimal
	}
	p.scalar(kind, start, p.at)
	return nil
}

func (p *strictParser) exponent() error {
	if !p.take('-') {
		p.take('+')
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

// take passes over a byte, if it is the next, and reports whether it was.
func (p *strictParser) take(c byte) bool {
	found := p.at < len(p.text) && p.text[p.at] == c
	if found {
		p.at++
	}
	return found
}

func (p *strictParser) digits() bool {
	start := p.at
	for p.at < len(p.text) && isDigit(p.text[p.at]) {
		p.at++
	}
	return p.at > start
}
