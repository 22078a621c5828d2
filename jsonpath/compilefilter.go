package jsonpath

import "strings"

// filter reads a condition behind "?", which stands in parentheses, and the
// closing bracket:
//
//	or         = and { "||" and }
//	and        = operand { "&&" operand }
//	operand    = "(" or ")" | "!" operand | comparison
//	comparison = value [ operator value ]
func (c *compiler) filter() (step, *PathError) {
	c.space()
	if c.peek() != '(' {
		return step{}, c.fail(`expected "("`)
	}
	p, err := c.parenthesis()
	if err != nil {
		return step{}, err
	}
	return step{kind: filterStep, filter: p}, c.closeBracket()
}

func (c *compiler) parenthesis() (predicate, *PathError) {
	if c.nesting++; c.nesting > MaxNesting {
		return nil, c.fail("too many parentheses within each other")
	}
	c.pos++
	p, err := c.or()
	if err != nil {
		return nil, err
	}
	c.space()
	if !c.accept(")") {
		return nil, c.fail(`expected ")"`)
	}
	c.nesting--
	return p, nil
}

func (c *compiler) or() (predicate, *PathError) {
	all, err := c.series("||", c.and)
	if err != nil || len(all) > 1 {
		return anyOf(all), err
	}
	return all[0], nil
}

func (c *compiler) and() (predicate, *PathError) {
	all, err := c.series("&&", c.operand)
	if err != nil || len(all) > 1 {
		return allOf(all), err
	}
	return all[0], nil
}

func (c *compiler) series(between string, one func() (predicate, *PathError)) ([]predicate, *PathError) {
	var all []predicate
	for {
		p, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
		c.space()
		if !c.accept(between) {
			return all, nil
		}
	}
}

func (c *compiler) operand() (predicate, *PathError) {
	c.space()
	switch {
	case c.peek() == '(':
		return c.parenthesis()
	case c.peek() == '!':
		return c.not()
	default:
		return c.comparison(true)
	}
}

// not reads a negation. Before a path it asks that the path does not exist;
// before a comparison of a path it means nothing.
func (c *compiler) not() (predicate, *PathError) {
	if c.nesting++; c.nesting > MaxNesting {
		return nil, c.fail("too many negations within each other")
	}
	defer func() { c.nesting-- }()
	c.pos++
	c.space()
	if c.peek() == '@' || c.peek() == '$' {
		return c.comparison(false)
	}
	p, err := c.operand()
	return not{p}, err
}

// comparison reads two values with an operator, or a path that must be there,
// or must not where exists is false.
func (c *compiler) comparison(exists bool) (predicate, *PathError) {
	left, err := c.value()
	if err != nil {
		return nil, err
	}
	name := c.operator()
	if name == "" {
		if left.path == nil {
			return nil, c.fail("expected an operator")
		}
		return existence{left.path, exists}, nil
	}
	operator, known := operators[strings.ToLower(name)]
	if !known && name != "=~" {
		return nil, c.fail("unknown operator " + name)
	}
	right, err := c.value()
	if err != nil {
		return nil, err
	}
	if name == "=~" {
		return newMatch(left, right), nil
	}
	return comparison{left, right, operator}, nil
}

// newMatch makes the condition for "=~", whose pattern may stand on either
// side, but on one only.
func newMatch(left, right operand) predicate {
	switch {
	case (left.pattern == nil) == (right.pattern == nil):
		return anyOf(nil) // never holds
	case left.pattern != nil:
		return match{right, left.pattern}
	default:
		return match{left, right.pattern}
	}
}

// operator reads the name of an operator, if there is one.
func (c *compiler) operator() string {
	c.space()
	start := c.pos
	for isOperator(c.peek()) {
		c.pos++
	}
	if c.pos == start {
		for isLetter(c.peek()) {
			c.pos++
		}
	}
	return c.text[start:c.pos]
}

