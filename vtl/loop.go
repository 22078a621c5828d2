package vtl

// A loop is the $foreach of a running #foreach.
type loop struct {
	owner    *foreachNode
	index    int
	hasNext  bool
	parent   *loop
	replaced Value // what $foreach was before the outermost loop
	members  *Map  // what the template has stored in it
}

// newLoop returns a loop of the frame's.
func (f *frame) newLoop() *loop {
	if f.used == len(f.loops) {
		f.loops = append(f.loops, &loop{})
	}
	l := f.loops[f.used]
	f.used++
	return l
}

func (l *loop) store() *Map {
	if l.members == nil {
		l.members = NewHashMap()
	}
	return l.members
}

// Get implements Object.
func (l *loop) Get(name string) Value {
	switch name {
	case "index", "Index":
		return Int(int32(l.index))
	case "count", "Count":
		return Int(int32(l.index + 1))
	case "hasNext", "HasNext":
		return Bool(l.hasNext)
	case "first", "First":
		return Bool(l.index < 1)
	case "last", "Last":
		return Bool(!l.hasNext)
	case "parent", "Parent":
		return l.parent.value()
	case "topmost", "Topmost":
		return l.topmost().value()
	case "replaced", "Replaced":
		return l.topmost().replaced
	}
	for s := l; s != nil; s = s.parent {
		if v, ok := s.store().Get(name); ok {
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
		return l.Get("first"), nil
	case "isLast":
		return l.Get("last"), nil
	case "getIndex", "getCount", "getHasNext", "getFirst", "getLast", "getParent", "getTopmost", "getReplaced":
		return l.Get(name[len("get"):]), nil
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
