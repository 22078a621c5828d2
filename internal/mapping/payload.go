package mapping

import (
	"errors"
	"math/big"

	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// A PayloadError says that a payload looks like JSON and is none. Its text is
// what callers are told, in the words that AWS has used.
type PayloadError struct{ Err *jsonpath.SyntaxError }

func (e *PayloadError) Error() string {
	return "Could not process payloadnet.minidev.json.parser.ParseException: " + e.Err.Message
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

// Parse parses the payload, if it looks like JSON. Its error is a *PayloadError.
func (p *Payload) Parse() error {
	if p.parsed {
		return p.err
	}
	p.parsed = true
	p.doc = &document{Document: jsonpath.Borrow()}
	if err := p.doc.ParsePayload(p.text); err != nil {
		p.err = err
		var syntax *jsonpath.SyntaxError
		if errors.As(err, &syntax) {
			p.err = &PayloadError{syntax}
		}
	}
	return p.err
}

// eval applies a path. A definite path that leads nowhere gives a Missing node
// and no error.
func (p *Payload) eval(path *jsonpath.Path) (jsonpath.Node, error) {
	if err := p.Parse(); err != nil {
		return jsonpath.Node{}, err
	}
	n, err := path.Eval(p.doc.Document)
	if err == jsonpath.ErrNotFound {
		return jsonpath.Node{}, nil
	}
	return n, err
}

// A document is JSON as templates see it. A container is converted when it is
// first looked at, and then always is the same value: a template can change it.
type document struct {
	*jsonpath.Document
	containers map[jsonpath.Node]vtl.Value
}

func (d *document) release() {
	d.Document.Return()
	d.Document = nil
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
	if v, known := d.containers[n]; known {
		return v
	}
	var v vtl.Value
	if n.Kind() == jsonpath.Array {
		v = vtl.ListValue(vtl.JSONArrayOf(&array{of: d, node: n}))
	} else {
		v = vtl.MapValue(vtl.MapOf(&object{of: d, node: n}))
	}
	if d.containers == nil {
		d.containers = make(map[jsonpath.Node]vtl.Value)
	}
	d.containers[n] = v
	return v
}

// An array implements vtl.Elements.
type array struct {
	of       *document
	node     jsonpath.Node
	elements []jsonpath.Node // once one was asked for
}

func (a *array) Len() int { return a.node.Len() }

func (a *array) Element(i int) vtl.Value {
	if a.elements == nil {
		a.elements = make([]jsonpath.Node, 0, a.node.Len())
		for n := range a.node.Elements() {
			a.elements = append(a.elements, n)
		}
	}
	return a.of.value(a.elements[i])
}

// An object implements vtl.Members.
type object struct {
	of     *document
	node   jsonpath.Node
	names  []string // of the members, once one was asked for by its place
	values []jsonpath.Node
	index  map[string]jsonpath.Node // of a large object, once a name was looked up
}

func (o *object) Len() int { return o.node.Len() }

func (o *object) Member(i int) (string, vtl.Value) {
	if o.names == nil {
		for name, n := range o.node.Members() {
			o.names, o.values = append(o.names, name), append(o.values, n)
		}
	}
	return o.names[i], o.of.value(o.values[i])
}

// fewMembers is up to how many members it is quicker to look at all of them than
// to make an index.
const fewMembers = 16

func (o *object) Lookup(name string) (vtl.Value, bool) {
	n, found := jsonpath.Node{}, false
	if o.node.Len() <= fewMembers {
		n = o.node.Get(name)
		found = n.Kind() != jsonpath.Missing
	} else {
		n, found = o.lookup(name)
	}
	return o.of.value(n), found
}

func (o *object) lookup(name string) (jsonpath.Node, bool) {
	if o.index == nil {
		o.index = make(map[string]jsonpath.Node, o.node.Len())
		for name, n := range o.node.Members() {
			o.index[name] = n
		}
	}
	n, found := o.index[name]
	return n, found
}
