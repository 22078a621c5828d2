package jsonpath

import (
	"strconv"
	"strings"
)

// Compile reads a path. Its errors are of type *PathError.
func Compile(path string) (*Path, error) {
	if len(path) > MaxPath {
		return nil, &PathError{path, MaxPath, "path of more than 8 KiB"}
	}
	text := trim(path)
	offset := strings.Index(path, text)
	if text != "" && text[0] != '$' && text[0] != '@' {
		text, offset = "$."+text, offset-2
	}
	p, err := compile(text, 0)
	if err != nil {
		err.Path, err.Offset = path, max(0, err.Offset+offset)
		return nil, err
	}
	p.text = path
	return p, nil
}

// A compiler reads one text, a path or a part of one.
type compiler struct {
	text    string
	pos     int
	nesting int
}

// compile reads a path that begins with "$" or "@" and ends with the text.
func compile(text string, nesting int) (*Path, *PathError) {
	c := &compiler{text: text, nesting: nesting}
	if nesting > MaxNesting {
		return nil, c.fail("too many filters and calls within each other")
	}
	if c.peek() != '$' && c.peek() != '@' {
		return nil, c.fail("no path")
	}
	c.pos++
	if c.more() && c.peek() != '.' && c.peek() != '[' {
		return nil, c.fail(`expected "." or "["`)
	}
	steps, err := c.steps()
	if err != nil {
		return nil, err
	}
	return newPath(text, text[0] == '@', scanFirst(steps)), nil
}

// scanFirst turns $..a.sum() into $.sum($..a), so that the function is called
// once on all that the scan finds.
func scanFirst(steps []step) []step {
	n := len(steps)
	if n < 2 || steps[0].kind != scanStep || steps[n-1].kind != callStep {
		return steps
	}
	return []step{callOn(steps[n-1].call, newPath("$", false, steps[:n-1]))}
}

// callOn makes the step that calls a function on the root, with one path as
// its argument.
func callOn(c *call, path *Path) step {
	c.arguments = []argument{{path: path}}
	c.count()
	return step{kind: callStep, call: c}
}

// count prepares length and size with an argument: they count what is in it.
func (c *call) count() {
	if c.name != "length" && c.name != "size" || len(c.arguments) == 0 {
		return
	}
	if p := c.arguments[0].path; p != nil {
		inside := append(p.steps[:len(p.steps):len(p.steps)], step{kind: wildcardStep})
		c.counted = newPath(p.text, p.relative, inside)
	}
}

func (c *compiler) fail(reason string) *PathError {
	return &PathError{Offset: c.pos, Reason: reason}
}

func (c *compiler) more() bool { return c.pos < len(c.text) }

// peek returns the next character, 0 at the end.
func (c *compiler) peek() byte { return c.peekAt(0) }

func (c *compiler) peekAt(n int) byte {
	if c.pos+n < len(c.text) {
		return c.text[c.pos+n]
	}
	return 0
}

// accept reads a text if it comes next.
func (c *compiler) accept(s string) bool {
	if strings.HasPrefix(c.text[c.pos:], s) {
		c.pos += len(s)
		return true
	}
	return false
}

