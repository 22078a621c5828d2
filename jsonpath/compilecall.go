package jsonpath

// call reads the arguments of a function, from the parenthesis on.
func (c *compiler) call(name string) (step, *PathError) {
	f, known := functions[name]
	if !known {
		return step{}, c.fail("unknown function " + name)
	}
	end, ok := matching(c.text, c.pos)
	if !ok {
		return step{}, c.fail(`no ")" behind the arguments`)
	}
	arguments, err := c.arguments(end)
	if err != nil {
		return step{}, err
	}
	made := &call{name: name, function: f, arguments: arguments}
	made.count()
	return step{kind: callStep, call: made}, nil
}

// arguments reads paths and JSON values up to the parenthesis at end.
func (c *compiler) arguments(end int) ([]argument, *PathError) {
	var all []argument
	for c.pos < end {
		c.pos++
		c.space()
		if c.pos == end && all == nil {
			break
		}
		a, err := c.argument(c.argumentEnd(end))
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	c.pos = end + 1
	return all, nil
}

// argumentEnd returns where the argument at hand ends, at a comma that is not
// within it or at the end of all.
func (c *compiler) argumentEnd(end int) int {
	for i := c.pos; i < end; i++ {
		switch c.text[i] {
		case ',':
			return i
		case '[', '(', '{':
			if close, ok := matching(c.text, i); ok {
				i = close
			}
		case '\'', '"':
			quoted := compiler{text: c.text, pos: i}
			if _, err := quoted.delimited(); err == nil {
				i = quoted.pos - 1
			}
		}
	}
	return end
}

func (c *compiler) argument(end int) (argument, *PathError) {
	start, text := c.pos, trim(c.text[c.pos:end])
	if text == "" {
		return argument{}, c.fail("expected an argument")
	}
	if text[0] == '$' || text[0] == '@' {
		p, err := compile(text, c.nesting+1)
		if err != nil {
			err.Offset += start
		}
		c.pos = end
		return argument{path: p}, err
	}
	doc := new(Document)
	if err := doc.Parse(text); err != nil {
		return argument{}, c.fail(err.Error())
	}
	c.pos = end
	return argument{literal: doc.Root()}, nil
}
