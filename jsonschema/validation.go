package jsonschema

import (
	"fmt"
	"sync"
)

var validations = sync.Pool{New: func() any { return new(validation) }}

// A validation is one instance on its way through a schema.
type validation struct {
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
	trail := v.trail
	*v = validation{}
	const keep = 1 << 14
	if cap(trail) <= keep {
		clear(trail[:cap(trail)])
		v.trail = trail[:0]
	}
	validations.Put(v)
}

// passes reports whether a value is valid, for which neither the order of members
// nor messages matter. It gives up where that takes long.
func (v *validation) passes(n *node, at value) bool {
	const quick = MaxSteps / 32
	v.steps, v.quiet = quick, true
	v.apply(n, at)
	return !v.failed && v.stopped == nil
}

// report tries the value from the start, as messages need it.
func (v *validation) report(n *node, at value) error {
	v.steps, v.quiet, v.failed, v.stopped, v.ordered = MaxSteps, false, false, nil, true
	v.apply(n, at)
	switch {
	case v.stopped != nil:
		return v.stopped
	case v.failed:
		return &Invalid{Messages: v.messages}
	}
	return nil
}

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
	kind := at.kind()
	for i := range n.rules {
		if v.spend(1); v.done() {
			break
		}
		if n.rules[i].kinds.has(kind) {
			n.rules[i].check(v, at)
		}
	}
	if !v.failed && v.stopped == nil {
		v.descend(n, at, kind)
	}
	v.trail = v.trail[:len(v.trail)-1]
}

// descend goes on with what is within a value, whose schemas wait for others.
func (v *validation) descend(n *node, at value, kind kind) {
	own := v.own
	v.own = len(v.trail)
	switch kind {
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
	for i, w := 0, at.json.Walk(); w.Next(); i++ {
		to := n.elements
		switch {
		case to != nil:
		case i < len(n.tuple):
			to = n.tuple[i]
		default:
			to = n.rest
		}
		if to != nil {
			v.apply(to, value{w.Value()})
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
		for _, m := range at.members() {
			v.member(n, m.name, m.value)
			if v.done() {
				return
			}
		}
		return
	}
	for w := at.json.Walk(); w.Next(); {
		v.member(n, w.Name(), value{w.Value()})
		if v.done() {
			return
		}
	}
}

func (v *validation) member(n *node, name string, at value) {
	to := n.properties.of(name)
	known := to != nil
	if known {
		v.apply(to, at)
	}
	for _, p := range n.patterns {
		if v.matches(p.pattern, name) {
			known = true
			v.apply(p.node, at)
		}
	}
	if !known && n.others != nil {
		v.apply(n.others, at)
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
