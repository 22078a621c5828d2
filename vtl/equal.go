package vtl

import (
	"math/big"
)

// equal is the == of the language: numbers by value, values of one class by
// Java's equals, any others by how they print.
func equal(f *frame, a, b Value) (bool, error) {
	if x, ok := a.text(); ok {
		if y, ok := b.text(); ok {
			return x == y, f.spend(len(x) / bytesPerStep)
		}
	}
	if a.isNumber() && b.isNumber() {
		return compareNumbers(a, b) == 0, nil
	}
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull(), nil
	}
	if related(a, b) {
		return same(f, a, b, 0)
	}
	x, err := f.text(a)
	if err != nil {
		return false, err
	}
	y, err := f.text(b)
	return x == y, err
}

// related reports whether the class of one value is that of the other or
// extends it.
func related(a, b Value) bool {
	switch x := a.ref.(type) {
	case *List:
		y, ok := b.ref.(*List)
		return ok && (x.style == stringArray) == (y.style == stringArray)
	case *Map:
		_, ok := b.ref.(*Map)
		return ok
	case *view:
		y, ok := b.ref.(*view)
		return ok && x.what == y.what
	case *member:
		_, ok := b.ref.(*member)
		return ok
	case *loop:
		_, ok := b.ref.(*loop)
		return ok
	case *block:
		_, ok := b.ref.(*block)
		return ok
	case class:
		_, ok := b.ref.(class)
		return ok
	}
	return a.Kind() == b.Kind() && a.Kind() != ObjectKind
}

// same is Java's equals.
func same(f *frame, a, b Value, depth int) (bool, error) {
	if depth > maxData {
		return false, errDeep
	}
	if err := f.spend(1); err != nil {
		return false, err
	}
	switch x := a.ref.(type) {
	case textPointer:
		s, _ := a.text()
		t, ok := b.text()
		return ok && s == t, nil
	case Kind:
		return a == b, nil
	case *big.Int:
		y, ok := b.ref.(*big.Int)
		return ok && x.Cmp(y) == 0, nil
	case *decimal:
		y, ok := b.ref.(*decimal)
		return ok && x.scale == y.scale && x.unscaled.Cmp(y.unscaled) == 0, nil
	case *List:
		y, ok := b.ref.(*List)
		return sameLists(f, x, y, ok, depth)
	case *Map:
		y, ok := b.ref.(*Map)
		return sameMaps(f, x, y, ok, depth)
	case *loop:
		y, ok := b.ref.(*loop)
		if !ok {
			return false, nil
		}
		return sameMaps(f, x.store(), y.store(), true, depth)
	case *member:
		y, ok := b.ref.(*member)
		if !ok {
			return false, nil
		}
		return samePairs(f, x, y, depth)
	case *view:
		y, ok := b.ref.(*view)
		return sameViews(f, x, y, ok, depth)
	}
	return a == b, nil
}

func sameLists(f *frame, x, y *List, ok bool, depth int) (bool, error) {
	if !ok || x.style == stringArray || y.style == stringArray {
		return ok && x == y, nil
	}
	if x == y || x.Len() != y.Len() {
		return x == y, nil
	}
	for i := range x.Len() {
		if ok, err := same(f, x.At(i), y.At(i), depth+1); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func sameMaps(f *frame, x, y *Map, ok bool, depth int) (bool, error) {
	if !ok || x == y || x.Len() != y.Len() {
		return ok && x == y, nil
	}
	for i := range x.Len() {
		key, value := x.Entry(i)
		other, found := y.get(key)
		if !found {
			return false, nil
		}
		if ok, err := same(f, value, other, depth+1); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func samePairs(f *frame, x, y *member, depth int) (bool, error) {
	if ok, err := same(f, x.key, y.key, depth+1); !ok || err != nil {
		return false, err
	}
	return same(f, x.half("value"), y.half("value"), depth+1)
}

// sameViews compares sets; the values of a map are a collection that is equal
// to nothing but itself.
func sameViews(f *frame, x, y *view, ok bool, depth int) (bool, error) {
	if !ok || x.what == valuesOf || y.what == valuesOf || x.of.Len() != y.of.Len() {
		return ok && x == y, nil
	}
	for i := range x.of.Len() {
		found, err := contains(f, y, x.at(i), depth+1)
		if !found || err != nil {
			return false, err
		}
	}
	return true, nil
}

func contains(f *frame, s *view, v Value, depth int) (bool, error) {
	if s.what == keysOf {
		_, found := s.of.get(v)
		return found, nil
	}
	for i := range s.of.Len() {
		if ok, err := same(f, s.at(i), v, depth); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// hash returns Java's hashCode.
func hash(f *frame, v Value, depth int) (int32, error) {
	if depth > maxData {
		return 0, errDeep
	}
	if err := f.spend(1); err != nil {
		return 0, err
	}
	switch r := v.ref.(type) {
	case *List:
		h := int32(1)
		for i := range r.Len() {
			e, err := hash(f, r.At(i), depth+1)
			if err != nil {
				return 0, err
			}
			h = 31*h + e
		}
		return h, nil
	case *Map:
		return hashSum(f, &view{r, entriesOf}, depth)
	case *view:
		return hashSum(f, r, depth)
	case *member:
		key, err := hash(f, r.key, depth+1)
		if err != nil {
			return 0, err
		}
		value, err := hash(f, r.half("value"), depth+1)
		return key ^ value, err
	case *big.Int:
		return bigHash(r), nil
	}
	return keyHash(v), nil
}

func hashSum(f *frame, s *view, depth int) (int32, error) {
	var sum int32
	for i := range s.of.Len() {
		h, err := hash(f, s.at(i), depth+1)
		if err != nil {
			return 0, err
		}
		sum += h
	}
	return sum, nil
}

func bigHash(i *big.Int) int32 {
	var h int32
	bytes := i.Bytes()
	for len(bytes)%4 != 0 {
		bytes = append([]byte{0}, bytes...)
	}
	for ; len(bytes) > 0; bytes = bytes[4:] {
		word := int32(bytes[0])<<24 | int32(bytes[1])<<16 | int32(bytes[2])<<8 | int32(bytes[3])
		h = 31*h + word
	}
	return h * int32(i.Sign())
}
