package policy

import (
	"fmt"
	"strings"
)

// A Request asks whether somebody may do something.
type Request struct {
	Action    string // "execute-api:Invoke"
	Resource  string // the ARN of what it is done to
	Principal Principal
	Context   Context // nil: there are no keys
}

// A Context returns the values of a key of the request, such as aws:sourceip:
// its name is given in lower case. A key that the request does not have has no
// values.
type Context func(key string) []string

func (c Context) values(key string) []string {
	if c == nil {
		return nil
	}
	return c(key)
}

// ContextOf returns a Context of keys in any case.
func ContextOf(keys map[string][]string) Context {
	folded := make(map[string][]string, len(keys))
	for key, values := range keys {
		folded[strings.ToLower(key)] = values
	}
	return func(key string) []string { return folded[key] }
}

// An Outcome is the answer of policies to a request.
type Outcome uint8

// The outcomes. What nobody allows is denied.
const (
	ImplicitDeny Outcome = iota
	Allow
	ExplicitDeny
)

func (o Outcome) String() string {
	switch o {
	case ImplicitDeny:
		return "implicit deny"
	case Allow:
		return "allow"
	case ExplicitDeny:
		return "explicit deny"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// A Decision is an Outcome and the statement that led to it: the first that
// denies, else the first that allows. An ImplicitDeny has none.
type Decision struct {
	Outcome   Outcome
	Statement *Statement
}

// Evaluate decides a request by all of the policies together, as they lie on
// one side: those of the caller, or that of what he calls. A policy that is nil
// says nothing.
func Evaluate(r Request, policies ...*Policy) Decision {
	var decided Decision
	for _, p := range policies {
		if p == nil {
			continue
		}
		for i := range p.Statements {
			s := &p.Statements[i]
			if decided.Outcome == Allow && s.Effect == EffectAllow || !s.matches(&r) {
				continue
			}
			if s.Effect == EffectDeny {
				return Decision{ExplicitDeny, s}
			}
			decided = Decision{Allow, s}
		}
	}
	return decided
}

// SameAccount puts together what the caller's policies and those of the
// resource decided, when both belong to one account: it is enough that one of
// them allows. (Developer guide, "How API Gateway resource policies affect
// authorization workflow", table A.)
func SameAccount(identity, resource Decision) Decision {
	switch {
	case resource.Outcome == ExplicitDeny:
		return resource
	case identity.Outcome == ExplicitDeny, identity.Outcome == Allow:
		return identity
	}
	return resource
}

// CrossAccount is SameAccount for a caller from another account: both have to
// allow. (The same page, table B.)
func CrossAccount(identity, resource Decision) Decision {
	switch {
	case resource.Outcome == ExplicitDeny:
		return resource
	case identity.Outcome == ExplicitDeny:
		return identity
	case identity.Outcome == Allow && resource.Outcome == Allow:
		return resource
	}
	return Decision{}
}

// matches reports whether s says anything about r.
func (s *Statement) matches(r *Request) bool {
	if s.principals != nil && s.principals.name(&r.Principal) == s.notPrincipals {
		return false
	}
	return s.hasAction(r) != s.notActions && s.hasResource(r) != s.notResources && s.met(r.Context)
}

func (s *Statement) hasAction(r *Request) bool {
	for i := range s.actions {
		if s.actions[i].matches(r.Action, nil, true) {
			return true
		}
	}
	return false
}

func (s *Statement) hasResource(r *Request) bool {
	for i := range s.resources {
		if s.resources[i].matches(r.Resource, r.Context) {
			return true
		}
	}
	return false
}

// met reports whether all conditions are.
func (s *Statement) met(context Context) bool {
	for i := range s.conditions {
		if !s.conditions[i].met(context) {
			return false
		}
	}
	return true
}
