package vtl

import (
	"strconv"
	"strings"
	"unsafe"
)

// A segment is a text and the reference behind it, if there is one; or a text
// that is printed only if the loop goes on.
type segment struct {
	text     string
	ref      *refNode
	get      eval
	slot     int
	property string // of a reference that is a variable's property
	hasNext  test   // says whether the loop goes on
}

type line []segment

// plainRun counts the texts, plain references and separators that statements
// begin with.
func plainRun(body []node) int {
	for i, n := range body {
		if !isPlain(n) {
			return i
		}
	}
	return len(body)
}

func isPlain(n node) bool {
	switch n := n.(type) {
	case textNode:
		return true
	case *refNode:
		return n.isPlain()
	case *ifNode:
		_, _, ok := n.separator()
		return ok
	}
	return false
}

// isPlain reports whether only the value of a reference is printed.
func (n *refNode) isPlain() bool { return !n.runt && n.computed && !n.escaped && n.before == "" }

// line compiles texts and plain references into one: most of a template is
// made of them.
func (c *compiler) line(body []node) render {
	var l line
	for _, n := range body {
		switch n := n.(type) {
		case textNode:
			l = append(l, segment{text: string(n)})
		case *ifNode:
			text, condition, _ := n.separator()
			l = append(l, segment{text: text, slot: c.slot(condition.name), hasNext: c.truth(condition)})
		case *refNode:
			if last := len(l) - 1; last < 0 || l[last].ref != nil || l[last].hasNext != nil {
				l = append(l, segment{})
			}
			c.fill(&l[len(l)-1], n)
		}
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
		if s.hasNext != nil {
			f.out = out
			if ok, err := s.goesOn(f); err != nil {
				return err
			} else if !ok {
				continue
			}
		}
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

// goesOn reports whether the loop goes on.
func (s *segment) goesOn(f *frame) (bool, error) {
	if l, ok := f.slots[s.slot].value.ref.(*loop); ok && f.scope == nil {
		return l.hasNext, nil
	}
	return s.hasNext(f)
}

// appendInt appends an integer, a digit at once: most are.
func appendInt(dst []byte, i int64) []byte {
	if 0 <= i && i < 10 {
		return append(dst, byte('0'+i))
	}
	return strconv.AppendInt(dst, i, 10)
}
