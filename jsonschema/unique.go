package jsonschema

import (
	"hash/maphash"
)

// few is how many elements are quicker compared each with each than hashed.
const few = 8

var seed = maphash.MakeSeed()

// repeats reports whether an array in a schema has two equal elements.
func (v value) repeats() bool {
	steps := MaxSteps
	return v.repeated(&steps)
}

// repeated reports the same and counts the values it looks at in steps.
func (v value) repeated(steps *int) bool {
	if v.count() > few {
		return v.repeatedHashed(steps)
	}
	for i, a := 0, v.json.Walk(); a.Next(); i++ {
		b := v.json.Walk()
		for range i {
			if b.Next(); equal(value{a.Value()}, value{b.Value()}, steps) {
				return true
			}
		}
	}
	return false
}

// repeatedHashed compares only elements with the same hash, of which a caller
// cannot make many: the seed is not known to him.
func (v value) repeatedHashed(steps *int) bool {
	seen := make(map[uint64][]value, v.count())
	for w := v.json.Walk(); w.Next(); {
		element := value{w.Value()}
		sum := element.sum("", steps)
		for _, other := range seen[sum] {
			if equal(element, other, steps) {
				return true
			}
		}
		if seen[sum] = append(seen[sum], element); *steps < 0 {
			return false
		}
	}
	return false
}

// sum is the hash of a value that has a name, or none.
func (v value) sum(name string, steps *int) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(name)
	v.hash(&h, steps)
	return h.Sum64()
}

// hash is the same for values that are equal.
func (v value) hash(h *maphash.Hash, steps *int) {
	*steps--
	k := v.kind()
	if k == integer {
		k = number
	}
	_ = h.WriteByte(byte(k))
	switch k {
	case array:
		for w := v.json.Walk(); w.Next(); {
			value{w.Value()}.hash(h, steps)
		}
		_ = h.WriteByte(byte(len(kindNames)))
	case object:
		var all uint64 // whatever the order
		for w := v.json.Walk(); w.Next(); {
			all += value{w.Value()}.sum(w.Name(), steps)
		}
		maphash.WriteComparable(h, all)
	case number:
		h.WriteString(numberText(v.text()))
	default:
		h.WriteString(v.text())
	}
	_ = h.WriteByte(0xFF)
}
