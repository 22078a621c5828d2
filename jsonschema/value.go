package jsonschema

import (
	"cmp"
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

// A value is one JSON value. Its children lie next to each other in the
// document; those of an object are sorted by name.
type value struct {
	name  string // in an object
	text  string // a string itself; other scalars as they are written
	start int32  // of the children
	count int32
	place int32 // in an object: where it stands in the text
	kind  kind
}

// A document is a parsed JSON text.
type document struct {
	values  []value
	pending []value // children of containers that are not yet closed
	most    int     // how many were pending at the same time
}

func (d *document) children(v *value) []value {
	return d.values[v.start : v.start+v.count]
}

// member returns the member of an object with a name, or nil.
func (d *document) member(v *value, name string) *value {
	members := d.children(v)
	i, found := slices.BinarySearchFunc(members, name, func(m value, name string) int { return compareText(m.name, name) })
	if !found {
		return nil
	}
	return &members[i]
}

// inOrder returns the members of an object as they stand in the text.
func (d *document) inOrder(v *value) []value {
	members := slices.Clone(d.children(v))
	slices.SortFunc(members, func(a, b value) int { return cmp.Compare(a.place, b.place) })
	return members
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

// equal compares values of two documents, numbers by what they are worth. It
// counts the values it looks at in steps.
func equal(d *document, a *value, e *document, b *value, steps *int) bool {
	*steps--
	switch {
	case numbers.has(a.kind) && numbers.has(b.kind):
		return a.text == b.text || decimalOf(a.text).compare(decimalOf(b.text)) == 0
	case a.kind != b.kind || a.count != b.count:
		return false
	case a.kind != array && a.kind != object:
		return a.text == b.text
	}
	others := e.children(b)
	for i, child := range d.children(a) {
		if child.name != others[i].name || *steps < 0 || !equal(d, &child, e, &others[i], steps) {
			return false
		}
	}
	return true
}

// appendJSON writes a value as messages show it.
func (d *document) appendJSON(to []byte, v *value) []byte {
	switch v.kind {
	case array:
		to = append(to, '[')
		for i := range d.children(v) {
			to = d.appendJSON(comma(to, i), &d.children(v)[i])
		}
		return append(to, ']')
	case object:
		to = append(to, '{')
		for i, m := range d.inOrder(v) {
			to = append(appendQuoted(comma(to, i), m.name), ':')
			to = d.appendJSON(to, &m)
		}
		return append(to, '}')
	case text:
		return appendQuoted(to, v.text)
	case integer, number:
		return append(to, numberText(v.text)...)
	}
	return append(to, v.text...)
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
