package vtl

import (
	"strconv"
	"strings"
	"unsafe"
)

// A segment is a text and the reference behind it, if there is one.
type segment struct {
	text     string
	ref      *refNode
	get      eval
	slot     int
	property string // of a reference that is a variable's property
}

type line []segment

// plainRun counts the texts and plain references that statements begin with.
func plainRun(body []node) int {
	for i, n := range body {
		ref, ok := n.(*refNode)
		if _, isText := n.(textNode); !isText && !(ok && ref.isPlain()) {
			return i
		}
	}
	return len(body)
}

// isPlain reports whether only the value of a reference is printed.
func (n *refNode) isPlain() bool { return !n.runt && n.computed && !n.escaped && n.before == "" }

// line compiles texts and plain references into one: most of a template is
// made of them.
func (c *compiler) line(body []node) render {
	var l line
	for _, n := range body {
		if s, ok := n.(textNode); ok {
			l = append(l, segment{text: string(s)})
			continue
		}
		if len(l) == 0 || l[len(l)-1].ref != nil {
			l = append(l, segment{})
		}
		c.fill(&l[len(l)-1], n.(*refNode))
	}
	return l.render
}

func (c *compiler) fill(s *segment, n *refNode) {
	s.ref, s.get, s.slot = n, c.raw(n), c.slot(n.name)
	if len(n.steps) == 1 && n.steps[0].kind == propertyStep && !strings.EqualFold(n.steps[0].name, "class") {
		s.property = n.steps[0].name
	}
}

func (l line) render(f *frame) error {
	out := f.out
	for i := range l {
		s := &l[i]
		out = append(out, s.text...)
		if s.ref == nil {
			continue
		}
		var v Value
		if m, ok := f.slots[s.slot].value.ref.(*Map); ok && s.property != "" && f.scope == nil {
			v, _ = m.Get(s.property)
		} else {
			var err error
			f.out = out
			if v, err = s.get(f); err != nil {
				return err
			}
		}
		switch r := v.ref.(type) {
		case textPointer:
			out = append(out, unsafe.String((*byte)(r), int(v.num))...)
			if len(out) > f.outLimit {
				return s.ref.failed(errOutput)
			}
			continue
		case Kind:
			if r == IntegerKind {
				out = appendInt(out, int64(v.num))
				continue
			}
		}
		f.out = out
		if err := s.ref.print(f, v, s.slot); err != nil {
			return err
		}
		out = f.out
	}
	f.out = out
	if len(out) > f.outLimit {
		return errOutput
	}
	return nil
}

// appendInt appends an integer, a digit at once: most are.
func appendInt(dst []byte, i int64) []byte {
	if 0 <= i && i < 10 {
		return append(dst, byte('0'+i))
	}
	return strconv.AppendInt(dst, i, 10)
}
