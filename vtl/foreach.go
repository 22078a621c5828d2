package vtl

func (c *compiler) foreach(n *foreachNode) render {
	if n.over == nil {
		return nothing
	}
	over := c.iterator(n.over)
	variable := c.slot(n.variable)
	body := c.block(n.body)
	tmpl := c.tmpl
	return func(f *frame) error {
		it, ok, err := over(f)
		if err != nil || !ok {
			return err
		}
		counts := tmpl.countSlot >= 0 || tmpl.hasNextSlot >= 0
		r := round{node: n, variable: variable, body: body, tmpl: tmpl, counts: counts}
		return r.run(f, &it)
	}
}

// iterator compiles what a loop runs over. A range needs no list.
func (c *compiler) iterator(x expr) func(*frame) (iterator, bool, error) {
	if r, ok := x.(rangeExpr); ok {
		ends := c.rangeEnds(r)
		return func(f *frame) (iterator, bool, error) {
			from, to, ok, err := ends(f)
			return rangeIterator(from, to), ok, err
		}
	}
	value := c.value(x)
	return func(f *frame) (iterator, bool, error) {
		v, err := value(f)
		if err != nil {
			return iterator{}, false, err
		}
		it, ok := iteratorOf(v)
		if m := it.view.of; m != nil && m.hashed && m.order == nil {
			err = f.spend(m.Len()) // they must be put in order
		}
		return it, ok, err
	}
}

// iteratorOf returns an iterator of a list, of the values of a map, or of what
// iterates itself. Nothing else can be run over.
func iteratorOf(v Value) (iterator, bool) {
	switch r := v.ref.(type) {
	case *List:
		return listIterator(r), true
	case *Map:
		return viewIterator(view{r, valuesOf}), true
	case *view:
		return viewIterator(*r), true
	case *loop:
		return viewIterator(view{r.store(), valuesOf}), true
	case *cursor:
		return r.iterator, true
	}
	return iterator{}, false
}

// A round is a running #foreach.
type round struct {
	node     *foreachNode
	variable int
	body     render
	tmpl     *Template
	counts   bool // $velocityCount or $velocityHasNext is used
}

func (r *round) run(f *frame, it *iterator) error {
	before, err := f.lookup(r.variable)
	if err != nil {
		return err
	}
	count, hasNext := r.saved(f, r.tmpl.countSlot), r.saved(f, r.tmpl.hasNextSlot)
	l := r.begin(f)
	err = r.rounds(f, it, l)
	if err != nil && !r.isEnd(err, l) {
		if _, ok := err.(*jump); ok {
			r.end(f, before, count, hasNext)
		}
		return r.node.failed(err)
	}
	r.end(f, before, count, hasNext)
	return nil
}

func (r *round) isEnd(err error, l *loop) bool {
	if err == errBreak {
		return true
	}
	j, ok := err.(*jump)
	return ok && j.to != nil && j.to.owner == r.node
}

func (r *round) saved(f *frame, n int) Value {
	if n < 0 {
		return Value{}
	}
	v, err := f.lookup(n)
	if err != nil {
		return Value{}
	}
	return v
}

// begin makes $foreach.
func (r *round) begin(f *frame) *loop {
	l := f.newLoop()
	*l = loop{owner: r.node, index: -1}
	if n := r.tmpl.foreachSlot; n >= 0 {
		l.replaced = r.saved(f, n)
		if outer, ok := l.replaced.ref.(*loop); ok {
			l.parent, l.replaced = outer, Value{}
		}
		f.put(n, l.value())
	}
	return l
}

func (r *round) rounds(f *frame, it *iterator, l *loop) error {
	variable, plain := &f.slots[r.variable], it.list != nil && it.list.from == nil
	for n := 1; n <= r.tmpl.limits.Rounds && it.hasNext(); n++ {
		if err := f.spend(1); err != nil {
			return err
		}
		if plain && it.mods == it.list.mods {
			variable.value = it.list.items[it.next]
			it.next++
			l.hasNext = it.next != len(it.list.items)
		} else if v, ok := it.take(); ok {
			variable.value = v
			l.hasNext = it.hasNext()
		} else {
			return r.node.errorf(Runtime, "#foreach runs over something that is changed meanwhile")
		}
		variable.known = true
		l.index++
		if r.counts {
			r.put(f, r.tmpl.countSlot, Int(int32(n)))
			r.put(f, r.tmpl.hasNextSlot, Bool(l.hasNext))
		}
		if f.scope != nil || variable.value.IsNull() {
			if err := r.inScope(f, variable.value); err != nil {
				return err
			}
			continue
		}
		if err := r.body(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) put(f *frame, n int, v Value) {
	if n >= 0 {
		f.put(n, v)
	}
}

// inScope renders the body inside a macro, or for a null element. While the
// element is null its variable stays so, whatever is assigned to it.
func (r *round) inScope(f *frame, v Value) error {
	f.put(r.variable, v)
	if !v.IsNull() {
		return r.body(f)
	}
	f.scope = &scope{outer: f.scope, hidden: r.variable}
	err := r.body(f)
	f.scope = f.scope.outer
	return err
}

// end gives the variables of the loop the values that they had.
func (r *round) end(f *frame, before, count, hasNext Value) {
	f.restore(r.variable, before)
	if r.tmpl.countSlot >= 0 {
		f.restore(r.tmpl.countSlot, count)
	}
	if r.tmpl.hasNextSlot >= 0 {
		f.restore(r.tmpl.hasNextSlot, hasNext)
	}
	n := r.tmpl.foreachSlot
	if n < 0 {
		return
	}
	if l, ok := r.saved(f, n).ref.(*loop); ok {
		if l.parent != nil {
			f.put(n, l.parent.value())
		} else {
			f.restore(n, l.replaced)
		}
	}
}

func (c *compiler) breaking(n *breakNode) render {
	if n.scope == nil {
		return func(*frame) error { return errBreak }
	}
	scope := c.value(n.scope)
	return func(f *frame) error {
		v, err := scope(f)
		if err != nil {
			return err
		}
		l, ok := v.ref.(*loop)
		if !ok {
			return n.errorf(Runtime, "#break takes a $foreach")
		}
		return &jump{l}
	}
}
