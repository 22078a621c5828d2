package jsonschema

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// A keyword compiles its value into a rule. One that returns no rule has
// nothing to say about the value itself.
type keyword struct {
	name    string
	kinds   kinds
	compile func(*compiler, place) (func(*validation, value), error)
}

// keywords are those with messages of their own, in the order in which these
// appear.
var keywords = []keyword{
	{"additionalItems", arrays, additionalItems},
	{"additionalProperties", objects, additionalProperties},
	{"allOf", allKind, allOf},
	{"anyOf", allKind, anyOf},
	{"dependencies", objects, dependencies},
	{"enum", allKind, enum},
	{"maxItems", arrays, maxItems},
	{"maxLength", texts, maxLength},
	{"maxProperties", objects, maxProperties},
	{"maximum", numbers, maximum},
	{"minItems", arrays, minItems},
	{"minLength", texts, minLength},
	{"minProperties", objects, minProperties},
	{"minimum", numbers, minimum},
	{"multipleOf", numbers, multipleOf},
	{"not", allKind, not},
	{"oneOf", allKind, oneOf},
	{"pattern", texts, patternKeyword},
	{"required", objects, required},
	{"type", allKind, typeKeyword},
	{"uniqueItems", arrays, uniqueItems},
	{"format", texts, format},
}

type check = func(*validation, value)

func additionalItems(c *compiler, p place) (check, error) {
	items, there := p.sibling("items")
	if p.kind() != boolean || p.text() == "true" || !there || items.kind() != array {
		return nil, p.mustBe(1<<boolean | objects)
	}
	allowed := items.count()
	return func(v *validation, at value) {
		if at.count() > allowed {
			v.fail("schema only allows %d elements in array but instance has %d elements", allowed, at.count())
		}
	}, nil
}

func additionalProperties(c *compiler, p place) (check, error) {
	if err := p.mustBe(1<<boolean | objects); err != nil || p.kind() != boolean || p.text() == "true" {
		return nil, err
	}
	n := p.node
	return func(v *validation, at value) {
		var unknown []string
		for w := at.json.Walk(); w.Next(); {
			if name := w.Name(); !v.knows(n, name) {
				unknown = append(unknown, name)
			}
		}
		if unknown != nil {
			slices.SortFunc(unknown, compareText)
			v.fail("object instance has properties which are not allowed by the schema: %s", quotedList(unknown))
		}
	}, nil
}

func (v *validation) knows(n *node, name string) bool {
	if n.properties.of(name) != nil {
		return true
	}
	v.spend(1)
	return slices.ContainsFunc(n.patterns, func(p patternNode) bool { return v.matches(p.pattern, name) })
}

func allOf(c *compiler, p place) (check, error) {
	nodes, err := c.list(p)
	return func(v *validation, at value) {
		if n := v.count(nodes, at); n < len(nodes) {
			v.fail("instance failed to match all required schemas (matched only %d out of %d)", n, len(nodes))
		}
	}, err
}

func anyOf(c *compiler, p place) (check, error) {
	nodes, err := c.list(p)
	return func(v *validation, at value) {
		for _, n := range nodes {
			if v.valid(n, at) {
				return
			}
		}
		v.fail("instance failed to match at least one required schema among %d", len(nodes))
	}, err
}

func oneOf(c *compiler, p place) (check, error) {
	nodes, err := c.list(p)
	return func(v *validation, at value) {
		if n := v.count(nodes, at); n != 1 {
			v.fail("instance failed to match exactly one schema (matched %d out of %d)", n, len(nodes))
		}
	}, err
}

// count returns how many schemas a value is valid against.
func (v *validation) count(nodes []*node, at value) (valid int) {
	for _, n := range nodes {
		if v.valid(n, at) {
			valid++
		}
	}
	return valid
}

func not(c *compiler, p place) (check, error) {
	n, err := c.node(p)
	return func(v *validation, at value) {
		if v.valid(n, at) {
			v.fail("instance matched a schema which it should not have")
		}
	}, err
}

// A dependency is what the presence of a member demands: others, or a schema.
type dependency struct {
	name   string
	wants  []string
	schema *node
	place  int
}

