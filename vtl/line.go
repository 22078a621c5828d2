package vtl

import (
	"strconv"
	"strings"
	"unsafe"
)

// A line is texts, plain references and separators that stand together, which
// is most of a template. It is rendered in one go.
type line []segment

// A segment is a text and the reference behind it, if there is one.
type segment struct {
	text literal
	fork *fork // instead of the text, where a separator is in it

	ref    *refNode
	get    eval
	slot   int
	member site // of a reference that is a member of a variable
}

// A literal is a text of the template. A short one is copied as a block, which
// takes less time than to copy as many bytes as it has.
type literal struct {
	text  string
	block [blockSize]byte // begins with the text
}

const blockSize = 16

// A fork is a text with #if($foreach.hasNext),#end in it, as most loops have
// one: what is printed where the loop ends, and where it goes on.
type fork struct {
	texts   [2]literal
	before  int // bytes that stand before the separator
	slot    int // of $foreach
	hasNext test
}

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

// line compiles statements that are plain.
func (c *compiler) line(body []node) render {
	var l line
	for _, n := range body {
		s := l.open()
		switch n := n.(type) {
		case textNode:
			s.add(string(n))
		case *ifNode:
			if s.fork != nil {
				l = append(l, segment{})
				s = l.open()
			}
			c.separate(s, n)
		case *refNode:
			c.refer(s, n)
		}
	}
	return l.render
}

// open returns the segment at the end that has no reference yet.
func (l *line) open() *segment {
	if n := len(*l); n == 0 || (*l)[n-1].ref != nil {
		*l = append(*l, segment{})
	}
	return &(*l)[len(*l)-1]
}

func (s *segment) add(text string) {
	if s.fork == nil {
		s.text.add(text)
		return
	}
	for i := range s.fork.texts {
		s.fork.texts[i].add(text)
	}
}

func (l *literal) add(text string) {
	l.text += text
	copy(l.block[:], l.text)
}

// separate adds a separator.
func (c *compiler) separate(s *segment, n *ifNode) {
	text, condition, _ := n.separator()
	s.fork = &fork{
		texts:   [2]literal{s.text, s.text},
		before:  len(s.text.text),
		slot:    c.slot(condition.name),
		hasNext: c.truth(condition),
	}
	s.fork.texts[1].add(text)
}

// refer adds a reference.
func (c *compiler) refer(s *segment, n *refNode) {
	s.ref, s.get, s.slot = n, c.raw(n), c.slot(n.name)
	if len(n.steps) == 1 && n.steps[0].kind == propertyStep && !strings.EqualFold(n.steps[0].name, "class") {
		s.member = c.site(n.steps[0].name)
	}
}

// render has the usual cases at hand: literals, members of maps that are texts
// or small numbers.
func (l line) render(f *frame) error {
	out := f.out
	for i := range l {
		s := &l[i]
		text := &s.text
		if s.fork != nil {
			if loop := f.loopIn(s.fork.slot); loop != nil {
				text = &s.fork.texts[bit(loop.hasNext)]
			} else {
				var err error
				f.out = out
				if text, err = s.fork.choose(f); err != nil {
					return err
				}
			}
		}
		out = text.appendTo(out)
		if s.ref == nil {
			continue
		}
		var v Value
		if m := f.mapIn(s.slot); m != nil && s.member.name != "" {
			if e := s.member.lastOf(f, m); e != nil {
				v = e.value
			} else {
				v = s.member.find(f, m)
			}
		} else {
			var err error
			f.out = out
			if v, err = s.get(f); err != nil {
				return err
			}
		}
		if p, ok := v.ref.(textPointer); ok {
			out = append(out, unsafe.String((*byte)(p), int(v.num))...)
			if len(out) > f.outLimit {
				return s.ref.failed(errOutput)
			}
			continue
		}
		if v.is(IntegerKind) {
			if v.num < 10 {
				out = append(out, '0'+byte(v.num))
			} else {
				out = strconv.AppendInt(out, int64(v.num), 10)
			}
			continue
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

func (l *literal) appendTo(dst []byte) []byte {
	n := len(dst)
	if len(l.text) > blockSize || cap(dst)-n < blockSize {
		return append(dst, l.text...)
	}
	*(*[blockSize]byte)(dst[n : n+blockSize]) = l.block
	return dst[:n+len(l.text)]
}

// choose chooses between the texts where $foreach may be anything.
func (k *fork) choose(f *frame) (*literal, error) {
	goesOn, err := k.hasNext(f)
	if err != nil { // which may be a #stop: what stands before it is printed
		f.out = append(f.out, k.texts[0].text[:k.before]...)
	}
	return &k.texts[bit(goesOn)], err
}

// bit returns 1 for true. It takes no jump, which processors would foresee
// wrongly at the end of each loop.
func bit(b bool) int {
	i := 0
	if b {
		i = 1
	}
	return i
}
