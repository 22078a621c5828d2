package jsonschema

import (
	"hash/maphash"
)

// few is how many elements are quicker compared each with each than hashed.
const few = 8

var seed = maphash.MakeSeed()

// repeated reports whether an array has two equal elements.
func (v *validation) repeated(at *value) bool {
	return repeats(&v.document, at, &v.steps)
}

// repeats is the same for an array in a schema.
func (d *document) repeats(at *value) bool {
	steps := MaxSteps
	return repeats(d, at, &steps)
}

func repeats(d *document, at *value, steps *int) bool {
	elements := d.children(at)
	if len(elements) > few {
		return repeatsHashed(d, elements, steps)
	}
	for i := range elements {
		for j := range elements[:i] {
			if equal(d, &elements[i], d, &elements[j], steps) {
				return true
			}
		}
	}
	return false
}

// repeatsHashed compares only elements with the same hash, of which a caller
// cannot make many: the seed is not known to him.
func repeatsHashed(d *document, elements []value, steps *int) bool {
	seen := make(map[uint64][]int, len(elements))
	for i := range elements {
		var h maphash.Hash
		h.SetSeed(seed)
		d.hash(&h, &elements[i], steps)
		sum := h.Sum64()
		for _, j := range seen[sum] {
			if equal(d, &elements[i], d, &elements[j], steps) {
				return true
			}
		}
		if seen[sum] = append(seen[sum], i); *steps < 0 {
			return false
		}
	}
	return false
}

// hash is the same for values that are equal.
func (d *document) hash(h *maphash.Hash, v *value, steps *int) {
	*steps--
	k := v.kind
	if k == integer {
		k = number
	}
	_ = h.WriteByte(byte(k))
	h.WriteString(v.name)
	switch k {
	case array, object:
		for i := range d.children(v) {
			d.hash(h, &d.children(v)[i], steps)
		}
		_ = h.WriteByte(byte(len(kindNames)))
	case number:
		h.WriteString(numberText(v.text))
	default:
		h.WriteString(v.text)
	}
	_ = h.WriteByte(0xFF)
}
