package jsonpath

import "hash/maphash"

// A nameSet watches the names of one object go by and notices, sometimes
// without need, that one may have come before.
type nameSet struct {
	n     int
	seen  uint64
	again bool
}

func (s *nameSet) add(raw string, f flags) {
	s.n++
	bit := uint64(1) << (len(raw) & 63)
	if f&escaped != 0 {
		s.again = true
	} else if len(raw) > 0 {
		bit = 1 << ((uint(raw[0])*7 + uint(raw[len(raw)-1])*31 + uint(len(raw))) & 63)
	}
	s.again = s.again || s.seen&bit != 0
	s.seen |= bit
}

var seed = maphash.MakeSeed()

// hideRepeated lets the last of the members with the same name stand in the
// place of the first and hides the others. The object at i has n members.
func (d *Document) hideRepeated(i uint32, n int) {
	find := d.earlierNear
	if n > 16 {
		d.clearIndex(n)
		find = d.earlierHashed
	}
	end := d.entries[i].to
	for k := i + 1; k < end; {
		next := d.after(k + 1)
		if first, ok := find(i, k); ok {
			behind := d.after(first + 1)
			d.entries[first+1] = entry{kind: reference, from: k + 1, to: behind}
			d.entries[k].flags |= hidden
			d.entries[i].from--
		}
		k = next
	}
}

// earlierNear looks through all members of the object at i before the one at k.
func (d *Document) earlierNear(i, k uint32) (uint32, bool) {
	for j := i + 1; j < k; j = d.after(j + 1) {
		if d.entries[j].flags&hidden == 0 && d.sameName(j, k) {
			return j, true
		}
	}
	return 0, false
}

// earlierHashed looks the name at k up in the index, and adds it if it is new.
func (d *Document) earlierHashed(_, k uint32) (uint32, bool) {
	name := d.raw(&d.entries[k])
	if d.entries[k].flags&escaped != 0 {
		name = unescape(name)
	}
	mask := uint64(len(d.index) - 1)
	for slot := maphash.String(seed, name) & mask; ; slot = (slot + 1) & mask {
		switch j := d.index[slot]; {
		case j == 0: // no name: entry 0 is the root
			d.index[slot] = k
			return 0, false
		case d.sameName(j, k):
			return j, true
		}
	}
}

// clearIndex makes an empty hash table that n names fill at most by half.
func (d *Document) clearIndex(n int) {
	size := 64
	for size < 2*n {
		size *= 2
	}
	if cap(d.index) < size {
		d.index = make([]uint32, size)
	}
	d.index = d.index[:size]
	clear(d.index)
}

func (d *Document) sameName(j, k uint32) bool {
	a, b := &d.entries[j], &d.entries[k]
	if (a.flags|b.flags)&escaped == 0 {
		return d.raw(a) == d.raw(b)
	}
	return d.content(a) == d.content(b)
}
