package generated

import (
	"encoding/json"
	"fmt"
	"strings"
)

// templates writes templates.
type templates struct {
	source
	depth int
}

// What the templates are rendered with.
const (
	templateBody = `{"s":"Hello, World/x","n":5,"f":1.5,"t":true,"no":false,"z":null,"d":"7","big":12345678901,` +
		`"huge":123456789012345678901,"list":[1,"two",{"k":"v/w"},[3,4],null],"words":["b","a","c"],"empty":[],` +
		`"obj":{"a":1,"b-c":"x","e":"","in":{"l":[1,2],"m":{}}},"u":"é😀z"}`
	templateParams    = `{"path":{"id":"42"},"querystring":{"q":"a b","n":"3"},"header":{"Accept":"*/*","X-A":"h"}}`
	templateContext   = `{"stage":"prod","requestId":"r-1","identity":{"sourceIp":"1.2.3.4"},"authorizer":{"more":{"sub":"me"}}}`
	templateVariables = `{"v":"1","w-x":"y"}`
)

func (g *templates) next() Case {
	return Case{
		Kind:           "vtl",
		Template:       g.template(),
		Body:           templateBody,
		Context:        json.RawMessage(templateContext),
		StageVariables: json.RawMessage(templateVariables),
		Params:         json.RawMessage(templateParams),
		Overrides:      true,
	}
}

func (g *templates) template() string {
	g.depth = 0
	var b strings.Builder
	for _, set := range []string{
		`#set($s = 'text')`, `#set($i = 3)`, `#set($l = [1, 'b', $s])`, `#set($m = {'k': 'v', 'n': 2})`,
		`#set($o = $input.path('$'))`, `#set($d = 2.5)`, `#set($t = true)`, `#set($w = "a-b c")`,
	} {
		if g.IntN(3) > 0 {
			b.WriteString(set)
			b.WriteString(g.pick("", "", "\n", " "))
		}
	}
	b.WriteString(g.block(1 + g.IntN(6)))
	s := b.String()
	if g.IntN(40) == 0 { // a slip of the pen
		i := g.IntN(len(s) + 1)
		return s[:i] + g.pick("$", "#", "\\", "{", ")", "(", "\"", "'", "]", "end", ".", "!") + s[i:]
	}
	return s
}

// one calls one of several productions; below a certain depth the first.
func (g *templates) one(choices ...func() string) string {
	if g.depth > 4 {
		return choices[0]()
	}
	g.depth++
	defer func() { g.depth-- }()
	return choices[g.IntN(len(choices))]()
}

func (g *templates) block(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(g.one(g.text, g.text, g.reference, g.reference, g.reference, g.set, g.condition, g.loop,
			g.comment, g.escape, g.macro, g.define, g.odd, g.change))
	}
	return b.String()
}

func (g *templates) text() string {
	return g.pick("x", " ", "\n", "  \n", "{\"a\": ", "}", ",", "\t", "é", "a.b", "(", ")", "[0]", "-", "\r\n", "  ", "\n\n", "end",
		"|", "<", ": ", "'", "\"", "!", ".", "*", "1")
}

func (g *templates) name() string {
	return g.pick("s", "i", "l", "m", "o", "d", "t", "w", "nope", "x", "y", "o", "l", "s")
}

func (g *templates) root() string {
	return g.pick("s", "i", "l", "m", "o", "d", "t", "w", "nope", "x", "y", "b1", "foreach", "velocityCount", "context", "stageVariables",
		"o", "o", "l", "m", "s", "input", "util")
}

func (g *templates) reference() string {
	name, steps := g.root(), g.steps()
	switch g.IntN(6) {
	case 0:
		return "${" + name + steps + "}"
	case 1:
		return "$!" + name + steps
	case 2:
		return "$!{" + name + steps + "}"
	}
	return "$" + name + steps
}

