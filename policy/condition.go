package policy

import (
	"slices"
	"strings"
)

// A condition compares the values of one key with those of a policy.
type condition struct {
	key      string // lower case
	matchers []matcher
	negated  bool // none of the matchers may match
	set      set
	ifExists bool
	null     nullity
}

// A set says which values of a key with several have to match.
type set uint8

const (
	noSet set = iota
	forAllValues
	forAnyValue
)

// A nullity is what the operator Null asks for.
type nullity uint8

const (
	notAsked nullity = iota
	mustBeAbsent
	mustBePresent
)

// readConditions reads operators, in each its keys, in each its values.
func readConditions(n *node, variables bool) ([]condition, error) {
	if n == nil {
		return nil, nil
	}
	if err := n.want(object); err != nil {
		return nil, err
	}
	var all []condition
	for i := range n.members {
		m := &n.members[i]
		form, op, err := readOperator(m)
		if err != nil {
			return nil, err
		}
		if err := m.value.want(object); err != nil {
			return nil, err
		}
		for j := range m.value.members {
			c := form
			c.key = strings.ToLower(m.value.members[j].name)
			if err := c.readValues(&m.value.members[j].value, op, variables); err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// readOperator reads a name such as ForAnyValue:StringLikeIfExists.
func readOperator(m *member) (form condition, op operator, err error) {
	name := m.name
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		form.set, name = forAllValues, rest
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		form.set, name = forAnyValue, rest
	}
	name, form.ifExists = strings.CutSuffix(name, "IfExists")
	op, known := operators[name]
	if !known || name == "Null" && name != m.name {
		return form, op, m.value.errorf("there is no such operator")
	}
	form.negated = op.negated
	return form, op, nil
}

func (c *condition) readValues(n *node, op operator, variables bool) error {
	values, err := n.list()
	if err != nil {
		return err
	}
	for i := range values {
		v := &values[i]
		if !slices.Contains([]kind{str, number, boolean}, v.kind) {
			return v.errorf("must be a string, a number or a boolean, not %s", v.kind)
		}
		if op.compile == nil {
			if c.null, err = readNullity(v); err != nil {
				return err
			}
			continue
		}
		m, err := op.compile(v, variables)
		if err != nil {
			return err
		}
		c.matchers = append(c.matchers, m)
	}
	return nil
}

func readNullity(v *node) (nullity, error) {
	switch {
	case strings.EqualFold(v.text, "true"):
		return mustBeAbsent, nil
	case strings.EqualFold(v.text, "false"):
		return mustBePresent, nil
	}
	return notAsked, v.errorf("must be true or false, not %q", v.text)
}

// met reports whether the key's values in a request are as they should be.
func (c *condition) met(context Context) bool {
	values := context.values(c.key)
	if c.null != notAsked {
		return (len(values) == 0) == (c.null == mustBeAbsent)
	}
	if len(values) == 0 {
		return c.metByNone()
	}
	if c.set == forAllValues || c.set == noSet && c.negated {
		for _, value := range values {
			if !c.metBy(value, context) {
				return false
			}
		}
		return true
	}
	for _, value := range values {
		if c.metBy(value, context) {
			return true
		}
	}
	return false
}

// metByNone is what a key is worth that is not there.
func (c *condition) metByNone() bool {
	switch {
	case c.ifExists, c.set == forAllValues:
		return true
	case c.set == forAnyValue:
		return false
	}
	return c.negated
}

// metBy reports whether one value equals one of the policy's, or, negated, none
// of them.
func (c *condition) metBy(value string, context Context) bool {
	for i := range c.matchers {
		if c.matchers[i].matches(value, context) {
			return !c.negated
		}
	}
	return c.negated
}
