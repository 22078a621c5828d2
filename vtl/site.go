package vtl

import "unsafe"

// A site is a place of a template that reads a member of maps. The maps that it
// meets are mostly alike, so it looks first where the last one had the member,
// and finds it there by comparing two numbers.
type site struct {
	name string
	tag  uint64
	last int // which of the frame's
}

// site returns a new site.
func (c *compiler) site(name string) site {
	c.tmpl.sites++
	return site{name, tagOf(name), c.tmpl.sites - 1}
}

// of returns the member of a map, null where there is none.
func (s *site) of(f *frame, m *Map) Value {
	if e := s.lastOf(f, m); e != nil {
		return e.value
	}
	return s.find(f, m)
}

// lastOf returns the member if it is where the last map had it, nil otherwise.
func (s *site) lastOf(f *frame, m *Map) *entry {
	if i := f.last[s.last]; i < len(m.entries) && m.entries[i].is(s.name, s.tag) {
		return &m.entries[i]
	}
	return nil
}

// find returns the member of a map wherever it is.
func (s *site) find(f *frame, m *Map) Value {
	if m.from != nil {
		value, _ := m.lookup(s.name)
		return value
	}
	i := m.find(textOf(s.name))
	if i < 0 {
		return Value{}
	}
	f.last[s.last] = i
	return m.entries[i].value
}

// is reports whether the key of an entry is the text name, which has the tag.
func (e *entry) is(name string, tag uint64) bool {
	if e.tag != tag || e.key.num != uint64(len(name)) {
		return false
	}
	p, ok := e.key.ref.(textPointer)
	return ok && (len(name) <= tagSize || unsafe.String((*byte)(p), len(name)) == name)
}

// tagSize is the length up to which texts of the same length and tag are the
// same.
const tagSize = 8

// tagOf returns a number made of the first and the last four bytes of a text:
// to compare numbers takes no call. The tag of what is no text is that of the
// empty one.
func tagOf(s string) uint64 {
	n := len(s)
	switch {
	case n >= 4:
		return uint64(fourBytes(s)) | uint64(fourBytes(s[n-4:]))<<32
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	return 0
}

func fourBytes(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}
