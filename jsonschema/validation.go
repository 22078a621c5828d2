package jsonschema

import (
	"fmt"
	"sync"
)

var validations = sync.Pool{New: func() any { return new(validation) }}

// A validation is one instance on its way through a schema.
type validation struct {
	document
	steps    int   // left
	stopped  error // why it ended early
	failed   bool
	quiet    bool // only whether it fails is asked for
	ordered  bool // members are tried in the order of their names
	messages []string
	reported int     // bytes of the messages
	trail    []*node // schemas that wait for the outcome of the current one,
	own      int     // from here on those of the current value
}

func (v *validation) release() {
	const keep = 1 << 14 // entries; more are left to the garbage collector
	d, trail := v.document, v.trail
	*v = validation{}
	if cap(d.entries) <= keep && cap(d.resolved) <= keep && cap(trail) <= keep {
		d.reset("")
		clear(trail[:cap(trail)])
		v.document, v.trail = d, trail[:0]
	}
	validations.Put(v)
}

// passes reports whether the instance is valid, for which neither the order of
// members nor messages matter. It gives up where that takes long.
func (v *validation) passes(n *node) bool {
	const quick = MaxSteps / 32
	v.steps, v.quiet = quick, true
	v.apply(n, v.root())
	return !v.failed && v.stopped == nil
}

// report tries the instance from the start, as messages need it.
func (v *validation) report(n *node) error {
	v.steps, v.quiet, v.failed, v.stopped, v.ordered = MaxSteps, false, false, nil, true
	v.apply(n, v.root())
	switch {
	case v.stopped != nil:
		return v.stopped
	case v.failed:
		return &Invalid{Messages: v.messages}
	}
	return nil
}

func (v *validation) root() value { return value{&v.document, 0} }

// apply tries a value against a schema and, if nothing has failed so far, what
// is within the value too.
func (v *validation) apply(n *node, at value) {
	waiting := v.trail[v.own:]
	v.spend(1 + len(waiting))
	for _, m := range waiting {
		if m == n {
			v.stop(ErrLoop)
			return
		}
	}
	if len(waiting) == MaxDepth {
		v.stop(ErrTooMuchWork)
		return
	}
	v.trail = append(v.trail, n)
	for i := range n.rules {
		if v.spend(1); v.done() {
			break
		}
		if n.rules[i].kinds.has(at.kind()) {
			n.rules[i].check(v, at)
		}
	}
	if !v.failed && v.stopped == nil {
		v.descend(n, at)
	}
	v.trail = v.trail[:len(v.trail)-1]
}

// descend goes on with what is within a value, whose schemas wait for others.
func (v *validation) descend(n *node, at value) {
	own := v.own
	v.own = len(v.trail)
	switch at.kind() {
	case array:
		v.elements(n, at)
	case object:
		v.members(n, at)
	}
	v.own = own
}

func (v *validation) elements(n *node, at value) {
	if n.elements == nil && n.tuple == nil && n.rest == nil {
		return
	}
	for i, k := 0, at.pos+1; k < at.entry().to; i, k = i+1, v.after(k) {
		to := n.elements
		switch {
		case to != nil:
		case i < len(n.tuple):
			to = n.tuple[i]
		default:
			to = n.rest
		}
		if to != nil {
			v.apply(to, value{&v.document, k})
		}
		if v.done() {
			return
		}
	}
}

func (v *validation) members(n *node, at value) {
	if n.properties.few == nil && n.patterns == nil && n.others == nil {
		return
	}
	if v.ordered {
		for _, k := range at.sorted() {
			v.member(n, k)
			if v.done() {
				return
			}
		}
		return
	}
	for k := at.pos + 1; k < at.entry().to; k = v.after(k + 1) {
		if v.entries[k].flags&hidden == 0 {
			v.member(n, k)
		}
		if v.done() {
			return
		}
	}
}

// member tries the member whose name is at a place.
func (v *validation) member(n *node, at uint32) {
	name := v.name(at)
	to := n.properties.of(name)
	known := to != nil
	if known {
		v.apply(to, v.valueOf(at))
	}
	for _, p := range n.patterns {
		if v.matches(p.pattern, name) {
			known = true
			v.apply(p.node, v.valueOf(at))
		}
	}
	if !known && n.others != nil {
		v.apply(n.others, v.valueOf(at))
	}
	v.spend(1)
}

// valid reports whether a value is valid against a schema, and why not to
// nobody.
func (v *validation) valid(n *node, at value) bool {
	quiet, failed := v.quiet, v.failed
	v.quiet, v.failed = true, false
	v.apply(n, at)
	ok := !v.failed
	v.quiet, v.failed = quiet, failed
	return ok
}

// fail adds a message. Arguments are only formatted if somebody will read them.
func (v *validation) fail(format string, args ...any) {
	v.failed = true
	if v.quiet || v.reported > MaxReport {
		return
	}
	m := fmt.Sprintf(format, args...)
	v.reported += len(m)
	v.messages = append(v.messages, m)
}

func (v *validation) spend(steps int) {
	if v.steps -= steps; v.steps < 0 {
		v.stop(ErrTooMuchWork)
	}
}

func (v *validation) stop(err error) {
	if v.stopped == nil {
		v.stopped = err
	}
}

// done reports whether nothing that follows can change the outcome.
func (v *validation) done() bool {
	return v.stopped != nil || v.quiet && v.failed || v.reported > MaxReport
}
