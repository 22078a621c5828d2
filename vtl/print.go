package vtl

import (
	"errors"
	"math/big"
	"strconv"
	"unicode/utf8"
)

// maxData bounds how deep lists and maps may be nested when they are printed
// or compared.
const maxData = 1000

// longestValue bounds what a value takes that is printed for the embedding
// program; within a rendering that is the limit of its output.
const longestValue = 16 << 20

var errDeep = errors.New("lists or maps are nested too deeply")

// A printer appends values as Java prints them. It stops when it has printed
// more than its limit.
type printer struct {
	dst   []byte
	limit int // of len(dst)
	depth int
	frame *frame
	made  int // containers that were written as JSON without a frame
}

// value prints v; null prints nothing.
func (p *printer) value(v Value) error {
	switch r := v.ref.(type) {
	case nil:
		return nil
	case textPointer:
		s, _ := v.text()
		p.dst = append(p.dst, s...)
	case Kind:
		p.scalar(r, v)
	case *big.Int, *decimal:
		return p.long(v)
	default:
		return p.compound(v)
	}
	return p.check()
}

func (p *printer) check() error {
	if len(p.dst) > p.limit {
		return errOutput
	}
	return nil
}

func (p *printer) scalar(k Kind, v Value) {
	switch k {
	case BooleanKind:
		p.dst = strconv.AppendBool(p.dst, v.num != 0)
	case IntegerKind, LongKind:
		p.dst = strconv.AppendInt(p.dst, int64(v.num), 10)
	case DoubleKind:
		p.dst = appendDouble(p.dst, v.double())
	case CharacterKind:
		p.dst = appendUnit(p.dst, rune(v.num))
	}
}

// long prints a number of any length.
func (p *printer) long(v Value) error {
	if p.frame != nil {
		if err := p.frame.charge(v); err != nil {
			return err
		}
	}
	switch r := v.ref.(type) {
	case *big.Int:
		p.dst = r.Append(p.dst, 10)
	case *decimal:
		p.dst = append(p.dst, r.String()...)
	}
	return p.check()
}

func (p *printer) compound(v Value) error {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxData {
		return errDeep
	}
	if p.frame != nil {
		if err := p.frame.spend(1); err != nil {
			return err
		}
	}
	switch r := v.ref.(type) {
	case *List:
		return p.list(r)
	case *Map:
		return p.mapping(r)
	case *view:
		return p.view(r)
	case *member:
		return p.member(r.key, r.value)
	case *block:
		return p.block(r)
	case *loop:
		return p.mapping(r.store())
	case class:
		p.dst = append(p.dst, r.printed()...)
	}
	return p.check()
}

func (p *printer) list(l *List) error {
	if l.style == jsonArray {
		if p.itself(l.from, Printer.AppendText) {
			return p.check()
		}
		return p.json(ListValue(l), true)
	}
	if l.style == stringArray {
		p.dst = append(p.dst, "[Ljava.lang.String;@0"...)
		return p.check()
	}
	p.dst = append(p.dst, '[')
	for i := range l.Len() {
		p.comma(i)
		if err := p.inside(l.At(i), l.At(i).ref == any(l)); err != nil {
			return err
		}
	}
	p.dst = append(p.dst, ']')
	return p.check()
}

// itself lets what a list or map reads through to print itself, if it does.
func (p *printer) itself(from any, how func(Printer, []byte) ([]byte, bool)) (printed bool) {
	if w, ok := from.(Printer); ok {
		p.dst, printed = how(w, p.dst)
	}
	return printed
}

func (p *printer) comma(i int) {
	if i > 0 {
		p.dst = append(p.dst, ", "...)
	}
}

// inside prints what is inside a list or a map.
func (p *printer) inside(v Value, self bool) error {
	switch {
	case self:
		if _, ok := v.ref.(*Map); ok {
			p.dst = append(p.dst, "(this Map)"...)
		} else {
			p.dst = append(p.dst, "(this Collection)"...)
		}
		return nil
	case v.IsNull():
		p.dst = append(p.dst, "null"...)
		return p.check()
	}
	return p.value(v)
}

