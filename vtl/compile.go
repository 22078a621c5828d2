package vtl

// The compiler turns a tree into functions: a statement into one that prints, an
// expression into one that gives its value, a condition into one that says
// whether it is true. What can be decided beforehand is: which slot a variable
// is in, which methods a name may mean, what a literal is.
type (
	render func(*frame) error
	eval   func(*frame) (Value, error)
	test   func(*frame) (bool, error)
)

// A compiler compiles one template. It writes what the frames need to know into
// it: the names of the slots, the number of the sites.
type compiler struct {
	tmpl   *Template
	slots  map[string]int
	macros map[string]*macro
}

func (c *compiler) slot(name string) int {
	n, ok := c.slots[name]
	if !ok {
		n = len(c.tmpl.names)
		c.slots[name] = n
		c.tmpl.names = append(c.tmpl.names, name)
	}
	return n
}

// slotIfUsed returns the slot of a variable that loops set, -1 where the
// template never uses it.
func (c *compiler) slotIfUsed(name string) int {
	if n, ok := c.slots[name]; ok {
		return n
	}
	return -1
}

// block compiles statements into one.
func (c *compiler) block(body []node) render {
	var parts []render
	for len(body) > 0 {
		if run := plainRun(body); run > 0 {
			parts = append(parts, c.line(body[:run]))
			body = body[run:]
			continue
		}
		if r := c.statement(body[0]); r != nil {
			parts = append(parts, r)
		}
		body = body[1:]
	}
	switch len(parts) {
	case 0:
		return nothing
	case 1:
		return parts[0]
	}
	return func(f *frame) error {
		if err := f.spend(len(parts)); err != nil {
			return err
		}
		for _, part := range parts {
			if err := part(f); err != nil {
				return err
			}
		}
		return nil
	}
}

func nothing(*frame) error { return nil }

func (c *compiler) statement(n node) render {
	switch n := n.(type) {
	case *refNode:
		return c.printed(n)
	case *setNode:
		return c.set(n)
	case *ifNode:
		return c.choice(n)
	case *foreachNode:
		return c.foreach(n)
	case *breakNode:
		return c.breaking(n)
	case stopNode:
		return func(*frame) error { return errStop }
	case *defineNode:
		return c.define(n)
	case *callNode:
		return c.call(n)
	case *refusedNode:
		return func(*frame) error { return n.errorf(Runtime, "#%s is not available", n.name) }
	}
	return nil // a macro's definition
}

// at gives the errors of r a place.
func (p place) at(r render) render {
	return func(f *frame) error {
		if err := r(f); err != nil {
			return p.failed(err)
		}
		return nil
	}
}
