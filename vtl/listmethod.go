package vtl

import "errors"

// listMethods are those of java.util.List.
var listMethods = map[string][]method{
	"size": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Int(int32(v.list().Len())), nil
	}}},
	"isEmpty": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Bool(v.list().Len() == 0), nil
	}}},
	"get": {{"i", func(_ *frame, v Value, args []Value) (Value, error) {
		return v.list().at(index(args[0]))
	}}},
	"set": {{"io", func(f *frame, v Value, args []Value) (Value, error) {
		l, i := v.list(), index(args[0])
		if i < 0 || i >= l.Len() {
			return Value{}, indexError(i, l.Len())
		}
		return l.replace(f, i, args[1])
	}}},
	"add": {
		{"io", listInsert},
		{"o", func(f *frame, v Value, args []Value) (Value, error) {
			if err := f.build(valueSize); err != nil {
				return Value{}, err
			}
			if err := f.own(v.list()); err != nil {
				return Value{}, err
			}
			v.list().Append(args[0])
			return Bool(true), nil
		}},
	},
	"addAll": {
		{"c", func(f *frame, v Value, args []Value) (Value, error) {
			return listInsertAll(f, v.list(), v.list().Len(), args[0])
		}},
		{"ic", func(f *frame, v Value, args []Value) (Value, error) {
			return listInsertAll(f, v.list(), index(args[0]), args[1])
		}},
	},
	"remove": {
		{"i", func(f *frame, v Value, args []Value) (Value, error) {
			return listRemoveAt(f, v.list(), index(args[0]))
		}},
		{"o", func(f *frame, v Value, args []Value) (Value, error) {
			i, err := indexOf(f, v, args[0])
			if err != nil || i < 0 {
				return Bool(false), err
			}
			_, err = listRemoveAt(f, v.list(), i)
			return Bool(true), err
		}},
	},
	"removeAll": {{"c", func(f *frame, v Value, args []Value) (Value, error) {
		return listKeep(f, v.list(), args[0], false)
	}}},
	"retainAll": {{"c", func(f *frame, v Value, args []Value) (Value, error) {
		return listKeep(f, v.list(), args[0], true)
	}}},
	"contains": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		i, err := indexOf(f, v, args[0])
		return Bool(i >= 0), err
	}}},
	"containsAll": {{"c", func(f *frame, v Value, args []Value) (Value, error) { return containsAll(f, v, args[0]) }}},
	"indexOf": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		i, err := indexOf(f, v, args[0])
		return Int(int32(i)), err
	}}},
	"lastIndexOf": {{"o", listLastIndexOf}},
	"subList":     {{"ii", listSub}},
	"iterator":    {{"", iterate}},
	"clear": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		v.list().clear()
		return done, nil
	}}},
	"toJSONString": {{"", func(f *frame, v Value, _ []Value) (Value, error) {
		if v.list().style != jsonArray {
			return Value{}, nil
		}
		s, err := f.text(v)
		return textOf(s), err
	}}},
}

// arrayMethods are what a Java array has in the language.
var arrayMethods = map[string][]method{
	"size":        listMethods["size"],
	"isEmpty":     listMethods["isEmpty"],
	"get":         listMethods["get"],
	"set":         listMethods["set"],
	"contains":    listMethods["contains"],
	"containsAll": listMethods["containsAll"],
	"indexOf":     listMethods["indexOf"],
	"lastIndexOf": listMethods["lastIndexOf"],
	"subList":     listMethods["subList"],
	"iterator":    listMethods["iterator"],
}

// viewMethods are those of the keys, values and entries of a map.
var viewMethods = map[string][]method{
	"size": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Int(int32(v.view().of.Len())), nil
	}}},
	"isEmpty": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Bool(v.view().of.Len() == 0), nil
	}}},
	"contains": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		i, err := indexOf(f, v, args[0])
		return Bool(i >= 0), err
	}}},
	"containsAll": {{"c", func(f *frame, v Value, args []Value) (Value, error) { return containsAll(f, v, args[0]) }}},
	"remove": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		s := v.view()
		i, err := indexOf(f, v, args[0])
		if err != nil || i < 0 {
			return Bool(false), err
		}
		key, _ := s.of.Entry(i)
		_, err = s.of.drop(f, key)
		return Bool(true), err
	}}},
	"clear": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		v.view().of.clear()
		return done, nil
	}}},
	"iterator": {{"", iterate}},
}

// memberMethods are those of an entry of a map.
var memberMethods = map[string][]method{
	"getKey": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return v.ref.(*member).half("key"), nil }}},
	"getValue": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return v.ref.(*member).half("value"), nil
	}}},
	"setValue": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		e := v.ref.(*member)
		return e.of.set(f, e.key, args[0])
	}}},
}

