package vtl

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
			err = setProperty(f, holder, step.name, v)
		} else if key, wrong := index(f); wrong != nil {
			err = wrong
		} else {
			err = setElement(f, holder, key, v)
		}
		if err != nil {
			return step.failed(err)
		}
		return nil
	}
}
