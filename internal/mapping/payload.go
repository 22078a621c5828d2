package mapping

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// A PayloadError says that a payload looks like JSON and is none. Its text is
// what callers are told, in the words that AWS has used.
type PayloadError struct{ Err *jsonpath.SyntaxError }

func (e *PayloadError) Error() string {
	return "Could not process payloadnet.minidev.json.parser.ParseException: " + e.Err.Message
}

// Place says where the payload stops being JSON and nothing of what is in it, for
// logs.
func (e *PayloadError) Place() string {
	return fmt.Sprintf("payload is no JSON behind its first %d bytes", e.Err.Offset)
}

// Unwrap returns what is wrong with the JSON.
func (e *PayloadError) Unwrap() error { return e.Err }

// A Payload is the text of a request's body or of a backend's answer, as
// templates and mappings read it. It is parsed once, when it is first asked for.
type Payload struct {
	text   string
	doc    *document
	err    error // of the parsing; nil: none so far
	parsed bool
}

// Set gives the payload its text.
func (p *Payload) Set(text string) {
	p.reset()
	p.text = text
}

func (p *Payload) reset() {
	if p.doc != nil {
		p.doc.release()
	}
	*p = Payload{}
}

// whole is the payload as a text; an empty one is that of an empty object.
func (p *Payload) whole() string {
	if p.text == "" {
		return "{}"
	}
	return p.text
}

// forget forgets what was parsed.
func (p *Payload) forget() { *p = Payload{text: p.text} }

// parse parses the payload, if it looks like JSON. Its error is a *PayloadError.
func (p *Payload) parse() error {
	if p.parsed {
		return p.err
	}
	p.parsed = true
	p.doc = newDocument()
	if err := p.doc.ParsePayload(p.text); err != nil {
		p.err = err
		var syntax *jsonpath.SyntaxError
		if errors.As(err, &syntax) {
			p.err = &PayloadError{syntax}
		}
	}
	return p.err
}

// Strict returns the payload if it is JSON by the letter, as schemas want it, and
// reports whether it is.
func (p *Payload) Strict() (jsonpath.Node, bool) {
	if p.parse() != nil || !p.doc.Strict() {
		return jsonpath.Node{}, false
	}
	return p.doc.Root(), true
}

// Is reports whether the payload is this text.
func (p *Payload) Is(text []byte) bool { return p.text == string(text) }

// eval applies a path. A definite path that leads nowhere gives a Missing node
// and no error.
func (p *Payload) eval(path *jsonpath.Path) (jsonpath.Node, error) {
	if err := p.parse(); err != nil {
		return jsonpath.Node{}, err
	}
	return p.doc.eval(path)
}

// A document is JSON as templates see it. A container is converted when it is
// first looked at, and then always is the same value: a template can change it.
type document struct {
	*jsonpath.Document
	containers []vtl.Value // that were looked at
	known      []uint32    // by place: which of these it is, counted from 1; 0: none yet
	objects    []object    // some to be used next
	arrays     []array
	elements   []jsonpath.Node // of arrays that were looked at
	changed    bool            // a template has changed a container
	original   vtl.Value       // what this was written from, container by container; null: nothing
	searched   int             // values that were looked at to find containers there
}

var documents = sync.Pool{New: func() any { return new(document) }}

func newDocument() *document {
	d := documents.Get().(*document)
	d.Document = jsonpath.Borrow()
	return d
}

// chunk is how many objects or arrays are made room for at a time. A document
// that had many more values is left to the garbage collector.
const chunk = 16

// release gives the document back. What was taken from it is void.
func (d *document) release() {
	d.Document.Return()
	if len(d.containers) > 16*chunk || cap(d.known)/4+cap(d.elements) > 256*chunk {
		return
	}
	clear(d.containers)
	clear(d.objects)
	clear(d.arrays)
	clear(d.elements)
	*d = document{
		containers: d.containers[:0], known: d.known[:0], objects: d.objects[:0], arrays: d.arrays[:0], elements: d.elements[:0],
	}
	documents.Put(d)
}

func (d *document) eval(path *jsonpath.Path) (jsonpath.Node, error) {
	n, err := path.Eval(d.Document)
	if err == jsonpath.ErrNotFound {
		return jsonpath.Node{}, nil
	}
	return n, err
}

func (d *document) value(n jsonpath.Node) vtl.Value {
	switch n.Kind() {
	case jsonpath.Bool:
		return vtl.Bool(n.Bool())
	case jsonpath.Integer:
		return integer(n)
	case jsonpath.Double:
		return vtl.Double(n.Float())
	case jsonpath.Decimal:
		v, _ := vtl.BigDecimal(n.String())
		return v
	case jsonpath.String:
		return vtl.String(n.String())
	case jsonpath.Array, jsonpath.Object:
		return d.container(n)
	}
	return vtl.Value{}
}

func integer(n jsonpath.Node) vtl.Value {
	i, fits := n.Int()
	switch {
	case !fits:
		digits, _ := new(big.Int).SetString(n.String(), 10)
		return vtl.BigInteger(digits)
	case i == int64(int32(i)):
		return vtl.Int(int32(i))
	}
	return vtl.Long(i)
}

