package vtl

import (
	"slices"
	"strings"
)

// directive reads a directive that is a word: one of the list, a macro's call,
// or nothing at all.
func (p *parser) directive() node {
	t := p.take()
	d := p.open(t)
	if !d.parens {
		p.lex.pop()
		return p.withoutParens(d)
	}
	p.arguments(d)
	if d.name == "macro" {
		return p.macro(d)
	}
	var body []node
	bodyStart := p.last.end
	if d.block() {
		body = p.block()
		d.bodyEnd = p.peek(1).start
		p.end(d.start, d.name)
	}
	d.written = p.text[d.start:p.last.end]
	switch d.name {
	case "foreach":
		return p.foreach(d, body)
	case "define":
		return p.define(d, body)
	case "literal":
		return textNode(p.text[bodyStart:d.bodyEnd])
	}
	return p.lineDirective(d, body)
}

// A directiveHead is a directive up to its closing parenthesis.
type directiveHead struct {
	place
	start   int
	name    string
	parens  bool
	args    []argument
	bodyEnd int
	written string
}

func (d *directiveHead) block() bool {
	switch d.name {
	case "foreach", "define", "literal", "macro":
		return true
	}
	return strings.HasPrefix(d.name, "@")
}

func (p *parser) open(t token) *directiveHead {
	name := p.image(t)[1:]
	if t.kind == bracketedWord {
		name = trimBytes(name, 1, 1)
	}
	p.lex.state = inDirective
	return &directiveHead{place: p.placeAt(t.start), start: t.start, name: name, parens: p.lex.parenAhead()}
}

// withoutParens is a directive that no parenthesis follows.
func (p *parser) withoutParens(d *directiveHead) node {
	d.written = p.image(p.last)
	switch d.name {
	case "foreach", "define", "macro", "literal":
		p.failAt(d.start, "#%s needs arguments in parentheses", d.name)
	}
	if strings.HasPrefix(d.name, "@") {
		return textNode("#" + d.name)
	}
	return p.lineDirective(d, nil)
}

// lineDirective makes the node of a directive without a block, or of a macro's
// call.
func (p *parser) lineDirective(d *directiveHead, body []node) node {
	switch d.name {
	case "break", "stop":
		if len(d.args) > 1 {
			p.failAt(d.start, "#%s takes one argument", d.name)
		}
		if d.name == "stop" {
			return stopNode{}
		}
		n := &breakNode{place: d.place}
		if len(d.args) == 1 {
			n.scope = d.args[0].expr
		}
		return n
	case "include", "parse", "evaluate":
		return &refusedNode{d.place, d.name}
	}
	n := &callNode{place: d.place, name: d.name, args: d.args, written: d.written}
	if d.block() {
		n.name, n.block, n.isBlock = d.name[1:], body, true
	}
	n.badWord = slices.ContainsFunc(d.args, isWord)
	return n
}

func isWord(a argument) bool {
	_, ok := a.expr.(wordExpr)
	return ok
}

func (p *parser) foreach(d *directiveHead, body []node) node {
	if len(d.args) == 0 {
		p.failAt(d.start, "#foreach needs a variable")
	}
	n := &foreachNode{place: d.place, body: body}
	if ref, ok := d.args[0].expr.(*refNode); ok {
		n.variable = ref.name
	}
	if len(d.args) > 2 {
		n.over = d.args[2].expr
	}
	return n
}

func (p *parser) define(d *directiveHead, body []node) node {
	if len(d.args) != 1 {
		p.failAt(d.start, "#define needs one name")
	}
	return &defineNode{d.place, parameterName(d.args[0]), body}
}

func (p *parser) macro(d *directiveHead) node {
	if len(d.args) == 0 {
		p.failAt(d.start, "#macro needs a name")
	}
	n := &macroNode{name: d.args[0].written}
	for _, a := range d.args[1:] {
		n.params = append(n.params, parameterName(a))
	}
	n.body = p.block()
	p.end(d.start, d.name)
	if p.shared.macros[n.name] == nil {
		p.shared.macros[n.name] = n
	}
	return n
}

// parameterName returns the name that an argument introduces; none where it is
// not a plain reference.
func parameterName(a argument) string {
	if ref, ok := a.expr.(*refNode); ok && ref.bare {
		return ref.name
	}
	return ""
}

// arguments reads what stands between the parentheses of a directive.
func (p *parser) arguments(d *directiveHead) {
	p.accept(whiteSpace)
	p.expect(parenOpen)
	for {
		p.accept(whiteSpace)
		if p.accept(comma) {
			p.accept(whiteSpace)
		} else if p.accept(parenClose) {
			return
		}
		start := p.peek(1).start
		x := p.directiveArgument()
		p.checkWord(d, x, start)
		d.args = append(d.args, argument{x, p.text[start:p.last.end]})
	}
}

// checkWord refuses words where a directive takes none, and anything else as
// the name of a macro.
func (p *parser) checkWord(d *directiveHead, x expr, start int) {
	_, isWord := x.(wordExpr)
	n := len(d.args)
	switch {
	case d.name == "macro" && n == 0:
		if !isWord {
			p.failAt(start, "the name of a macro is a bare word")
		}
	case isWord && slices.Contains(directives, d.name) && (d.name != "foreach" || n != 1):
		p.failAt(start, "unexpected word %q in #%s", string(x.(wordExpr)), d.name)
	}
}

func (p *parser) directiveArgument() expr {
	if p.at(word) {
		return wordExpr(p.image(p.take()))
	}
	return p.literal()
}
