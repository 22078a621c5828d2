package jsonpath

import (
	"math/bits"
	"strings"
)

// Parse reads a JSON text as API Gateway's parser does, which is lenient: names
// and strings may stand in single quotes or in none, commas may be too many,
// numbers may have leading zeros, and what follows the first value is ignored.
// Of members with the same name the last gives the value and the first the
// place. On an error, always a *SyntaxError, the document is empty.
//
// The text should be valid UTF-8. The document keeps it; nothing is copied.
func (d *Document) Parse(text string) error {
	if err := d.begin(text); err != nil {
		return err
	}
	if d.strictly() == nil {
		return nil
	}
	d.reset(text)
	p := parser{doc: d, text: text, pos: -1}
	p.read()
	if err := p.value(&stopNever); err != nil {
		d.reset("")
		return err
	}
	return nil
}

// A parser reads one text. What it accepts, and where exactly it says that an
// error is, are the ways of json-smart in its permissive mode, whose messages
// API Gateway shows its callers.
type parser struct {
	doc   *Document
	text  string
	pos   int
	c     byte // at pos
	depth int
}

// endOfInput stands for the end. A control character of that value is one, too.
const endOfInput = 0x1A

// stops are the characters that end a value without quotes.
type stops [128]bool

var (
	stopNever  = stops{endOfInput: true}
	stopName   = stops{endOfInput: true, ':': true}
	stopMember = stops{endOfInput: true, ',': true, '}': true}
	stopItem   = stops{endOfInput: true, ',': true, ']': true}
)

func (p *parser) read() {
	p.pos++
	if p.pos < len(p.text) {
		p.c = p.text[p.pos]
	} else {
		p.c = endOfInput
	}
}

// value reads any value. The characters of stop end it where nothing else does.
func (p *parser) value(stop *stops) error {
	for {
		switch p.c {
		case ' ', '\r', '\n', '\t':
			p.read()
		case '"', '\'':
			return p.quoted()
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return p.number(stop)
		case '{':
			return p.object()
		case '[':
			return p.array()
		case ':', '}', ']':
			return p.unexpected(p.pos)
		default:
			p.keyword(p.bare(p.pos, stop))
			return nil
		}
	}
}

func (p *parser) array() error {
	at, err := p.open(Array)
	if err != nil {
		return err
	}
	p.read()
	for n := uint32(0); ; {
		switch p.c {
		case ' ', '\r', '\n', '\t', ',':
			p.read()
		case ']':
			p.read()
			p.depth--
			p.doc.entries[at].from = n
			p.doc.close(at)
			return nil
		case ':', '}':
			return p.unexpected(p.pos)
		case endOfInput:
			return p.endOfFile(p.pos-1, "EOF")
		default:
			if err := p.value(&stopItem); err != nil {
				return err
			}
			n++
		}
	}
}

func (p *parser) object() error {
	at, err := p.open(Object)
	if err != nil {
		return err
	}
	var names nameSet
	for {
		p.read()
		switch p.c {
		case ' ', '\r', '\n', '\t', ',':
			continue
		case ':', ']', '[', '{':
			return p.unexpected(p.pos)
		case '}':
		default:
			if err := p.member(&names); err != nil {
				return err
			}
			if p.c == ',' {
				continue
			}
		}
		p.read()
		p.depth--
		p.doc.entries[at].from = uint32(names.n)
		p.doc.close(at)
		if names.again {
			p.doc.hideRepeated(at, names.n)
		}
		return nil
	}
}

// member reads a name and its value, and stops at the comma or brace behind
// them.
func (p *parser) member(names *nameSet) error {
	key := uint32(len(p.doc.entries))
	if p.c == '"' || p.c == '\'' {
		if err := p.quoted(); err != nil {
			return err
		}
	} else {
		p.scalar(String, p.bare(p.pos, &stopName))
	}
	names.add(p.doc.raw(&p.doc.entries[key]), p.doc.entries[key].flags)
	p.space()
	if p.c != ':' {
		if p.c == endOfInput {
			return p.endOfFile(p.pos-1, "null")
		}
		return p.unexpected(p.pos - 1)
	}
	p.read()
	if p.pos >= len(p.text) {
		return p.endOfFile(p.pos-1, "EOF")
	}
	if err := p.value(&stopMember); err != nil {
		return err
	}
	p.space()
	switch p.c {
	case ',', '}':
		return nil
	case endOfInput:
		return p.endOfFile(p.pos-1, "null")
	default:
		return p.fault(p.pos-1, "Unexpected token ", p.char())
	}
}

// open begins a container.
func (p *parser) open(kind Kind) (uint32, error) {
	if p.depth++; p.depth > MaxDepth {
		return 0, p.fault(p.pos, "Malicious payload, having non natural depths, parsing stopped on ", p.char())
	}
	return p.doc.append(entry{kind: kind}), nil
}

func (p *parser) scalar(kind Kind, s span) {
	p.doc.append(entry{kind: kind, from: uint32(s.from), to: uint32(s.to)})
}

