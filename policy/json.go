package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A node is a JSON value and the place where it stands. encoding/json would
// take members whose names differ in case, and those that come twice.
type node struct {
	in     *document
	offset int
	path   string

	kind    kind
	text    string // of a string, number or boolean
	members []member
	items   []node
}

type member struct {
	name  string
	value node
}

type kind string

const (
	object  kind = "an object"
	array   kind = "a list"
	str     kind = "a string"
	number  kind = "a number"
	boolean kind = "true or false"
	null    kind = "null"
)

// deepest is how deep a value of a condition lies, and nothing lies deeper.
const deepest = 7

// A document is the text that is being read.
type document struct {
	text    []byte
	decoder *json.Decoder
}

func readJSON(text []byte) (node, error) {
	if !utf8.Valid(text) {
		return node{}, errorAt(text, 0, "", "not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		var syntax *json.SyntaxError
		offset := 0
		if errors.As(err, &syntax) {
			offset = int(max(0, syntax.Offset-1))
		}
		return node{}, errorAt(text, offset, "", "not JSON: "+err.Error())
	}
	d := &document{text, json.NewDecoder(strings.NewReader(string(text)))}
	d.decoder.UseNumber()
	return d.value("", 0)
}

// value reads the next value, which is known to be well formed.
func (d *document) value(path string, depth int) (node, error) {
	n := node{in: d, offset: d.position(), path: path}
	if depth > deepest {
		return n, n.errorf("nested too deeply")
	}
	token, err := d.decoder.Token()
	if err != nil {
		return n, n.errorf("%v", err)
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return n, n.readMembers(depth)
		}
		return n, n.readItems(depth)
	case string:
		n.kind, n.text = str, v
	case json.Number:
		n.kind, n.text = number, v.String()
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	default:
		n.kind = null
	}
	return n, nil
}

// position is where the next token begins.
func (d *document) position() int {
	at := int(d.decoder.InputOffset())
	for at < len(d.text) && strings.IndexByte(" \t\r\n:,", d.text[at]) >= 0 {
		at++
	}
	return at
}

func (n *node) readMembers(depth int) error {
	n.kind = object
	d := n.in
	for d.decoder.More() {
		offset := d.position()
		token, err := d.decoder.Token()
		if err != nil {
			return n.errorf("%v", err)
		}
		name, _ := token.(string)
		path := strings.TrimPrefix(n.path+"."+name, ".")
		if n.member(name) != nil {
			return errorAt(d.text, offset, path, "is there twice")
		}
		value, err := d.value(path, depth+1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name, value})
	}
	return d.end()
}

func (n *node) readItems(depth int) error {
	n.kind = array
	d := n.in
	for d.decoder.More() {
		item, err := d.value(fmt.Sprintf("%s[%d]", n.path, len(n.items)), depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return d.end()
}

// end reads the bracket that closes an object or a list.
func (d *document) end() error {
	_, err := d.decoder.Token()
	return err
}

// member returns the value of a name, or nil.
func (n *node) member(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i].value
		}
	}
	return nil
}

func (n *node) errorf(format string, args ...any) error {
	return errorAt(n.in.text, n.offset, n.path, fmt.Sprintf(format, args...))
}

func (n *node) want(k kind) error {
	if n.kind != k {
		return n.errorf("must be %s, not %s", k, n.kind)
	}
	return nil
}

// list returns the items of a list, or the value itself as the only one.
func (n *node) list() ([]node, error) {
	if n.kind != array {
		return []node{*n}, nil
	}
	if len(n.items) == 0 {
		return nil, n.errorf("must not be empty")
	}
	return n.items, nil
}

// strings returns the strings of a list, or the one string.
func (n *node) strings() ([]node, error) {
	items, err := n.list()
	if err != nil {
		return nil, err
	}
	for i := range items {
		if err := items[i].want(str); err != nil {
			return nil, err
		}
		if items[i].text == "" {
			return nil, items[i].errorf("must not be empty")
		}
	}
	return items, nil
}
