package jsonschema

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/jsonpath"
)

// Compile reads a schema. What it refers to by URL, resolve finds: it gets the
// URL without the fragment and may be nil if there is nothing to find. A
// mistake is reported as a *SchemaError.
func Compile(schema []byte, resolve func(url string) ([]byte, error)) (*Schema, error) {
	c := &compiler{resolve: resolve, keywords: keywords, sources: map[string]*source{}, nodes: map[value]*node{}}
	root, err := c.read("", schema)
	if err != nil {
		return nil, err
	}
	n, err := c.node(root.place())
	if err != nil {
		return nil, err
	}
	return &Schema{n}, nil
}

// A compiler turns schemas and what they refer to into nodes, each place into
// one only, so that circles close.
type compiler struct {
	resolve  func(string) ([]byte, error)
	sources  map[string]*source // by URL
	size     int                // bytes of all sources
	nodes    map[value]*node
	keywords []keyword
}

// A source is the text of one schema.
type source struct {
	url      string
	document jsonpath.Document
}

func (s *source) place() place {
	return place{value: value{s.document.Root()}, source: s}
}

func (c *compiler) read(url string, text []byte) (*source, error) {
	s := &source{url: url}
	if c.size += len(text); c.size > MaxSchema {
		return nil, &SchemaError{URL: url, Err: errors.New("schema is too long")}
	}
	if err := parse(&s.document, string(text)); err != nil {
		return nil, &SchemaError{URL: url, Err: err}
	}
	c.sources[url] = s
	return s, nil
}

// A place is a value within a schema, with the way to it.
type place struct {
	value
	source  *source
	parent  value
	name    string // in an object,
	place   int    // and where it stands there
	pointer string
	node    *node // that the keyword is compiled for
}

func (p place) wrong(reason string) error { return p.wrap(errors.New(reason)) }

func (p place) wrap(err error) error {
	if err == nil {
		return nil
	}
	return &SchemaError{p.source.url, p.pointer, err}
}