// quoted reads a string in the quotes that p.c opens.
func (p *parser) quoted() error {
	start := p.pos + 1
	end := quotedEnd(p.text, start, p.c)
	switch {
	case end < len(p.text) && p.text[end] == p.c:
		p.scalar(String, span{start, end})
		p.pos = end
		p.read()
		return nil
	case strings.IndexByte(p.text[end:], p.c) < 0:
		return p.endOfFile(len(p.text), "null")
	}
	return p.quotedEscaped()
}

// quotedEnd returns where the first quote or backslash stands from i on, or the
// end. Most strings are short, and the first bytes are looked at eight at a time:
// in m the lowest of those that have their high bit is such a one.
func quotedEnd(s string, i int, quote byte) int {
	const near = 32
	for end := i + near; i < end && i+8 <= len(s); i += 8 {
		w := eight(s[i:])
		quotes, backslashes := w^ones*uint64(quote), w^ones*'\\'
		m := ((quotes-ones)&^quotes | (backslashes-ones)&^backslashes) & highs
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	length := strings.IndexByte(s[i:], quote)
	if length < 0 {
		length = len(s) - i
	}
	if backslash := strings.IndexByte(s[i:i+length], '\\'); backslash >= 0 {
		length = backslash
	}
	return i + length
}

// quotedEscaped checks a string with backslashes and finds its end; unescape
// resolves them when the string is needed.
func (p *parser) quotedEscaped() error {
	quote, start := p.c, p.pos+1
	for {
		p.read()
		switch p.c {
		case quote:
			p.doc.append(entry{kind: String, flags: escaped, from: uint32(start), to: uint32(p.pos)})
			p.read()
			return nil
		case endOfInput:
			return p.endOfFile(p.pos-1, "null")
		case '\\':
			if err := p.escape(); err != nil {
				return err
			}
		}
	}
}

func (p *parser) escape() error {
	p.read()
	digits := 0
	switch p.c {
	case 'u':
		digits = 4
	case 'x':
		digits = 2
	}
	for ; digits > 0; digits-- {
		p.read()
		if p.c == endOfInput {
			return p.endOfFile(p.pos, "EOF")
		}
		if unhex(p.c) < 0 {
			return p.fault(p.pos, "Unexpected unicode escape sequence ", p.char())
		}
	}
	return nil
}

// A span is a part of the text.
type span struct{ from, to int }

// bare reads on to the next stop and returns what stands from start to there.
func (p *parser) bare(start int, stop *stops) span {
	for !p.at(stop) {
		p.read()
	}
	return p.trimmed(start)
}

// keyword adds a value without quotes.
func (p *parser) keyword(s span) {
	kind := String
	switch p.text[s.from:s.to] {
	case "null":
		kind = Null
	case "true", "false":
		kind = Bool
	case "NaN":
		kind = Double
	}
	p.scalar(kind, s)
}

// number reads a number, or a text that begins like one.
func (p *parser) number(stop *stops) error {
	start, kind, right := p.pos, Integer, true
	signed := p.c == '-'
	p.read()
	mantissa := p.digits()
	if p.c == '.' {
		kind = Double
		p.read()
		right = p.digits()+mantissa > 0 || !signed
	}
	if p.c == 'e' || p.c == 'E' {
		right = right && (kind == Double || mantissa > 0 || !signed)
		kind = Double
		p.read()
		first := p.c
		if first != '+' && first != '-' && !isDigit(first) {
			p.scalar(String, p.bare(start, stop))
			return nil
		}
		p.read()
		right = right && (p.digits() > 0 || isDigit(first))
	}
	p.space()
	if p.c < '~' && !p.at(stop) {
		p.scalar(String, p.bare(start, stop))
		return nil
	}
	s := p.trimmed(start)
	if !right {
		return p.fault(p.pos, "Unexpected token ", p.text[s.from:s.to])
	}
	if kind == Double && s.to-s.from > 18 {
		kind = Decimal
	}
	p.scalar(kind, s)
	return nil
}

// digits reads digits and returns how many they were.
func (p *parser) digits() int {
	start := p.pos
	for isDigit(p.c) {
		p.read()
	}
	return p.pos - start
}

func (p *parser) space() {
	for p.c <= ' ' && p.c != endOfInput {
		p.read()
	}
}

func (p *parser) at(stop *stops) bool {
	return p.c < 128 && stop[p.c]
}

// trimmed returns the text from start to here without control characters and
// blanks around it.
func (p *parser) trimmed(start int) span {
	s := span{start, min(p.pos, len(p.text))}
	for s.from < s.to && p.text[s.from] <= ' ' {
		s.from++
	}
	for s.from < s.to && p.text[s.to-1] <= ' ' {
		s.to--
	}
	return s
}

func trim(text string) string {
	p := parser{text: text, pos: len(text)}
	s := p.trimmed(0)
	return text[s.from:s.to]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
