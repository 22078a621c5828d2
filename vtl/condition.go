package vtl

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

// separator returns the text and the condition of #if($foreach.hasNext),#end,
// which most loops have.
func (n *ifNode) separator() (text string, condition *refNode, ok bool) {
	if len(n.branches) != 1 || len(n.orElse) > 0 || len(n.branches[0].body) != 1 {
		return "", nil, false
	}
	s, isText := n.branches[0].body[0].(textNode)
	condition, isRef := n.branches[0].condition.(*refNode)
	return string(s), condition, isText && isRef && condition.isHasNext()
}

// isHasNext reports whether a reference is $foreach.hasNext.
func (n *refNode) isHasNext() bool {
	return n.name == "foreach" && len(n.steps) == 1 && n.steps[0].name == "hasNext" && n.steps[0].kind == propertyStep
}

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
