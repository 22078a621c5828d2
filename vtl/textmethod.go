package vtl

import (
	"errors"
	"strings"
	"unicode"

	"github.com/gatewright/gatewright/javaregexp"
)

// textMethods are those of java.lang.String. Places in a text count UTF-16
// units, as in Java.
var textMethods = map[string][]method{
	"length": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return Int(int32(textLength(v.string()))), nil }}},
	"isEmpty": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Bool(v.num == 0), nil
	}}},
	"charAt": {{"i", func(_ *frame, v Value, args []Value) (Value, error) {
		s, i := v.string(), index(args[0])
		if i < 0 || i >= textLength(s) {
			return Value{}, errTextIndex
		}
		return character(unitAt(s, i)), nil
	}}},
	"codePointAt": {{"i", func(_ *frame, v Value, args []Value) (Value, error) {
		s, i := v.string(), index(args[0])
		if i < 0 || i >= textLength(s) {
			return Value{}, errTextIndex
		}
		units := utf16Of(s)
		r, _ := decodeRune(utf16Text(units[i:min(i+2, len(units))]))
		return Int(r), nil
	}}},
	"substring": {
		{"i", func(f *frame, v Value, args []Value) (Value, error) {
			return substring(v.string(), index(args[0]), textLength(v.string()))
		}},
		{"ii", func(f *frame, v Value, args []Value) (Value, error) {
			return substring(v.string(), index(args[0]), index(args[1]))
		}},
	},
	"subSequence": {{"ii", func(f *frame, v Value, args []Value) (Value, error) {
		return substring(v.string(), index(args[0]), index(args[1]))
	}}},
	"indexOf": {
		{"s", func(_ *frame, v Value, args []Value) (Value, error) {
			return unitIndex(v.string(), strings.Index(v.string(), args[0].string())), nil
		}},
		{"si", func(_ *frame, v Value, args []Value) (Value, error) {
			return textIndexFrom(v.string(), args[0].string(), index(args[1])), nil
		}},
		{"i", func(_ *frame, v Value, args []Value) (Value, error) {
			return unitIndex(v.string(), strings.Index(v.string(), codePoint(args[0]))), nil
		}},
		{"ii", func(_ *frame, v Value, args []Value) (Value, error) {
			return textIndexFrom(v.string(), codePoint(args[0]), index(args[1])), nil
		}},
	},
	"lastIndexOf": {
		{"s", func(_ *frame, v Value, args []Value) (Value, error) {
			return unitIndex(v.string(), strings.LastIndex(v.string(), args[0].string())), nil
		}},
		{"si", func(_ *frame, v Value, args []Value) (Value, error) {
			return textLastIndexFrom(v.string(), args[0].string(), index(args[1])), nil
		}},
		{"i", func(_ *frame, v Value, args []Value) (Value, error) {
			return unitIndex(v.string(), strings.LastIndex(v.string(), codePoint(args[0]))), nil
		}},
		{"ii", func(_ *frame, v Value, args []Value) (Value, error) {
			return textLastIndexFrom(v.string(), codePoint(args[0]), index(args[1])), nil
		}},
	},
	"contains": {{"s", func(_ *frame, v Value, args []Value) (Value, error) {
		return Bool(strings.Contains(v.string(), args[0].string())), nil
	}}},
	"contentEquals": {{"s", func(_ *frame, v Value, args []Value) (Value, error) {
		return Bool(v.string() == args[0].string()), nil
	}}},
	"startsWith": {
		{"s", func(_ *frame, v Value, args []Value) (Value, error) {
			return Bool(strings.HasPrefix(v.string(), args[0].string())), nil
		}},
		{"si", func(_ *frame, v Value, args []Value) (Value, error) {
			rest, err := substring(v.string(), index(args[1]), textLength(v.string()))
			return Bool(err == nil && strings.HasPrefix(rest.string(), args[0].string())), nil
		}},
	},
	"endsWith": {{"s", func(_ *frame, v Value, args []Value) (Value, error) {
		return Bool(strings.HasSuffix(v.string(), args[0].string())), nil
	}}},
	"equalsIgnoreCase": {{"s", func(_ *frame, v Value, args []Value) (Value, error) {
		return Bool(foldCase(v.string()) == foldCase(args[0].string())), nil
	}}},
	"compareTo": {
		{"s", func(_ *frame, v Value, args []Value) (Value, error) {
			return compareTexts(v.string(), args[0].string()), nil
		}},
		{"o", refuseComparison},
	},
	"compareToIgnoreCase": {{"s", func(_ *frame, v Value, args []Value) (Value, error) {
		return compareTexts(foldCase(v.string()), foldCase(args[0].string())), nil
	}}},
	"toUpperCase": {{"", func(f *frame, v Value, _ []Value) (Value, error) { return built(f, upperCase(v.string())) }}},
	"toLowerCase": {{"", func(f *frame, v Value, _ []Value) (Value, error) { return built(f, lowerCase(v.string())) }}},
	"trim": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return textOf(strings.TrimFunc(v.string(), func(r rune) bool { return r <= ' ' })), nil
	}}},
	"intern": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return v, nil }}},
	"concat": {{"s", func(f *frame, v Value, args []Value) (Value, error) {
		return built(f, v.string()+args[0].string())
	}}},
	"repeat": {{"i", func(f *frame, v Value, args []Value) (Value, error) {
		n := index(args[0])
		if n < 0 {
			return Value{}, errors.New("repeat needs a count that is not negative")
		}
		if err := f.build(n * len(v.string())); err != nil {
			return Value{}, err
		}
		return textOf(strings.Repeat(v.string(), n)), nil
	}}},
	"replace":      {{"ss", textReplace}, {"CC", textReplace}},
	"replaceAll":   {{"ss", func(f *frame, v Value, args []Value) (Value, error) { return regexpReplace(f, v, args, -1) }}},
	"replaceFirst": {{"ss", func(f *frame, v Value, args []Value) (Value, error) { return regexpReplace(f, v, args, 1) }}},
	"matches":      {{"s", regexpMatches}},
	"split": {
		{"s", func(f *frame, v Value, args []Value) (Value, error) { return regexpSplit(f, v, args[0], 0) }},
		{"si", func(f *frame, v Value, args []Value) (Value, error) {
			return regexpSplit(f, v, args[0], index(args[1]))
		}},
	},
	"format": {{"so*", func(f *frame, _ Value, args []Value) (Value, error) {
		return format(f, args[0].string(), args[1:])
	}}},
	"valueOf": {{"o", func(f *frame, _ Value, args []Value) (Value, error) {
		s, err := f.text(args[0])
		return textOf(s), err
	}}},
	"join": {{"sc", textJoin}, {"ss*", func(f *frame, _ Value, args []Value) (Value, error) {
		return joined(f, args[0].string(), args[1:])
	}}},
}