func (g *templates) steps() string {
	var b strings.Builder
	for g.IntN(5) < 3 && b.Len() < 60 {
		b.WriteString(g.one(g.property, g.property, g.method, g.method, g.index))
	}
	return b.String()
}

func (g *templates) property() string {
	return "." + g.pick("s", "n", "f", "list", "obj", "a", "b-c", "e", "in", "l", "m", "k", "z", "u", "d", "big", "huge", "words", "empty",
		"empty", "class", "class.name", "key", "value", "nope", "hasNext", "index", "count", "first", "last", "parent", "stage", "identity",
		"body", "sub", "authorizer", "more", "t", "no")
}

func (g *templates) index() string {
	return "[" + g.pick("0", "1", "'k'", "'a'", "$i", "\"s\"", "-1", "0", "$nope", "2", " 0 ") + "]"
}

func (g *templates) method() string {
	return "." + g.one(
		func() string {
			return g.pick("length()", "size()", "isEmpty()", "toString()", "trim()", "toUpperCase()", "toLowerCase()", "hashCode()",
				"keySet()", "values()", "entrySet()", "clear()", "intValue()", "doubleValue()", "longValue()", "getClass()", "iterator()")
		},
		func() string {
			return g.pick("substring", "charAt", "get", "remove", "add", "indexOf", "contains", "equals", "concat", "startsWith", "endsWith",
				"lastIndexOf", "put", "set", "containsKey", "containsValue", "compareTo", "equalsIgnoreCase", "parseInt", "valueOf",
				"addAll", "getOrDefault", "subList", "nope", "path", "params", "json", "base64Encode", "urlEncode", "join") +
				"(" + g.args(g.IntN(4)) + ")"
		},
		func() string {
			return g.pick("substring(1)", "substring(1, 2)", "charAt(0)", "get(0)", "get('k')", "indexOf('l')", "contains('e')",
				"replace('l', 'L')", "split(',')", "split('')", "split('l', 2)", "concat('z')", "add('q')", "put('n', 1)", "remove('k')",
				"remove(0)", "set(0, 'r')", "add(0, 'f')", "equals('text')", "path('$.list')", "json('$.obj')", "params('q')", "params()",
				"path('$.words')", "parseJson('[1,{}]')", "escapeJavaScript($s)", "format('%s-%5d|', 'a', 4)", "join(',', $l)",
				"subList(0, 1)", "containsKey('a')", "getOrDefault('zz', 9)", "addAll([7, 8])", "compareTo('b')", "parseInt('12')")
		},
		g.regexp,
	)
}

func (g *templates) regexp() string {
	pattern := g.pick(`[a-z]+`, `l+`, `(.)(.)`, `\d`, `\s*`, `(?i)HELLO`, `[^a-m]`, `(?=o)`, `e|o`, `(a|b)*`, `^.`, `.$`, `\w{2}`, `x?`,
		`(?<!l)l`, `(.)\1`, `[a-z&&[^l]]`, `o+?`, `l*+`, `(?:te|xt)`, `\bt`, `\p{Upper}`, `,`, `-`, ` `, `\.`, `*`, `(`, `[`)
	switch g.IntN(4) {
	case 0:
		return "replaceAll('" + pattern + "', '" + g.pick("-", "", "<$0>", "$1", `\\`, `\$`, "$9", "$") + "')"
	case 1:
		return "replaceFirst('" + pattern + "', '" + g.pick("-", "[$0]", "") + "')"
	case 2:
		return "matches('" + pattern + "')"
	}
	return "split('" + pattern + "')" + g.pick(".size()", "[0]", ".get(0)", ".isEmpty()", "[-1]")
}

func (g *templates) args(n int) string {
	args := make([]string, n)
	for i := range args {
		args[i] = g.pick("", "", " ") + g.literal() + g.pick("", "", " ")
	}
	return strings.Join(args, ",")
}

