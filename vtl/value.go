package vtl

import (
	"bytes"
	"math/big"
	"unicode/utf8"
	"unsafe"
)

// A Value is what a reference or an expression stands for. The zero Value is
// null, which is also what is missing.
//
// A Value is small and is passed by value. Lists, maps and objects are
// references: whoever changes one changes it for everyone who holds it.
type Value struct {
	num uint64 // integers, bits of a double, true, a character, length of a text
	ref any    // a Kind for the scalars, *byte as textPointer, or the thing itself
}

// A textPointer points to the bytes of a string.
type textPointer *byte

// A Kind says what a Value is, in Java's terms: the language has Java's types
// and shows them in its arithmetic and its equality.
type Kind uint8

// The kinds of values.
const (
	NullKind       Kind = iota
	BooleanKind         // java.lang.Boolean
	IntegerKind         // java.lang.Integer, 32 bits
	LongKind            // java.lang.Long, 64 bits
	DoubleKind          // java.lang.Double
	CharacterKind       // java.lang.Character, a UTF-16 unit
	BigIntegerKind      // java.math.BigInteger
	BigDecimalKind      // java.math.BigDecimal
	StringKind          // java.lang.String
	ListKind            // *List
	MapKind             // *Map
	ObjectKind          // everything else
)

// An Object is a value of the program that embeds the templates, such as
// $input. It is used by one rendering at a time unless the program says
// otherwise.
type Object interface {
	// Get returns the property of a name, null where there is none.
	Get(name string) Value

	// Call calls a method. The arguments are valid until it returns. A method
	// that does not exist returns null; an error ends the rendering.
	Call(name string, args []Value) (Value, error)
}

// String returns a text. Texts are UTF-8, and bytes that are none become U+FFFD;
// where a template cuts a character beyond the basic plane in two, as Java does,
// each half is kept as the three bytes that UTF-8 would have for it.
func String(s string) Value {
	if !utf8.ValidString(s) {
		s = utf16Text(utf16Of(s))
	}
	return textOf(s)
}

// textOf returns a text that is known to be UTF-8.
func textOf(s string) Value {
	return Value{uint64(len(s)), textPointer(unsafe.StringData(s))}
}

// Bool returns a boolean.
func Bool(b bool) Value {
	if b {
		return Value{1, BooleanKind}
	}
	return Value{0, BooleanKind}
}

// Int returns an Integer.
func Int(i int32) Value { return Value{uint64(int64(i)), IntegerKind} }

// Long returns a Long.
func Long(i int64) Value { return Value{uint64(i), LongKind} }

// Double returns a Double.
func Double(f float64) Value { return Value{doubleBits(f), DoubleKind} }

// BigInteger returns a BigInteger, which must not be changed afterwards.
func BigInteger(i *big.Int) Value { return Value{0, i} }

// ListValue returns a list.
func ListValue(l *List) Value { return Value{0, l} }

// MapValue returns a map.
func MapValue(m *Map) Value { return Value{0, m} }

// ObjectValue returns an object.
func ObjectValue(o Object) Value { return Value{0, o} }

func character(unit uint16) Value { return Value{uint64(unit), CharacterKind} }

// Kind returns the kind of v.
func (v Value) Kind() Kind {
	switch r := v.ref.(type) {
	case nil:
		return NullKind
	case Kind:
		return r
	case textPointer:
		return StringKind
	case *List:
		return ListKind
	case *Map:
		return MapKind
	case *big.Int:
		return BigIntegerKind
	case *decimal:
		return BigDecimalKind
	}
	return ObjectKind
}

// is reports whether v is a scalar of a kind.
func (v Value) is(kind Kind) bool {
	k, ok := v.ref.(Kind)
	return ok && k == kind
}

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.ref == nil }

// text returns the text of a String.
func (v Value) text() (string, bool) {
	p, ok := v.ref.(textPointer)
	if !ok {
		return "", false
	}
	return unsafe.String((*byte)(p), int(v.num)), true
}

// Text returns v as it prints; null is the empty text, and so is what AppendText
// fails for.
func (v Value) Text() string {
	if s, ok := v.text(); ok {
		return s
	}
	if v.IsNull() {
		return ""
	}
	b, err := v.AppendText(nil)
	if err != nil {
		return ""
	}
	return string(b)
}

// AppendText appends v as it prints. It fails where v is nested too deeply or takes
// more than 16 MiB: lists and maps can hold each other again and again.
func (v Value) AppendText(dst []byte) ([]byte, error) {
	if s, ok := v.text(); ok {
		return append(dst, s...), nil
	}
	p := printer{dst: dst, limit: len(dst) + longestValue}
	err := p.value(v)
	return p.dst, err
}

// AsInt returns the value of an Integer or a Long.
func (v Value) AsInt() (int64, bool) {
	if k, ok := v.ref.(Kind); ok && (k == IntegerKind || k == LongKind) {
		return int64(v.num), true
	}
	return 0, false
}

