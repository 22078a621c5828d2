package policy

import (
	"slices"
	"strings"
)

// A Principal is who makes a request. The zero Principal is nobody known.
type Principal struct {
	ARN       string // of the user, or of the session of a role
	Role      string // the role's ARN, where ARN is that of a session
	Account   string
	Service   string // "apigateway.amazonaws.com", where a service asks
	Federated string // the provider of a federated user
}

// principals are those whom a statement names.
type principals struct {
	everybody bool
	accounts  []string
	arns      []string
	services  []string
	federated []string
}

// readPrincipals reads "*", or lists of names by their kind.
func readPrincipals(n *node) (*principals, error) {
	if n.kind == str && n.text == "*" {
		return &principals{everybody: true}, nil
	}
	if n.kind != object || len(n.members) == 0 {
		return nil, n.errorf(`must be "*", or an object with AWS, Service, Federated or CanonicalUser`)
	}
	p := &principals{}
	for i := range n.members {
		m := &n.members[i]
		names, err := m.value.strings()
		if err != nil {
			return nil, err
		}
		for j := range names {
			if err := p.add(m.name, &names[j]); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

func (p *principals) add(kind string, name *node) error {
	if name.text != "*" && strings.ContainsAny(name.text, "*?") {
		return name.errorf(`a principal has no wildcards, but for "*": %q`, name.text)
	}
	switch kind {
	case "AWS":
		p.addAWS(name.text)
	case "Service":
		p.services = append(p.services, name.text)
	case "Federated":
		p.federated = append(p.federated, name.text)
	case "CanonicalUser": // Amazon S3's; nobody asks by that name here
	default:
		return name.errorf("there is no such kind of principal")
	}
	return nil
}

// addAWS adds an account, by its number or as its root user, or an identity.
func (p *principals) addAWS(name string) {
	if name == "*" {
		p.everybody = true
		return
	}
	if account, ok := strings.CutSuffix(name, ":root"); ok && strings.HasPrefix(name, "arn:") {
		name = account[strings.LastIndexByte(account, ':')+1:]
	}
	if isAccount(name) {
		p.accounts = append(p.accounts, name)
		return
	}
	p.arns = append(p.arns, name)
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// name reports whether who is one of them.
func (p *principals) name(who *Principal) bool {
	return p.everybody ||
		who.Account != "" && slices.Contains(p.accounts, who.Account) ||
		who.ARN != "" && slices.Contains(p.arns, who.ARN) ||
		who.Role != "" && slices.Contains(p.arns, who.Role) ||
		who.Service != "" && (slices.Contains(p.services, who.Service) || slices.Contains(p.services, "*")) ||
		who.Federated != "" && (slices.Contains(p.federated, who.Federated) || slices.Contains(p.federated, "*"))
}