func (c *compiler) space() {
	for isSpace(c.peek()) {
		c.pos++
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// steps reads the steps behind "$" or "@".
func (c *compiler) steps() ([]step, *PathError) {
	var steps []step
	for c.more() {
		deep := c.accept("..")
		if deep {
			steps = append(steps, step{kind: scanStep})
		} else {
			c.accept(".")
		}
		s, err := c.step()
		if err != nil {
			return nil, err
		}
		if deep && s.kind == callStep {
			return nil, c.fail("a function has nothing to find in a deep scan")
		}
		steps = append(steps, s)
		if s.kind == callStep && len(s.call.arguments) == 0 && c.more() {
			steps = append(steps, step{kind: nowhereStep})
		}
	}
	return steps, nil
}

// step reads what follows the dots.
func (c *compiler) step() (step, *PathError) {
	switch c.peek() {
	case '[':
		return c.bracket()
	case '*':
		c.pos++
		return step{kind: wildcardStep}, nil
	case '.', 0, ' ':
		return step{}, c.fail("expected a name")
	default:
		return c.name()
	}
}

// name reads a member without quotes, or a call.
func (c *compiler) name() (step, *PathError) {
	start := c.pos
	for c.more() {
		switch c.peek() {
		case '.', '[':
			return step{kind: memberStep, name: c.text[start:c.pos]}, nil
		case '(':
			return c.call(c.text[start:c.pos])
		case ' ':
			return step{}, c.fail("blank in a name without quotes")
		}
		c.pos++
	}
	return step{kind: memberStep, name: c.text[start:]}, nil
}

// bracket reads a step in brackets.
func (c *compiler) bracket() (step, *PathError) {
	c.pos++
	c.space()
	switch b := c.peek(); {
	case b == '\'' || b == '"':
		return c.quotedNames(b)
	case b == '-' || b == ':' || isDigit(b):
		return c.numbers()
	case b == '*':
		c.pos++
		return step{kind: wildcardStep}, c.closeBracket()
	case b == '?':
		c.pos++
		return c.filter()
	case b == '(':
		c.pos++
		return c.back()
	default:
		return step{}, c.fail(`expected a quoted name, an index, "*" or "?"`)
	}
}

// back reads what counts from the end, @.length-1 or @.size()-1, and the brackets
// behind it.
func (c *compiler) back() (step, *PathError) {
	c.space()
	known := c.accept("@.length") || c.accept("@.size()")
	c.space()
	if !known || !c.accept("-") {
		return step{}, c.fail(`expected "@.length-" and a number`)
	}
	c.space()
	start := c.pos
	for isDigit(c.peek()) {
		c.pos++
	}
	n, ok := wholeNumber(c.text[start:c.pos])
	if c.space(); !ok || !c.accept(")") {
		return step{}, c.fail(`expected a number and ")"`)
	}
	return step{kind: backStep, index: n}, c.closeBracket()
}

func (c *compiler) closeBracket() *PathError {
	c.space()
	if !c.accept("]") {
		return c.fail(`expected "]"`)
	}
	return nil
}

// quotedNames reads 'a' or 'a','b'.
func (c *compiler) quotedNames(quote byte) (step, *PathError) {
	var names []string
	for {
		c.space()
		if c.peek() != quote {
			return step{}, c.fail("expected a quoted name")
		}
		name, err := c.quoted()
		if err != nil {
			return step{}, err
		}
		names = append(names, name)
		c.space()
		if !c.accept(",") {
			break
		}
	}
	if len(names) == 1 {
		return step{kind: memberStep, name: names[0]}, c.closeBracket()
	}
	return step{kind: membersStep, names: names}, c.closeBracket()
}

// quoted reads a text in the quotes that come next.
func (c *compiler) quoted() (string, *PathError) {
	raw, err := c.delimited()
	if err != nil {
		return "", err
	}
	text, ok := unescapeLiteral(raw)
	if !ok {
		return "", c.fail("wrong \\u escape")
	}
	return text, nil
}

// delimited reads up to the next unescaped character like the one at hand.
func (c *compiler) delimited() (string, *PathError) {
	delimiter, start := c.peek(), c.pos+1
	for i := start; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case delimiter:
			c.pos = i + 1
			return c.text[start:i], nil
		}
	}
	return "", c.fail("no " + string(delimiter) + " at the end")
}

// unescapeLiteral resolves the backslashes of a text in a path.
func unescapeLiteral(raw string) (string, bool) {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw, true
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'u':
			if i+4 >= len(raw) {
				return "", false
			}
			if _, err := strconv.ParseUint(raw[i+1:i+5], 16, 16); err != nil {
				return "", false
			}
			r, n := escapedUnit(raw[i-1:])
			b.WriteRune(r)
			i += n - 2
		case 'b', 'f', 'n', 'r', 't':
			r, _ := escapedRune(raw[i-1:])
			b.WriteRune(r)
		default:
			b.WriteByte(raw[i])
		}
	}
	return b.String(), true
}

// numbers reads 1, 1,2 or 1:2. A third number of a slice is read and ignored.
func (c *compiler) numbers() (step, *PathError) {
	length := strings.IndexByte(c.text[c.pos:], ']')
	if length < 0 {
		return step{}, c.fail(`expected "]"`)
	}
	inside := c.text[c.pos : c.pos+length]
	s, ok := numbersStep(inside)
	if !ok {
		return step{}, c.fail("expected whole numbers instead of " + strconv.Quote(inside))
	}
	c.pos += length + 1
	return s, nil
}

func numbersStep(text string) (step, bool) {
	if strings.Contains(text, ":") {
		s, ok := parseSlice(strings.Split(text, ":"))
		return step{kind: sliceStep, slice: s}, ok
	}
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		n, ok := wholeNumber(part)
		if !ok {
			return step{}, false
		}
		all = append(all, n)
	}
	if len(all) == 1 {
		return step{kind: indexStep, index: all[0]}, true
	}
	return step{kind: indexesStep, indexes: all}, true
}

func parseSlice(parts []string) (s slice, ok bool) {
	s.from, s.hasFrom = wholeNumber(parts[0])
	s.to, s.hasTo = wholeNumber(parts[1])
	for i, has := range []bool{s.hasFrom, s.hasTo} {
		if !has && strings.TrimSpace(parts[i]) != "" {
			return s, false
		}
	}
	return s, s.hasFrom || s.hasTo
}

func wholeNumber(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "+") {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return int(n), err == nil
}
