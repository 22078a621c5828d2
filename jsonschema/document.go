package jsonschema

import "hash/maphash"

// A document is a parsed JSON text, kept as a flat list of entries over that
// text and without pointers: no value is copied before somebody asks for it. It
// is parsed into again and again.
type document struct {
	text     string
	entries  []entry
	resolved []string            // strings that had escapes
	tables   map[uint32][]uint32 // of large objects, once they are needed
}

// An entry is one value, or the name of a member, which stands before its
// value. A container is followed by what it holds.
type entry struct {
	kind  kind
	flags flags
	// from and to bound a scalar's text. A container has the number of what it
	// holds in from, and the entry behind its last one in to. A reference has
	// its target in from, and in to the entry behind what it replaced.
	from, to uint32
}

type flags uint8

const (
	resolved flags = 1 << iota // the text is resolved[from]
	hidden                     // a name that the same object had before
)

// reference is the kind of an entry that stands for another one.
const reference = text + 1

// wide are the kinds of entries that tell what is behind them.
const wide = arrays | objects | 1<<reference

func (d *document) reset(text string) {
	clear(d.resolved)
	clear(d.tables)
	d.text, d.entries, d.resolved = text, d.entries[:0], d.resolved[:0]
}

func (d *document) append(e entry) uint32 {
	d.entries = append(d.entries, e)
	return uint32(len(d.entries) - 1)
}

// after returns the entry behind the value at a place.
func (d *document) after(at uint32) uint32 {
	if e := &d.entries[at]; wide.has(e.kind) {
		return e.to
	}
	return at + 1
}

// resolve returns the value at a place, or the one that a reference there stands
// for.
func (d *document) resolve(at uint32) uint32 {
	if e := &d.entries[at]; e.kind == reference {
		return e.from
	}
	return at
}

// written returns the text of a scalar or name.
func (d *document) written(e *entry) string {
	if e.flags&resolved != 0 {
		return d.resolved[e.from]
	}
	return d.text[e.from:e.to]
}

// name returns the name at a place, and valueOf the value behind it.
func (d *document) name(at uint32) string   { return d.written(&d.entries[at]) }
func (d *document) valueOf(at uint32) value { return value{d, d.resolve(at + 1)} }

// fewMembers is up to how many members it is quicker to look at all of them than
// to hash their names.
const fewMembers = 32

// A nameSet watches the names of one object go by and notices, sometimes
// without need, that one may have come before.
type nameSet struct {
	n     int
	seen  uint64
	again bool
}

func (s *nameSet) add(name string) {
	s.n++
	bit := uint64(1)
	if len(name) > 0 {
		bit <<= (uint(name[0])*7 + uint(name[len(name)-1])*31 + uint(len(name))) & 63
	}
	s.again = s.again || s.seen&bit != 0
	s.seen |= bit
}

// unite lets the last of the members with the same name stand in the place of
// the first, in the object at a place.
func (d *document) unite(of uint32) {
	if d.entries[of].from > fewMembers {
		d.table(of)
		return
	}
	for at, end := of+1, d.entries[of].to; at < end; at = d.after(at + 1) {
		for first := of + 1; first < at; first = d.after(first + 1) {
			if d.entries[first].flags&hidden == 0 && d.name(first) == d.name(at) {
				d.hide(of, first, at)
				break
			}
		}
	}
}

// hide gives the first of two members with the same name the value of the other
// one, which is not seen any more.
func (d *document) hide(of, first, at uint32) {
	d.entries[first+1] = entry{kind: reference, from: at + 1, to: d.after(first + 1)}
	d.entries[at].flags |= hidden
	d.entries[of].from--
}

var seed = maphash.MakeSeed()

// table returns the hash table of the names of a large object, which hides those
// that come again when it is made. It is filled at most by half.
func (d *document) table(of uint32) []uint32 {
	if table := d.tables[of]; table != nil {
		return table
	}
	size := 2 * fewMembers
	for size < 2*int(d.entries[of].from) {
		size *= 2
	}
	table := make([]uint32, size)
	for at, end := of+1, d.entries[of].to; at < end; at = d.after(at + 1) {
		if slot, first := d.slot(table, d.name(at)); first == 0 {
			table[slot] = at
		} else {
			d.hide(of, first, at)
		}
	}
	if d.tables == nil {
		d.tables = make(map[uint32][]uint32)
	}
	d.tables[of] = table
	return table
}

// slot returns where a name is in a table or would be, and what is there: 0 is
// nothing, since the first entry is no name.
func (d *document) slot(table []uint32, name string) (slot uint64, at uint32) {
	mask := uint64(len(table) - 1)
	for slot = maphash.String(seed, name) & mask; ; slot = (slot + 1) & mask {
		if at = table[slot]; at == 0 || d.name(at) == name {
			return slot, at
		}
	}
}

// lookup returns where a large object has a name, 0 if it does not have it.
func (d *document) lookup(of uint32, name string) uint32 {
	_, at := d.slot(d.table(of), name)
	return at
}
