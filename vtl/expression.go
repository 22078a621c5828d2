package vtl

import "math/big"

// value compiles an expression.
func (c *compiler) value(x expr) eval {
	switch x := x.(type) {
	case stringExpr:
		return constant(textOf(string(x)))
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
		return textOf(s), f.build(len(s))
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
		a = textOf(x.leftWritten)
	} else if b.IsNull() {
		b = textOf(x.rightWritten)
	}
	left, err := f.text(a)
	if err != nil {
		return Value{}, err
	}
	right, err := f.text(b)
	if err != nil {
		return Value{}, err
	}
	return textOf(left + right), f.build(len(left) + len(right))
}
