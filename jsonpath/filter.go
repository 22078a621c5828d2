package jsonpath

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"
)

// A predicate is a condition on one value.
type predicate interface {
	holds(e *evaluator, item uint32) (bool, error)
}

// errNever ends a filter with false, whatever stands around the place where it
// comes up: an operator got a value that it can do nothing with.
var errNever = errors.New("condition without an answer")

type (
	anyOf []predicate
	allOf []predicate
	not   struct{ predicate }
)

func (or anyOf) holds(e *evaluator, item uint32) (bool, error) {
	for _, p := range or {
		if ok, err := p.holds(e, item); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (and allOf) holds(e *evaluator, item uint32) (bool, error) {
	for _, p := range and {
		if ok, err := p.holds(e, item); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (n not) holds(e *evaluator, item uint32) (bool, error) {
	ok, err := n.predicate.holds(e, item)
	return !ok && err == nil, err
}

// existence is a path alone. The path starts at the item, even where it is
// written with "$".
type existence struct {
	path *Path
	want bool
}

func (x existence) holds(e *evaluator, item uint32) (bool, error) {
	_, err := e.path(x.path, item, true)
	if err == nil || isMissing(err) {
		return (err == nil) == x.want, nil
	}
	return false, err
}

// isMissing says whether an error of a path within a filter only means that it
// found nothing.
func isMissing(err error) bool { return err == ErrNotFound }

// An operand is one side of a comparison: a path, or a literal value.
type operand struct {
	path    *Path
	literal Node
	pattern *pattern
}

func (o operand) value(e *evaluator, item uint32) (Node, error) {
	if o.path == nil {
		return o.literal, nil
	}
	if !o.path.relative {
		item = 0
	}
	at, err := e.path(o.path, item, false)
	if isMissing(err) {
		return Node{}, nil
	}
	if err != nil {
		return Node{}, err
	}
	n := Node{e.doc, at}
	if n.Kind() == Double && !isFinite(e.doc.raw(n.entry())) {
		return Node{}, errInfinite
	}
	return n, nil
}

// A comparison applies an operator to two values. A path that leads nowhere
// gives the Missing one.
type comparison struct {
	left, right operand
	operator    operator
}

func (c comparison) holds(e *evaluator, item uint32) (bool, error) {
	left, err := c.left.value(e, item)
	if err != nil {
		return false, err
	}
	right, err := c.right.value(e, item)
	if err != nil {
		return false, err
	}
	work := left.weight() + right.weight()
	if c.operator.crossing {
		work = left.weight() * right.weight()
	}
	if err := e.spend(work); err != nil {
		return false, err
	}
	return c.operator.holds(left, right)
}

// An operator compares two values; it may fail with errNever. A crossing one
// compares each element of one list with each of another.
type operator struct {
	holds    func(left, right Node) (bool, error)
	crossing bool
}

// operators by name, in lower case. Some of the engine's own never hold,
// because nothing that can be written in a path is what they compare with.
var operators = map[string]operator{
	"==":       {holds: func(l, r Node) (bool, error) { return equal(l, r), nil }},
	"!=":       {holds: func(l, r Node) (bool, error) { return !equal(l, r), nil }},
	"===":      {holds: func(l, r Node) (bool, error) { return sameClass(l, r) && equal(l, r), nil }},
	"!==":      {holds: func(l, r Node) (bool, error) { return !sameClass(l, r) || !equal(l, r), nil }},
	"<":        {holds: ordered(func(c int) bool { return c < 0 })},
	"<=":       {holds: ordered(func(c int) bool { return c <= 0 })},
	">":        {holds: ordered(func(c int) bool { return c > 0 })},
	">=":       {holds: ordered(func(c int) bool { return c >= 0 })},
	"in":       {holds: in, crossing: true},
	"nin":      {holds: func(l, r Node) (bool, error) { ok, err := in(l, r); return !ok, err }, crossing: true},
	"contains": {holds: contains, crossing: true},
	"subsetof": {holds: lists(subset), crossing: true},
	"anyof":    {holds: lists(overlap), crossing: true},
	"noneof":   {holds: lists(func(l, r Node) bool { return !overlap(l, r) }), crossing: true},
	"size":     {holds: size},
	"empty":    {holds: empty},
	"exists":   {holds: never},
	"all":      {holds: never},
	"type":     {holds: never},
	"matches":  {holds: never},
}

func never(_, _ Node) (bool, error) { return false, errNever }

// A class is what matters of a value when it is compared.
type class uint8

const (
	undefined class = iota
	null
	boolean
	number
	text
	structure
)

func classOf(n Node) class {
	return [...]class{undefined, null, boolean, number, number, number, text, structure, structure}[n.Kind()]
}

func sameClass(l, r Node) bool { return classOf(l) == classOf(r) }

// equal compares two values. A number on the left is compared with a text as a
// number, a text on the left with a number as a text.
func equal(l, r Node) bool {
	switch classOf(l) {
	case null:
		return classOf(r) == null
	case boolean:
		return classOf(r) == boolean && l.Bool() == r.Bool()
	case number:
		c, ok := compareNumbers(l, r)
		return ok && c == 0
	case text:
		switch classOf(r) {
		case text:
			return l.String() == r.String()
		case number:
			return l.String() == bigDecimalText(r)
		}
		return false
	case structure:
		return classOf(r) == structure && sameStructure(l, r)
	default:
		return false
	}
}

// compareNumbers compares a number with a number, or with a text that is one.
func compareNumbers(l, r Node) (int, bool) {
	if a, ok := l.Int(); ok {
		if b, ok := r.Int(); ok {
			return cmp.Compare(a, b), true
		}
	}
	a, okA := numberText(l)
	b, okB := numberText(r)
	if !okA || !okB {
		return 0, false
	}
	return compareDecimals(parseDecimal(a), parseDecimal(b)), true
}

// numberText returns the digits of a number, after any rounding, or of a text
// that looks like one.
func numberText(n Node) (string, bool) {
	var s string
	switch n.Kind() {
	case Integer, Double:
		s = n.String()
	case Decimal:
		s = n.doc.raw(n.entry())
	case String:
		s = strings.TrimPrefix(n.String(), "+")
	}
	return s, isNumberText(s)
}

// isNumberText says whether a text is a number as Java's BigDecimal reads it,
// but for a sign of plus.
func isNumberText(s string) bool {
	s = strings.TrimPrefix(s, "-")
	mantissa, exponent := s, "0"
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], strings.TrimLeft(s[i+1:], "+-")
		if len(s)-i-1-len(exponent) > 1 {
			return false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return len(whole)+len(fraction) > 0 && exponent != "" &&
		allDigits(whole) && allDigits(fraction) && allDigits(exponent)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// bigDecimalText returns a number's text as the engine has it in filters.
func bigDecimalText(n Node) string {
	s := n.String()
	if n.Kind() == Double {
		s = string(appendDecimal(nil, s))
	}
	return s
}

// sameStructure compares arrays and objects; the order of members does not
// matter. Within them numbers are equal only if they are of the same kind.
func sameStructure(l, r Node) bool {
	if l.Kind() != r.Kind() || l.Len() != r.Len() {
		return false
	}
	switch l.Kind() {
	case Array:
		i, j := l.at+1, r.at+1
		for range l.Len() {
			if !sameStructure(Node{l.doc, l.doc.resolve(i)}, Node{r.doc, r.doc.resolve(j)}) {
				return false
			}
			i, j = l.doc.after(i), r.doc.after(j)
		}
		return true
	case Object:
		a, b := sortedMembers(l), sortedMembers(r)
		for i := range a {
			if a[i].name != b[i].name || !sameStructure(a[i].value, b[i].value) {
				return false
			}
		}
		return true
	default:
		return l.String() == r.String()
	}
}

type namedNode struct {
	name  string
	value Node
}

func sortedMembers(n Node) []namedNode {
	all := make([]namedNode, 0, n.Len())
	for name, value := range n.Members() {
		all = append(all, namedNode{name, value})
	}
	slices.SortFunc(all, func(a, b namedNode) int { return strings.Compare(a.name, b.name) })
	return all
}

// ordered makes an operator that holds between two numbers or two texts only.
func ordered(want func(int) bool) func(l, r Node) (bool, error) {
	return func(l, r Node) (bool, error) {
		switch {
		case !sameClass(l, r):
			return false, nil
		case classOf(l) == number:
			c, ok := compareNumbers(l, r)
			return ok && want(c), nil
		case classOf(l) == text:
			return want(compareUTF16(l.String(), r.String())), nil
		default:
			return false, nil
		}
	}
}

// compareUTF16 orders texts as Java does. It differs from the order of bytes
// only for characters beyond U+FFFF.
func compareUTF16(a, b string) int {
	astral := func(r rune) bool { return r > 0xFFFF }
	if !strings.ContainsFunc(a, astral) && !strings.ContainsFunc(b, astral) {
		return strings.Compare(a, b)
	}
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return cmp.Compare(x[i], y[i])
		}
	}
	return cmp.Compare(len(x), len(y))
}

// in says whether a list on the right has the value on the left.
func in(l, r Node) (bool, error) {
	if classOf(r) != structure {
		return false, errNever
	}
	return among(l, r), flat(r)
}

// flat fails for an array that others are in: such a list is beyond the engine.
func flat(n Node) error {
	for element := range n.Elements() {
		if classOf(element) == structure {
			return errNested
		}
	}
	return nil
}

func among(value, list Node) bool {
	for n := range list.Elements() {
		if equal(value, n) {
			return true
		}
	}
	return false
}

// contains says whether a text has a part, or a list an element.
func contains(l, r Node) (bool, error) {
	if classOf(l) == text && classOf(r) == text {
		return strings.Contains(l.String(), r.String()), nil
	}
	return among(r, l), flat(l)
}

// lists makes an operator of two lists, which does not hold for objects.
func lists(holds func(l, r Node) bool) func(l, r Node) (bool, error) {
	return func(l, r Node) (bool, error) {
		switch {
		case classOf(r) != structure:
			return false, errNever
		case r.Kind() != Array:
			return false, nil
		case classOf(l) != structure:
			return false, errNever
		case flat(r) != nil:
			return false, errNested
		default:
			return l.Kind() == Array && holds(l, r), flat(l)
		}
	}
}

func subset(l, r Node) bool {
	for n := range l.Elements() {
		if !among(n, r) {
			return false
		}
	}
	return true
}

func overlap(l, r Node) bool {
	for n := range l.Elements() {
		if among(n, r) {
			return true
		}
	}
	return false
}

// size compares the length of a text or of an array, not of an object.
func size(l, r Node) (bool, error) {
	want, ok := r.Int()
	switch {
	case !ok:
		return false, nil
	case l.Kind() == String:
		return int64(utf16Len(l.String())) == want, nil
	default:
		return l.Kind() == Array && int64(l.Len()) == want, nil
	}
}

func empty(l, r Node) (bool, error) {
	switch classOf(l) {
	case text:
		if r.Kind() != Bool {
			return false, errNever
		}
		return (l.String() == "") == r.Bool(), nil
	case structure:
		if l.Kind() == Object {
			return false, errEmpty
		}
		if r.Kind() != Bool {
			return false, errNever
		}
		return (l.Len() == 0) == r.Bool(), nil
	default:
		return false, nil
	}
}

// A match applies a pattern to the whole of a scalar's text, or to that of each
// element of an array. Other values have no text.
type match struct {
	subject operand
	pattern *pattern
}

func (m match) holds(e *evaluator, item uint32) (bool, error) {
	n, err := m.subject.value(e, item)
	if err != nil {
		return false, err
	}
	if n.Kind() != Array {
		return m.matches(e, n)
	}
	if err := flat(n); err != nil {
		return false, err
	}
	for element := range n.Elements() {
		if ok, err := m.matches(e, element); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (m match) matches(e *evaluator, n Node) (bool, error) {
	subject := e.scratch[:0]
	switch classOf(n) {
	case text, boolean:
		subject = n.AppendText(subject)
	case number:
		subject = append(subject, bigDecimalText(n)...)
	}
	e.scratch = subject
	if err := e.spend(1 + len(subject)*m.pattern.size/4); err != nil {
		return false, err
	}
	return m.pattern.regexp.Match(subject), nil
}
