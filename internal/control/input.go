package control

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
)

// A Body lists the members that an operation's body may have, in the order of
// the service's model, and what the framework demands of them before anything
// else is looked at. Other members are ignored.
type Body []Member

// A Member is a member of a body, "endpointConfiguration.types", or of a URL
// path, "statusCode".
type Member struct {
	Name     string
	Required bool
	Enum     []string         // in the order in which the service prints it
	Pattern  *pattern.Pattern // of the whole value
}

var statusCode = pattern.New(`^[1-5]\d\d$`)

// read reads the call's body into v and checks the model: first what cannot be
// read, then all violations in one answer, those of the body before those of
// the path.
func (c *call) read(v any) error {
	if err := decode(c.given(), v); err != nil {
		return err
	}
	return c.checkModel()
}

// given returns the members of the body that the operation knows.
func (c *call) given() object {
	known := make(object, len(c.op.Body))
	for _, m := range c.op.Body {
		name, _, _ := strings.Cut(m.Name, ".")
		if value, ok := c.body[name]; ok {
			known[name] = value
		}
	}
	return known
}

func (c *call) checkModel() error {
	var v violations
	input := lowerFirst(c.op.Name) + "Input."
	for _, m := range c.op.Body {
		if i := strings.LastIndexByte(m.Name, '.'); i >= 0 && lookup(c.body, m.Name[:i]) == nil {
			continue // what it would be a member of is not there
		}
		v.check(input+m.Name, lookup(c.body, m.Name), m)
	}
	c.checkURI(&v)
	return v.err()
}

func (c *call) checkURI(v *violations) {
	for _, m := range c.op.Query {
		if given, ok := c.query[m.Name]; ok {
			v.check(m.Name, given[0], m)
		} else {
			v.check(m.Name, nil, m)
		}
	}
	for _, m := range c.op.URI {
		v.check(m.Name, c.name(m.variable), m.Member)
	}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// A uriMember is a member of the URL path with a constraint.
type uriMember struct {
	Member
	variable string // of the route: "status_code"
}

// lookup finds a member, however deep: "endpointConfiguration.types".
func lookup(o object, name string) any {
	head, rest, nested := strings.Cut(name, ".")
	if !nested {
		return o[head]
	}
	inner, _ := o[head].(object)
	return lookup(inner, rest)
}

// violations are collected into one ValidationException.
type violations []string

func (v *violations) check(where string, value any, m Member) {
	switch value := value.(type) {
	case nil:
		if m.Required {
			*v = append(*v, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", where))
		}
	case string:
		if broken := m.broken(value); broken != "" {
			v.add(value, where, broken)
		}
	case []any:
		for _, item := range value {
			s, _ := item.(string)
			if broken := m.broken(s); broken != "" {
				v.add(printed(value), where, "Member must satisfy constraint: ["+broken+"]")
				return
			}
		}
	}
}

// broken says which constraint a value breaks. Where a member may be absent,
// an empty value counts as absent: recorded on AWS for ipAddressType.
func (m Member) broken(value string) string {
	if value == "" && !m.Required && m.Pattern == nil {
		return ""
	}
	if m.Enum != nil && !slices.Contains(m.Enum, value) {
		return "Member must satisfy enum value set: [" + strings.Join(m.Enum, ", ") + "]"
	}
	if m.Pattern != nil && !m.Pattern.MatchString(value) {
		return "Member must satisfy regular expression pattern: " + strings.Trim(m.Pattern.String(), "^$")
	}
	return ""
}

func (v *violations) add(value, where, broken string) {
	*v = append(*v, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", value, where, broken))
}

func (v violations) err() error {
	if len(v) == 0 {
		return nil
	}
	noun := " validation errors detected: "
	if len(v) == 1 {
		noun = " validation error detected: "
	}
	return &failure{400, "ValidationException", strconv.Itoa(len(v)) + noun + strings.Join(v, "; ")}
}

// printed writes a list as the service does: [a, b].
func printed(list []any) string {
	var b strings.Builder
	for i, item := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, item)
	}
	return "[" + b.String() + "]"
}
