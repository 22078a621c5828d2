package jsonpath

import (
	"iter"
	"strconv"
)

// A Kind says what a value is. The three kinds of numbers differ in how they
// print, compare and calculate, as the Java classes behind them do.
type Kind uint8

// The kinds of values.
const (
	Missing Kind = iota // there is no value
	Null
	Bool
	Integer // a whole number of any size
	Double  // a number with a fraction or an exponent, of at most 18 characters
	Decimal // a longer one, which keeps all its digits
	String
	Array
	Object
)

var kindNames = [...]string{"missing", "null", "bool", "integer", "double", "decimal", "string", "array", "object"}

func (k Kind) String() string { return kindNames[k] }

// A Node is one value of a document. The zero Node is Missing. Every method may
// be called on every kind; where it does not apply, the answer is the zero one.
type Node struct {
	doc *Document
	at  uint32
}

// Place returns a number that tells the value from all others of its document.
// It is less than there are values and names.
func (n Node) Place() int { return int(n.at) }

func (n Node) entry() *entry { return &n.doc.entries[n.at] }

// Kind returns what the value is.
func (n Node) Kind() Kind {
	if n.doc == nil {
		return Missing
	}
	return n.entry().kind
}

// Len returns the number of elements of an array or members of an object.
func (n Node) Len() int {
	if n.Kind() < Array {
		return 0
	}
	return int(n.entry().from)
}

// Get returns the member of an object with that name.
func (n Node) Get(name string) Node {
	if n.Kind() != Object {
		return Node{}
	}
	if n.Len() > fewMembers {
		return n.doc.lookup(n.at, name)
	}
	value, _, ok := n.doc.member(n.at, name)
	if !ok {
		return Node{}
	}
	return Node{n.doc, value}
}

// Index returns the element of an array at i, counted from 0.
func (n Node) Index(i int) Node {
	if n.Kind() != Array || i < 0 || i >= n.Len() {
		return Node{}
	}
	return Node{n.doc, n.doc.element(n.at, i)}
}

// Holds reports whether m is a value within n, an array or object as it was
// parsed.
func (n Node) Holds(m Node) bool {
	return n.Kind() >= Array && n.doc == m.doc && n.at < m.at && m.at < n.entry().to
}

// Elements returns the elements of an array in their order.
func (n Node) Elements() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.Kind() != Array {
			return
		}
		end := n.entry().to
		for k := n.at + 1; k < end; k = n.doc.after(k) {
			if !yield(Node{n.doc, n.doc.resolve(k)}) {
				return
			}
		}
	}
}

// Members returns the names and values of an object in their order.
func (n Node) Members() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		if n.Kind() != Object {
			return
		}
		end := n.entry().to
		for k := n.at + 1; k < end; k = n.doc.after(k + 1) {
			e := &n.doc.entries[k]
			if e.flags&hidden == 0 && !yield(n.doc.content(e), Node{n.doc, n.doc.resolve(k + 1)}) {
				return
			}
		}
	}
}

// Raw returns the text of a scalar as it was written, without quotes and with its
// escapes.
func (n Node) Raw() string {
	if k := n.Kind(); k == Missing || k >= Array {
		return ""
	}
	return n.doc.raw(n.entry())
}

// Bool returns the value of a Bool.
func (n Node) Bool() bool {
	return n.Kind() == Bool && n.doc.raw(n.entry()) == "true"
}

// Int returns the value of an Integer, and whether it is one and fits.
func (n Node) Int() (int64, bool) {
	if n.Kind() != Integer {
		return 0, false
	}
	raw := n.doc.raw(n.entry())
	if raw == "-" {
		return 0, true
	}
	i, err := strconv.ParseInt(raw, 10, 64)
	return i, err == nil
}

// Float returns the value of a number, rounded to the nearest float64.
func (n Node) Float() float64 {
	switch n.Kind() {
	case Integer, Double, Decimal:
		f, _ := strconv.ParseFloat(n.doc.raw(n.entry()), 64)
		return f
	default:
		return 0
	}
}

