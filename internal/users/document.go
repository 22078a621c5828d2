package users

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/policy"
)

// A Document is an IAM policy document: as YAML, or as its JSON in a text.
type Document struct{ node *yaml.Node }

// Administrator allows everything in API Gateway, like the managed policy
// AmazonAPIGatewayAdministrator.
func Administrator() Policy {
	d, err := ParseDocument([]byte(
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "apigateway:*", "Resource": "arn:*:apigateway:*:*:/*"}]}`))
	if err != nil {
		panic(err)
	}
	return Policy{"AmazonAPIGatewayAdministrator", d}
}

// ParseDocument reads a document from JSON and checks it.
func ParseDocument(text []byte) (Document, error) {
	// JSON is YAML; the policy's own parser is stricter than both.
	if _, err := policy.Parse(text); err != nil {
		return Document{}, err
	}
	var d Document
	if err := yaml.Load(text, &d); err != nil {
		return Document{}, err
	}
	block(d.node)
	_, err := d.compile()
	return d, err
}

// block writes what came in braces as lines.
func block(n *yaml.Node) {
	n.Style = 0
	for _, inner := range n.Content {
		block(inner)
	}
}

// UnmarshalYAML keeps the node as it is: a version that looks like a date stays
// a text.
func (d *Document) UnmarshalYAML(n *yaml.Node) error {
	d.node = n
	return nil
}

// MarshalYAML writes the node as it was read.
func (d Document) MarshalYAML() (any, error) { return d.node, nil }

func (d Document) compile() (*policy.Policy, error) {
	if d.node == nil {
		return nil, fmt.Errorf("the document is missing")
	}
	text := []byte(d.node.Value)
	if d.node.Kind != yaml.ScalarNode {
		tree, err := plain(d.node)
		if err != nil {
			return nil, err
		}
		if text, err = json.Marshal(tree); err != nil {
			return nil, err
		}
	}
	p, err := policy.Parse(text)
	if err != nil {
		return nil, err
	}
	if err := p.CheckIdentityBased(); err != nil {
		return nil, err
	}
	return p, checkKeys(text)
}

// plain makes what encoding/json takes of a node. What YAML has beyond JSON,
// such as aliases, has no place in a policy.
func plain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		return plainMap(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, inner := range n.Content {
			var err error
			if list[i], err = plain(inner); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!bool":
			return strings.EqualFold(n.Value, "true"), nil
		case "!!int", "!!float":
			return json.Number(n.Value), nil
		}
		return n.Value, nil
	}
	return nil, fmt.Errorf("line %d: a policy has no aliases", n.Line)
}

func plainMap(n *yaml.Node) (any, error) {
	members := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", n.Content[i].Line, name)
		}
		value, err := plain(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		members[name] = value
	}
	return members, nil
}

// checkKeys refuses conditions on what a request is about, which only the
// service itself knows: they are not built, and a Deny with one would deny
// nothing.
func checkKeys(text []byte) error {
	var tree struct{ Statement any }
	if err := json.Unmarshal(text, &tree); err != nil {
		return err
	}
	statements, ok := tree.Statement.([]any)
	if !ok {
		statements = []any{tree.Statement}
	}
	for i, s := range statements {
		statement, _ := s.(map[string]any)
		operators, _ := statement["Condition"].(map[string]any)
		for _, o := range operators {
			keys, _ := o.(map[string]any)
			for key := range keys {
				if strings.HasPrefix(strings.ToLower(key), "apigateway:") {
					return fmt.Errorf("policy: Statement[%d]: the condition key %s is not built into Gatewright yet", i, key)
				}
			}
		}
	}
	return nil
}