var errTextIndex = errors.New("a place is beyond the ends of the text")

// string returns the text of a value that the method's parameters say is one.
func (v Value) string() string {
	s, ok := v.text()
	if !ok {
		return v.Text()
	}
	return s
}

// built returns a text that was made, and counts it.
func built(f *frame, s string) (Value, error) { return textOf(s), f.build(len(s)) }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// textLength counts UTF-16 units.
func textLength(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0xF0:
			n += 2
		case c < 0x80 || c >= 0xC0:
			n++
		}
	}
	return n
}

func unitAt(s string, i int) uint16 {
	if isASCII(s) {
		return uint16(s[i])
	}
	return utf16Of(s)[i]
}

func substring(s string, from, to int) (Value, error) {
	n := textLength(s)
	if from < 0 || to > n || from > to {
		return Value{}, errTextIndex
	}
	if n == len(s) {
		return textOf(s[from:to]), nil
	}
	return textOf(utf16Text(utf16Of(s)[from:to])), nil
}

// unitIndex turns a place in bytes into one in units.
func unitIndex(s string, i int) Value {
	if i < 0 {
		return Int(-1)
	}
	return Int(int32(textLength(s[:i])))
}

func textIndexFrom(s, sub string, from int) Value {
	from = max(0, from)
	n := textLength(s)
	if from > n {
		if sub == "" {
			return Int(int32(n))
		}
		return Int(-1)
	}
	rest, _ := substring(s, from, n)
	i := unitIndex(rest.string(), strings.Index(rest.string(), sub))
	if i == Int(-1) {
		return i
	}
	return Int(int32(index(i) + from))
}

func textLastIndexFrom(s, sub string, from int) Value {
	if from < 0 {
		return Int(-1)
	}
	n := textLength(s)
	head, _ := substring(s, 0, min(n, max(from, 0)+min(n, textLength(sub))))
	return unitIndex(head.string(), strings.LastIndex(head.string(), sub))
}

func codePoint(v Value) string { return string(appendUnit(nil, rune(index(v)))) }

// foldCase folds as Java does where case does not count.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

func upperCase(s string) string {
	if strings.ContainsRune(s, 'ß') {
		s = strings.ReplaceAll(s, "ß", "SS")
	}
	return strings.ToUpper(s)
}

func lowerCase(s string) string { return strings.ToLower(s) }

// compareTexts returns the difference of the first units that differ, or of
// the lengths.
func compareTexts(a, b string) Value {
	x, y := utf16Of(a), utf16Of(b)
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return Int(int32(x[i]) - int32(y[i]))
		}
	}
	return Int(int32(len(x) - len(y)))
}

