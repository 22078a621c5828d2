package jsonpath

// A Walk goes through what a container holds, in its order, as Elements and
// Members do, and costs less:
//
//	for w := n.Walk(); w.Next(); {
//		fmt.Println(w.Name(), w.Value())
//	}
type Walk struct {
	doc         *Document
	object      bool
	next, end   uint32
	name, value uint32
}

// Walk begins a walk, which has nowhere to go in what is no container.
func (n Node) Walk() Walk {
	if n.Kind() < Array {
		return Walk{}
	}
	return Walk{doc: n.doc, object: n.Kind() == Object, next: n.at + 1, end: n.entry().to}
}

// Next goes on to the next element or member, and reports whether there is one.
func (w *Walk) Next() bool {
	for w.next < w.end {
		w.name, w.value = w.next, w.next
		if w.object {
			w.value++
		}
		w.next = w.doc.after(w.value)
		if !w.object || w.doc.entries[w.name].flags&hidden == 0 {
			return true
		}
	}
	return false
}

// Name returns the name of the member. It must be one of an object.
func (w *Walk) Name() string { return w.doc.content(&w.doc.entries[w.name]) }

// Value returns the element, or the value of the member.
func (w *Walk) Value() Node { return Node{w.doc, w.doc.resolve(w.value)} }
