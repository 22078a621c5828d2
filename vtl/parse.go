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

// end reads the #end of the directive that begins at start. Where the template
// ends without it, that is far from the mistake.
func (p *parser) end(start int, name string) {
	if t := p.peek(1); t.start >= len(p.text) {
		line, column := p.source.position(start)
		p.failAt(t.start, "unexpected end of template: the #%s at %d:%d has no #end", name, line, column)
	}
	p.expect(endDirective)
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
// Neighbouring texts are joined.
func (p *parser) block() []node {
	defer p.deeper()()
	var body []node
	var joined strings.Builder
	for {
		n, ok := p.statement()
		if s, isText := n.(textNode); isText {
			joined.WriteString(string(s))
			continue
		}
		if n == nil && ok {
			continue
		}
		if joined.Len() > 0 {
			body = append(body, textNode(joined.String()))
			joined.Reset()
		}
		if !ok {
			return body
		}
		body = append(body, n)
	}
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
	n, start := &ifNode{}, p.peek(1).start
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
	p.end(start, "if")
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