func textReplace(f *frame, v Value, args []Value) (Value, error) {
	s, old, with := v.string(), args[0].string(), args[1].string()
	n := strings.Count(s, old)
	if err := f.build(len(s) + n*max(0, len(with)-len(old))); err != nil {
		return Value{}, err
	}
	return textOf(strings.ReplaceAll(s, old, with)), nil
}

func textJoin(f *frame, _ Value, args []Value) (Value, error) {
	it, _ := iteratorOf(args[1])
	var items []Value
	for it.hasNext() {
		v, _ := it.take()
		if !isText(v) && !v.IsNull() {
			return Value{}, errors.New("join joins only texts")
		}
		items = append(items, v)
	}
	return joined(f, args[0].string(), items)
}

func joined(f *frame, separator string, items []Value) (Value, error) {
	size := 0
	texts := make([]string, len(items))
	for i, v := range items {
		texts[i] = "null"
		if !v.IsNull() {
			texts[i] = v.string()
		}
		size += len(texts[i]) + len(separator)
	}
	if err := f.build(size); err != nil {
		return Value{}, err
	}
	return textOf(strings.Join(texts, separator)), nil
}

// regexp returns a compiled regular expression. Those of the literals of a
// template are few, so that the frame can keep them.
func (f *frame) regexp(src string) (*javaregexp.Pattern, error) {
	if p, ok := f.regexps[src]; ok {
		return p, nil
	}
	if err := f.build(64 * len(src)); err != nil {
		return nil, err
	}
	p, err := javaregexp.Compile(src)
	if err != nil {
		return nil, err
	}
	if f.regexps == nil || len(f.regexps) == maxRegexps {
		f.regexps = make(map[string]*javaregexp.Pattern)
	}
	f.regexps[strings.Clone(src)] = p
	return p, nil
}

const maxRegexps = 64

func regexpMatches(f *frame, v Value, args []Value) (Value, error) {
	p, err := f.regexp(args[0].string())
	if err != nil {
		return Value{}, err
	}
	ok, err := p.Matches(v.string(), f.spend)
	return Bool(ok), regexpLimit(err)
}

// regexpReplace replaces the first matches, all where most is negative.
func regexpReplace(f *frame, v Value, args []Value, most int) (Value, error) {
	p, err := f.regexp(args[0].string())
	if err != nil {
		return Value{}, err
	}
	s, with := v.string(), args[1].string()
	m := p.Matcher(s, f.spend)
	var out []byte
	copied := 0
	err = eachMatch(m, func(begin, end int) (bool, error) {
		before := len(out)
		out = append(out, s[copied:begin]...)
		out, err = m.Expand(out, with)
		if err != nil {
			return false, err
		}
		copied = end
		most--
		return most != 0, f.build(len(out) - before)
	})
	if err != nil || copied == 0 && len(out) == 0 {
		return v, err
	}
	return built(f, string(append(out, s[copied:]...)))
}

// eachMatch calls f for each match until it returns false.
func eachMatch(m *javaregexp.Matcher, f func(begin, end int) (bool, error)) error {
	for {
		ok, err := m.Find()
		if err != nil || !ok {
			return regexpLimit(err)
		}
		if more, err := f(m.Span(0)); err != nil || !more {
			return err
		}
	}
}

// regexpLimit makes the rendering's own limit of that of a match.
func regexpLimit(err error) error {
	if errors.Is(err, javaregexp.ErrDepth) {
		return limitError(err.Error())
	}
	return err
}

// regexpSplit is String.split: without a limit the empty texts at the end are
// left out, and a match of nothing at the beginning never splits.
func regexpSplit(f *frame, v, by Value, limit int) (Value, error) {
	p, err := f.regexp(by.string())
	if err != nil {
		return Value{}, err
	}
	s := v.string()
	var parts []Value
	from := 0
	err = eachMatch(p.Matcher(s, f.spend), func(begin, end int) (bool, error) {
		if limit > 0 && len(parts) == limit-1 {
			return false, nil
		}
		if end == 0 {
			return true, nil
		}
		parts = append(parts, textOf(s[from:begin]))
		from = end
		return true, f.build(valueSize)
	})
	if err != nil {
		return Value{}, err
	}
	if len(parts) == 0 {
		return ListValue(&List{items: []Value{v}, style: stringArray}), nil
	}
	parts = append(parts, textOf(s[from:]))
	for limit == 0 && len(parts) > 0 && parts[len(parts)-1].num == 0 {
		parts = parts[:len(parts)-1]
	}
	return ListValue(&List{items: parts, style: stringArray}), nil
}