// String returns the value as a template prints it; see AppendText. It costs
// nothing for a string without escapes, and for most numbers.
func (n Node) String() string {
	switch n.Kind() {
	case Missing:
		return ""
	case String:
		return n.doc.content(n.entry())
	case Array, Object:
		return string(n.AppendText(nil))
	default:
		if raw := n.doc.raw(n.entry()); n.printsAs(raw) {
			return raw
		}
		return string(n.AppendText(nil))
	}
}

// printsAs says whether a scalar other than a string prints as it was written.
func (n Node) printsAs(raw string) bool {
	switch n.Kind() {
	case Integer:
		return isPlainInteger(raw)
	case Double:
		return isPlainDouble(raw)
	case Decimal:
		return false
	default:
		return true
	}
}

// AppendJSON appends the value as $input.json prints it: without blanks,
// members in their order, numbers as Java writes them. Control characters and
// U+2000 to U+20FF are escaped, slashes are not. A missing value appends
// nothing.
func (n Node) AppendJSON(dst []byte) []byte {
	if n.doc == nil {
		return dst
	}
	return n.appendJSON(dst, false)
}

// Verbatim returns the part of the document's text that AppendJSON would append,
// if it is easy to see that there is one: a string is most often written as it
// prints, and so are most other scalars.
func (n Node) Verbatim() (text string, ok bool) {
	switch n.Kind() {
	case Missing, Array, Object:
		return "", false
	case String:
		return n.doc.quotedPart(n.entry())
	default:
		raw := n.doc.raw(n.entry())
		return raw, n.printsAs(raw)
	}
}

// AppendText appends the value as a template prints it: a string as it is, an
// object as {a=b, c=d}, an array as JSON in which slashes are escaped.
func (n Node) AppendText(dst []byte) []byte {
	switch n.Kind() {
	case Missing:
		return dst
	case String:
		return n.doc.appendContent(dst, n.entry())
	case Object:
		return n.appendMap(dst)
	case Double:
		return appendDouble(dst, n.doc.raw(n.entry()))
	default:
		return n.appendJSON(dst, true)
	}
}

func (n Node) appendMap(dst []byte) []byte {
	dst = append(dst, '{')
	end := n.entry().to
	for k := n.at + 1; k < end; k = n.doc.after(k + 1) {
		e := &n.doc.entries[k]
		if e.flags&hidden != 0 {
			continue
		}
		if k > n.at+1 {
			dst = append(dst, ", "...)
		}
		dst = append(n.doc.appendContent(dst, e), '=')
		dst = Node{n.doc, n.doc.resolve(k + 1)}.AppendText(dst)
	}
	return append(dst, '}')
}

func (n Node) appendJSON(dst []byte, slashes bool) []byte {
	e := n.entry()
	switch e.kind {
	case Integer:
		return appendInteger(dst, n.doc.raw(e))
	case Double:
		return appendFinite(dst, n.doc.raw(e))
	case Decimal:
		return appendDecimal(dst, n.doc.raw(e))
	case String:
		return n.doc.appendString(dst, e, slashes)
	case Array:
		return n.appendArray(dst, slashes)
	case Object:
		return n.appendObject(dst, slashes)
	default:
		return append(dst, n.doc.raw(e)...)
	}
}

func (n Node) appendArray(dst []byte, slashes bool) []byte {
	dst = append(dst, '[')
	end := n.entry().to
	for k := n.at + 1; k < end; k = n.doc.after(k) {
		if k > n.at+1 {
			dst = append(dst, ',')
		}
		dst = Node{n.doc, n.doc.resolve(k)}.appendJSON(dst, slashes)
	}
	return append(dst, ']')
}

func (n Node) appendObject(dst []byte, slashes bool) []byte {
	dst = append(dst, '{')
	end := n.entry().to
	for k := n.at + 1; k < end; k = n.doc.after(k + 1) {
		e := &n.doc.entries[k]
		if e.flags&hidden != 0 {
			continue
		}
		if k > n.at+1 {
			dst = append(dst, ',')
		}
		dst = append(n.doc.appendString(dst, e, slashes), ':')
		dst = Node{n.doc, n.doc.resolve(k + 1)}.appendJSON(dst, slashes)
	}
	return append(dst, '}')
}
