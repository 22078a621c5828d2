package mapping

import (
	"errors"
	"fmt"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// A Given is what a template is tried with when there is no exchange: objects as
// JSON, read as leniently as payloads. An empty text is an empty object.
type Given struct {
	Context        string // $context, with any names and values
	StageVariables string
	Params         string // its members are path, querystring and header
}

// Give takes a Given for what an exchange would have brought. Overrides within
// its $context are as if an earlier template had set them.
func (s *Scope) Give(g Given) error {
	s.Request = new(message.Request)
	s.Variables = map[string]string{}
	return errors.Join(
		withObject("stage variables", g.StageVariables, s.giveVariables),
		withObject("params", g.Params, s.giveParams),
		withObject("context", g.Context, s.giveContext),
	)
}

func withObject(what, text string, use func(jsonpath.Node) error) error {
	if text == "" {
		text = "{}"
	}
	doc := jsonpath.Borrow()
	defer doc.Return()
	err := doc.Parse(text)
	if err == nil && doc.Root().Kind() != jsonpath.Object {
		err = errors.New("no JSON object")
	}
	if err == nil {
		err = use(doc.Root())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s *Scope) giveVariables(object jsonpath.Node) error {
	return eachText("", object, func(name, value string) { s.Variables[name] = value })
}

func (s *Scope) giveParams(object jsonpath.Node) error {
	s.hasQuery = true
	for kind, give := range map[string]func(name, value string){
		"path":        func(name, value string) { s.Params = append(s.Params, Param{name, value}) },
		"querystring": func(name, value string) { s.query = append(s.query, Param{name, value}) },
		"header":      s.Arrived.Add,
	} {
		switch n := object.Get(kind); n.Kind() {
		case jsonpath.Missing, jsonpath.Null:
		case jsonpath.Object:
			if err := eachText(kind+".", n, give); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is %s, not an object", kind, n.AppendJSON(nil))
		}
	}
	return nil
}

// eachText calls give for each member that is not null: values of parameters and
// variables are texts.
func eachText(of string, object jsonpath.Node, give func(name, value string)) error {
	for name, n := range object.Members() {
		switch n.Kind() {
		case jsonpath.Null:
		case jsonpath.Array, jsonpath.Object:
			return fmt.Errorf("%s%s is %s, not a text", of, name, n.AppendJSON(nil))
		default:
			give(name, n.String())
		}
	}
	return nil
}

func (s *Scope) giveContext(object jsonpath.Node) error {
	s.given = givenMap(object)
	fill(s.overrides.ofRequest(), object.Get("requestOverride"))
	fill(s.overrides.ofResponse(), object.Get("responseOverride"))
	s.given.Put("requestOverride", vtl.MapValue(s.overrides.ofRequest()))
	s.given.Put("responseOverride", vtl.MapValue(s.overrides.ofResponse()))
	return nil
}

// givenMap has the order of the service's hash maps. Those that are no plain maps
// there print nothing as a whole.
func givenMap(object jsonpath.Node) *vtl.Map {
	m := vtl.NewHashMap()
	for name, n := range object.Members() {
		v := givenValue(n)
		if inner, ok := v.AsMap(); ok {
			inner.Silent = name == "identity" || name == "claims"
		}
		m.Put(name, v)
	}
	return m
}

func givenValue(n jsonpath.Node) vtl.Value {
	switch n.Kind() {
	case jsonpath.Object:
		return vtl.MapValue(givenMap(n))
	case jsonpath.Array:
		items := make([]vtl.Value, 0, n.Len())
		for element := range n.Elements() {
			items = append(items, givenValue(element))
		}
		return vtl.ListValue(vtl.NewList(items))
	}
	return (&document{}).value(n)
}

// fill puts members into the overrides m. Those of a kind are a map of its own.
func fill(m *vtl.Map, object jsonpath.Node) {
	for name, n := range object.Members() {
		if inner := memberMap(m, name); inner == nil {
			m.Put(name, givenValue(n))
		} else {
			fill(inner, n)
		}
	}
}