// AsBool returns the value of a Boolean.
func (v Value) AsBool() (value, ok bool) {
	return v.num != 0, v.is(BooleanKind)
}

// AsMap returns the map of a value that is one.
func (v Value) AsMap() (*Map, bool) {
	m, ok := v.ref.(*Map)
	return m, ok
}

// AsList returns the list of a value that is one.
func (v Value) AsList() (*List, bool) {
	l, ok := v.ref.(*List)
	return l, ok
}

// integer returns the value of an Integer.
func (v Value) integer() (int, bool) {
	if v.is(IntegerKind) {
		return int(int64(v.num)), true
	}
	return 0, false
}

var emptyText = textOf("")

// orEmpty returns v, or the empty text for null: that is what a missing
// reference is.
func (v Value) orEmpty() Value {
	if v.ref == nil {
		return emptyText
	}
	return v
}

// class returns the name of the Java class of v, "" where it has none to show.
func (v Value) class() string {
	switch r := v.ref.(type) {
	case Kind:
		return scalarClasses[r]
	case textPointer:
		return "java.lang.String"
	case *big.Int:
		return "java.math.BigInteger"
	case *decimal:
		return "java.math.BigDecimal"
	case *List:
		return listClasses[r.style]
	case *Map:
		if r.hashed {
			return "java.util.HashMap"
		}
		return "java.util.LinkedHashMap"
	}
	return ""
}

var scalarClasses = map[Kind]string{
	BooleanKind:   "java.lang.Boolean",
	IntegerKind:   "java.lang.Integer",
	LongKind:      "java.lang.Long",
	DoubleKind:    "java.lang.Double",
	CharacterKind: "java.lang.Character",
}

var listClasses = [...]string{
	arrayList:   "java.util.ArrayList",
	jsonArray:   "net.minidev.json.JSONArray",
	stringArray: "[Ljava.lang.String;",
}

// A class is what $value.class gives: it has a name and nothing else.
type class string

// Get implements Object.
func (c class) Get(name string) Value {
	if name == "name" || name == "Name" {
		return textOf(string(c))
	}
	return Value{}
}

// Call implements Object.
func (c class) Call(name string, args []Value) (Value, error) {
	switch {
	case len(args) > 0:
	case name == "getName":
		return textOf(string(c)), nil
	case name == "toString":
		return textOf(c.printed()), nil
	}
	return Value{}, nil
}

func (c class) printed() string { return "class " + string(c) }

// utf16Of returns the UTF-16 units of a text; halves of characters stay
// halves.
func utf16Of(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for len(s) > 0 {
		r, n := decodeRune(s)
		if r >= 0x10000 {
			r -= 0x10000
			units = append(units, uint16(0xD800+r>>10), uint16(0xDC00+r&0x3FF))
		} else {
			units = append(units, uint16(r))
		}
		s = s[n:]
	}
	return units
}

// decodeRune is utf8.DecodeRuneInString that also knows halves of characters.
func decodeRune(s string) (rune, int) {
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2] >= 0x80 && s[2] <= 0xBF {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

// utf16Text joins UTF-16 units to a text.
func utf16Text(units []uint16) string {
	b := make([]byte, 0, len(units))
	for i := 0; i < len(units); i++ {
		u := rune(units[i])
		if isHigh(u) && i+1 < len(units) && isLow(rune(units[i+1])) {
			u = 0x10000 + (u-0xD800)<<10 + rune(units[i+1]) - 0xDC00
			i++
		}
		b = appendUnit(b, u)
	}
	return string(b)
}

func appendUnit(b []byte, u rune) []byte {
	if isHigh(u) || isLow(u) {
		return append(b, 0xED, 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F)
	}
	return utf8.AppendRune(b, u)
}

func isHigh(u rune) bool { return 0xD800 <= u && u < 0xDC00 }

func isLow(u rune) bool { return 0xDC00 <= u && u < 0xE000 }

// mend makes whole characters of halves that came to stand side by side, and
// a question mark of each half that is left, as Java's encoder does. It works
// in place from offset from on.
func mend(b []byte, from int) []byte {
	if bytes.IndexByte(b[from:], 0xED) < 0 {
		return b
	}
	dst := b[:from]
	for rest := b[from:]; len(rest) > 0; {
		high, n := decodeHalf(rest)
		if n == 0 {
			dst, rest = append(dst, rest[0]), rest[1:]
			continue
		}
		rest = rest[n:]
		if low, n := decodeHalf(rest); isHigh(high) && n > 0 && isLow(low) {
			rest = rest[n:]
			var whole [4]byte
			utf8.EncodeRune(whole[:], 0x10000+(high-0xD800)<<10+low-0xDC00)
			dst = append(dst, whole[:]...)
			continue
		}
		dst = append(dst, '?')
	}
	return dst
}

func decodeHalf(b []byte) (rune, int) {
	if len(b) >= 3 && b[0] == 0xED && b[1] >= 0xA0 {
		return 0xD000 | rune(b[1]&0x3F)<<6 | rune(b[2]&0x3F), 3
	}
	return 0, 0
}
