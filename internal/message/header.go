package message

// A Field is one header field, its name in the sender's case.
type Field struct{ Name, Value string }

// A Header is the fields of a message in the sender's order. Names are compared
// without case unless a method says otherwise.
type Header []Field

// Get returns the first value of name, or "".
func (h Header) Get(name string) string {
	v, _ := h.Lookup(name)
	return v
}

// Lookup returns the first value of name and whether there is one.
func (h Header) Lookup(name string) (string, bool) {
	for i := range h {
		if EqualFold(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// Last returns the last value of name and whether there is one.
func (h Header) Last(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if EqualFold(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// LastExact is Last with names compared with case, as AWS does where it looks
// up parameters.
func (h Header) LastExact(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Name == name {
			return h[i].Value, true
		}
	}
	return "", false
}

// Add appends a field.
func (h *Header) Add(name, value string) { *h = append(*h, Field{name, value}) }

// Set gives name this one value, in the place of its first field if it had one.
func (h *Header) Set(name, value string) {
	for i := range *h {
		if EqualFold((*h)[i].Name, name) {
			(*h)[i] = Field{name, value}
			h.remove(name, i+1)
			return
		}
	}
	h.Add(name, value)
}

// Del removes all fields of name.
func (h *Header) Del(name string) { h.remove(name, 0) }

func (h *Header) remove(name string, from int) {
	kept := (*h)[:from]
	for _, f := range (*h)[from:] {
		if !EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	clear((*h)[len(kept):])
	*h = kept
}

// EqualFold reports whether two header names are the same without ASCII case.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}
