package vtl

// A block is what #define makes: it renders each time it is printed.
type block struct {
	node  *defineNode
	body  render
	scope *scope // where it was defined
	depth int
}

// maxBlockDepth is how often a block may be inside itself.
const maxBlockDepth = 2

func (c *compiler) define(n *defineNode) render {
	variable, body := c.slot(n.name), c.block(n.body)
	return func(f *frame) error {
		f.put(variable, Value{0, &block{node: n, body: body, scope: f.scope}})
		return nil
	}
}

// render renders a block, false where it is inside itself too often.
func (b *block) render(f *frame) (bool, error) {
	if b.depth == maxBlockDepth {
		return false, nil
	}
	b.depth++
	err := f.enter()
	if err == nil {
		err = b.body(f)
	}
	f.leave()
	b.depth--
	if err == errBreak {
		err = nil
	}
	if err != nil {
		return true, b.node.failed(err)
	}
	return true, nil
}

// block prints a block that is part of something or is used as a text: with
// the variables of the place where it was defined.
func (p *printer) block(b *block) error {
	f := p.frame
	if f == nil {
		return nil
	}
	saved, out := f.scope, f.out
	f.scope, f.out = b.scope, p.dst
	_, err := b.render(f)
	p.dst = f.out
	f.scope, f.out = saved, out
	return err
}

// isTrue renders a block without printing it: it is true where it can be
// rendered.
func (b *block) isTrue(f *frame) (bool, error) {
	mark := len(f.out)
	ok, err := b.render(f)
	f.out = f.out[:mark]
	return ok, err
}
