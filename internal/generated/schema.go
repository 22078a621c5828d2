package generated

import (
	"fmt"
	"strings"
)

// schemas writes schemas and instances.
type schemas struct{ source }

const modelURL = "https://apigateway.amazonaws.com/restapis/a1b2c3/models/"

// next returns a case. One in three schemas refers to models.
func (g schemas) next() Case {
	c := Case{Kind: "schema", JSON: g.instance(3), Models: map[string]string{}}
	for _, name := range []string{"Pet", "Owner"} {
		c.Models[name] = g.whole(2, "#", modelURL+"Pet", modelURL+"Owner")
	}
	switch g.IntN(3) {
	case 0:
		c.Schema = g.schema(3, modelURL+"Pet", modelURL+"Owner#", modelURL+"Owner", "#", "#/definitions/d")
	default:
		c.Models = nil
		c.Schema = g.schema(3, "#", "#/definitions/d", "#/definitions/d")
	}
	if g.chance(3) {
		c.JSON = g.damage(c.JSON, "", "'", `"`, "[", "]", "{", ".", ",", " ", "e", "-", "0", `\`, "\t", "x")
	}
	return c
}

func (g schemas) name() string {
	return g.pick("a", "b", "c", "id", "name", "tag", "é", "x-y", "a/b", "B")
}

func (g schemas) instance(depth int) string {
	if depth > 0 && g.chance(60) {
		if g.chance(65) {
			return g.object(depth)
		}
		return g.array(depth)
	}
	return g.scalar()
}

func (g schemas) scalar() string {
	switch g.IntN(8) {
	case 0:
		return "null"
	case 1:
		return g.pick("true", "false")
	case 2, 3:
		return fmt.Sprint(g.IntN(12) - 2)
	case 4:
		return g.number()
	default:
		return `"` + g.text() + `"`
	}
}

func (g schemas) number() string {
	return g.pick("0", "-0", "-0.0", "1.0", "1.5", "2.50", "1e2", "100", "100.0", "1E-7", "0.000001", "0.0000012", "12345678901234567890",
		"9223372036854775807", "9223372036854775808", "12345678901234567890.5", "3.14159", "1e30", "-7", "0.1", "0.30", "12E+3", "0e5")
}

func (g schemas) text() string {
	return g.pick("", "a", "abc", "x1", "cat", "dog", "a b", "é", "日本語", "😀😀", `q\"q`, `\\`, `n\nn`, `\u0001`, `a\/b`, "12", "0042", "A-1",
		"a@b.example", "Joe <a@b.example>", "a@", "1.2.3.4", "1.2.3.400", "::1", "1::2::3", "example.com", "-x.com", "http://x/y?z", "http://x y",
		"2026-11-21T10:00:00Z", "2026-11-21T10:00:00.25+01:00", "2026-13-21T10:00:00Z", "2026-02-29T10:00:00Z", "2026-11-21",
		"123e4567-e89b-12d3-a456-426614174000", "123e4567", "/a/~0", "/a/~2", "YWJj", "YQ==", "a=b=", "00:1a:2b:3c:4d:5e", "(", "[a-z]+")
}

func (g schemas) object(depth int) string {
	parts := make([]string, g.IntN(5))
	for i := range parts {
		parts[i] = fmt.Sprintf(`"%s":%s`, g.name(), g.instance(depth-1))
	}
	return "{" + strings.Join(parts, g.pick(",", ", ", " ,\n")) + "}"
}

func (g schemas) array(depth int) string {
	parts := make([]string, g.IntN(5))
	for i := range parts {
		parts[i] = g.instance(depth - 1)
	}
	if g.chance(10) { // longer ones, with equal elements or without
		for i := range 12 {
			parts = append(parts, fmt.Sprint(i))
		}
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// schema returns a schema; refs are those that it may have.
func (g schemas) schema(depth int, refs ...string) string {
	if depth < 3 && g.chance(8) {
		return fmt.Sprintf(`{"$ref":%q}`, g.pick(refs...))
	}
	return g.whole(depth, refs...)
}

// whole returns a schema that is more than a reference.
func (g schemas) whole(depth int, refs ...string) string {
	seen := map[string]bool{}
	var parts []string
	for range g.IntN(min(4, depth+2)) + 1 {
		if name, value := g.keyword(depth, refs); !seen[name] && value != "" {
			seen[name] = true
			parts = append(parts, fmt.Sprintf("%q:%s", name, value))
		}
	}
	if g.chance(30) && !seen["type"] {
		parts = append(parts, `"type":`+g.typeName())
	}
	if depth == 3 {
		if !seen["properties"] && g.chance(50) {
			parts = append(parts, `"properties":`+g.members(depth, refs))
		}
		parts = append(parts, fmt.Sprintf(`"definitions":{"d":%s}`, g.whole(1, refs...)))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (g schemas) typeName() string {
	one := func() string {
		return `"` + g.pick("array", "boolean", "integer", "null", "number", "object", "object", "string", "string") + `"`
	}
	if a, b := one(), one(); g.chance(25) && a != b {
		return "[" + a + "," + b + "]"
	}
	return one()
}

func (g schemas) keyword(depth int, refs []string) (name, value string) {
	sub := func() string { return g.schema(depth-1, refs...) }
	if depth > 0 && g.chance(45) {
		switch name = g.pick("properties", "properties", "properties", "patternProperties", "additionalProperties", "items", "items",
			"additionalItems", "dependencies", "allOf", "anyOf", "oneOf", "not"); name {
		case "properties":
			return name, g.members(depth, refs)
		case "patternProperties":
			return name, fmt.Sprintf(`{"%s":%s,"%s":%s}`, g.pick("^a", "^[a-c]$", "^x-"), sub(), g.pick("b", "d$", "."), sub())
		case "items":
			return name, g.pick(sub(), "["+sub()+"]", "["+sub()+","+sub()+"]")
		case "dependencies":
			return name, g.dependencies(sub)
		case "allOf", "anyOf", "oneOf":
			return name, g.pick("["+sub()+"]", "["+sub()+","+sub()+"]", "["+sub()+","+sub()+","+sub()+"]")
		default:
			return name, sub()
		}
	}
	return g.flat()
}

func (g schemas) dependencies(sub func() string) string {
	first, second := g.name(), g.name()
	if first == second {
		second += "2"
	}
	of := func() string { return g.pick(g.names(), sub()) }
	return fmt.Sprintf(`{"%s":%s,"%s":%s}`, first, of(), second, of())
}

func (g schemas) members(depth int, refs []string) string {
	seen := map[string]bool{}
	var parts []string
	for range g.IntN(4) {
		if name := g.name(); !seen[name] {
			seen[name] = true
			parts = append(parts, fmt.Sprintf(`"%s":%s`, name, g.schema(depth-1, refs...)))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (g schemas) names() string {
	first, second := g.name(), g.name()
	if first == second || g.chance(50) {
		return fmt.Sprintf(`["%s"]`, first)
	}
	return fmt.Sprintf(`["%s","%s"]`, first, second)
}

// flat returns a keyword without schemas in it.
func (g schemas) flat() (name, value string) {
	switch name = g.pick("type", "type", "required", "required", "enum", "enum", "pattern", "pattern", "format", "format", "minLength", "maxLength",
		"minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "minimum", "maximum", "multipleOf",
		"additionalProperties", "additionalItems", "title", "default", "nullable"); name {
	case "type":
		return name, g.typeName()
	case "required":
		return name, g.names()
	case "enum":
		return name, "[" + g.pick("[2]", `{"b":2,"a":[]}`, `"abc"`, "1.50") + `,"cat","dog",7.0,` + g.pick("null", `{"a":1}`, "[1]", "true", "100.0") + "]"
	case "pattern":
		return name, `"` + g.pattern() + `"`
	case "format":
		return name, `"` + g.pick("date-time", "email", "hostname", "ipv4", "ipv6", "uri", "regex", "uuid", "json-pointer", "mac", "base64",
			"md5", "date", "int32", "unknown") + `"`
	case "uniqueItems", "additionalProperties", "additionalItems", "nullable":
		return name, g.pick("true", "false")
	case "minimum", "maximum":
		value = g.pick(fmt.Sprint(g.IntN(12)-2), g.number())
		if g.chance(30) {
			value += fmt.Sprintf(`,"exclusive%s%s":%s`, strings.ToUpper(name[:1]), name[1:], g.pick("true", "false"))
		}
		return name, value
	case "multipleOf":
		return name, g.pick("2", "3", "0.1", "0.25", "5.0", "1e1", "0.0001", "7")
	case "title":
		return name, `"T"`
	case "default":
		return name, g.instance(1)
	default:
		return name, fmt.Sprint(g.IntN(5))
	}
}

func (g schemas) pattern() string {
	return g.pick("^[a-z]+$", "^[A-Z]-\\\\d+$", "a|b", "^.{2,3}$", "\\\\w@\\\\w", "^\\\\S*$", "^[^a]*$", "^(cat|dog)$", "\\\\.", "[\\\\w.-]+", "^$",
		"^\\\\d{2,}$", "^(?:a b)?$", "\\\\u00e9", "[\\\\s\\\\d]", "^\\\\/", "é+", "^[]", "[^]")
}