func isOperator(b byte) bool { return b != 0 && strings.IndexByte("<>=~!", b) >= 0 }

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// value reads a path or a literal.
func (c *compiler) value() (operand, *PathError) {
	c.space()
	switch b := c.peek(); {
	case b == '@' || b == '$':
		return c.innerPath()
	case b == '\'' || b == '"':
		text, err := c.quoted()
		return operand{literal: textLiteral(text)}, err
	case b == '/':
		return c.pattern()
	case b == '[' || b == '{':
		return c.jsonLiteral()
	default:
		return c.word()
	}
}

func textLiteral(text string) Node {
	doc := new(Document)
	return Node{doc, doc.derive(String, text)}
}

// innerPath reads a path within a filter, which ends where an operator, a blank
// or a parenthesis that is not its own comes up.
func (c *compiler) innerPath() (operand, *PathError) {
	start := c.pos
	if err := c.skipPath(); err != nil {
		return operand{}, err
	}
	p, err := compile(c.text[start:c.pos], c.nesting+1)
	if err != nil {
		err.Offset += start
		return operand{}, err
	}
	return operand{path: p}, nil
}

func (c *compiler) skipPath() *PathError {
	for c.pos++; c.more(); c.pos++ {
		switch b := c.peek(); {
		case isOperator(b) || isSpace(b) || b == ')':
			return nil
		case b == '&' && c.peekAt(1) == '&' || b == '|' && c.peekAt(1) == '|':
			return nil
		case b == '[' || b == '(':
			end, ok := matching(c.text, c.pos)
			if !ok {
				return c.fail("no end to " + string(b))
			}
			c.pos = end
		}
	}
	return nil
}

// matching returns where the bracket or parenthesis at i is closed.
func matching(text string, i int) (int, bool) {
	open, closing := text[i], byte(']')
	switch open {
	case '(':
		closing = ')'
	case '{':
		closing = '}'
	}
	for depth := 0; i < len(text); i++ {
		switch text[i] {
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i, true
			}
		case '\'', '"':
			c := compiler{text: text, pos: i}
			if _, err := c.delimited(); err != nil {
				return 0, false
			}
			i = c.pos - 1
		}
	}
	return 0, false
}

func (c *compiler) pattern() (operand, *PathError) {
	start := c.pos
	source, err := c.delimited()
	if err != nil {
		return operand{}, err
	}
	flags := c.pos
	for c.more() && strings.IndexByte(patternFlags, c.peek()) >= 0 {
		c.pos++
	}
	p, wrong := compilePattern(source, c.text[flags:c.pos])
	if wrong != nil {
		c.pos = start
		return operand{}, c.fail(wrong.Error())
	}
	return operand{pattern: p}, nil
}

// jsonLiteral reads an array or object.
func (c *compiler) jsonLiteral() (operand, *PathError) {
	end, ok := matching(c.text, c.pos)
	if !ok {
		return operand{}, c.fail("no end to " + string(c.peek()))
	}
	doc := new(Document)
	if err := doc.Parse(c.text[c.pos : end+1]); err != nil {
		return operand{}, c.fail(err.Error())
	}
	c.pos = end + 1
	return operand{literal: doc.Root()}, nil
}

// word reads a number, true, false, null, or a text without quotes.
func (c *compiler) word() (operand, *PathError) {
	start := c.pos
	for b := c.peek(); isLetter(b) || isDigit(b) || b == '-' || b == '.' || b == '_' || b >= 0x80; b = c.peek() {
		c.pos++
	}
	text := c.text[start:c.pos]
	switch first := (text + " ")[0]; {
	case text == "":
		return operand{}, c.fail("expected a value")
	case first == '-' || first == '.' || isDigit(first):
		if !isNumberText(text) {
			c.pos = start
			return operand{}, c.fail("wrong number " + text)
		}
		return operand{literal: numberLiteral(text)}, nil
	default:
		doc := &Document{text: text}
		p := parser{doc: doc, text: text}
		p.keyword(span{0, len(text)})
		return operand{literal: doc.Root()}, nil
	}
}

// numberLiteral keeps all digits of a number, whatever its length.
func numberLiteral(text string) Node {
	kind := Integer
	if strings.ContainsAny(text, ".eE") {
		kind = Decimal
	}
	doc := new(Document)
	return Node{doc, doc.derive(kind, text)}
}