func (g *templates) literal() string {
	return g.one(
		func() string {
			return g.pick("1", "0", "-1", "'a'", "'k'", "true", "false", "2.5", "'l'", "''", "10", "\"x\"")
		},
		func() string { return "$" + g.root() + g.steps() },
		g.interpolated,
		func() string { return "[" + g.args(g.IntN(4)) + "]" },
		func() string { return g.mapLiteral() },
		func() string { return g.pick("[1..3]", "[3..1]", "[$i..5]", "[0..$nope]", "[ 1 .. 2 ]", "[-1..1]") },
		g.number,
	)
}

func (g *templates) number() string {
	return g.pick("2147483647", "-2147483648", "9223372036854775807", "99999999999999999999", "1.0", ".5", "5.", "1e3", "1.5E-5", "0.1", "100.0",
		"1234567.5", "12345678.5", "-7", "3", "2", "0.001", "1e21", "7")
}

func (g *templates) mapLiteral() string {
	switch g.IntN(5) {
	case 0:
		return g.pick("{}", "{ }", "{'a':1}", "{ 'a' : 1 , 'b' : 2 }", "{1: 'x', 'y': $s}", "{$s: 2}")
	}
	return "{'k': " + g.literal() + ", \"z\": " + g.literal() + "}"
}

func (g *templates) interpolated() string {
	return `"` + g.one(
		func() string {
			return g.pick("a", "v=$s", "${i}x", "$nope", "$!nope", "it's", "#if($t)y#end", `""q""`, "$s.length()", "a #", "$", "\\$s")
		},
		func() string { return strings.ReplaceAll(g.reference(), `"`, "'") + g.pick("", "-", " ", "\n") },
		func() string {
			return strings.ReplaceAll(g.block(2), `"`, "'")
		},
	) + `"`
}

func (g *templates) expression() string {
	return g.one(
		func() string { return g.literal() },
		func() string { return g.literal() + g.operator() + g.literal() },
		func() string { return "$" + g.name() + g.steps() + g.operator() + g.literal() },
		func() string { return "(" + g.expression() + ")" + g.operator() + g.expression() },
		func() string { return g.number() + g.pick(" + ", " - ", " * ", " / ", " % ") + g.number() },
		func() string { return g.number() + g.pick(" == ", " < ", " >= ", " != ") + g.number() },
		func() string { return g.pick("!", "not ", "! ") + g.expression() },
		func() string { return g.expression() + g.operator() + g.expression() },
	)
}

func (g *templates) operator() string {
	return g.pick(" + ", " - ", " * ", " / ", " % ", " == ", " != ", " < ", " > ", " <= ", " >= ", " && ", " || ", " and ", " or ", " eq ",
		" ne ", " lt ", "==", "+", " == ", " == ")
}

func (g *templates) set() string {
	target := "$" + g.name()
	switch g.IntN(8) {
	case 0:
		target += g.property()
	case 1:
		target += g.index()
	case 2:
		target = "$context." + g.pick("requestOverride.header.X-B", "responseOverride.status", "stage", "responseOverride.header['a']")
	}
	return g.pick("#set(", "#set( ", "#set (", "  #set(", "#{set}(", "#set(") + target + g.pick(" = ", "=", " =") + g.expression() +
		g.pick(")", " )", ")\n", ")  \n", ")\n")
}

func (g *templates) condition() string {
	var b strings.Builder
	b.WriteString(g.pick("#if(", "#if( ", "#if (", "  #if(") + g.expression() + g.pick(")", " )", ")\n", ") \n") + g.block(g.IntN(3)))
	for g.IntN(4) == 0 {
		b.WriteString("#elseif(" + g.expression() + g.pick(")", ")\n") + g.block(1))
	}
	if g.IntN(2) == 0 {
		b.WriteString(g.pick("#else\n", "#{else}", "#else ") + g.block(1+g.IntN(2)))
	}
	return b.String() + g.end()
}

