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
	slot, j := d.slot(d.index, d.content(&d.entries[k]))
	if j == 0 {
		d.index[slot] = k
	}
	return j, j != 0
}

// slot returns where a name is in a hash table or would be, and which name is
// there: 0 is none, since entry 0 is the root.
func (d *Document) slot(table []uint32, name string) (slot uint64, k uint32) {
	mask := uint64(len(table) - 1)
	for slot = maphash.String(seed, name) & mask; ; slot = (slot + 1) & mask {
		if k = table[slot]; k == 0 || d.named(&d.entries[k], name) {
			return slot, k
		}
	}
}

// fewMembers is up to how many members it is quicker to look at all of them than
// to hash their names.
const fewMembers = 32

// lookup returns the member of a large object that has a name. The object's table
// is kept.
func (d *Document) lookup(i uint32, name string) Node {
	table := d.tables[i]
	if table == nil {
		table = d.table(i)
	}
	if _, k := d.slot(table, name); k != 0 {
		return Node{d, d.resolve(k + 1)}
	}
	return Node{}
}

func (d *Document) table(i uint32) []uint32 {
	table := make([]uint32, tableSize(int(d.entries[i].from)))
	for k, end := i+1, d.entries[i].to; k < end; k = d.after(k + 1) {
		if e := &d.entries[k]; e.flags&hidden == 0 {
			slot, _ := d.slot(table, d.content(e))
			table[slot] = k
		}
	}
	if d.tables == nil {
		d.tables = make(map[uint32][]uint32)
	}
	d.tables[i] = table
	return table
}

// tableSize is the size of a hash table that n names fill at most by half.
func tableSize(n int) int {
	size := 64
	for size < 2*n {
		size *= 2
	}
	return size
}

// clearIndex makes the index an empty table for n names.
func (d *Document) clearIndex(n int) {
	size := tableSize(n)
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
