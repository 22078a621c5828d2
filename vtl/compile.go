package vtl

import "math/big"

// The compiler turns a tree into functions. What can be decided beforehand is:
// which slot a variable is in, which methods a name may mean, what a literal
// is.
type (
	render func(*frame) error
	eval   func(*frame) (Value, error)
	test   func(*frame) (bool, error)
)

type compiler struct {
	tmpl   *Template
	slots  map[string]int
	macros map[string]*macro
}

// A macro is a compiled #macro. Its body is set when all macros are known.
type macro struct {
	params []int
	body   render
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

func nothing(*frame) error { return nil }

// block compiles statements into one.
func (c *compiler) block(body []node) render {
	var parts []render
	for _, n := range body {
		if r := c.statement(n); r != nil {
			parts = append(parts, r)
		}
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

func (c *compiler) statement(n node) render {
	switch n := n.(type) {
	case textNode:
		s := string(n)
		return func(f *frame) error { return f.write(s) }
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

func (c *compiler) choice(n *ifNode) render {
	tests := make([]test, len(n.branches))
	bodies := make([]render, len(n.branches)+1)
	for i, b := range n.branches {
		tests[i], bodies[i] = c.test(b.condition), c.block(b.body)
	}
	bodies[len(tests)] = c.block(n.orElse)
	if len(tests) == 1 {
		return choiceOfTwo(tests[0], bodies[0], bodies[1])
	}
	return func(f *frame) error {
		for i, t := range tests {
			ok, err := t(f)
			if err != nil {
				return err
			}
			if ok {
				return bodies[i](f)
			}
		}
		return bodies[len(tests)](f)
	}
}

func choiceOfTwo(t test, yes, no render) render {
	return func(f *frame) error {
		ok, err := t(f)
		if err != nil {
			return err
		}
		if ok {
			return yes(f)
		}
		return no(f)
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

// set compiles #set. A right side without a value sets nothing.
func (c *compiler) set(n *setNode) render {
	value := c.value(n.value)
	store := c.store(n.target)
	return func(f *frame) error {
		v, err := value(f)
		if err != nil || v.IsNull() {
			return err
		}
		return store(f, v)
	}
}

type store func(*frame, Value) error

func (c *compiler) store(target *refNode) store {
	n := c.slot(target.name)
	switch {
	case len(target.steps) > 0:
		return c.storeIn(target, n)
	case !target.bare:
		return func(*frame, Value) error { return nil }
	}
	return func(f *frame, v Value) error {
		f.put(n, v)
		return nil
	}
}

// storeIn sets a property or an element. Where what it belongs to is missing
// nothing happens.
func (c *compiler) storeIn(target *refNode, n int) store {
	last := len(target.steps) - 1
	way := c.steps(target.steps[:last])
	step := target.steps[last]
	var index eval
	if step.kind == indexStep {
		index = c.value(step.args[0])
	}
	return func(f *frame, v Value) error {
		holder, err := f.lookup(n)
		if err == nil {
			holder, err = way.from(f, holder)
		}
		if err != nil || holder.IsNull() {
			return err
		}
		if index == nil {
			setProperty(holder, step.name, v)
			return nil
		}
		key, err := index(f)
		if err == nil {
			err = setElement(f, holder, key, v)
		}
		if err != nil {
			return step.failed(err)
		}
		return nil
	}
}

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
		r := round{node: n, variable: variable, body: body, tmpl: tmpl}
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
	most := r.tmpl.limits.Rounds
	for n := 1; n <= most && it.hasNext(); n++ {
		if err := f.spend(1); err != nil {
			return err
		}
		v, ok := it.take()
		if !ok {
			return r.node.errorf(Runtime, "#foreach runs over something that is changed meanwhile")
		}
		l.index++
		l.hasNext = it.hasNext()
		r.put(f, r.tmpl.countSlot, Int(int32(n)))
		r.put(f, r.tmpl.hasNextSlot, Bool(l.hasNext))
		f.put(r.variable, v)
		if err := r.once(f, v); err != nil {
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

// once renders the body. While the element is null its variable stays so,
// whatever is assigned to it.
func (r *round) once(f *frame, v Value) error {
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

// expressions

// test compiles a condition. Only references, booleans, comparisons and what
// joins them can be true; any other expression is false and not even evaluated.
func (c *compiler) test(x expr) test {
	switch x := x.(type) {
	case boolExpr:
		return func(*frame) (bool, error) { return bool(x), nil }
	case *refNode:
		return c.truth(x)
	case notExpr:
		t := c.test(x.x)
		return func(f *frame) (bool, error) {
			ok, err := t(f)
			return !ok, err
		}
	case *binaryExpr:
		if t := c.comparison(x); t != nil {
			return t
		}
	}
	return func(*frame) (bool, error) { return false, nil }
}

// truth compiles a reference as a condition.
func (c *compiler) truth(n *refNode) test {
	get := c.raw(n)
	missing := !c.tmpl.config.MissingIsFalse
	warn := c.tmpl.config.Warn
	return func(f *frame) (bool, error) {
		v, err := get(f)
		if err != nil {
			return false, err
		}
		if v.IsNull() {
			if warn != nil {
				warn(n.errorf(Runtime, "the condition tests %s, which is missing", n.written))
			}
			return missing, nil
		}
		if b, ok := v.AsBool(); ok {
			return b, nil
		}
		if b, ok := v.ref.(*block); ok {
			return b.isTrue(f)
		}
		return true, nil
	}
}

// isTrue renders a block without printing it: it is true where it can be
// rendered.
func (b *block) isTrue(f *frame) (bool, error) {
	mark := len(f.out)
	ok, err := b.render(f)
	f.out = f.out[:mark]
	return ok, err
}

func (c *compiler) comparison(x *binaryExpr) test {
	switch x.op {
	case logicalAnd, logicalOr:
		left, right := c.test(x.left), c.test(x.right)
		decisive := x.op == logicalOr
		return func(f *frame) (bool, error) {
			ok, err := left(f)
			if err != nil || ok == decisive {
				return ok, err
			}
			return right(f)
		}
	case equals, notEquals:
		return c.equality(x)
	case less, lessEqual, greater, greaterEqual:
		return c.order(x)
	}
	return nil
}

func (c *compiler) equality(x *binaryExpr) test {
	left, right := c.value(x.left), c.value(x.right)
	want := x.op == equals
	return func(f *frame) (bool, error) {
		a, err := left(f)
		if err != nil {
			return false, err
		}
		b, err := right(f)
		if err != nil {
			return false, err
		}
		same, err := equal(f, a, b)
		if err != nil {
			return false, x.failed(err)
		}
		return same == want, nil
	}
}

func (c *compiler) order(x *binaryExpr) test {
	left, right := c.value(x.left), c.value(x.right)
	return func(f *frame) (bool, error) {
		a, err := left(f)
		if err != nil {
			return false, err
		}
		b, err := right(f)
		if err != nil || !a.isNumber() || !b.isNumber() {
			return false, err
		}
		n := compareNumbers(a, b)
		switch x.op {
		case less:
			return n < 0, nil
		case lessEqual:
			return n <= 0, nil
		case greater:
			return n > 0, nil
		}
		return n >= 0, nil
	}
}

// value compiles an expression.
func (c *compiler) value(x expr) eval {
	switch x := x.(type) {
	case stringExpr:
		return constant(String(string(x)))
	case boolExpr:
		return constant(Bool(bool(x)))
	case numberExpr:
		return constant(x.value())
	case wordExpr:
		return constant(Value{})
	case *refNode:
		return c.reference(x)
	case interpolatedExpr:
		return c.interpolated(x)
	case listExpr:
		return c.list(x)
	case mapExpr:
		return c.mapping(x)
	case rangeExpr:
		return c.rangeList(x)
	case *binaryExpr:
		if t := c.comparison(x); t == nil {
			return c.arithmetic(x)
		}
	}
	t := c.test(x)
	return func(f *frame) (Value, error) {
		ok, err := t(f)
		return Bool(ok), err
	}
}

func constant(v Value) eval {
	return func(*frame) (Value, error) { return v, nil }
}

func (n numberExpr) value() Value {
	if n.float {
		return parseDouble(n.written)
	}
	return parseInteger(n.written)
}

// interpolated compiles a string with references in it. Its body prints one
// blank too much when it is to be trimmed.
func (c *compiler) interpolated(x interpolatedExpr) eval {
	body := c.block(x.body)
	return func(f *frame) (Value, error) {
		mark := len(f.out)
		err := body(f)
		printed := f.out[mark:]
		f.out = f.out[:mark]
		if err != nil {
			return Value{}, err
		}
		if x.trim && len(printed) > 0 {
			printed = printed[:len(printed)-1]
		}
		s := string(printed)
		return String(s), f.build(len(s))
	}
}

func (c *compiler) list(x listExpr) eval {
	items := c.values(x)
	return func(f *frame) (Value, error) {
		values := make([]Value, len(items))
		for i, item := range items {
			v, err := item(f)
			if err != nil {
				return Value{}, err
			}
			values[i] = v
		}
		return ListValue(NewList(values)), f.build(valueSize * (1 + len(items)))
	}
}

func (c *compiler) values(xs []expr) []eval {
	evals := make([]eval, len(xs))
	for i, x := range xs {
		evals[i] = c.value(x)
	}
	return evals
}

func (c *compiler) mapping(x mapExpr) eval {
	keys, values := make([]eval, len(x)), make([]eval, len(x))
	for i, pair := range x {
		keys[i], values[i] = c.value(pair.key), c.value(pair.value)
	}
	return func(f *frame) (Value, error) {
		m := NewMap()
		for i := range keys {
			key, err := keys[i](f)
			if err != nil {
				return Value{}, err
			}
			value, err := values[i](f)
			if err != nil {
				return Value{}, err
			}
			m.put(key, value)
		}
		return MapValue(m), f.build(2 * valueSize * (1 + len(keys)))
	}
}

// rangeEnds compiles the ends of a range; there is none where one is no
// number.
func (c *compiler) rangeEnds(x rangeExpr) func(*frame) (from, to int, ok bool, err error) {
	left, right := c.value(x.from), c.value(x.to)
	return func(f *frame) (from, to int, ok bool, err error) {
		a, err := left(f)
		if err != nil {
			return 0, 0, false, err
		}
		b, err := right(f)
		if err != nil || !a.isNumber() || !b.isNumber() {
			return 0, 0, false, err
		}
		return int(a.toInt()), int(b.toInt()), true, nil
	}
}

func (c *compiler) rangeList(x rangeExpr) eval {
	ends := c.rangeEnds(x)
	return func(f *frame) (Value, error) {
		from, to, ok, err := ends(f)
		if err != nil || !ok {
			return Value{}, err
		}
		it := rangeIterator(from, to)
		if err := f.build(valueSize * it.size); err != nil {
			return Value{}, err
		}
		items := make([]Value, it.size)
		for i := range items {
			items[i], _ = it.take()
		}
		return ListValue(NewList(items)), nil
	}
}

func (c *compiler) arithmetic(x *binaryExpr) eval {
	left, right := c.value(x.left), c.value(x.right)
	return func(f *frame) (Value, error) {
		a, err := left(f)
		if err != nil {
			return Value{}, err
		}
		b, err := right(f)
		if err != nil {
			return Value{}, err
		}
		v, err := c.operate(f, x, a, b)
		if err != nil {
			return Value{}, x.failed(err)
		}
		return v, nil
	}
}

func (c *compiler) operate(f *frame, x *binaryExpr, a, b Value) (Value, error) {
	if x.op == plus && (isText(a) || isText(b)) {
		return concat(f, x, a, b)
	}
	v, err := calculate(x.op, a, b)
	if err == nil {
		err = f.charge(v)
	}
	return v, err
}

// maxBits bounds integers and decimals beyond 64 bits.
const maxBits = 1 << 16

// charge takes a number of any length from the budget.
func (f *frame) charge(v Value) error {
	bits := 0
	switch r := v.ref.(type) {
	case *big.Int:
		bits = r.BitLen()
	case *decimal:
		bits = r.unscaled.BitLen()
	}
	if bits > maxBits {
		return errMemory
	}
	return f.build(bits / 8)
}

func isText(v Value) bool {
	_, ok := v.ref.(textPointer)
	return ok
}

// concat joins two values to a text. One that is null is joined as it is
// written.
func concat(f *frame, x *binaryExpr, a, b Value) (Value, error) {
	if a.IsNull() {
		a = String(x.leftWritten)
	} else if b.IsNull() {
		b = String(x.rightWritten)
	}
	left, err := f.text(a)
	if err != nil {
		return Value{}, err
	}
	right, err := f.text(b)
	if err != nil {
		return Value{}, err
	}
	return String(left + right), f.build(len(left) + len(right))
}

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
	if len(n.steps) == 0 {
		return func(f *frame) (Value, error) { return f.lookup(slot) }
	}
	way := c.steps(n.steps)
	return func(f *frame) (Value, error) {
		v, err := f.lookup(slot)
		if err != nil {
			return v, err
		}
		return way.from(f, v)
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
		if b, ok := v.ref.(*block); ok {
			return c.printBlock(f, n, b, slot)
		}
		if n.before != "" {
			f.out = append(f.out, n.before...)
		}
		if err := f.print(v); err != nil {
			return n.failed(err)
		}
		return nil
	}
}

// printBlock prints a block. One that is inside itself too often is printed as
// it is written.
func (c *compiler) printBlock(f *frame, n *refNode, b *block, slot int) error {
	ok, err := b.render(f)
	if err != nil || ok {
		return err
	}
	if n.quiet {
		return f.write(n.before)
	}
	return f.write(n.before + n.asWritten(f, slot))
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
		switch n.kind {
		case propertyStep:
			w[i].apply = property(n.name)
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
// runs.
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
		clear(f.args[mark:])
		f.args = f.args[:mark]
		return result, err
	}
}