func (p *printer) mapping(m *Map) error {
	if m.Silent {
		return nil
	}
	if p.itself(m.from, Printer.AppendText) {
		return p.check()
	}
	p.dst = append(p.dst, '{')
	for i := range m.Len() {
		p.comma(i)
		key, value := m.Entry(i)
		if err := p.pair(key, value, m); err != nil {
			return err
		}
	}
	p.dst = append(p.dst, '}')
	return p.check()
}

func (p *printer) member(key, value Value) error { return p.pair(key, value, nil) }

func (p *printer) pair(key, value Value, of *Map) error {
	isSelf := func(v Value) bool { m, ok := v.ref.(*Map); return ok && m == of }
	if err := p.inside(key, isSelf(key)); err != nil {
		return err
	}
	p.dst = append(p.dst, '=')
	return p.inside(value, isSelf(value))
}

func (p *printer) view(s *view) error {
	p.dst = append(p.dst, '[')
	for i := range s.of.Len() {
		p.comma(i)
		if err := p.inside(s.at(i), false); err != nil {
			return err
		}
	}
	p.dst = append(p.dst, ']')
	return p.check()
}

// AppendJSON appends v as JSON, compactly: the way $input.json prints. Control
// characters are escaped, other characters are not, but for those that
// json-smart escapes. It fails where v is nested too deeply, takes more than 16 MiB
// or holds more than 262,144 lists and maps, but for those that print themselves.
func (v Value) AppendJSON(dst []byte) ([]byte, error) {
	p := printer{dst: dst, limit: len(dst) + longestValue}
	err := p.json(v, false)
	return p.dst, err
}

// json prints JSON, slashes escaped or not.
func (p *printer) json(v Value, slashes bool) error {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxData {
		return errDeep
	}
	switch r := v.ref.(type) {
	case nil:
		p.dst = append(p.dst, "null"...)
	case textPointer:
		s, _ := v.text()
		p.dst = appendQuoted(p.dst, s, slashes)
	case *List:
		if !slashes && p.itself(r.from, Printer.AppendJSON) {
			return p.check()
		}
		return p.jsonList(r, slashes)
	case *Map:
		if !slashes && p.itself(r.from, Printer.AppendJSON) {
			return p.check()
		}
		return p.jsonMap(r, slashes)
	case *view:
		return p.jsonList(NewList(r.all()), slashes)
	default:
		if v.isNumber() || v.is(BooleanKind) {
			return p.value(v)
		}
		inner := printer{limit: p.limit, depth: p.depth, frame: p.frame}
		if err := inner.value(v); err != nil {
			return err
		}
		p.dst = appendQuoted(p.dst, string(inner.dst), slashes)
	}
	return p.check()
}

// contain counts a list or map that is written as JSON.
func (p *printer) contain() error {
	const most = 1 << 18
	if p.frame != nil {
		return p.frame.spend(1)
	}
	if p.made++; p.made > most {
		return errOutput
	}
	return nil
}

func (p *printer) jsonList(l *List, slashes bool) error {
	if err := p.contain(); err != nil {
		return err
	}
	p.dst = append(p.dst, '[')
	for i := range l.Len() {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		if err := p.json(l.At(i), slashes); err != nil {
			return err
		}
	}
	p.dst = append(p.dst, ']')
	return p.check()
}

func (p *printer) jsonMap(m *Map, slashes bool) error {
	if err := p.contain(); err != nil {
		return err
	}
	p.dst = append(p.dst, '{')
	for i := range m.Len() {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		key, value := m.Entry(i)
		p.dst = append(appendQuoted(p.dst, key.Text(), slashes), ':')
		if err := p.json(value, slashes); err != nil {
			return err
		}
	}
	p.dst = append(p.dst, '}')
	return p.check()
}

// appendQuoted appends s as a JSON string as json-smart writes one.
func appendQuoted(dst []byte, s string, slashes bool) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = decodeRune(s[i:])
		}
		if !plainInJSON(r, slashes) {
			dst = appendEscaped(append(dst, s[from:i]...), r)
			from = i + n
		}
		i += n
	}
	return append(append(dst, s[from:]...), '"')
}

func plainInJSON(r rune, slashes bool) bool {
	switch {
	case r == '"', r == '\\', r < 0x20, 0x7F <= r && r <= 0x9F, 0x2000 <= r && r <= 0x20FF:
		return false
	case r == '/':
		return !slashes
	}
	return true
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\', '/':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	const hex = "0123456789ABCDEF"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