func (d *document) container(n jsonpath.Node) vtl.Value {
	place := n.Place()
	if place >= len(d.known) {
		d.known = append(d.known, make([]uint32, place+1-len(d.known))...)
	}
	if i := d.known[place]; i > 0 {
		return d.containers[i-1]
	}
	v, known := d.inOriginal(n)
	if known {
		return v
	}
	if n.Kind() == jsonpath.Array {
		a := next(&d.arrays)
		a.of, a.node = d, n
		v = vtl.ListValue(vtl.JSONArrayOf(a))
	} else {
		o := next(&d.objects)
		o.of, o.node = d, n
		o.asMap.ReadThrough(o)
		v = vtl.MapValue(&o.asMap)
	}
	if len(d.containers) < maxContainers {
		d.containers = append(d.containers, v)
		d.known[place] = uint32(len(d.containers))
	}
	return v
}

// maxContainers is how many containers of a document stay the same value. Who
// sends more gets no more memory for it.
const maxContainers = 1 << 18

// inOriginal returns the container that n was written from.
func (d *document) inOriginal(n jsonpath.Node) (v vtl.Value, found bool) {
	at, v := d.Root(), d.original
	for !v.IsNull() && at != n {
		at, v = d.towards(n, at, v)
	}
	return v, !v.IsNull()
}

// maxSearched is how many values are looked at to find what was written from
// what. Beyond it a template gets containers of their own.
const maxSearched = 1 << 20

// towards goes from a container, and the value that it was written from, to the
// one in it that is n or holds it.
func (d *document) towards(n, at jsonpath.Node, v vtl.Value) (jsonpath.Node, vtl.Value) {
	i := 0
	defer func() { d.searched += i }()
	if d.searched > maxSearched {
		return at, vtl.Value{}
	}
	if m, ok := v.AsMap(); ok && m.Len() == at.Len() {
		for _, member := range at.Members() {
			if member == n || member.Holds(n) {
				_, value := m.Entry(i)
				return member, value
			}
			i++
		}
	}
	if l, ok := v.AsList(); ok && l.Len() == at.Len() {
		for element := range at.Elements() {
			if element == n || element.Holds(n) {
				return element, l.At(i)
			}
			i++
		}
	}
	return at, vtl.Value{}
}

// next returns an element that nobody has, and makes room for more when there is
// none.
func next[T any](all *[]T) *T {
	if len(*all) == cap(*all) {
		*all = make([]T, 0, chunk)
	}
	*all = (*all)[:len(*all)+1]
	return &(*all)[len(*all)-1]
}

// appendText and appendJSON print a container of a document that is as it was
// parsed, without making values of what is in it.
func (d *document) appendText(dst []byte, n jsonpath.Node) ([]byte, bool) {
	if d.changed {
		return dst, false
	}
	return n.AppendText(dst), true
}

func (d *document) appendJSON(dst []byte, n jsonpath.Node) ([]byte, bool) {
	if d.changed {
		return dst, false
	}
	return n.AppendJSON(dst), true
}

// An array implements vtl.Elements.
type array struct {
	of       *document
	node     jsonpath.Node
	elements []jsonpath.Node // once one was asked for
}

func (a *array) Len() int { return a.node.Len() }

// Changed implements vtl.Changer.
func (a *array) Changed() { a.of.changed = true }

// AppendText implements vtl.Printer.
func (a *array) AppendText(dst []byte) ([]byte, bool) { return a.of.appendText(dst, a.node) }

// AppendJSON implements vtl.Printer.
func (a *array) AppendJSON(dst []byte) ([]byte, bool) { return a.of.appendJSON(dst, a.node) }

func (a *array) Element(i int) vtl.Value {
	if a.elements == nil {
		d := a.of
		start := len(d.elements)
		d.elements = slices.AppendSeq(d.elements, a.node.Elements())
		a.elements = d.elements[start:len(d.elements):len(d.elements)]
	}
	return a.of.value(a.elements[i])
}

// An object implements vtl.Members.
type object struct {
	asMap  vtl.Map
	of     *document
	node   jsonpath.Node
	places *places // once a member was asked for otherwise than by name
}

// places are the members of an object by their place.
type places struct {
	names  []string
	values []jsonpath.Node
}

func (o *object) Len() int { return o.node.Len() }

// Changed implements vtl.Changer.
func (o *object) Changed() { o.of.changed = true }

// AppendText implements vtl.Printer.
func (o *object) AppendText(dst []byte) ([]byte, bool) { return o.of.appendText(dst, o.node) }

// AppendJSON implements vtl.Printer.
func (o *object) AppendJSON(dst []byte) ([]byte, bool) { return o.of.appendJSON(dst, o.node) }

func (o *object) Member(i int) (string, vtl.Value) {
	p := o.placed()
	return p.names[i], o.of.value(p.values[i])
}

func (o *object) placed() *places {
	if o.places == nil {
		o.places = new(places)
		for name, n := range o.node.Members() {
			o.places.names, o.places.values = append(o.places.names, name), append(o.places.values, n)
		}
	}
	return o.places
}

func (o *object) Lookup(name string) (vtl.Value, bool) {
	n := o.node.Get(name)
	return o.of.value(n), n.Kind() != jsonpath.Missing
}
