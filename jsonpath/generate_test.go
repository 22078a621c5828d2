package jsonpath_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator makes documents and paths that fit each other more often than
// not, from a grammar of both.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 1))}
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// next returns a document and a path.
func (g generator) next() (json, path string) {
	json, path = g.document(), g.path("$", 4)
	if g.chance(4) {
		path = g.damage(path)
	}
	if g.chance(4) {
		json = g.damage(json)
	}
	return json, path
}

// damage changes one character.
func (g generator) damage(s string) string {
	runes := []rune(s)
	i := g.IntN(len(runes))
	put := pick(g, "", "", "'", `"`, "[", "]", "(", ")", ".", ",", " ", "*", "@", "$", ":", "-", "0", `\`)
	return string(runes[:i]) + put + string(runes[i+g.IntN(2):])
}

func (g generator) document() string {
	if g.chance(20) {
		return g.array(4)
	}
	return g.object(4)
}

func (g generator) name() string {
	return pick(g, "a", "b", "c", "id", "name", "price", "items", "tags", "x-y", "o")
}

func (g generator) value(depth int) string {
	if depth > 0 && g.chance(50) {
		if g.chance(50) {
			return g.object(depth)
		}
		return g.array(depth)
	}
	return g.scalar()
}

func (g generator) scalar() string {
	switch g.IntN(12) {
	case 0:
		return "null"
	case 1:
		return pick(g, "true", "false")
	case 2, 3, 4:
		return fmt.Sprint(g.IntN(20))
	case 5:
		return pick(g, "0", "-0", "-1", "007", "2147483648", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890")
	case 6:
		return pick(g, "1.5", "8.95", "1.10", "1e3", "1E-5", "-0.0", "0.001", "0.0001", "12345678.9", "1e400", "1.2345678901234567890", "123456789012345678e5", "0.00000000000000000012", "100.0", "5e0")
	case 7:
		return g.lenient()
	default:
		return `"` + g.text() + `"`
	}
}

func (g generator) text() string {
	return pick(g, "x", "fic", "ref", "10", "7", "9.0", "", "a b", "é", "日本", "😀", `\u00e9`, `\ud83d\ude00`, "a/b", `a\/b`, `q\"q`, `n\nn`,
		`\u0001`, `\u2028`, `\\`, "it's", "$.a", "@", "null", "true", "A", "fict", "[1]", `\u007f`, `\u0085`)
}

// lenient returns a value that is not JSON proper.
func (g generator) lenient() string {
	return pick(g, "'single'", "bare", "NaN", "two words", "1x", "1 2", "tru", "-", "1.", "-.5", ".5", "+1", "nul", `'a"b'`, `"a\qb"`, `"\x41"`, "~", "1~")
}

func (g generator) object(depth int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range g.IntN(5) {
		if i > 0 {
			b.WriteString(pick(g, ",", ",", ",", ", ", ",,"))
		}
		name := `"` + g.name() + `"`
		if g.chance(5) {
			name = pick(g, "a", "'b'", "b c", `"\u0061"`, "1", `""`)
		}
		b.WriteString(name)
		b.WriteString(pick(g, ":", ":", ": ", " : "))
		b.WriteString(g.value(depth - 1))
	}
	b.WriteString(pick(g, "}", "}", "}", " }", ",}"))
	return b.String()
}

func (g generator) array(depth int) string {
	n := g.IntN(5)
	if g.chance(40) { // alike, as lists mostly are
		return g.records(depth, n)
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.value(depth - 1)
	}
	return "[" + strings.Join(parts, pick(g, ",", ", ", ",", ",\n")) + pick(g, "]", "]", "]", ",]", " ]")
}

func (g generator) records(depth, n int) string {
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

func (g generator) path(root string, steps int) string {
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

func (g generator) call() string {
	name := pick(g, "length", "size", "keys", "min", "max", "sum", "avg", "stddev", "concat", "first", "last", "append")
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf(".%s($.%s)", name, g.name())
	case 1:
		return "." + name + pick(g, "(1, 2.5)", `("x", $.a)`, "(-1)", `("a")`, "($..id)", "($.items[*].price)")
	default:
		return "." + name + "()"
	}
}

func (g generator) step() string {
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
		return ".." + pick(g, g.name(), g.name(), g.name(), "*", "["+fmt.Sprint(g.IntN(2))+"]", "['a','b']")
	case 10:
		return pick(g, "[0,2]", "[1,0]", "[0, 1]", "['a','b']", "['id', 'name', 'x']")
	case 11, 12:
		return pick(g, "[0:2]", "[1:]", "[:2]", "[-2:]", "[:-1]", "[0:1]", "[2:1]", "[1:9]", "[-1:]", "[:0]")
	case 13, 14, 15, 16:
		return "[?(" + g.condition(2) + ")]"
	}
}

func (g generator) condition(depth int) string {
	if depth > 0 && g.chance(30) {
		return g.condition(depth-1) + pick(g, " && ", " || ") + g.condition(depth-1)
	}
	path := "@." + g.name()
	if g.chance(20) {
		path = pick(g, "@['"+g.name()+"']", "@", "@."+g.name()+"."+g.name(), "@."+g.name()+"[0]", "$."+g.name(), "@.*", "@..id")
	}
	switch g.IntN(10) {
	case 0:
		return pick(g, path, path, "!("+path+")")
	case 1:
		return "!" + path
	case 3:
		return path + " " + pick(g, "in", "nin", "IN", "anyof", "noneof", "subsetof") + " " + pick(g, "[1,2,3]", "['x','fic', 10]", `["ref"]`, "$.tags", "[null, true]", "@.a")
	case 4:
		return path + " " + pick(g, "size 2", "size 0", "empty true", "empty false", "contains 'x'", "contains 10", "contains 'fi'", "=== 10", "!== 'x'", "size 'x'", "== [1]", "== []", "== {}")
	case 2:
		return path + pick(g, " =~ ", "=~") + pick(g, "/fi.*/", "/FIC/i", "/x/", "/[0-9]+/", "/.*/", `/a\/b/`, "/.+/")
	default:
		return path + pick(g, " == ", " == ", " != ", " < ", " <= ", " > ", " >= ", "==", ">") + g.literal()
	}
}

func (g generator) literal() string {
	switch g.IntN(8) {
	case 0, 1, 2:
		return fmt.Sprint(g.IntN(20))
	case 3:
		return pick(g, "8.95", "1.5", "-1", "0", "1e3", "1000")
	case 4:
		return pick(g, "true", "false", "null")
	case 5:
		return "$." + g.name()
	default:
		return "'" + pick(g, "x", "fic", "ref", "10", "", "a b", "é", "true") + "'"
	}
}
