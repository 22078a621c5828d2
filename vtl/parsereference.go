package vtl

import "strings"

// reference reads a reference from its first token on.
func (p *parser) reference() node {
	t := p.peek(1)
	if t.kind != identifier && t.kind != refOpen {
		p.failAt(t.start, "unexpected %s", p.show(t))
	}
	p.take()
	n := &refNode{place: p.placeAt(t.start), computed: true}
	p.root(n, p.image(t))
	if t.kind == refOpen {
		name := p.image(p.expect(identifier))
		if n.name == "" {
			n.name = name
		}
	}
	n.steps = p.steps()
	if t.kind == refOpen {
		p.expect(refClose)
	}
	if !n.runt && n.computed {
		n.written = t.special + p.text[n.offset:p.last.end]
	}
	return n
}

// root reads the first token of a reference: backslashes, what precedes the
// last dollar, and the name.
func (p *parser) root(n *refNode, image string) {
	if strings.Contains(image, `\!`) {
		n.computed, n.name = false, image
		return
	}
	rest := strings.TrimLeft(image, `\`)
	slashes := len(image) - len(rest)
	n.escaped = slashes%2 == 1
	n.before = image[:slashes/2]
	dollar := strings.LastIndexByte(rest, '$')
	if dollar < 0 {
		n.runt, n.written = true, image
		return
	}
	if dollar > 0 && !n.escaped {
		n.before += rest[:dollar]
	}
	n.offset += slashes + dollar
	rest = rest[dollar+1:]
	n.quiet = strings.HasPrefix(rest, "!")
	n.name = strings.TrimPrefix(rest, "!")
	n.bare = !n.quiet && n.name != "{"
	n.name = strings.TrimSuffix(n.name, "{")
}

// steps reads the properties, methods and indexes behind a name.
func (p *parser) steps() []stepNode {
	steps := p.indexes(nil)
	for p.at(dot) && p.peek(2).kind == identifier {
		p.take()
		name := p.peek(1)
		s := stepNode{place: p.placeAt(name.start), kind: propertyStep, name: p.image(name)}
		isMethod := p.methodAhead()
		p.take()
		if isMethod {
			s.kind, s.args = methodStep, p.methodArguments()
		}
		steps = p.indexes(append(steps, s))
	}
	return steps
}

// methodAhead reports whether the name that is next is followed by what can
// only be arguments.
func (p *parser) methodAhead() bool {
	if p.peek(2).kind != parenOpen {
		return false
	}
	switch p.peek(3).kind {
	case whiteSpace, stringLiteral, integerLiteral, floatLiteral, listOpen, mapOpen, trueLiteral, falseLiteral,
		identifier, refOpen, argsClose:
		return true
	}
	return false
}

func (p *parser) methodArguments() []expr {
	defer p.deeper()()
	p.expect(parenOpen)
	if p.accept(argsClose) {
		return nil
	}
	args := []expr{p.parameter()}
	for p.accept(comma) {
		args = append(args, p.parameter())
	}
	p.expect(argsClose)
	return args
}

func (p *parser) indexes(steps []stepNode) []stepNode {
	for p.at(indexOpen) {
		s := stepNode{place: p.placeAt(p.take().start), kind: indexStep}
		p.accept(whiteSpace)
		s.args = []expr{p.index()}
		p.accept(whiteSpace)
		p.expect(indexClose)
		steps = append(steps, s)
	}
	return steps
}

func (p *parser) index() expr {
	defer p.deeper()()
	if p.at(listOpen, mapOpen, floatLiteral) {
		p.failAt(p.peek(1).start, "unexpected %s", p.show(p.peek(1)))
	}
	return p.literal()
}
