package vtl

// A foreach is a compiled #foreach. What changes while it runs is in a round.
type foreach struct {
	node     *foreachNode
	over     func(*frame, *iterator) (bool, error) // false where there is nothing to run over
	variable int
	body     render
	tmpl     *Template
}

func (c *compiler) foreach(n *foreachNode) render {
	if n.over == nil {
		return nothing
	}
	e := &foreach{node: n, over: c.iterator(n.over), variable: c.slot(n.variable), body: c.block(n.body), tmpl: c.tmpl}
	return func(f *frame) error {
		r := f.begin()
		err := e.render(f, r)
		f.end()
		return err
	}
}

// iterator compiles what a loop runs over. A range needs no list.
func (c *compiler) iterator(x expr) func(*frame, *iterator) (bool, error) {
	if r, ok := x.(rangeExpr); ok {
		ends := c.rangeEnds(r)
		return func(f *frame, it *iterator) (bool, error) {
			from, to, ok, err := ends(f)
			*it = rangeIterator(from, to)
			return ok, err
		}
	}
	value := c.value(x)
	return func(f *frame, it *iterator) (bool, error) {
		v, err := value(f)
		if err != nil {
			return false, err
		}
		if l, ok := v.ref.(*List); ok { // as most are
			*it = listIterator(l)
			return true, nil
		}
		var ok bool
		*it, ok = iteratorOf(v)
		if m := it.view.of; m != nil && m.hashed && m.order == nil {
			err = f.spend(m.Len()) // they must be put in order
		}
		return ok, err
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

// A round is a #foreach that runs. Rounds are used again.
type round struct {
	over iterator
	loop *loop
	own  loop // which loop is, unless the template may keep it

	before, count, hasNext slot // of the variables that the loop sets
}

// begin returns a round for a loop inside those that run; end must follow.
func (f *frame) begin() *round {
	if f.running == len(f.rounds) {
		f.rounds = append(f.rounds, &round{})
	}
	f.running++
	return f.rounds[f.running-1]
}

func (f *frame) end() { f.running-- }

func (e *foreach) render(f *frame, r *round) error {
	if ok, err := e.over(f, &r.over); err != nil || !ok {
		return err
	}
	if err := e.begin(f, r); err != nil {
		return err
	}
	err := e.rounds(f, r)
	if err != nil && !e.isEnd(err, r.loop) {
		if _, ok := err.(*jump); ok {
			e.end(f, r)
		}
		return e.node.failed(err)
	}
	e.end(f, r)
	return nil
}

func (e *foreach) isEnd(err error, l *loop) bool {
	if err == errBreak {
		return true
	}
	j, ok := err.(*jump)
	return ok && j.to != nil && j.to.owner == e.node
}

// begin keeps the variables that the loop sets, and makes $foreach.
func (e *foreach) begin(f *frame, r *round) (err error) {
	if r.before, err = f.keep(e.variable); err != nil {
		return err
	}
	if t := e.tmpl; t.counts() {
		r.count, r.hasNext = e.kept(f, t.countSlot), e.kept(f, t.hasNextSlot)
	}
	l := &r.own
	if e.tmpl.keepsLoops {
		l = f.newLoop()
	}
	*l = loop{owner: e.node, index: -1}
	r.loop = l
	if n := e.tmpl.foreachSlot; n >= 0 {
		if e.tmpl.asksReplaced {
			f.global(n)
		}
		l.replaced = e.kept(f, n)
		if outer, ok := l.replaced.value.ref.(*loop); ok {
			l.parent, l.replaced = outer, slot{}
		}
		f.put(n, l.value())
	}
	return nil
}

// kept returns a variable to restore it, null where it cannot be evaluated.
func (e *foreach) kept(f *frame, n int) slot {
	if n < 0 {
		return slot{}
	}
	s, err := f.keep(n)
	if err != nil {
		return slot{known: true}
	}
	return s
}

func (e *foreach) rounds(f *frame, r *round) error {
	variable, counts := &f.slots[e.variable], e.tmpl.counts()
	for n := 1; n <= e.tmpl.limits.Rounds && r.over.hasNext(); n++ {
		if err := f.spend(1); err != nil {
			return err
		}
		v, ok := r.take()
		if !ok {
			return e.node.errorf(Runtime, "#foreach runs over something that is changed meanwhile")
		}
		*variable = slot{v, true}
		if counts {
			e.put(f, e.tmpl.countSlot, Int(int32(n)))
			e.put(f, e.tmpl.hasNextSlot, Bool(r.loop.hasNext))
		}
		if f.scope != nil || v.IsNull() {
			if err := e.inScope(f, v); err != nil {
				return err
			}
			continue
		}
		if err := e.body(f); err != nil {
			return err
		}
	}
	return nil
}

// take goes on to the next element, false where the list or map was changed.
func (r *round) take() (v Value, ok bool) {
	it, l := &r.over, r.loop
	l.index++
	if list := it.list; list != nil && it.next < len(list.items) && it.mods == list.mods {
		v = list.items[it.next] // what most loops run over
		it.next++
		l.hasNext = it.next != len(list.items)
		return v, true
	}
	v, ok = it.take()
	l.hasNext = it.hasNext()
	return v, ok
}

func (e *foreach) put(f *frame, n int, v Value) {
	if n >= 0 {
		f.put(n, v)
	}
}

// inScope renders the body inside a macro, or for a null element. While the
// element is null its variable stays so, whatever is assigned to it.
func (e *foreach) inScope(f *frame, v Value) error {
	f.put(e.variable, v)
	if !v.IsNull() {
		return e.body(f)
	}
	f.scope = &scope{outer: f.scope, hidden: e.variable}
	err := e.body(f)
	f.scope = f.scope.outer
	return err
}

// end gives the variables of the loop the values that they had.
func (e *foreach) end(f *frame, r *round) {
	f.restore(e.variable, r.before)
	if t := e.tmpl; t.counts() {
		e.restore(f, t.countSlot, r.count)
		e.restore(f, t.hasNextSlot, r.hasNext)
	}
	n := e.tmpl.foreachSlot
	if n < 0 {
		return
	}
	if l, ok := e.kept(f, n).value.ref.(*loop); ok {
		if l.parent != nil {
			f.put(n, l.parent.value())
		} else {
			f.restore(n, l.replaced)
		}
	}
}

func (e *foreach) restore(f *frame, n int, s slot) {
	if n >= 0 {
		f.restore(n, s)
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
