package policy

import (
	"fmt"
	"slices"
	"strings"
)

// MaxSize is the most bytes that a document may have: what the largest of AWS's
// own limits is. Most of them are far smaller.
const MaxSize = 20480

// The versions of the language. The older one has no variables.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// A Policy is a compiled document. It never changes.
type Policy struct {
	ID         string
	Statements []Statement
}

// A Statement allows or denies some actions on some resources.
type Statement struct {
	Sid    string
	Effect Effect

	principals    *principals // nil: the policy is attached to whoever it is about
	notPrincipals bool
	actions       []pattern
	notActions    bool
	resources     []arnPattern
	notResources  bool
	conditions    []condition
}

// An Effect is what a statement does to that which it matches.
type Effect string

// The two effects.
const (
	EffectAllow Effect = "Allow"
	EffectDeny  Effect = "Deny"
)

// Parse compiles a document. Its errors are of type *ParseError.
func Parse(text []byte) (*Policy, error) {
	if len(text) > MaxSize {
		return nil, errorAt(text, MaxSize, "", fmt.Sprintf("longer than %d bytes", MaxSize))
	}
	root, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	if err := root.elements("Version", "Id", "Statement"); err != nil {
		return nil, err
	}
	p := &Policy{}
	variables, err := readVersion(root.member("Version"))
	if err != nil {
		return nil, err
	}
	if p.ID, err = root.optionalText("Id"); err != nil {
		return nil, err
	}
	statements := root.member("Statement")
	if statements == nil {
		return nil, root.errorf("Statement is missing")
	}
	items, err := statements.list()
	if err != nil {
		return nil, err
	}
	p.Statements = make([]Statement, len(items))
	for i := range items {
		if err := p.Statements[i].read(&items[i], variables); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// CheckIdentityBased says whether p can be attached to a user: it must not name
// principals.
func (p *Policy) CheckIdentityBased() error {
	for i := range p.Statements {
		if p.Statements[i].principals != nil {
			return fmt.Errorf("policy: Statement[%d]: must not specify a principal", i)
		}
	}
	return nil
}

// CheckResourceBased says whether p can be attached to a resource: each of its
// statements must name principals.
func (p *Policy) CheckResourceBased() error {
	for i := range p.Statements {
		if p.Statements[i].principals == nil {
			return fmt.Errorf("policy: Statement[%d]: must specify a principal", i)
		}
	}
	return nil
}

// readVersion reports whether the language has variables.
func readVersion(n *node) (variables bool, err error) {
	if n == nil {
		return false, nil
	}
	if n.kind != str || n.text != version2008 && n.text != version2012 {
		return false, n.errorf("must be %q or %q", version2012, version2008)
	}
	return n.text == version2012, nil
}

// elements checks that n is an object with no members but these.
func (n *node) elements(names ...string) error {
	if err := n.want(object); err != nil {
		return err
	}
	for i := range n.members {
		if m := &n.members[i]; !slices.Contains(names, m.name) {
			return m.value.errorf("there is no such element")
		}
	}
	return nil
}

func (n *node) optionalText(name string) (string, error) {
	m := n.member(name)
	if m == nil {
		return "", nil
	}
	return m.text, m.want(str)
}

func (s *Statement) read(n *node, variables bool) (err error) {
	if err := n.elements("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"); err != nil {
		return err
	}
	if s.Sid, err = n.optionalText("Sid"); err != nil {
		return err
	}
	if err := s.readEffect(n); err != nil {
		return err
	}
	if err := s.readPrincipals(n); err != nil {
		return err
	}
	if err := s.readActions(n); err != nil {
		return err
	}
	if err := s.readResources(n, variables); err != nil {
		return err
	}
	s.conditions, err = readConditions(n.member("Condition"), variables)
	return err
}

func (s *Statement) readEffect(n *node) error {
	effect := n.member("Effect")
	if effect == nil {
		return n.errorf("Effect is missing")
	}
	s.Effect = Effect(effect.text)
	if effect.kind != str || s.Effect != EffectAllow && s.Effect != EffectDeny {
		return effect.errorf("must be %q or %q", EffectAllow, EffectDeny)
	}
	return nil
}

// either returns the element of a name, or of the same with "Not", of which
// there may be one.
func (n *node) either(name string) (found *node, negated bool, err error) {
	is, not := n.member(name), n.member("Not"+name)
	switch {
	case is != nil && not != nil:
		return nil, false, not.errorf("%s is there too", name)
	case not != nil:
		return not, true, nil
	}
	return is, false, nil
}

func (s *Statement) readPrincipals(n *node) error {
	element, negated, err := n.either("Principal")
	if element == nil || err != nil {
		return err
	}
	s.notPrincipals = negated
	s.principals, err = readPrincipals(element)
	return err
}

func (s *Statement) readActions(n *node) error {
	element, negated, err := n.either("Action")
	if err != nil {
		return err
	}
	if element == nil {
		return n.errorf("Action or NotAction is missing")
	}
	items, err := element.strings()
	if err != nil {
		return err
	}
	s.notActions = negated
	for i := range items {
		vendor, name, ok := strings.Cut(items[i].text, ":")
		if items[i].text != "*" && (!ok || name == "" || vendor == "" || strings.ContainsAny(vendor, "*?")) {
			return items[i].errorf(`must be "*", or a service, a colon and a name, not %q`, items[i].text)
		}
		s.actions = append(s.actions, compile(items[i].text, wildcards))
	}
	return nil
}

func (s *Statement) readResources(n *node, variables bool) error {
	element, negated, err := n.either("Resource")
	if err != nil {
		return err
	}
	if element == nil {
		return n.errorf("Resource or NotResource is missing")
	}
	items, err := element.strings()
	if err != nil {
		return err
	}
	s.notResources = negated
	for i := range items {
		if text := items[i].text; text != "*" && !strings.Contains(text, ":") {
			return items[i].errorf(`must be "*" or an ARN, not %q`, text)
		}
		p, err := compileARN(&items[i], variables)
		if err != nil {
			return err
		}
		s.resources = append(s.resources, p)
	}
	return nil
}
