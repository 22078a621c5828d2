package jsonpath

import (
	"math"
	"strconv"
)

// A call is a function with its arguments.
type call struct {
	name      string
	function  function
	arguments []argument
	counted   *Path // of length and size: what the path given to them contains
}

// An argument is a path from the root, or a literal.
type argument struct {
	path    *Path
	literal Node
}

// A function computes a value from the one it is called on and its arguments.
type function func(*evaluator, Node, []Node) (uint32, string)

// functions by name. A function answers with a value, or with what is wrong.
var functions = map[string]function{
	"min":    aggregate(math.MaxFloat64, func(s *sums) float64 { return s.least }),
	"max":    aggregate(math.SmallestNonzeroFloat64, func(s *sums) float64 { return s.most }),
	"sum":    aggregate(0, func(s *sums) float64 { return s.sum }),
	"avg":    aggregate(0, func(s *sums) float64 { return s.sum / s.n }),
	"stddev": aggregate(0, func(s *sums) float64 { return math.Sqrt(s.squares/s.n - s.sum*s.sum/s.n/s.n) }),
	"length": length,
	"size":   length,
	"keys":   keys,
	"concat": concat,
	"append": appendTo,
	"first":  at(func([]Node) (int, bool) { return 0, true }),
	"last":   at(func([]Node) (int, bool) { return -1, true }),
	"index":  at(firstNumber),
}

func (c *call) invoke(e *evaluator, at uint32) (uint32, error) {
	arguments := make([]Node, 0, len(c.arguments))
	for _, a := range c.arguments {
		if a.path == nil {
			arguments = append(arguments, Node{e.doc, e.doc.graft(a.literal.doc, a.literal.at)})
			continue
		}
		value, err := e.path(a.path, 0, false)
		if err != nil {
			return 0, err
		}
		arguments = append(arguments, Node{e.doc, value})
	}
	if c.counted != nil {
		value, err := e.path(c.counted, at, false)
		if err != nil {
			return 0, err
		}
		return e.doc.integer(int(e.doc.entries[value].from)), nil
	}
	work := Node{e.doc, at}.Len()
	for _, a := range arguments {
		work += a.weight()
	}
	if err := e.spend(work); err != nil {
		return 0, err
	}
	result, wrong := c.function(e, Node{e.doc, at}, arguments)
	if wrong != "" {
		return 0, unfit(c.name + "() " + wrong)
	}
	return result, nil
}

// sums is what the numeric functions need to know of their numbers.
type sums struct{ n, sum, squares, least, most float64 }

// aggregate makes a numeric function. Those that look for an extreme start at
// a value of their own, max at the smallest positive one: it is what the engine
// does, and what the greatest of negative numbers turns into.
func aggregate(start float64, result func(*sums) float64) function {
	return func(e *evaluator, on Node, arguments []Node) (uint32, string) {
		s := sums{least: start, most: start}
		add := func(n Node) {
			switch n.Kind() {
			case Integer, Double, Decimal:
				f := n.Float()
				s.n++
				s.sum += f
				s.squares += f * f
				s.least = min(s.least, f)
				s.most = max(s.most, f)
			}
		}
		for n := range on.Elements() {
			add(n)
		}
		spread(arguments, add)
		if s.n == 0 {
			return 0, "has no number to work on"
		}
		return e.doc.derive(Double, string(appendJavaDouble(nil, result(&s)))), ""
	}
}

// spread calls f with every argument, and with each element of those that are
// arrays.
func spread(arguments []Node, f func(Node)) {
	for _, a := range arguments {
		if a.Kind() != Array {
			f(a)
			continue
		}
		for n := range a.Elements() {
			f(n)
		}
	}
}

func length(e *evaluator, on Node, arguments []Node) (uint32, string) {
	if len(arguments) > 0 {
		return 0, "counts what a path finds, not a literal"
	}
	if on.Kind() < Array {
		return e.doc.derive(Null, "null"), ""
	}
	return e.doc.integer(on.Len()), ""
}

func (d *Document) integer(n int) uint32 { return d.derive(Integer, strconv.Itoa(n)) }

func keys(e *evaluator, on Node, _ []Node) (uint32, string) {
	if on.Kind() != Object {
		return e.doc.derive(Null, "null"), ""
	}
	list := e.doc.append(entry{kind: Array, from: uint32(on.Len())})
	for name := range on.Members() {
		e.doc.derive(String, name)
	}
	return e.doc.close(list), ""
}

func concat(e *evaluator, on Node, arguments []Node) (uint32, string) {
	var text []byte
	for n := range on.Elements() {
		if n.Kind() == String {
			text = n.AppendText(text)
		}
	}
	spread(arguments, func(n Node) {
		if n.Kind() != Null {
			text = n.AppendText(text)
		}
	})
	return e.doc.derive(String, string(text)), ""
}

// appendTo makes a longer array; the one it is called on stays as it is.
func appendTo(e *evaluator, on Node, arguments []Node) (uint32, string) {
	if on.Kind() != Array {
		return on.at, ""
	}
	var values []uint32
	for n := range on.Elements() {
		values = append(values, n.at)
	}
	for _, a := range arguments {
		values = append(values, a.at)
	}
	return e.doc.list(values), ""
}

// at makes a function that picks the element of an array at an index. Counted
// from the end, the first element is out of reach, as it is in the engine.
func at(index func([]Node) (int, bool)) function {
	return func(_ *evaluator, on Node, arguments []Node) (uint32, string) {
		i, ok := index(arguments)
		if on.Kind() != Array || !ok {
			return 0, "has no array or no index to work on"
		}
		if i < 0 {
			if i += on.Len(); i <= 0 {
				return 0, "counts beyond the start"
			}
		}
		if i >= on.Len() {
			return 0, "counts beyond the end"
		}
		return on.Index(i).at, ""
	}
}

func firstNumber(arguments []Node) (i int, ok bool) {
	spread(arguments, func(n Node) {
		switch n.Kind() {
		case Integer, Double, Decimal:
			if !ok {
				i, ok = int(n.Float()), true
			}
		}
	})
	return i, ok
}