func (p place) mustBe(allowed kinds) error {
	if !allowed.has(p.kind()) {
		return p.wrong("cannot be of type " + p.kind().String())
	}
	return nil
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// within returns what is within an object, in the order of the names, or an
// array.
func (p place) within() []place {
	var list []place
	if p.kind() == object {
		for _, m := range p.members() {
			list = append(list, p.part(m))
		}
		return list
	}
	for w := p.json.Walk(); w.Next(); {
		i := len(list)
		list = append(list, p.part(member{strconv.Itoa(i), value{w.Value()}, i}))
	}
	return list
}

func (p place) part(m member) place {
	return place{
		value: m.value, source: p.source, parent: p.value, name: m.name, place: m.place,
		pointer: p.pointer + "/" + pointerEscape.Replace(m.name),
	}
}

// sibling returns another keyword of the same schema, and whether there is one.
func (p place) sibling(name string) (value, bool) { return p.parent.member(name) }

// names reads a list of names, each there once and at least one, and sorts it.
func (p place) names() ([]string, error) {
	if err := p.mustBe(arrays); err != nil {
		return nil, err
	}
	var names []string
	for _, m := range p.within() {
		if err := m.mustBe(texts); err != nil {
			return nil, err
		}
		names = append(names, m.text())
	}
	slices.SortFunc(names, compareText)
	switch {
	case len(names) == 0:
		return nil, p.wrong("no elements")
	case len(slices.Compact(slices.Clone(names))) < len(names):
		return nil, p.wrong("elements are there twice")
	}
	return names, nil
}

// size reads the limit of a length.
func (p place) size() (int, error) {
	n, err := strconv.ParseInt(p.text(), 10, 32)
	if p.kind() != integer || err != nil || n < 0 {
		return 0, p.wrong("no size")
	}
	return int(n), nil
}

// node compiles the schema at a place.
func (c *compiler) node(p place) (*node, error) {
	p, err := c.follow(p)
	if err != nil {
		return nil, err
	}
	if n := c.nodes[p.value]; n != nil {
		return n, nil
	}
	if err := p.mustBe(objects); err != nil {
		return nil, err
	}
	n := &node{}
	c.nodes[p.value] = n
	byName := map[string]place{}
	for _, m := range p.within() {
		m.node = n
		byName[m.name] = m
	}
	for _, part := range []func(map[string]place, *node) error{c.within, c.rules, annotations} {
		if err := part(byName, n); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// follow returns the place that a schema refers to, or its own.
func (c *compiler) follow(p place) (place, error) {
	seen := map[value]bool{}
	for p.kind() == object {
		ref, there := p.member("$ref")
		if !there {
			break
		}
		if seen[p.value] || ref.kind() != text {
			return p, p.wrong("$ref leads nowhere")
		}
		seen[p.value] = true
		var err error
		if p, err = c.target(p, ref.text()); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (c *compiler) target(p place, ref string) (place, error) {
	base, fragment, _ := strings.Cut(ref, "#")
	s := p.source
	if base != "" {
		var err error
		if s, err = c.source(base); err != nil {
			return p, p.wrap(fmt.Errorf("$ref %s: %w", ref, err))
		}
	}
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return p, p.wrap(fmt.Errorf("$ref %s: %w", ref, err))
	}
	to := s.place()
	if pointer == "" {
		return to, nil
	}
	path, ok := strings.CutPrefix(pointer, "/")
	for _, token := range strings.Split(path, "/") {
		if ok {
			to, ok = to.step(token)
		}
	}
	if !ok {
		return p, p.wrong("$ref " + ref + " leads nowhere")
	}
	return to, nil
}

func (c *compiler) source(url string) (*source, error) {
	if s := c.sources[url]; s != nil {
		return s, nil
	}
	if c.resolve == nil {
		return nil, errors.New("no such schema")
	}
	text, err := c.resolve(url)
	if err != nil {
		return nil, err
	}
	return c.read(url, text)
}

var pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")

// step returns what a part of a JSON Pointer leads to.
func (p place) step(token string) (place, bool) {
	children := p.within()
	switch p.kind() {
	case object:
		name := pointerUnescape.Replace(token)
		i := slices.IndexFunc(children, func(m place) bool { return m.name == name })
		return at(children, i)
	case array:
		i, err := strconv.Atoi(token)
		if err != nil || strconv.Itoa(i) != token {
			i = -1
		}
		return at(children, i)
	}
	return p, false
}

func at(children []place, i int) (place, bool) {
	if i < 0 || i >= len(children) {
		return place{}, false
	}
	return children[i], true
}

// list compiles a list of one or more schemas.
func (c *compiler) list(p place) ([]*node, error) {
	if err := p.mustBe(arrays); err != nil {
		return nil, err
	}
	if p.count() == 0 {
		return nil, p.wrong("no schemas")
	}
	var nodes []*node
	for _, m := range p.within() {
		n, err := c.node(m)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// rules compiles the keywords that have messages.
func (c *compiler) rules(byName map[string]place, n *node) error {
	for _, k := range c.keywords {
		p, there := byName[k.name]
		if !there {
			continue
		}
		check, err := k.compile(c, p)
		if err != nil {
			return err
		}
		if check != nil {
			n.rules = append(n.rules, rule{k.kinds, check})
		}
	}
	return nil
}

// within compiles the keywords that lead into a value.
func (c *compiler) within(byName map[string]place, n *node) error {
	// What is wrong in a definition is reported even if nothing refers to it.
	if _, err := c.named(byName["definitions"]); err != nil {
		return err
	}
	var err error
	if n.properties, err = c.named(byName["properties"]); err != nil {
		return err
	}
	if err := c.patternProperties(byName, n); err != nil {
		return err
	}
	if err := c.items(byName, n); err != nil {
		return err
	}
	return c.remaining(byName, n)
}

// named compiles schemas by name.
func (c *compiler) named(p place) (all properties, err error) {
	if p.source == nil {
		return all, nil
	}
	if err := p.mustBe(objects); err != nil {
		return all, err
	}
	const few = 8
	if p.count() > few {
		all.many = make(map[string]*node, p.count())
	}
	for _, m := range p.within() {
		n, err := c.node(m)
		if err != nil {
			return all, err
		}
		if all.few = append(all.few, property{m.name, n}); all.many != nil {
			all.many[m.name] = n
		}
	}
	return all, nil
}

func (c *compiler) patternProperties(byName map[string]place, n *node) error {
	p, there := byName["patternProperties"]
	if !there {
		return nil
	}
	if err := p.mustBe(objects); err != nil {
		return err
	}
	for _, m := range p.within() {
		re, err := compilePattern(m.name)
		if err != nil {
			return m.wrap(err)
		}
		sub, err := c.node(m)
		if err != nil {
			return err
		}
		n.patterns = append(n.patterns, patternNode{re, sub})
	}
	return nil
}

func (c *compiler) items(byName map[string]place, n *node) (err error) {
	p, there := byName["items"]
	switch {
	case !there:
	case p.kind() == array:
		n.tuple, err = c.list(p)
	default:
		n.elements, err = c.node(p)
	}
	return err
}

// remaining compiles the schemas of additional elements and members.
func (c *compiler) remaining(byName map[string]place, n *node) (err error) {
	if p, there := byName["additionalItems"]; there && p.kind() == object {
		if n.rest, err = c.node(p); err != nil {
			return err
		}
	}
	if p, there := byName["additionalProperties"]; there && p.kind() == object {
		n.others, err = c.node(p)
	}
	return err
}

// annotations checks keywords that validate nothing alone.
func annotations(byName map[string]place, _ *node) error {
	for _, k := range []struct {
		name    string
		allowed kinds
		needs   string
	}{
		{"$schema", texts, ""},
		{"description", texts, ""},
		{"exclusiveMaximum", 1 << boolean, "maximum"},
		{"exclusiveMinimum", 1 << boolean, "minimum"},
		{"id", texts, ""},
		{"title", texts, ""},
	} {
		p, there := byName[k.name]
		if !there {
			continue
		}
		if err := p.mustBe(k.allowed); err != nil {
			return err
		}
		if k.needs == "" {
			continue
		}
		if _, there := p.sibling(k.needs); !there {
			return p.wrong("nothing without " + k.needs)
		}
	}
	return nil
}
