package vtl

import "strings"

// A loop is the $foreach of a running #foreach.
type loop struct {
	owner    *foreachNode
	index    int
	hasNext  bool
	parent   *loop
	replaced slot // what $foreach was before the outermost loop
	members  *Map // what the template has stored in it
}

// keeps reports whether a reference may hand $foreach itself on.
func (n *refNode) keeps() bool {
	if n.name != "foreach" {
		return false
	}
	if len(n.steps) == 0 || n.steps[0].kind != propertyStep {
		return true
	}
	switch n.steps[0].name {
	case "index", "count", "hasNext", "first", "last":
		return false
	}
	return true
}

// newLoop returns a loop of the frame's.
func (f *frame) newLoop() *loop {
	if f.used == len(f.loops) {
		f.loops = append(f.loops, &loop{})
	}
	f.used++
	return f.loops[f.used-1]
}

func (l *loop) store() *Map {
	if l.members == nil {
		l.members = NewHashMap()
	}
	return l.members
}

// loopProperties are the properties of $foreach.
var loopProperties = map[string]func(*loop) Value{
	"index":    func(l *loop) Value { return Int(int32(l.index)) },
	"count":    func(l *loop) Value { return Int(int32(l.index + 1)) },
	"hasNext":  func(l *loop) Value { return Bool(l.hasNext) },
	"first":    func(l *loop) Value { return Bool(l.index < 1) },
	"last":     func(l *loop) Value { return Bool(!l.hasNext) },
	"parent":   func(l *loop) Value { return l.parent.value() },
	"topmost":  func(l *loop) Value { return l.topmost().value() },
	"replaced": func(l *loop) Value { return l.topmost().replaced.value },
}

// Get implements Object: it returns what the template has stored in $foreach,
// or in that of a loop around it.
func (l *loop) Get(name string) Value {
	for s := l; s != nil; s = s.parent {
		if s.members == nil {
			continue
		}
		if v, ok := s.members.Get(name); ok {
			return v
		}
	}
	return Value{}
}

// Call implements Object.
func (l *loop) Call(name string, args []Value) (Value, error) {
	if len(args) > 0 {
		return Value{}, nil
	}
	switch name {
	case "hasNext":
		return Bool(l.hasNext), nil
	case "isFirst":
		return Bool(l.index < 1), nil
	case "isLast":
		return Bool(!l.hasNext), nil
	}
	if getter, ok := strings.CutPrefix(name, "get"); ok && getter != "" {
		if get := loopProperties[strings.ToLower(getter[:1])+getter[1:]]; get != nil {
			return get(l), nil
		}
	}
	return Value{}, nil
}

func (l *loop) topmost() *loop {
	for l.parent != nil {
		l = l.parent
	}
	return l
}

func (l *loop) value() Value {
	if l == nil {
		return Value{}
	}
	return Value{0, l}
}
