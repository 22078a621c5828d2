package jsonpath

import (
	"strings"
	"sync"
)

// A Document is one parsed JSON text, kept as a flat list of entries over that
// text: no value is copied or converted before somebody asks for it. The zero
// Document is empty and ready to be parsed into, again and again; what it has
// grown to is used anew.
//
// A Document serves one goroutine at a time. Values that paths compute, such as
// the list an indefinite path answers with, are kept in it too. Its nodes are
// valid until it is parsed into again or returned; strings taken from them stay
// valid for ever.
type Document struct {
	text    string
	entries []entry
	strict  bool                // the text is JSON by the letter
	derived []string            // texts that are not part of text
	made    int                 // values that paths have added, long texts counting more
	index   []uint32            // scratch: the hash table of an object's names
	tables  map[uint32][]uint32 // such tables of large objects, once they are needed
	eval    evaluator
}

// An entry is one value, or the name of a member, which stands before its
// value. A container is followed by what it holds.
type entry struct {
	kind  Kind
	flags flags
	// from and to bound a scalar's text. A container has its length in from,
	// and the entry behind its last one in to. A reference has its target in
	// from, and in to the entry behind what it replaced.
	from, to uint32
}

type flags uint8

const (
	escaped flags = 1 << iota // the text has backslashes that must be resolved
	derived                   // the text is derived[from]
	hidden                    // a name that the same object had before
)

// reference is the kind of an entry that stands for another one.
const reference Kind = 255

var documents = sync.Pool{New: func() any { return new(Document) }}

// Borrow returns an empty document, most often one that has been used before.
func Borrow() *Document { return documents.Get().(*Document) }

// maxKept bounds what a returned document may have room for; one that has grown
// larger is left to the garbage collector.
const maxKept = 1 << 17

// Return gives a borrowed document back. Neither it nor its nodes may be used
// afterwards.
func (d *Document) Return() {
	d.reset("")
	if cap(d.entries)+cap(d.index)+cap(d.eval.found)+cap(d.eval.scratch) <= maxKept {
		documents.Put(d)
	}
}

// Root returns the whole document's node, Missing as long as nothing has been
// parsed.
func (d *Document) Root() Node {
	if len(d.entries) == 0 {
		return Node{}
	}
	return Node{d, 0}
}

// ParsePayload reads a payload as API Gateway does for $input and for mappings
// from the body: an empty one is an empty object, one that starts like JSON
// with a brace, a bracket or a quote is JSON, and anything else is a string.
func (d *Document) ParsePayload(text string) error {
	switch trimmed := trim(text); {
	case trimmed == "":
		err := d.Parse("{}")
		d.strict = false // that is not what was sent
		return err
	case strings.IndexByte(`{["'`, trimmed[0]) >= 0:
		return d.Parse(text)
	default:
		if err := d.begin(text); err != nil {
			return err
		}
		d.append(entry{kind: String, to: uint32(len(text))})
		return nil
	}
}

// begin makes the document one of that text, with no values yet.
func (d *Document) begin(text string) error {
	d.reset("")
	if len(text) > MaxText {
		return &SyntaxError{MaxText, "text of more than 32 MiB"}
	}
	d.text = text
	return nil
}

func (d *Document) reset(text string) {
	clear(d.derived)
	clear(d.tables)
	d.text, d.entries, d.strict, d.derived, d.made = text, d.entries[:0], false, d.derived[:0], 0
}

func (d *Document) append(e entry) uint32 {
	d.entries = append(d.entries, e)
	return uint32(len(d.entries) - 1)
}

// after returns the entry behind the value at i.
func (d *Document) after(i uint32) uint32 {
	if e := &d.entries[i]; e.kind >= Array {
		return e.to
	}
	return i + 1
}

// resolve returns the value at i, or the one that a reference there stands for.
func (d *Document) resolve(i uint32) uint32 {
	if e := &d.entries[i]; e.kind == reference {
		return e.from
	}
	return i
}

// raw returns the text of a scalar or name as it was written.
func (d *Document) raw(e *entry) string {
	if e.flags&derived != 0 {
		return d.derived[e.from]
	}
	return d.text[e.from:e.to]
}

// content returns the text of a string or name with its escapes resolved.
func (d *Document) content(e *entry) string {
	if e.flags&escaped == 0 {
		return d.raw(e)
	}
	return unescape(d.raw(e))
}

