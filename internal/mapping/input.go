package mapping

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// input is $input.
type input rendering

// Get implements vtl.Object.
func (in *input) Get(name string) vtl.Value {
	if name == "body" {
		return vtl.String(in.payload.whole())
	}
	return vtl.Value{}
}

// Call implements vtl.Object.
func (in *input) Call(name string, args []vtl.Value) (vtl.Value, error) {
	switch {
	case name == "params" && len(args) == 0:
		return vtl.MapValue(in.allParams()), nil
	case name == "getBody" && len(args) == 0:
		return in.Get("body"), nil
	case len(args) != 1:
		return vtl.Value{}, nil
	}
	text, err := argument(args[0])
	switch {
	case err != nil:
		return vtl.Value{}, err
	case name == "params":
		return vtl.String(in.param(text)), nil
	case name == "json":
		return in.json(text)
	case name == "path":
		return in.path(text)
	}
	return vtl.Value{}, nil
}

// argument returns an argument as the text that functions take. A list that holds
// others again and again may have none that is short enough.
func argument(v vtl.Value) (string, error) {
	if v.Kind() == vtl.StringKind {
		return v.Text(), nil
	}
	text, err := v.AppendText(nil)
	return string(text), err
}

// eval applies a path to the payload as the template has left it: one that it has
// changed is written and read again. So it is in both engines of which one or the
// other is believed to be the service's, and deployed templates rest on it.
func (in *input) eval(text string) (d *document, n jsonpath.Node, err error) {
	path, err := in.paths.compile(text)
	if err != nil {
		return nil, n, err
	}
	if err := in.scope.Parse(in.payload); err != nil {
		return nil, n, err
	}
	if d = in.payload.doc; d.changed {
		if d, err = (*rendering)(in).copyOf(d); err != nil {
			return nil, n, err
		}
	}
	n, err = d.eval(path)
	return d, n, err
}

// path returns what a path leads to.
func (in *input) path(text string) (vtl.Value, error) {
	d, n, err := in.eval(text)
	if err != nil {
		return vtl.Value{}, err
	}
	return d.value(n), nil
}

// json returns what a path leads to as JSON, and two quotes where it leads
// nowhere or to null.
func (in *input) json(text string) (vtl.Value, error) {
	_, n, err := in.eval(text)
	switch {
	case err != nil:
		return vtl.Value{}, err
	case n.Kind() == jsonpath.Missing || n.Kind() == jsonpath.Null:
		return vtl.String(`""`), nil
	}
	if text, ok := n.Verbatim(); ok {
		return vtl.String(text), nil
	}
	in.scratch = n.AppendJSON(in.scratch[:0])
	return vtl.String(string(in.scratch)), nil
}

// param finds a parameter of the request: of the path, else of the query, else
// of the header, where case matters.
func (in *input) param(name string) string {
	s := in.scope
	if v, ok := s.PathParam(name); ok {
		return v
	}
	if v, ok := s.Query(name); ok {
		return v
	}
	v, _ := s.Arrived.LastExact(name)
	return v
}

// allParams returns all parameters by kind. A template sees the same maps each
// time.
func (in *input) allParams() *vtl.Map {
	if in.params != nil {
		return in.params
	}
	s := in.scope
	header := make([]Param, 0, len(s.Arrived))
	for _, f := range s.Arrived {
		header = append(header, Param(f))
	}
	slices.SortStableFunc(header, func(a, b Param) int { return cmp.Compare(a.Name, b.Name) })
	in.params = vtl.NewMap()
	in.params.Put("path", paramMap(s.Params))
	in.params.Put("querystring", paramMap(s.QueryParams()))
	in.params.Put("header", paramMap(header))
	return in.params
}

// paramMap keeps the last value of each name, in the place of the first.
func paramMap(params []Param) vtl.Value {
	m := vtl.NewMap()
	for _, p := range params {
		m.Put(p.Name, vtl.String(p.Value))
	}
	return vtl.MapValue(m)
}

// variables are those of a stage; they implement vtl.Members.
type variables map[string]string

func (v variables) Len() int { return len(v) }

func (v variables) Member(i int) (string, vtl.Value) {
	name := slices.Sorted(maps.Keys(v))[i]
	return name, vtl.String(v[name])
}

func (v variables) Lookup(name string) (vtl.Value, bool) {
	value, ok := v[name]
	return vtl.String(value), ok
}
