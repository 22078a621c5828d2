package vtl

// A macro is a compiled #macro. Its body is set when all macros are known.
type macro struct {
	params []int
	body   render
}

func (c *compiler) declare(nodes map[string]*macroNode) {
	for name, n := range nodes {
		m := &macro{}
		for _, p := range n.params {
			m.params = append(m.params, c.slot(p))
		}
		c.macros[name] = m
	}
	for name, n := range nodes {
		c.macros[name].body = c.block(n.body)
	}
}

// call compiles the call of a macro. Without such a macro it prints itself.
func (c *compiler) call(n *callNode) render {
	m := c.macros[n.name]
	if m == nil {
		return func(f *frame) error { return f.write(n.written) }
	}
	if n.badWord {
		return func(*frame) error { return n.errorf(Runtime, "a word is no argument of #%s", n.name) }
	}
	args := make([]boundArgument, min(len(n.args), len(m.params)))
	for i := range args {
		args[i] = c.argument(m.params[i], n.args[i])
	}
	var inner *defineNode
	var content int
	var blockBody render
	if n.isBlock {
		inner = &defineNode{place: n.place}
		content, blockBody = c.slot("bodyContent"), c.block(n.block)
	}
	return n.at(func(f *frame) error {
		s, err := bind(f, args)
		if err != nil {
			return err
		}
		if inner != nil {
			s.put(content, Value{0, &block{node: inner, body: blockBody, scope: f.scope}})
		}
		return m.call(f, s)
	})
}

// A boundArgument is an argument of a macro: a constant, or something to
// evaluate each time the parameter is used.
type boundArgument struct {
	slot     int
	value    eval
	constant bool
	written  string
}

func (c *compiler) argument(slot int, a argument) boundArgument {
	b := boundArgument{slot: slot, written: a.written}
	switch x := a.expr.(type) {
	case *refNode:
		b.value = c.raw(x)
	case numberExpr, boolExpr:
		b.value, b.constant = c.value(x), true
	default:
		b.value = c.value(x)
	}
	return b
}

func bind(f *frame, args []boundArgument) (*scope, error) {
	s := &scope{outer: f.scope, hidden: -1}
	for _, a := range args {
		if !a.constant {
			s.params = append(s.params, param{a.slot, a.value, a.written})
			continue
		}
		v, err := a.value(f)
		if err != nil {
			return nil, err
		}
		s.put(a.slot, v)
	}
	return s, nil
}

func (m *macro) call(f *frame, s *scope) error {
	if f.macros == maxMacroDepth {
		return limitError("macros call each other more than 20 deep")
	}
	f.macros++
	err := f.enter()
	saved := f.scope
	f.scope = s
	if err == nil {
		err = m.body(f)
	}
	f.scope = saved
	f.leave()
	f.macros--
	if err == errBreak {
		return nil
	}
	return err
}

// maxMacroDepth is Velocity's own bound.
const maxMacroDepth = 20
