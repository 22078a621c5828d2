package vtl

import (
	"strconv"
	"strings"
)

// levels are the binary operators from the loosest to the tightest.
var levels = [][]tokenKind{
	{logicalOr},
	{logicalAnd},
	{equals, notEquals},
	{less, lessEqual, greater, greaterEqual},
	{plus, minus},
	{multiply, divide, modulus},
}

func (p *parser) expression() expr {
	defer p.deeper()()
	x, _ := p.binary(0)
	return x
}

// maxOperands bounds a chain of operators, which the compiler walks by calling
// itself.
const maxOperands = 1000

// binary reads the operators of a level; it returns its source as well.
func (p *parser) binary(level int) (expr, string) {
	if level == len(levels) {
		return p.unary()
	}
	start := p.peek(1).start
	left, written := p.binary(level + 1)
	for n := 1; p.at(levels[level]...); n++ {
		op := p.take()
		if n == maxOperands {
			panic(p.placeAt(op.start).errorf(Limit, "more than %d operators in a row", maxOperands))
		}
		right, rightWritten := p.binary(level + 1)
		left = &binaryExpr{p.placeAt(op.start), op.kind, left, right, written, rightWritten}
		written = p.text[start:p.last.end]
	}
	return left, written
}

func (p *parser) unary() (expr, string) {
	start := p.peek(1).start
	if p.at(logicalNot) || p.at(whiteSpace) && p.peek(2).kind == logicalNot {
		defer p.deeper()()
		p.accept(whiteSpace)
		p.take()
		x, _ := p.unary()
		return notExpr{x}, p.text[start:p.last.end]
	}
	x, written := p.primary()
	return x, written
}

func (p *parser) primary() (expr, string) {
	p.accept(whiteSpace)
	start := p.peek(1).start
	var x expr
	if p.accept(parenOpen) {
		start = p.peek(1).start
		x = p.expression()
		end := p.last.end
		p.expect(parenClose)
		p.accept(whiteSpace)
		return x, p.text[start:end]
	}
	x = p.literal()
	written := p.text[start:p.last.end]
	p.accept(whiteSpace)
	return x, written
}

// literal reads a literal or a reference.
func (p *parser) literal() expr {
	t := p.peek(1)
	switch t.kind {
	case stringLiteral:
		return p.stringLiteral()
	case identifier, refOpen:
		return p.reference().(*refNode)
	case integerLiteral, floatLiteral:
		p.take()
		return p.number(t)
	case listOpen:
		return p.list()
	case mapOpen:
		return p.mapLiteral()
	case trueLiteral, falseLiteral:
		p.take()
		return boolExpr(t.kind == trueLiteral)
	}
	p.failAt(t.start, "unexpected %s", p.show(t))
	return nil
}

// maxDigits bounds how long a number is written.
const maxDigits = 1000

// number reads a number. The lexer takes a hash, or a dollar and a hash, along
// with what follows, which makes no number.
func (p *parser) number(t token) expr {
	if c := p.text[t.start]; c == '#' || c == '$' {
		p.failAt(t.start, "unexpected %s", p.show(t))
	}
	if t.end-t.start > maxDigits {
		panic(p.placeAt(t.start).errorf(Limit, "a number is longer than %d digits", maxDigits))
	}
	return numberExpr{p.placeAt(t.start), p.image(t), t.kind == floatLiteral}
}

// parameter reads an argument of a method or a member of a list or map, with
// the blanks around it.
func (p *parser) parameter() expr {
	p.accept(whiteSpace)
	x := p.literal()
	p.accept(whiteSpace)
	return x
}

// list reads a list or a range.
func (p *parser) list() expr {
	defer p.deeper()()
	p.expect(listOpen)
	if p.accept(listClose) {
		return listExpr{}
	}
	first := p.parameter()
	if p.at(doubleDot) && isBound(first) {
		p.take()
		second := p.parameter()
		if !isBound(second) {
			p.failAt(p.peek(1).start, "a range goes from integer to integer")
		}
		p.expect(listClose)
		return rangeExpr{first, second}
	}
	items := listExpr{first}
	for p.accept(comma) {
		items = append(items, p.parameter())
	}
	p.expect(listClose)
	return items
}

// isBound reports whether x may be an end of a range.
func isBound(x expr) bool {
	if n, ok := x.(numberExpr); ok {
		return !n.float
	}
	_, ok := x.(*refNode)
	return ok
}

func (p *parser) mapLiteral() expr {
	defer p.deeper()()
	p.expect(mapOpen)
	pairs := mapExpr{}
	if p.at(whiteSpace) && isMapEnd(p.peek(2)) {
		p.take()
	}
	for first := true; !first || !isMapEnd(p.peek(1)); first = false {
		if !first && !p.accept(comma) {
			break
		}
		key := p.parameter()
		p.expect(colon)
		pairs = append(pairs, pairExpr{key, p.parameter()})
	}
	if !isMapEnd(p.peek(1)) {
		p.expect(mapClose)
	}
	p.take()
	return pairs
}

// isMapEnd reports whether t closes a map. Behind a reference the brace is
// read as one of a reference.
func isMapEnd(t token) bool { return t.kind == mapClose || t.kind == refClose }

// stringLiteral reads a string. One in double quotes that holds a dollar or a
// hash is a template of its own.
func (p *parser) stringLiteral() expr {
	t := p.take()
	written := p.image(t)
	quote := written[:1]
	s := trimBytes(written, 1, 1)
	if quote == `"` {
		s = p.unicodeEscapes(s, t.start)
	}
	s = strings.ReplaceAll(s, quote+quote, quote)
	if quote != `"` || !strings.ContainsAny(written, "$#") {
		return stringExpr(s)
	}
	defer p.deeper()()
	trim := !strings.Contains(s, "##")
	if trim {
		s += " " // keeps a directive at the end from being the last of its line
	}
	outer := p.placeAt(t.start)
	inner := newSource(p.name, s)
	inner.outer = &outer
	body, err := parse(inner, p.shared)
	if err != nil {
		panic(err)
	}
	return interpolatedExpr{body, trim}
}

// unicodeEscapes replaces \uXXXX, the one escape that strings in double quotes
// have.
func (p *parser) unicodeEscapes(s string, offset int) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	var units []uint16
	for s != "" {
		before, after, found := strings.Cut(s, `\u`)
		units = append(units, utf16Of(before)...)
		if !found {
			break
		}
		if len(after) < 4 {
			p.failAt(offset, `\u needs four hexadecimal digits`)
		}
		unit, err := strconv.ParseUint(after[:4], 16, 16)
		if err != nil {
			p.failAt(offset, `\u needs four hexadecimal digits`)
		}
		units = append(units, uint16(unit))
		s = after[4:]
	}
	return utf16Text(units)
}