func (g *templates) end() string { return g.pick("#end", "#end\n", "#{end}", "#end  \n", "#end ") }

func (g *templates) loop() string {
	over := g.pick("$l", "$m", "$o.list", "[1..3]", "['a','b']", "$m.keySet()", "$m.entrySet()", "$o", "$s", "$nope", "$w.split('-')", "[3..1]",
		"$o.obj.keySet()", "$context.identity.keySet()", "$input.params().header.entrySet()", "$l", "$o.words", "$m.values()", "$i", "[]", "{}")
	body := g.block(1 + g.IntN(3))
	switch g.IntN(5) {
	case 0:
		body += "#if($foreach.hasNext),#end"
	case 1:
		body += fmt.Sprintf("#if($foreach.index == %d)#break#end", g.IntN(3))
	case 2:
		body += "$x/$foreach.count "
	}
	return g.pick("#foreach(", "#foreach( ", "#foreach (") + "$" + g.pick("x", "y", "s", "x") + " in " + over + g.pick(")", " )", ")\n") + body + g.end()
}

func (g *templates) comment() string {
	return g.pick("## c\n", "##\n", "#* c *#", "#** d *#", "#* a\nb *#", "x## $nope\n", "#[[ $s #if ]]#", "#[[]]#", "#*##*#", "## #end\n", "#**#")
}

func (g *templates) escape() string {
	return g.pick("\\", "\\\\", "\\\\\\", "\\\\\\\\") + g.pick("$s", "$nope", "$!s", "${s}", "#if", "#end", "#set", "#nope", "#foreach", "x", "$", "#m1",
		"#if(true)a#end", "$o.s", "#else", "\"", "#")
}

func (g *templates) macro() string {
	switch g.IntN(4) {
	case 0:
		return "#macro(m" + g.pick("1", "2") + g.pick("", " $a", " $a $b", " $s", " $a, $b") + ")" + g.pick("", "\n") + g.block(1) + g.pick("", "$a", "$b$a", "#set($a = 9)$a") + g.end()
	case 1:
		return "#macro(m1 $a)[$a]#end#m1(" + g.literal() + ")"
	}
	return "#m" + g.pick("1", "2", "3") + "(" + g.pick("", g.literal(), g.literal()+" "+g.literal(), g.literal()+", "+g.literal(), "$s $i") + ")" + g.pick("", "\n", " ")
}

func (g *templates) define() string {
	if g.IntN(2) == 0 {
		return "#define($b1)" + g.block(1) + g.end()
	}
	return g.pick("$b1", "${b1}", "$!b1", "\"$b1\"")
}

// odd writes what looks like the language and is not, or hardly is.
func (g *templates) odd() string {
	return g.pick("$", "#", "$$", "##x\n", "$5", "$ s", "${ s", "#1", "# ", "#fff", "#unknown(1)", "#nope", "$s.", "$s. a", "$s..", "$l[", "$s(", "$s.length",
		"$s.length (", "$.a", "$!", "$!{", "${}", "$s-i", "$s[0]", "#{if}", "#elsey", "#stop", "#break", "#end", "$a.b##", "#set", "#if", "a#", "$#", "$[0]",
		"$s.5", "${s}.length()", "#@m1()b#end", "$true", "#literal()$s#end", "$s}", "$s{", "#include('a')", "#evaluate('a')", "$\\!s", "#{m1}()", "#[[ a ]]#")
}

// change calls a method that changes what it is called on.
func (g *templates) change() string {
	return g.pick("$l.add('n')", "$!m.put('p', $i)", "#set($q = $l.add($s))", "$l.remove(0)", "$m.remove('k')", "$!o.put('s', 'S')", "$o.words.add('d')",
		"#set($m.z = $l)", "#set($l[0] = 'L')", "#set($o.obj.a = 'A')", "$m.keySet().remove('k')", "$l.clear()", "$m.putAll({'pa': 1})")
}