// A cursor is an iterator that the template holds.
type cursor struct{ iterator }

var errNoNext = errors.New("there is no next element")

var cursorMethods = map[string][]method{
	"hasNext": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Bool(v.ref.(*cursor).hasNext()), nil
	}}},
	"next": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		c := v.ref.(*cursor)
		if !c.hasNext() {
			return Value{}, errNoNext
		}
		e, ok := c.take()
		if !ok {
			return Value{}, errors.New("the list was changed meanwhile")
		}
		return e, nil
	}}},
}

func (v Value) list() *List { return v.ref.(*List) }

func (v Value) view() *view { return v.ref.(*view) }

// index returns an argument that the method's parameters say is an Integer.
func index(v Value) int {
	i, _ := v.integer()
	return i
}

func iterate(_ *frame, v Value, _ []Value) (Value, error) {
	it, _ := iteratorOf(v)
	return Value{0, &cursor{it}}, nil
}

func indexOf(f *frame, v, wanted Value) (int, error) {
	it, _ := iteratorOf(v)
	for i := 0; it.hasNext(); i++ {
		e, _ := it.take()
		if ok, err := same(f, wanted, e, 0); ok || err != nil {
			return i, err
		}
	}
	return -1, nil
}

func listLastIndexOf(f *frame, v Value, args []Value) (Value, error) {
	l := v.list()
	for i := l.Len() - 1; i >= 0; i-- {
		if ok, err := same(f, args[0], l.At(i), 0); ok || err != nil {
			return Int(int32(i)), err
		}
	}
	return Int(-1), nil
}

func containsAll(f *frame, v, wanted Value) (Value, error) {
	it, _ := iteratorOf(wanted)
	for it.hasNext() {
		e, _ := it.take()
		if i, err := indexOf(f, v, e); i < 0 || err != nil {
			return Bool(false), err
		}
	}
	return Bool(true), nil
}

func listInsert(f *frame, v Value, args []Value) (Value, error) {
	l, i := v.list(), index(args[0])
	if i < 0 || i > l.Len() {
		return Value{}, indexError(i, l.Len())
	}
	if err := f.build(valueSize * (1 + l.Len() - i)); err != nil {
		return Value{}, err
	}
	l.splice(i, i, args[1])
	return done, nil
}

func listInsertAll(f *frame, l *List, i int, from Value) (Value, error) {
	if i < 0 || i > l.Len() {
		return Value{}, indexError(i, l.Len())
	}
	n, _ := sizeOf(from)
	if err := f.build(valueSize * (n + l.Len() - i)); err != nil {
		return Value{}, err
	}
	items := make([]Value, 0, n)
	for it, _ := iteratorOf(from); it.hasNext(); {
		e, _ := it.take()
		items = append(items, e)
	}
	l.splice(i, i, items...)
	return Bool(len(items) > 0), nil
}

func listRemoveAt(f *frame, l *List, i int) (Value, error) {
	if i < 0 || i >= l.Len() {
		return Value{}, indexError(i, l.Len())
	}
	if err := f.build(valueSize * (l.Len() - i)); err != nil {
		return Value{}, err
	}
	old := l.At(i)
	l.splice(i, i+1)
	return old, nil
}

// listKeep keeps the elements that are in other, or those that are not.
func listKeep(f *frame, l *List, other Value, keep bool) (Value, error) {
	if err := f.build(valueSize * l.Len()); err != nil {
		return Value{}, err
	}
	var kept []Value
	for i := range l.Len() {
		n, err := indexOf(f, other, l.At(i))
		if err != nil {
			return Value{}, err
		}
		if n >= 0 == keep {
			kept = append(kept, l.At(i))
		}
	}
	changed := len(kept) != l.Len()
	l.splice(0, l.Len(), kept...)
	return Bool(changed), nil
}

func listSub(f *frame, v Value, args []Value) (Value, error) {
	l, from, to := v.list(), index(args[0]), index(args[1])
	if from < 0 || to > l.Len() || from > to {
		return Value{}, errors.New("the ends of subList are out of range")
	}
	items := make([]Value, 0, to-from)
	for i := from; i < to; i++ {
		items = append(items, l.At(i))
	}
	return ListValue(NewList(items)), f.build(valueSize * len(items))
}

// all returns the elements of a view.
func (s *view) all() []Value {
	items := make([]Value, s.of.Len())
	for i := range items {
		items[i] = s.at(i)
	}
	return items
}
