package vtl

import (
	"errors"
	"fmt"
	"strings"
)

// property compiles a step that reads a property. On a map it is a member, on
// other values a getter without arguments.
func (c *compiler) property(name string) func(*frame, Value) (Value, error) {
	getter := strings.ToLower(name[:1]) + name[1:]
	ofLoop := loopProperties[getter]
	isMember := getter != "class"
	member := c.site(name)
	return func(f *frame, v Value) (Value, error) {
		switch r := v.ref.(type) {
		case *Map:
			if isMember {
				return member.of(f, r), nil
			}
		case *loop:
			if ofLoop != nil {
				return ofLoop(r), nil
			}
		}
		return propertyOf(v, name, getter), nil
	}
}

func propertyOf(v Value, name, getter string) Value {
	switch getter {
	case "class":
		return classOf(v)
	case "empty":
		switch r := v.ref.(type) {
		case textPointer:
			return Bool(v.num == 0)
		case *List:
			if r.style != stringArray {
				return Bool(r.Len() == 0)
			}
		case *view:
			return Bool(r.of.Len() == 0)
		}
	case "key", "value":
		if e, ok := v.ref.(*member); ok {
			return e.half(getter)
		}
	}
	switch r := v.ref.(type) {
	case *List, *view, *member, *block, *cursor:
		return Value{}
	case Object:
		return r.Get(name)
	}
	return Value{}
}

// classOf returns the class of a value. Objects of the embedding program have
// none to show.
func classOf(v Value) Value {
	name := v.class()
	if name == "" {
		return Value{}
	}
	return Value{0, class(name)}
}

func (e *member) half(name string) Value {
	if name == "key" {
		return e.key
	}
	value, _ := e.of.get(e.key)
	return value
}

// setProperty sets a member of a map. Nothing else has properties to set.
func setProperty(f *frame, holder Value, name string, v Value) (err error) {
	switch r := holder.ref.(type) {
	case *Map:
		_, err = r.set(f, textOf(name), v)
	case *loop:
		_, err = r.store().set(f, textOf(name), v)
	case *member:
		if name == "value" || name == "Value" {
			_, err = r.of.set(f, r.key, v)
		}
	}
	return err
}

var errNoSize = errors.New("a negative index needs something that has a size")

// element reads [key].
func element(v, key Value) (Value, error) {
	i, isInt := key.integer()
	if isInt && i < 0 {
		n, ok := sizeOf(v)
		if !ok {
			return Value{}, errNoSize
		}
		i += n
		key = Int(int32(i))
	}
	switch r := v.ref.(type) {
	case *Map:
		member, _ := r.get(key)
		return member, nil
	case *List:
		if !isInt {
			return Value{}, nil
		}
		return r.at(i)
	case *loop:
		return r.Get(key.Text()), nil
	case Object:
		return r.Call("get", []Value{key})
	}
	return Value{}, nil
}

func sizeOf(v Value) (int, bool) {
	switch r := v.ref.(type) {
	case *Map:
		return r.Len(), true
	case *List:
		return r.Len(), true
	case *view:
		return r.of.Len(), true
	case *loop:
		return r.store().Len(), true
	}
	return 0, false
}

func (l *List) at(i int) (Value, error) {
	if i < 0 || i >= l.Len() {
		return Value{}, indexError(i, l.Len())
	}
	return l.At(i), nil
}

func indexError(i, n int) error {
	return fmt.Errorf("index %d is out of range: the list has %d elements", i, n)
}

// setElement sets [key] of a list or a map.
func setElement(f *frame, holder, key, v Value) error {
	i, isInt := key.integer()
	if isInt && i < 0 {
		n, ok := sizeOf(holder)
		if !ok {
			return errNoSize
		}
		i += n
		key = Int(int32(i))
	}
	switch r := holder.ref.(type) {
	case *Map:
		_, err := r.set(f, key, v)
		return err
	case *loop:
		_, err := r.store().set(f, key, v)
		return err
	case *List:
		if !isInt {
			return nil
		}
		if i < 0 || i >= r.Len() {
			return indexError(i, r.Len())
		}
		_, err := r.replace(f, i, v)
		return err
	}
	return nil
}

// replace sets an element. An array of texts holds nothing but texts.
func (l *List) replace(f *frame, i int, v Value) (Value, error) {
	if l.style == stringArray && !isText(v) {
		return Value{}, errors.New("an array of texts holds only texts")
	}
	if err := f.own(l); err != nil {
		return Value{}, err
	}
	return l.set(i, v), nil
}

// own lets a list own its elements, which costs memory once.
func (f *frame) own(l *List) error {
	if l.from == nil {
		return nil
	}
	if err := f.build(valueSize * l.Len()); err != nil {
		return err
	}
	l.own()
	return nil
}

// set puts a member into a map, which then owns all of them.
func (m *Map) set(f *frame, key, v Value) (Value, error) {
	if err := f.ownMap(m); err != nil {
		return Value{}, err
	}
	return m.put(key, v), f.build(2 * valueSize)
}

// ownMap lets a map own its members, which costs memory once.
func (f *frame) ownMap(m *Map) error {
	if m.from == nil {
		return nil
	}
	if err := f.build(2 * valueSize * m.Len()); err != nil {
		return err
	}
	m.own()
	return nil
}