// dependencies tries those on names first, in the order of a Java HashMap, and
// then those on schemas, sorted.
func dependencies(c *compiler, p place) (check, error) {
	var onNames, onSchemas []dependency
	if err := p.mustBe(objects); err != nil {
		return nil, err
	}
	for _, m := range p.within() {
		d := dependency{name: m.name, place: m.place}
		var err error
		if m.kind() == array {
			d.wants, err = m.names()
			onNames = append(onNames, d)
		} else {
			d.schema, err = c.node(m)
			onSchemas = append(onSchemas, d)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(onNames, func(a, b dependency) int { return cmp.Compare(a.place, b.place) })
	size := hashTable(len(onNames))
	slices.SortStableFunc(onNames, func(a, b dependency) int { return cmp.Compare(bucket(a.name, size), bucket(b.name, size)) })
	return func(v *validation, at value) {
		for _, d := range onNames {
			if _, there := at.member(d.name); !there {
				continue
			}
			if missing := v.missing(at, d.wants); missing != nil {
				v.fail(`property "%s" of object has missing property dependencies (schema requires %s; missing: %s)`,
					d.name, quotedList(d.wants), quotedList(missing))
			}
		}
		for _, d := range onSchemas {
			if _, there := at.member(d.name); there {
				v.apply(d.schema, at)
			}
		}
	}, nil
}

// hashTable returns the size of a HashMap's table for n keys.
func hashTable(n int) uint32 {
	size := 16
	for size*3/4 < n {
		size *= 2
	}
	return uint32(size)
}

// bucket returns where a HashMap puts a key.
func bucket(key string, size uint32) uint32 {
	var hash uint32
	for _, unit := range utf16.Encode([]rune(key)) {
		hash = 31*hash + uint32(unit)
	}
	return (hash ^ hash>>16) & (size - 1)
}

func required(c *compiler, p place) (check, error) {
	names, err := p.names()
	return func(v *validation, at value) {
		if missing := v.missing(at, names); missing != nil {
			v.fail("object has missing required properties (%s)", quotedList(missing))
		}
	}, err
}

func (v *validation) missing(at value, names []string) (missing []string) {
	v.spend(len(names))
	for _, name := range names {
		if _, there := at.member(name); !there {
			missing = append(missing, name)
		}
	}
	return missing
}

func enum(c *compiler, p place) (check, error) {
	if err := p.mustBe(arrays); err != nil {
		return nil, err
	}
	if p.repeats() {
		return nil, p.wrong("elements are there twice")
	}
	choices := p.value
	all := string(choices.appendJSON(nil))
	return func(v *validation, at value) {
		for w := choices.json.Walk(); w.Next(); {
			if equal(value{w.Value()}, at, &v.steps) {
				return
			}
		}
		if v.failed = true; !v.quiet { // which spares writing the value
			v.fail("instance value (%s) not found in enum (possible values: %s)", at.appendJSON(nil), all)
		}
	}, nil
}

func typeKeyword(c *compiler, p place) (check, error) {
	var names []string
	var err error
	switch p.kind() {
	case text:
		names = []string{p.text()}
	default:
		names, err = p.names()
	}
	if slices.Contains(names, "number") && !slices.Contains(names, "integer") {
		names = append(names, "integer")
	}
	slices.Sort(names)
	var allowed kinds
	for _, name := range names {
		k := slices.Index(kindNames[:], name)
		if k < 0 {
			return nil, p.wrong("no type: " + name)
		}
		allowed |= 1 << k
	}
	all := quotedList(names)
	return func(v *validation, at value) {
		if !allowed.has(at.kind()) {
			v.fail("instance type (%s) does not match any allowed primitive type (allowed: %s)", at.kind(), all)
		}
	}, err
}

func maximum(c *compiler, p place) (check, error) {
	limit, exclusive, err := p.limit("exclusiveMaximum")
	return func(v *validation, at value) {
		switch order := limit.compare(at.text()); {
		case order < 0:
			v.fail("numeric instance is greater than the required maximum (maximum: %s, found: %s)",
				limit.text, numberText(at.text()))
		case order == 0 && exclusive:
			v.fail("numeric instance is not strictly lower than the required maximum %s", limit.text)
		}
	}, err
}

func minimum(c *compiler, p place) (check, error) {
	limit, exclusive, err := p.limit("exclusiveMinimum")
	return func(v *validation, at value) {
		switch order := limit.compare(at.text()); {
		case order > 0:
			v.fail("numeric instance is lower than the required minimum (minimum: %s, found: %s)",
				limit.text, numberText(at.text()))
		case order == 0 && exclusive:
			v.fail("numeric instance is not strictly greater than the required minimum %s", limit.text)
		}
	}, err
}

func multipleOf(c *compiler, p place) (check, error) {
	if err := p.mustBe(numbers); err != nil {
		return nil, err
	}
	divisor, shown := decimalOf(p.text()), limitText(p.text())
	if divisor.sign() <= 0 {
		return nil, p.wrong("not above zero")
	}
	return func(v *validation, at value) {
		if !decimalOf(at.text()).multipleOf(divisor) {
			v.fail("remainder of division is not zero (%s / %s)", numberText(at.text()), shown)
		}
	}, nil
}

func patternKeyword(c *compiler, p place) (check, error) {
	if err := p.mustBe(texts); err != nil {
		return nil, err
	}
	re, err := compilePattern(p.text())
	return func(v *validation, at value) {
		if !v.matches(re, at.text()) {
			v.fail(`ECMA 262 regex "%s" does not match input string "%s"`, re.source, at.text())
		}
	}, p.wrap(err)
}

func format(c *compiler, p place) (check, error) {
	fault := formats[p.text()]
	if fault == nil {
		return nil, p.mustBe(texts)
	}
	return func(v *validation, at value) {
		v.spend(len(at.text()) >> 2)
		if message := fault(at.text()); message != "" {
			v.fail("%s", message)
		}
	}, p.mustBe(texts)
}

func uniqueItems(c *compiler, p place) (check, error) {
	if err := p.mustBe(1 << boolean); err != nil || p.text() == "false" {
		return nil, err
	}
	return func(v *validation, at value) {
		if at.repeated(&v.steps) {
			v.fail("array must not contain duplicate elements")
		}
	}, nil
}

// A measure returns what a keyword bounds.
type measure func(value) int

func count(at value) int  { return at.count() }
func length(at value) int { return utf8.RuneCountInString(at.text()) }

func maxItems(c *compiler, p place) (check, error) {
	return atMost(p, count, func(v *validation, _ value, n, limit int) {
		v.fail("array is too long: must have at most %d elements but instance has %d elements", limit, n)
	})
}

func minItems(c *compiler, p place) (check, error) {
	return atLeast(p, count, func(v *validation, _ value, n, limit int) {
		v.fail("array is too short: must have at least %d elements but instance has %d elements", limit, n)
	})
}

func maxLength(c *compiler, p place) (check, error) {
	return atMost(p, length, func(v *validation, at value, n, limit int) {
		v.fail(`string "%s" is too long (length: %d, maximum allowed: %d)`, at.text(), n, limit)
	})
}

func minLength(c *compiler, p place) (check, error) {
	return atLeast(p, length, func(v *validation, at value, n, limit int) {
		v.fail(`string "%s" is too short (length: %d, required minimum: %d)`, at.text(), n, limit)
	})
}

func maxProperties(c *compiler, p place) (check, error) {
	return atMost(p, count, func(v *validation, _ value, n, limit int) {
		v.fail("object has too many properties (found %d but schema requires at most %d)", n, limit)
	})
}

func minProperties(c *compiler, p place) (check, error) {
	return atLeast(p, count, func(v *validation, _ value, n, limit int) {
		v.fail("object has too few properties (found %d but schema requires at least %d)", n, limit)
	})
}

type complain func(v *validation, at value, n, limit int)

func atMost(p place, of measure, complain complain) (check, error) {
	limit, err := p.size()
	return func(v *validation, at value) {
		if n := of(at); n > limit {
			complain(v, at, n, limit)
		}
	}, err
}

func atLeast(p place, of measure, complain complain) (check, error) {
	limit, err := p.size()
	return func(v *validation, at value) {
		if n := of(at); n < limit {
			complain(v, at, n, limit)
		}
	}, err
}
