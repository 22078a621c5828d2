package jsonschema

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// A kind is what JSON calls a type. Numbers are of two: those written without
// a point and an exponent are integers.
type kind uint8

const (
	array kind = iota
	boolean
	integer
	null
	number
	object
	text
)

var kindNames = [...]string{"array", "boolean", "integer", "null", "number", "object", "string"}

func (k kind) String() string { return kindNames[k] }

// kinds is a set of kinds.
type kinds uint8

const (
	arrays  kinds = 1 << array
	numbers kinds = 1<<integer | 1<<number
	objects kinds = 1 << object
	texts   kinds = 1 << text
	allKind kinds = 1<<len(kindNames) - 1
)

func (s kinds) has(k kind) bool { return s>>k&1 != 0 }

// A value is one JSON value of a document.
type value struct {
	doc *document
	pos uint32
}

func (v value) entry() *entry { return &v.doc.entries[v.pos] }

func (v value) kind() kind { return v.entry().kind }

// text returns a string itself, and other scalars as they are written.
func (v value) text() string { return v.doc.written(v.entry()) }

// count returns how many elements or members there are.
func (v value) count() int {
	if e := v.entry(); e.kind == array || e.kind == object {
		return int(e.from)
	}
	return 0
}

// elements returns the elements of an array.
func (v value) elements() iter.Seq[value] {
	return func(yield func(value) bool) {
		for at, end := v.pos+1, v.entry().to; at < end; at = v.doc.after(at) {
			if !yield(value{v.doc, at}) {
				return
			}
		}
	}
}

// members returns where the names of an object stand, in the order of the text.
func (v value) members() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for at, end := v.pos+1, v.entry().to; at < end; at = v.doc.after(at + 1) {
			if v.doc.entries[at].flags&hidden == 0 && !yield(at) {
				return
			}
		}
	}
}

// sorted returns the same in the order of the names.
func (v value) sorted() []uint32 {
	at := slices.AppendSeq(make([]uint32, 0, v.count()), v.members())
	slices.SortFunc(at, func(a, b uint32) int { return compareText(v.doc.name(a), v.doc.name(b)) })
	return at
}

// member returns the member of an object with a name, and whether there is one.
func (v value) member(name string) (value, bool) {
	if v.count() > fewMembers {
		if at := v.doc.lookup(v.pos, name); at != 0 {
			return v.doc.valueOf(at), true
		}
		return value{}, false
	}
	d := v.doc
	for at, end := v.pos+1, d.entries[v.pos].to; at < end; at = d.after(at + 1) {
		if d.entries[at].flags&hidden == 0 && d.name(at) == name {
			return d.valueOf(at), true
		}
	}
	return value{}, false
}

// compareText orders texts as Java does, by UTF-16 code units: that is the
// order of bytes, but for the characters beyond the basic plane, which come
// before those from U+E000 on.
func compareText(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := a[i], b[i]
		switch {
		case x == y:
			continue
		case x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0):
			return cmp.Compare(y, x)
		}
		return cmp.Compare(x, y)
	}
	return cmp.Compare(len(a), len(b))
}

// equal compares values, numbers by what they are worth. It counts the values it
// looks at in steps. Members are looked up in b, which must not be a schema's
// where others can be at it.
func equal(a, b value, steps *int) bool {
	*steps--
	switch {
	case numbers.has(a.kind()) && numbers.has(b.kind()):
		return a.text() == b.text() || decimalOf(a.text()).compare(decimalOf(b.text())) == 0
	case a.kind() != b.kind() || a.count() != b.count():
		return false
	case a.kind() == array:
		return equalElements(a, b, steps)
	case a.kind() == object:
		return equalMembers(a, b, steps)
	}
	return a.text() == b.text()
}

func equalElements(a, b value, steps *int) bool {
	other := b.pos + 1
	for element := range a.elements() {
		if *steps < 0 || !equal(element, value{b.doc, other}, steps) {
			return false
		}
		other = b.doc.after(other)
	}
	return true
}

func equalMembers(a, b value, steps *int) bool {
	for at := range a.members() {
		other, found := b.member(a.doc.name(at))
		if !found || *steps < 0 || !equal(a.doc.valueOf(at), other, steps) {
			return false
		}
	}
	return true
}

// appendJSON writes a value as messages show it.
func (v value) appendJSON(to []byte) []byte {
	switch v.kind() {
	case array:
		return v.appendArray(to)
	case object:
		return v.appendObject(to)
	case text:
		return appendQuoted(to, v.text())
	case integer, number:
		return append(to, numberText(v.text())...)
	}
	return append(to, v.text()...)
}

func (v value) appendArray(to []byte) []byte {
	to = append(to, '[')
	for element := range v.elements() {
		to = element.appendJSON(comma(to, int(element.pos-v.pos-1)))
	}
	return append(to, ']')
}

func (v value) appendObject(to []byte) []byte {
	to = append(to, '{')
	for at := range v.members() {
		to = append(appendQuoted(comma(to, int(at-v.pos-1)), v.doc.name(at)), ':')
		to = v.doc.valueOf(at).appendJSON(to)
	}
	return append(to, '}')
}

func comma(to []byte, i int) []byte {
	if i > 0 {
		return append(to, ',')
	}
	return to
}

// appendQuoted writes a string with the escapes that it needs and no others.
func appendQuoted(to []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	to = append(to, '"')
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch short := strings.IndexByte("\"\\\b\f\n\r\t", c); {
		case short >= 0:
			to = append(to, '\\', `"\bfnrt`[short])
		case c < ' ':
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}

// quotedList writes names as a JSON array.
func quotedList(names []string) string {
	to := []byte{'['}
	for i, name := range names {
		to = appendQuoted(comma(to, i), name)
	}
	return string(append(to, ']'))
}
