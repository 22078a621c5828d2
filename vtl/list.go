package vtl

// A List is a list: an ArrayList, a JSON array or a Java array of strings.
// They differ in how they print and in what can be done to them.
type List struct {
	items []Value
	from  Elements // read through until the first change; nil afterwards
	style listStyle
	mods  int // counts changes of the length, for the loops that run over it
}

type listStyle uint8

const (
	arrayList   listStyle = iota // prints [a, b]
	jsonArray                    // prints JSON
	stringArray                  // what split returns: its length is fixed
)

// Elements is a list of the embedding program that a List reads through. For
// the length of a rendering an element that is a list, map or object must be
// the same one each time.
type Elements interface {
	Len() int
	Element(i int) Value
}

// NewList returns an ArrayList, which prints [a, b]. The list keeps items.
func NewList(items []Value) *List { return &List{items: items} }

// NewJSONArray returns a JSON array, which prints as JSON. The list keeps
// items.
func NewJSONArray(items []Value) *List { return &List{items: items, style: jsonArray} }

// JSONArrayOf returns a JSON array that reads through to e. It copies the
// elements when the template first changes the list.
func JSONArrayOf(e Elements) *List { return &List{from: e, style: jsonArray} }

// Len returns the number of elements.
func (l *List) Len() int {
	if l.from != nil {
		return l.from.Len()
	}
	return len(l.items)
}

// At returns an element; i must be within the list.
func (l *List) At(i int) Value {
	if l.from != nil {
		return l.from.Element(i)
	}
	return l.items[i]
}

// own copies the elements that the list has read through so far.
func (l *List) own() {
	if l.from == nil {
		return
	}
	from := l.from
	l.items, l.from = make([]Value, from.Len()), nil
	for i := range l.items {
		l.items[i] = from.Element(i)
	}
	changed(from)
}

// Append adds an element at the end.
func (l *List) Append(v Value) {
	l.own()
	l.items = append(l.items, v)
	l.mods++
}

// clear makes the list empty. What it has read through so far is made no values of.
func (l *List) clear() {
	from := l.from
	l.items, l.from = nil, nil
	l.mods++
	changed(from)
}

func (l *List) set(i int, v Value) Value {
	l.own()
	old := l.items[i]
	l.items[i] = v
	return old
}

// splice replaces the elements from i to j.
func (l *List) splice(i, j int, with ...Value) {
	l.own()
	tail := append([]Value(nil), l.items[j:]...)
	l.items = append(append(l.items[:i], with...), tail...)
	l.mods++
}
