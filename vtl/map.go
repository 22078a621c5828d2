package vtl

import "slices"

// A Map is a map that keeps the order of insertion, or Java's HashMap order.
// Keys are usually texts, though they need not be.
type Map struct {
	entries []entry
	index   map[keyID]int // of a large map; nil until it is needed
	from    Members       // read through until the first change; nil afterwards
	mods    int           // counts added and removed keys, for the loops that run over it
	marked  int           // how many entries there were at the last Mark
	resets  int           // counts the others that were set again since

	hashed bool
	table  int   // buckets of the HashMap that this one imitates
	order  []int // its order; nil until it is needed

	// Silent maps print nothing as a whole, though their members do.
	Silent bool
}

type entry struct {
	key, value Value
	tag        uint64 // of the key, if it is a text
}

func newEntry(key, value Value) entry {
	name, _ := key.text()
	return entry{key, value, tagOf(name)}
}

// Members is a map of the embedding program that a Map reads through. For the
// length of a rendering a member that is a list, map or object must be the
// same one each time.
type Members interface {
	Len() int
	Member(i int) (key string, value Value)
	Lookup(key string) (value Value, found bool)
}

// A Changer is a Members or Elements that is told when a template changes what
// reads through to it for the first time.
type Changer interface{ Changed() }

// A Printer is a Members or Elements that prints itself, which saves making values
// of all that is in it. ok is false where it leaves that to who asks.
type Printer interface {
	AppendText(dst []byte) (out []byte, ok bool) // as a template prints a map or a JSON array
	AppendJSON(dst []byte) (out []byte, ok bool) // as Value.AppendJSON does
}

func changed(from any) {
	if c, ok := from.(Changer); ok {
		c.Changed()
	}
}

// NewMap returns a map that keeps the order of insertion.
func NewMap() *Map { return &Map{} }

// NewHashMap returns a map with the order of java.util.HashMap.
func NewHashMap() *Map { return &Map{hashed: true} }

// MapOf returns a map that reads through to m. It copies the members when the
// template first changes the map.
func MapOf(m Members) *Map { return &Map{from: m} }

// ReadThrough makes an empty map one that MapOf would return. It serves programs
// that have maps as parts of something of their own.
func (m *Map) ReadThrough(from Members) { *m = Map{from: from} }

// A keyID is what a key is looked up by. A list or a map as a key is found by
// being the same one; Java would look at what is in it.
type keyID struct {
	num  uint64
	text string
	ref  any
}

func (v Value) keyID() keyID {
	switch r := v.ref.(type) {
	case textPointer:
		s, _ := v.text()
		return keyID{text: s, ref: StringKind}
	case Kind, *List, *Map, *view, *member, *block, *loop, *cursor, class:
		return keyID{num: v.num, ref: r}
	case nil:
		return keyID{}
	}
	return keyID{text: v.Text(), ref: v.Kind()} // a long number, by its digits
}

// Len returns the number of members.
func (m *Map) Len() int {
	if m.from != nil {
		return m.from.Len()
	}
	return len(m.entries)
}

// Get returns the member of a name.
func (m *Map) Get(name string) (value Value, found bool) {
	if m.from != nil {
		return m.lookup(name)
	}
	if len(m.entries) > smallMap {
		i := m.find(textOf(name))
		if i < 0 {
			return Value{}, false
		}
		return m.entries[i].value, true
	}
	for i := range m.entries {
		e := &m.entries[i]
		if e.key.num != uint64(len(name)) {
			continue
		}
		if s, ok := e.key.text(); ok && s == name {
			return e.value, true
		}
	}
	return Value{}, false
}

// lookup finds a member of the embedding program's map. What is not there is
// missing, whatever else the program says of it.
func (m *Map) lookup(name string) (Value, bool) {
	if value, found := m.from.Lookup(name); found {
		return value, true
	}
	return Value{}, false
}

// Put sets the member of a name.
func (m *Map) Put(name string, value Value) { m.put(String(name), value) }

// Entry returns the member at a place of the map's order; i must be within the
// map.
func (m *Map) Entry(i int) (key, value Value) {
	if m.from != nil {
		name, value := m.from.Member(i)
		return String(name), value
	}
	if m.hashed {
		i = m.hashOrder()[i]
	}
	return m.entries[i].key, m.entries[i].value
}

// Mark begins the counting of Rewrites anew.
func (m *Map) Mark() { m.marked, m.resets = m.Len(), 0 }

// Rewrites returns how often a member that came after the last Mark was set
// again.
func (m *Map) Rewrites() int { return m.resets }

func (m *Map) own() {
	if m.from == nil {
		return
	}
	from := m.from
	m.from = nil
	m.entries = make([]entry, from.Len())
	for i := range m.entries {
		name, value := from.Member(i)
		m.entries[i] = newEntry(String(name), value)
	}
	changed(from)
}

// smallMap is the size up to which looking at each key is quickest.
const smallMap = 8

// find returns the entry of a key, or -1. The map owns its entries.
func (m *Map) find(key Value) int {
	if name, ok := key.text(); ok && len(m.entries) <= smallMap {
		tag := tagOf(name)
		return slices.IndexFunc(m.entries, func(e entry) bool { return e.is(name, tag) })
	}
	id := key.keyID()
	if len(m.entries) <= smallMap {
		return slices.IndexFunc(m.entries, func(e entry) bool { return e.key.keyID() == id })
	}
	if m.index == nil {
		m.index = make(map[keyID]int, len(m.entries))
		for i, e := range m.entries {
			m.index[e.key.keyID()] = i
		}
	}
	if i, ok := m.index[id]; ok {
		return i
	}
	return -1
}