func (d *Document) appendContent(dst []byte, e *entry) []byte {
	if e.flags&escaped == 0 {
		return append(dst, d.raw(e)...)
	}
	return appendUnescaped(dst, d.raw(e))
}

// appendString appends a string or name as JSON.
func (d *Document) appendString(dst []byte, e *entry, slashes bool) []byte {
	if e.flags&escaped == 0 {
		return appendQuoted(dst, d.raw(e), slashes)
	}
	return appendRequoted(dst, d.raw(e), slashes)
}

// quotedPart returns the part of the text that appendString would append, quotes
// and all, if there is one.
func (d *Document) quotedPart(e *entry) (string, bool) {
	from, to := int(e.from), int(e.to)
	if e.flags&(escaped|derived) != 0 || from == 0 || to == len(d.text) || d.text[from-1] != '"' || d.text[to] != '"' {
		return "", false
	}
	return d.text[from-1 : to+1], isPlain(d.text[from:to])
}

// extent returns about how much text the entries between two have.
func (d *Document) extent(from, to uint32) int {
	for from < to && !d.inText(from) {
		from++
	}
	for from < to && !d.inText(to-1) {
		to--
	}
	if from == to {
		return 0
	}
	return int(d.entries[to-1].to) - int(d.entries[from].from)
}

// inText says whether the text of the entry at i is part of the document's.
func (d *Document) inText(i uint32) bool {
	e := &d.entries[i]
	return e.kind < Array && e.flags&derived == 0
}

// derive adds a scalar whose text is not part of the document's.
func (d *Document) derive(kind Kind, text string) uint32 {
	d.made += 1 + len(text)/16
	d.derived = append(d.derived, text)
	return d.append(entry{kind: kind, flags: derived, from: uint32(len(d.derived) - 1)})
}

// refer adds an entry that stands for the value at i.
func (d *Document) refer(i uint32) {
	d.made++
	d.append(entry{kind: reference, from: i, to: uint32(len(d.entries) + 1)})
}

// list adds an array of values that are there already.
func (d *Document) list(values []uint32) uint32 {
	at := d.append(entry{kind: Array, from: uint32(len(values))})
	for _, v := range values {
		d.refer(v)
	}
	return d.close(at)
}

// close ends the container at i behind the last entry.
func (d *Document) close(i uint32) uint32 {
	d.entries[i].to = uint32(len(d.entries))
	return i
}

// graft copies the value at i of another document into this one.
func (d *Document) graft(from *Document, i uint32) uint32 {
	i = from.resolve(i)
	e := from.entries[i]
	if e.kind < Array {
		at := d.derive(e.kind, from.raw(&e))
		d.entries[at].flags |= e.flags & escaped
		return at
	}
	at := d.append(entry{kind: e.kind, from: e.from})
	for k := i + 1; k < e.to; k = from.after(k) {
		if from.entries[k].flags&hidden != 0 {
			k++
			continue
		}
		d.graft(from, k)
	}
	return d.close(at)
}

// member returns the value of the named member of the object at i, and how many
// members were looked at.
func (d *Document) member(i uint32, name string) (value uint32, looked int, ok bool) {
	end := d.entries[i].to
	for k := i + 1; k < end; k = d.after(k + 1) {
		looked++
		e := &d.entries[k]
		if e.flags == 0 {
			if int(e.to-e.from) == len(name) && d.text[e.from:e.to] == name {
				return d.resolve(k + 1), looked, true
			}
		} else if e.flags&hidden == 0 && d.named(e, name) {
			return d.resolve(k + 1), looked, true
		}
	}
	return 0, looked, false
}

func (d *Document) named(e *entry, name string) bool {
	raw := d.raw(e)
	if e.flags&escaped == 0 {
		return raw == name
	}
	return len(raw) > len(name) && unescape(raw) == name
}

// position returns where the nth element of the array at i is, which must have
// it.
func (d *Document) position(i uint32, n int) uint32 {
	k := i + 1
	if d.entries[i].to == k+d.entries[i].from { // nothing in it is nested
		return k + uint32(n)
	}
	for ; n > 0; n-- {
		k = d.after(k)
	}
	return k
}

func (d *Document) element(i uint32, n int) uint32 { return d.resolve(d.position(i, n)) }
