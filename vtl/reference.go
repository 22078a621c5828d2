package vtl

import "strings"

// reference compiles a reference in an expression: a missing one is the empty
// text.
func (c *compiler) reference(n *refNode) eval {
	if !n.computed {
		return constant(Value{})
	}
	get := c.raw(n)
	return func(f *frame) (Value, error) {
		v, err := get(f)
		return v.orEmpty(), err
	}
}

// raw compiles a reference whose missing value is null.
func (c *compiler) raw(n *refNode) eval {
	if n.runt || !n.computed {
		return constant(Value{})
	}
	slot := c.slot(n.name)
	if n.keeps() {
		c.tmpl.keepsLoops = true
	}
	if len(n.steps) == 0 {
		return func(f *frame) (Value, error) { return f.lookup(slot) }
	}
	way := c.steps(n.steps)
	if len(way) == 1 {
		return way[0].ofVariable(slot)
	}
	return func(f *frame) (Value, error) {
		v, err := f.lookup(slot)
		if err != nil {
			return v, err
		}
		return way.from(f, v)
	}
}

// ofVariable is a reference of one step, which most are.
func (s step) ofVariable(slot int) eval {
	return func(f *frame) (Value, error) {
		v, err := f.lookup(slot)
		if err != nil || v.IsNull() {
			return v, err
		}
		if v, err = s.apply(f, v); err != nil {
			return Value{}, s.failed(err)
		}
		return v, nil
	}
}

// printed compiles a reference in text.
func (c *compiler) printed(n *refNode) render {
	switch {
	case n.runt:
		return func(f *frame) error { return f.write(n.written) }
	case !n.computed:
		return nothing
	}
	get, slot := c.raw(n), c.slot(n.name)
	if n.escaped {
		return func(f *frame) error {
			if _, err := get(f); err != nil {
				return err
			}
			return f.write(n.before + n.asWritten(f, slot))
		}
	}
	return func(f *frame) error {
		v, err := get(f)
		if err != nil {
			return err
		}
		return n.print(f, v, slot)
	}
}

// print prints the value of a reference.
func (n *refNode) print(f *frame, v Value, slot int) error {
	if n.before != "" {
		f.out = append(f.out, n.before...)
	}
	if b, ok := v.ref.(*block); ok {
		return n.printBlock(f, b, slot)
	}
	if err := f.print(v); err != nil {
		return n.failed(err)
	}
	return nil
}

// printBlock prints a block. One that is inside itself too often is printed as
// it is written.
func (n *refNode) printBlock(f *frame, b *block, slot int) error {
	ok, err := b.render(f)
	if err != nil || ok {
		return err
	}
	if n.quiet {
		return nil
	}
	return f.write(n.asWritten(f, slot))
}

// asWritten returns a reference as it is written; for a parameter of a macro
// that is its argument.
func (n *refNode) asWritten(f *frame, slot int) string {
	if n.written == "$"+n.name {
		if s, ok := f.writtenArgument(slot); ok {
			return s
		}
	}
	return n.written
}

// A way is the steps of a reference.
type way []step

type step struct {
	place
	apply func(*frame, Value) (Value, error)
}

// from follows the steps until something is missing.
func (w way) from(f *frame, v Value) (Value, error) {
	for i := range w {
		if v.IsNull() {
			return v, nil
		}
		next, err := w[i].apply(f, v)
		if err != nil {
			return Value{}, w[i].failed(err)
		}
		v = next
	}
	return v, nil
}

func (c *compiler) steps(nodes []stepNode) way {
	w := make(way, len(nodes))
	for i, n := range nodes {
		w[i].place = n.place
		if strings.HasSuffix(strings.ToLower(n.name), "replaced") {
			c.tmpl.asksReplaced = true
		}
		switch n.kind {
		case propertyStep:
			w[i].apply = c.property(n.name)
		case indexStep:
			w[i].apply = c.element(n)
		default:
			w[i].apply = c.method(n)
		}
	}
	return w
}

func (c *compiler) element(n stepNode) func(*frame, Value) (Value, error) {
	index := c.value(n.args[0])
	return func(f *frame, v Value) (Value, error) {
		key, err := index(f)
		if err != nil {
			return Value{}, err
		}
		return element(v, key)
	}
}

// method compiles a call. The arguments live on the frame's stack while it
// runs, and are cleared with the frame.
func (c *compiler) method(n stepNode) func(*frame, Value) (Value, error) {
	args := c.values(n.args)
	m := methodsNamed(n.name)
	return func(f *frame, v Value) (Value, error) {
		mark := len(f.args)
		for _, arg := range args {
			a, err := arg(f)
			if err != nil {
				f.args = f.args[:mark]
				return Value{}, err
			}
			f.args = append(f.args, a)
		}
		result, err := m.call(f, v, f.args[mark:len(f.args):len(f.args)])
		f.args = f.args[:mark]
		return result, err
	}
}