func (m *Map) get(key Value) (Value, bool) {
	if m.from != nil {
		name, ok := key.text()
		if !ok {
			return Value{}, false
		}
		return m.lookup(name)
	}
	i := m.find(key)
	if i < 0 {
		return Value{}, false
	}
	return m.entries[i].value, true
}

// put sets a member and returns what it was.
func (m *Map) put(key, value Value) Value {
	m.own()
	if i := m.find(key); i >= 0 {
		old := m.entries[i].value
		m.entries[i].value = value
		if i >= m.marked {
			m.resets++
		}
		return old
	}
	if m.index != nil {
		m.index[key.keyID()] = len(m.entries)
	}
	m.entries = append(m.entries, newEntry(key, value))
	m.order = nil
	m.mods++
	return Value{}
}

// remove removes a member and returns what it was.
func (m *Map) remove(key Value) Value {
	m.own()
	i := m.find(key)
	if i < 0 {
		return Value{}
	}
	old := m.entries[i].value
	m.grow()
	m.entries = slices.Delete(m.entries, i, i+1)
	m.index, m.order = nil, nil
	m.mods++
	return old
}

// clear makes the map empty. What it has read through so far is made no values of.
func (m *Map) clear() {
	m.grow()
	from := m.from
	m.entries, m.index, m.order, m.from = nil, nil, nil, nil
	m.mods++
	changed(from)
}

// grow makes the imitated table as large as the entries have needed so far; it
// never shrinks.
func (m *Map) grow() {
	m.table = max(m.table, 16)
	for len(m.entries)*4 > m.table*3 {
		m.table *= 2
	}
}

// hashOrder returns the order of a HashMap: by bucket, and by insertion within
// one.
func (m *Map) hashOrder() []int {
	if m.order != nil {
		return m.order
	}
	m.grow()
	buckets := make([]uint32, len(m.entries))
	m.order = make([]int, len(m.entries))
	for i, e := range m.entries {
		h := uint32(keyHash(e.key))
		buckets[i] = (h ^ h>>16) & uint32(m.table-1)
		m.order[i] = i
	}
	slices.SortStableFunc(m.order, func(a, b int) int { return int(buckets[a]) - int(buckets[b]) })
	return m.order
}

// keyHash returns Java's hash code of a text or a scalar.
func keyHash(v Value) int32 {
	switch r := v.ref.(type) {
	case textPointer:
		s, _ := v.text()
		return textHash(s)
	case Kind:
		switch r {
		case IntegerKind, CharacterKind:
			return int32(v.num)
		case BooleanKind:
			if v.num != 0 {
				return 1231
			}
			return 1237
		}
		return int32(v.num ^ v.num>>32)
	}
	return 0
}

func textHash(s string) int32 {
	var h int32
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return unitsHash(utf16Of(s))
		}
		h = 31*h + int32(s[i])
	}
	return h
}

func unitsHash(units []uint16) int32 {
	var h int32
	for _, u := range units {
		h = 31*h + int32(u)
	}
	return h
}

// A view is the keys, the values or the entries of a map, as they are when
// they are looked at.
type view struct {
	of   *Map
	what viewKind
}

type viewKind uint8

const (
	keysOf viewKind = iota
	valuesOf
	entriesOf
)

func (s *view) at(i int) Value {
	key, value := s.of.Entry(i)
	switch s.what {
	case keysOf:
		return key
	case valuesOf:
		return value
	}
	return Value{0, &member{s.of, key, value}}
}

// A member is an entry of a map.
type member struct {
	of         *Map
	key, value Value
}

// An iterator runs over a list, a map's view or a range. Like Java's it fails
// when what it runs over has changed its length meanwhile.
type iterator struct {
	list *List
	view view
	mods int
	next int
	size int // the length when the last element was taken; a range's length

	first, step int // a range
}

func listIterator(l *List) iterator { return iterator{list: l, mods: l.mods} }

func viewIterator(v view) iterator {
	return iterator{view: v, mods: v.of.mods, size: v.of.Len()}
}

func rangeIterator(from, to int) iterator {
	if from >= to {
		return iterator{first: from, step: -1, size: from - to + 1}
	}
	return iterator{first: from, step: 1, size: to - from + 1}
}

func (it *iterator) hasNext() bool {
	return it.list != nil && it.next < len(it.list.items) || it.hasNextOther()
}

// hasNextOther is hasNext at the end of a list, and for all else. Java looks
// whether the cursor is where the list ends now, be it behind that.
func (it *iterator) hasNextOther() bool {
	if it.list != nil {
		return it.next != it.list.Len()
	}
	return it.next < it.size
}

// take returns the next element, false where the list or map was changed.
func (it *iterator) take() (Value, bool) {
	i := it.next
	it.next++
	switch {
	case it.list != nil:
		if it.mods != it.list.mods || i >= it.list.Len() {
			return Value{}, false
		}
		return it.list.At(i), true
	case it.view.of == nil:
		return Int(int32(it.first + i*it.step)), true
	case it.mods != it.view.of.mods:
		return Value{}, false
	}
	return it.view.at(i), true
}
