package jsonschema

import (
	"strings"
	"unsafe"

	"github.com/gatewright/gatewright/jsonpath"
)

// What bounds the work that a caller or an author can cause.
const (
	MaxSchema  = 4 << 20  // bytes of a schema and all that it refers to
	MaxText    = 32 << 20 // bytes of an instance
	MaxDepth   = 1000     // containers within containers
	MaxNumber  = 1000     // bytes of a number
	MaxPattern = 8 << 10  // bytes of a pattern
	MaxSteps   = 32 << 20 // keywords tried, values compared and the like in one validation
	MaxReport  = 1 << 20  // bytes of messages, after which a validation ends
)

// A Schema tells valid JSON from invalid. It never changes once Compile has
// returned it.
type Schema struct {
	root *node
}

// A node is one schema within a schema.
type node struct {
	rules []rule

	properties properties
	patterns   []patternNode // sorted by pattern
	others     *node         // additionalProperties, if that is a schema

	elements *node   // items, if that is a schema
	tuple    []*node // items, if that is a list
	rest     *node   // additionalItems, if that is a schema
}

// properties are the schemas of members by their names.
type properties struct {
	few  []property // all, unless there are many: these are quicker looked at than hashed
	many map[string]*node
}

type property struct {
	name string
	node *node
}

// of returns the schema for a name, nil if there is none.
func (p *properties) of(name string) *node {
	if p.many != nil {
		return p.many[name]
	}
	for i := range p.few {
		if p.few[i].name == name {
			return p.few[i].node
		}
	}
	return nil
}

// A patternNode is for the members whose names match.
type patternNode struct {
	pattern *pattern
	node    *node
}

// A rule is a compiled keyword, for values of some kinds.
type rule struct {
	kinds kinds
	check check
}

// Validate reports what is wrong with an instance: nil, an *Invalid, a
// *SyntaxError if it is no JSON, or ErrTooMuchWork or ErrLoop if it cannot be
// told. It keeps nothing of the instance.
func (s *Schema) Validate(instance []byte) error {
	doc := jsonpath.Borrow()
	defer doc.Return()
	if err := parse(doc, unsafe.String(unsafe.SliceData(instance), len(instance))); err != nil {
		return err
	}
	return s.ValidateNode(doc.Root())
}

// ValidateNode is Validate for a value that has been parsed already. Its document
// must have been Strict.
func (s *Schema) ValidateNode(instance jsonpath.Node) error {
	v := validations.Get().(*validation)
	defer v.release()
	if v.passes(s.root, value{instance}) {
		return nil
	}
	return v.report(s.root, value{instance})
}

// An Invalid says why an instance is not what the schema demands.
type Invalid struct {
	Messages []string
}

// Error returns the messages as API Gateway shows them, in brackets.
func (i *Invalid) Error() string {
	return "[" + strings.Join(i.Messages, ", ") + "]"
}
