package vtl

import (
	"errors"
	"math/big"
	"strings"
)

// A method is one of the Java methods of a value: the types of its parameters
// and what it does. A call whose arguments fit no method of the name is
// missing, not an error.
type method struct {
	params string
	call   func(f *frame, v Value, args []Value) (Value, error)
}

// The letters of params. A star behind the last one lets it repeat.
//
//	s  a text          o  anything      c  a list, keys, values
//	i  an Integer      l  an integer    d  a number
//	C  a character     m  a map         z  a boolean
func fits(kind byte, v Value) bool {
	if v.IsNull() {
		return strings.IndexByte("scmo", kind) >= 0
	}
	switch kind {
	case 's':
		return isText(v)
	case 'i':
		return v.is(IntegerKind)
	case 'l':
		_, ok := v.AsInt()
		return ok
	case 'd':
		k := v.Kind()
		return k == IntegerKind || k == LongKind || k == DoubleKind
	case 'C':
		return v.is(CharacterKind)
	case 'z':
		return v.is(BooleanKind)
	case 'c':
		return isCollection(v)
	case 'm':
		_, ok := v.ref.(*Map)
		return ok
	}
	return true
}

func isCollection(v Value) bool {
	switch r := v.ref.(type) {
	case *List:
		return r.style != stringArray
	case *view:
		return true
	}
	return false
}

func (m *method) accepts(args []Value) bool {
	params := m.params
	if n := len(params) - 1; n > 0 && params[n] == '*' {
		last := params[n-1]
		params = params[:n-1]
		if len(args) < len(params) {
			return false
		}
		for _, a := range args[len(params):] {
			if !fits(last, a) {
				return false
			}
		}
		args = args[:len(params)]
	}
	if len(args) != len(params) {
		return false
	}
	for i, a := range args {
		if !fits(params[i], a) {
			return false
		}
	}
	return true
}

var errNull = errors.New("an argument is null")

// refuses reports whether an argument is null where a method cannot use it.
func (m *method) refuses(args []Value) bool {
	for i, a := range args {
		if a.IsNull() && m.params[min(i, len(m.params)-1)] != 'o' && m.params[len(m.params)-1] != '*' {
			return true
		}
	}
	return false
}

// methods are what a name means on each kind of value.
type methods struct {
	name                                                                       string
	text, list, array, mapping, view, member, number, boolean, character, any_ []method
}

func methodsNamed(name string) *methods {
	return &methods{
		name:      name,
		text:      textMethods[name],
		list:      listMethods[name],
		array:     arrayMethods[name],
		mapping:   mapMethods[name],
		view:      viewMethods[name],
		member:    memberMethods[name],
		number:    numberMethods[name],
		boolean:   booleanMethods[name],
		character: characterMethods[name],
		any_:      anyMethods[name],
	}
}

// call calls the first method that fits.
func (m *methods) call(f *frame, v Value, args []Value) (Value, error) {
	if err := f.spend(1); err != nil {
		return Value{}, err
	}
	switch o := v.ref.(type) {
	case textPointer:
		if err := f.spend(int(v.num) / bytesPerStep); err != nil {
			return Value{}, err
		}
	case *loop:
		if result, err := o.Call(m.name, args); err != nil || !result.IsNull() {
			return result, err
		}
		v = MapValue(o.store())
	case Object:
		return f.callObject(o, m.name, args)
	}
	for _, list := range [...][]method{m.of(v), m.any_} {
		for i := range list {
			if !list[i].accepts(args) {
				continue
			}
			if list[i].refuses(args) {
				return Value{}, errNull
			}
			return list[i].call(f, v, args)
		}
	}
	return Value{}, nil
}

func (m *methods) of(v Value) []method {
	switch r := v.ref.(type) {
	case textPointer:
		return m.text
	case *List:
		if r.style == stringArray {
			return m.array
		}
		return m.list
	case *Map:
		return m.mapping
	case *view:
		return m.view
	case *member:
		return m.member
	case *big.Int, *decimal:
		return m.number
	case *cursor:
		return cursorMethods[m.name]
	case Kind:
		switch r {
		case BooleanKind:
			return m.boolean
		case CharacterKind:
			return m.character
		}
		return m.number
	}
	return nil
}

// anyMethods are those of java.lang.Object.
var anyMethods = map[string][]method{
	"toString": {{"", func(f *frame, v Value, _ []Value) (Value, error) {
		s, err := f.text(v)
		return textOf(s), err
	}}},
	"equals": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		ok, err := same(f, v, args[0], 0)
		return Bool(ok), err
	}}},
	"hashCode": {{"", func(f *frame, v Value, _ []Value) (Value, error) {
		h, err := hash(f, v, 0)
		return Int(h), err
	}}},
	"getClass": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return classOf(v), nil }}},
}

// done is what a method without a result gives: the empty text.
var done = emptyText
