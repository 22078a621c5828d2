package generated

import (
	"fmt"
	"strings"
)

// paths writes documents and paths.
type paths struct{ source }

func (g paths) next() Case {
	document, path := g.document(), g.path("$", 4)
	if g.chance(4) {
		path = g.slip(path)
	}
	if g.chance(4) {
		document = g.slip(document)
	}
	return Case{Kind: "jsonpath", Path: path, JSON: document}
}

func (g paths) slip(text string) string {
	return g.damage(text, "", "", "'", `"`, "[", "]", "(", ")", ".", ",", " ", "*", "@", "$", ":", "-", "0", `\`)
}

func (g paths) document() string {
	if g.chance(20) {
		return g.array(4)
	}
	return g.object(4)
}

func (g paths) name() string {
	return g.pick("a", "b", "c", "id", "name", "price", "items", "tags", "x-y", "o")
}

func (g paths) value(depth int) string {
	if depth > 0 && g.chance(50) {
		if g.chance(50) {
			return g.object(depth)
		}
		return g.array(depth)
	}
	return g.scalar()
}

func (g paths) scalar() string {
	switch g.IntN(12) {
	case 0:
		return "null"
	case 1:
		return g.pick("true", "false")
	case 2, 3, 4:
		return fmt.Sprint(g.IntN(20))
	case 5:
		return g.pick("0", "-0", "-1", "007", "2147483648", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890")
	case 6:
		return g.pick("1.5", "8.95", "1.10", "1e3", "1E-5", "-0.0", "0.001", "0.0001", "12345678.9", "1e400", "1.2345678901234567890", "123456789012345678e5", "0.00000000000000000012", "100.0", "5e0")
	case 7:
		return g.lenient()
	default:
		return `"` + g.text() + `"`
	}
}

func (g paths) text() string {
	return g.pick("x", "fic", "ref", "10", "7", "9.0", "", "a b", "é", "日本", "😀", `\u00e9`, `\ud83d\ude00`, "a/b", `a\/b`, `q\"q`, `n\nn`,
		`\u0001`, `\u2028`, `\\`, "it's", "$.a", "@", "null", "true", "A", "fict", "[1]", `\u007f`, `\u0085`)
}

// lenient returns a value that is not JSON proper.
func (g paths) lenient() string {
	return g.pick("'single'", "bare", "NaN", "two words", "1x", "1 2", "tru", "-", "1.", "-.5", ".5", "+1", "nul", `'a"b'`, `"a\qb"`, `"\x41"`, "~", "1~")
}

func (g paths) object(depth int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range g.IntN(5) {
		if i > 0 {
			b.WriteString(g.pick(",", ",", ",", ", ", ",,"))
		}
		name := `"` + g.name() + `"`
		if g.chance(5) {
			name = g.pick("a", "'b'", "b c", `"\u0061"`, "1", `""`)
		}
		b.WriteString(name)
		b.WriteString(g.pick(":", ":", ": ", " : "))
		b.WriteString(g.value(depth - 1))
	}
	b.WriteString(g.pick("}", "}", "}", " }", ",}"))
	return b.String()
}

func (g paths) array(depth int) string {
	n := g.IntN(5)
	if g.chance(40) { // alike, as lists mostly are
		return g.records(depth, n)
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.value(depth - 1)
	}
	return "[" + strings.Join(parts, g.pick(",", ", ", ",", ",\n")) + g.pick("]", "]", "]", ",]", " ]")
}

func (g paths) records(depth, n int) string {
	names := []string{g.name(), g.name(), g.name()}
	parts := make([]string, n)
	for i := range parts {
		members := make([]string, 0, 3)
		for _, name := range names {
			if g.chance(85) {
				members = append(members, fmt.Sprintf("%q:%s", name, g.value(min(1, depth-1))))
			}
		}
		parts[i] = "{" + strings.Join(members, ",") + "}"
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (g paths) path(root string, steps int) string {
	var b strings.Builder
	b.WriteString(root)
	for range g.IntN(steps) + 1 {
		b.WriteString(g.step())
	}
	if g.chance(4) {
		b.WriteString(g.call())
	}
	return b.String()
}

func (g paths) call() string {
	name := g.pick("length", "size", "keys", "min", "max", "sum", "avg", "stddev", "concat", "first", "last", "append")
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf(".%s($.%s)", name, g.name())
	case 1:
		return "." + name + g.pick("(1, 2.5)", `("x", $.a)`, "(-1)", `("a")`, "($..id)", "($.items[*].price)")
	default:
		return "." + name + "()"
	}
}

func (g paths) step() string {
	switch g.IntN(24) {
	default:
		return "." + g.name()
	case 0, 1:
		return "['" + g.name() + "']"
	case 2, 3, 4:
		return fmt.Sprintf("[%d]", g.IntN(4))
	case 5, 6:
		return "[*]"
	case 7:
		return ".*"
	case 8, 9:
		return ".." + g.pick(g.name(), g.name(), g.name(), "*", "["+fmt.Sprint(g.IntN(2))+"]", "['a','b']")
	case 10:
		return g.pick("[0,2]", "[1,0]", "[0, 1]", "['a','b']", "['id', 'name', 'x']")
	case 11, 12:
		return g.pick("[0:2]", "[1:]", "[:2]", "[-2:]", "[:-1]", "[0:1]", "[2:1]", "[1:9]", "[-1:]", "[:0]")
	case 13, 14, 15, 16:
		return "[?(" + g.condition(2) + ")]"
	}
}

func (g paths) condition(depth int) string {
	if depth > 0 && g.chance(30) {
		return g.condition(depth-1) + g.pick(" && ", " || ") + g.condition(depth-1)
	}
	path := "@." + g.name()
	if g.chance(20) {
		path = g.pick("@['"+g.name()+"']", "@", "@."+g.name()+"."+g.name(), "@."+g.name()+"[0]", "$."+g.name(), "@.*", "@..id")
	}
	switch g.IntN(10) {
	case 0:
		return g.pick(path, path, "!("+path+")")
	case 1:
		return "!" + path
	case 3:
		return path + " " + g.pick("in", "nin", "IN", "anyof", "noneof", "subsetof") + " " + g.pick("[1,2,3]", "['x','fic', 10]", `["ref"]`, "$.tags", "[null, true]", "@.a")
	case 4:
		return path + " " + g.pick("size 2", "size 0", "empty true", "empty false", "contains 'x'", "contains 10", "contains 'fi'", "=== 10", "!== 'x'", "size 'x'", "== [1]", "== []", "== {}")
	case 2:
		return path + g.pick(" =~ ", "=~") + g.pick("/fi.*/", "/FIC/i", "/x/", "/[0-9]+/", "/.*/", `/a\/b/`, "/.+/")
	default:
		return path + g.pick(" == ", " == ", " != ", " < ", " <= ", " > ", " >= ", "==", ">") + g.literal()
	}
}

func (g paths) literal() string {
	switch g.IntN(8) {
	case 0, 1, 2:
		return fmt.Sprint(g.IntN(20))
	case 3:
		return g.pick("8.95", "1.5", "-1", "0", "1e3", "1000")
	case 4:
		return g.pick("true", "false", "null")
	case 5:
		return "$." + g.name()
	default:
		return "'" + g.pick("x", "fic", "ref", "10", "", "a b", "é", "true") + "'"
	}
}
