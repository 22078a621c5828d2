// Package policy reads and evaluates IAM policy documents: who may do what to
// what, and when.
//
// [Parse] compiles a document once. [Evaluate] then answers requests from any
// number of policies, and any number of goroutines may ask at once:
//
//	p, err := policy.Parse(document)
//	…
//	d := policy.Evaluate(policy.Request{
//		Action:   "execute-api:Invoke",
//		Resource: "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/pets",
//		Context:  policy.ContextOf(map[string][]string{"aws:SourceIp": {"192.0.2.7"}}),
//	}, p)
//	if d.Outcome != policy.Allow { … }
//
// A [Decision] is Allow, ExplicitDeny or ImplicitDeny, and tells the statement
// that decided. Where a caller's own policies and those of what he calls meet,
// [SameAccount] and [CrossAccount] put both decisions together.
//
// # The language
//
// All of the elements of the user guide are there: Version, Id, Statement, Sid,
// Effect, Principal, Action, Resource and Condition, and NotPrincipal, NotAction
// and NotResource. Names of elements and operators are compared with case, and
// an element that is unknown or comes twice is an error.
//
// "*" stands for any run of characters and "?" for any one. In actions letters
// match without case. In ARNs each of the six parts is matched by itself, the
// last taking all colons that remain; a pattern of fewer parts is matched as a
// whole.
//
// ${key} in a resource or condition of a policy of version 2012-10-17 stands for
// the one value of a key of the request, ${key, 'text'} for text where there is
// none, and ${*}, ${?} and ${$} for these characters themselves. What has no
// value matches nothing, so that a negated operator is then true.
//
// # Conditions
//
// The operators are String, Numeric, Date, Arn, Bool, BinaryEquals, IpAddress
// and Null with their kin, with IfExists, ForAllValues: and ForAnyValue:. A key
// that a request does not have fails a condition, but for a negated operator,
// IfExists and ForAllValues. A key with several values and no set operator
// matches by any of them.
package policy
