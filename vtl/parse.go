package vtl

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A parser reads a template into a tree. Like the grammar that it follows it
// looks at most three tokens ahead; an error is a panic with an *Error, which
// parse catches.
type parser struct {
	*source
	lex    *lexer
	tokens []token // read ahead
	last   token
	shared *shared
}

// shared is what a template and the strings in it have in common.
type shared struct {
	depth    int
	maxDepth int
	macros   map[string]*macroNode
}

// directives are the directives beside those that the grammar knows itself.
var directives = []string{"foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop"}

// parse reads a whole template.
func parse(src *source, sh *shared) (body []node, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	p := &parser{source: src, lex: &lexer{src: src.text}, shared: sh}
	body = p.block()
	p.expect(endOfText)
	return body, nil
}

// Tokens.

func (p *parser) peek(n int) token {
	for len(p.tokens) < n {
		t := p.lex.next()
		if t.kind == noToken {
			p.failAt(t.start, "unexpected %s", p.show(t))
		}
		p.tokens = append(p.tokens, t)
	}
	return p.tokens[n-1]
}

func (p *parser) take() token {
	p.last = p.peek(1)
	p.tokens = p.tokens[:copy(p.tokens, p.tokens[1:])]
	return p.last
}

func (p *parser) at(kinds ...tokenKind) bool { return slices.Contains(kinds, p.peek(1).kind) }

func (p *parser) accept(kind tokenKind) bool {
	if p.peek(1).kind != kind {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(kind tokenKind) token {
	if t := p.peek(1); t.kind != kind {
		p.failAt(t.start, "unexpected %s", p.show(t))
	}
	return p.take()
}

func (p *parser) image(t token) string { return p.text[t.start:t.end] }

func (p *parser) show(t token) string {
	if t.start >= len(p.text) {
		return "end of template"
	}
	if t.kind == noToken || t.end == t.start {
		_, n := utf8.DecodeRuneInString(p.text[t.start:])
		t.end = t.start + n
		if p.lex.pos >= len(p.text) && strings.IndexByte("$#\\", p.text[t.start]) >= 0 {
			return "end of template behind " + strconv.Quote(p.image(t))
		}
	}
	return strconv.Quote(p.image(t))
}

func (p *parser) failAt(offset int, format string, args ...any) {
	panic(p.placeAt(offset).errorf(Syntax, format, args...))
}

func (p *parser) placeAt(offset int) place { return place{p.source, offset} }

// deeper counts a level of nesting until the function it returns is called.
func (p *parser) deeper() func() {
	p.shared.depth++
	if p.shared.depth > p.shared.maxDepth {
		panic(p.placeAt(p.peek(1).start).errorf(Limit, "nested deeper than %d levels", p.shared.maxDepth))
	}
	return func() { p.shared.depth-- }
}

// Statements.

// block reads statements up to what ends them: #end, #else, #elseif, the end.
func (p *parser) block() []node {
	defer p.deeper()()
	var body []node
	for {
		n, ok := p.statement()
		if !ok {
			return body
		}
		if n != nil {
			body = appendNode(body, n)
		}
	}
}

// appendNode joins neighbouring texts.
func appendNode(body []node, n node) []node {
	s, ok := n.(textNode)
	if !ok {
		return append(body, n)
	}
	if s == "" {
		return body
	}
	if len(body) > 0 {
		if before, ok := body[len(body)-1].(textNode); ok {
			body[len(body)-1] = before + s
			return body
		}
	}
	return append(body, s)
}

// statement reads one statement, nil for a comment. It returns false where
// none begins.
func (p *parser) statement() (node, bool) {
	t := p.peek(1)
	switch t.kind {
	case endOfText, endDirective, elseDirective, elseIfDirective:
		return nil, false
	case ifDirective:
		return p.ifStatement(), true
	case setDirective:
		return p.set(), true
	case word, bracketedWord:
		return p.directive(), true
	case lineCommentStart, blockComment:
		return p.comment(), true
	case textBlock:
		return textNode(trimBytes(p.image(p.take()), 3, 3)), true
	case escapedDirective:
		return textNode(p.unescaped(p.image(p.take()))), true
	case doubleEscape:
		return p.escapes(), true
	case identifier:
		return p.reference(), true
	case refOpen:
		if p.peek(2).kind == identifier {
			return p.reference(), true
		}
	}
	return p.plain(), true
}

func trimBytes(s string, front, back int) string { return s[front : len(s)-back] }

// plain reads a token that is only text.
func (p *parser) plain() node {
	switch t := p.peek(1); t.kind {
	case text, dot, parenOpen, parenClose, integerLiteral, floatLiteral, stringLiteral, escape,
		refOpen, refClose, emptyIndex:
		p.take()
		return textNode(t.special + p.image(t))
	default:
		p.failAt(t.start, "unexpected %s", p.show(t))
		return nil
	}
}

// comment reads a comment. What the lexer took for its beginning is printed.
func (p *parser) comment() node {
	s := p.image(p.peek(1))
	mark := strings.Index(s, "##")
	if mark < 0 {
		mark = strings.Index(s, "#*")
	}
	if p.take().kind == lineCommentStart {
		p.accept(lineComment)
	}
	if mark <= 0 {
		return nil
	}
	return textNode(s[:mark])
}

// unescaped returns what \#word prints: the backslashes count only before the
// name of a directive or of a macro defined further up.
func (p *parser) unescaped(s string) string {
	slashes := strings.LastIndexByte(s, '\\') + 1
	name := strings.Trim(s[slashes+1:], "{}")
	switch name {
	case "if", "end", "set", "else", "elseif":
	default:
		if !p.known(name) {
			return s
		}
	}
	return s[:(slashes-1)/2] + s[slashes:]
}

// known reports whether name is a directive or a macro defined so far.
func (p *parser) known(name string) bool {
	return slices.Contains(directives, name) || p.shared.macros[name] != nil
}

// escapes reads pairs of backslashes. Before a directive each prints one.
func (p *parser) escapes() node {
	start, pairs := p.peek(1).start, 0
	for p.accept(doubleEscape) {
		pairs++
	}
	printed := `\\`
	switch next := p.peek(1); next.kind {
	case endOfText:
		if !p.lex.inComment {
			p.failAt(start, "two backslashes end the template")
		}
	case ifDirective, elseDirective, elseIfDirective, endDirective:
		printed = `\`
	default:
		if p.known(p.image(next)[1:]) {
			printed = `\`
		}
	}
	return textNode(strings.Repeat(printed, pairs))
}

func (p *parser) ifStatement() node {
	n := &ifNode{}
	for p.at(ifDirective, elseIfDirective) {
		p.take()
		p.accept(whiteSpace)
		p.expect(parenOpen)
		condition := p.expression()
		p.expect(parenClose)
		n.branches = append(n.branches, branchNode{condition, p.block()})
	}
	if p.accept(elseDirective) {
		n.orElse = p.block()
	}
	p.expect(endDirective)
	return n
}

func (p *parser) set() node {
	n := &setNode{place: p.placeAt(p.take().start)}
	p.accept(whiteSpace)
	n.target = p.reference().(*refNode)
	p.accept(whiteSpace)
	p.expect(assign)
	n.value = p.expression()
	p.expect(parenClose)
	p.lex.inSet = false
	return n
}

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
		p.expect(endDirective)
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
	p.expect(endDirective)
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

// Expressions.

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

func (p *parser) number(t token) expr {
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

// References.

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
