package jsonschema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/jsonpath"
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
type value struct{ json jsonpath.Node }

// kindsOf are the kinds by what the document calls them.
var kindsOf = [...]kind{
	jsonpath.Null: null, jsonpath.Bool: boolean, jsonpath.Integer: integer, jsonpath.Double: number, jsonpath.Decimal: number,
	jsonpath.String: text, jsonpath.Array: array, jsonpath.Object: object,
}

func (v value) kind() kind { return kindsOf[v.json.Kind()] }

// text returns a string itself, and other scalars as they are written.
func (v value) text() string {
	if v.json.Kind() == jsonpath.String {
		return v.json.String()
	}
	return v.json.Raw()
}

// count returns how many elements or members there are.
func (v value) count() int { return v.json.Len() }

// member returns the member of an object with a name, and whether there is one.
func (v value) member(name string) (value, bool) {
	n := v.json.Get(name)
	return value{n}, n.Kind() != jsonpath.Missing
}

// A member is one of an object, with where it stands among the others.
type member struct {
	name  string
	value value
	place int
}

// members returns the members of an object in the order of their names.
func (v value) members() []member {
	all := make([]member, 0, v.count())
	for w := v.json.Walk(); w.Next(); {
		all = append(all, member{w.Name(), value{w.Value()}, len(all)})
	}
	slices.SortFunc(all, func(a, b member) int { return compareText(a.name, b.name) })
	return all
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
	for x, y := a.json.Walk(), b.json.Walk(); x.Next() && y.Next(); {
		if *steps < 0 || !equal(value{x.Value()}, value{y.Value()}, steps) {
			return false
		}
	}
	return true
}

func equalMembers(a, b value, steps *int) bool {
	for w := a.json.Walk(); w.Next(); {
		other, found := b.member(w.Name())
		if !found || *steps < 0 || !equal(value{w.Value()}, other, steps) {
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
	for i, w := 0, v.json.Walk(); w.Next(); i++ {
		to = value{w.Value()}.appendJSON(comma(to, i))
	}
	return append(to, ']')
}

func (v value) appendObject(to []byte) []byte {
	to = append(to, '{')
	for i, w := 0, v.json.Walk(); w.Next(); i++ {
		to = append(appendQuoted(comma(to, i), w.Name()), ':')
		to = value{w.Value()}.appendJSON(to)
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
