// Package mapping evaluates what API Gateway's mappings say of a request and of
// a backend's answer: the expressions of parameter mapping
// (method.request.header.X, integration.response.header.X, context.X,
// stageVariables.X, 'text'), the URIs of integrations, and the choice of a
// template by content type. All is compiled once and then only read.
package mapping

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/jsonpath"
)

// ErrSyntax says that a source is not one that parameter mapping knows.
var ErrSyntax = errors.New("invalid mapping expression")

// An Expression is the compiled source of a value. It never changes.
type Expression struct {
	kind kind
	name string                // what it is the value of; the text itself for a text
	get  func(*Context) string // of a context variable; nil: one that is not known
	path *jsonpath.Path        // into a body; nil: the whole of it
}

type kind uint8

const (
	text kind = iota
	requestHeader
	requestHeaders
	requestQuery
	requestQueries
	requestPath
	backendHeader
	backendHeaders
	stageVariable
	context
	authorizer
	requestBody
	backendBody
	messageString // context.error.messageString, which is quoted where it is written
)

// locations are the sources that have a name of the owner's choice behind a
// fixed beginning, in the order in which they are tried.
var locations = []struct {
	prefix string
	kind   kind
}{
	{"method.request.header.", requestHeader},
	{"method.request.multivalueheader.", requestHeaders},
	{"method.request.querystring.", requestQuery},
	{"method.request.multivaluequerystring.", requestQueries},
	{"method.request.path.", requestPath},
	{"integration.response.header.", backendHeader},
	{"integration.response.multivalueheader.", backendHeaders},
	{"stageVariables.", stageVariable},
	{"context.authorizer.", authorizer},
	{"context.", context},
}

// bodies are the sources that a JSON path may follow.
var bodies = []struct {
	prefix string
	kind   kind
}{
	{"method.request.body", requestBody},
	{"integration.response.body", backendBody},
}

// Compile reads a source. It fails with ErrSyntax for what is none.
func Compile(source string) (Expression, error) {
	if n := len(source); n >= 2 && source[0] == '\'' && source[n-1] == '\'' {
		return Expression{kind: text, name: source[1 : n-1]}, nil
	}
	for _, l := range locations {
		name, ok := strings.CutPrefix(source, l.prefix)
		if !ok {
			continue
		}
		if !isName(name) {
			return Expression{}, fmt.Errorf("%w: %q", ErrSyntax, source)
		}
		if l.kind == context {
			return contextVariable(name), nil
		}
		return Expression{kind: l.kind, name: name}, nil
	}
	for _, b := range bodies {
		if rest, ok := strings.CutPrefix(source, b.prefix); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return bodyExpression(source, b.kind, rest)
		}
	}
	return Expression{}, fmt.Errorf("%w: %q", ErrSyntax, source)
}

func bodyExpression(source string, kind kind, path string) (Expression, error) {
	e := Expression{kind: kind, name: source}
	if path == "" {
		return e, nil
	}
	var err error
	if e.path, err = jsonpath.Compile("$" + path); err != nil {
		return Expression{}, fmt.Errorf("%w: %q: %w", ErrSyntax, source, err)
	}
	return e, nil
}

// Body reports whether the source is a body or a part of one, which has to be
// read before it has a value.
func (e Expression) Body() bool { return e.kind == requestBody || e.kind == backendBody }

// BodyPath reports whether the source is a part of a body, which then has to be
// parsed.
func (e Expression) BodyPath() bool { return e.path != nil }

// isName reports whether a name is made of what the control plane admits in one:
// query parameters have names such as tags[].
func isName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !isAlphanumeric(c) && strings.IndexByte("!#$%&*+.^_|~:[]-", c) < 0 {
			return false
		}
	}
	return name != ""
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// Value returns the one value of the expression, several joined with ",", and
// whether there is one. Where there is none the target is not set.
func (e Expression) Value(s *Scope) (string, bool) {
	switch e.kind {
	case text:
		return e.name, true
	case requestHeader:
		return s.header().LastExact(e.name)
	case requestQuery:
		return s.Query(e.name)
	case requestPath:
		return s.PathParam(e.name)
	case backendHeader:
		return s.Backend.Last(e.name)
	case stageVariable:
		v, ok := s.Variables[e.name]
		return v, ok
	case context:
		return e.contextValue(&s.Context)
	case authorizer:
		v, ok := s.Context.Authorizer[e.name]
		return v, ok
	case requestBody:
		return e.bodyValue(&s.Sent)
	case backendBody:
		return e.bodyValue(&s.Answer)
	case messageString:
		b, ok := e.Append(nil, s)
		return string(b), ok
	default:
		all := e.Values(s)
		return strings.Join(all, ","), len(all) > 0
	}
}

// bodyValue is the whole payload, or the text of what the path leads to: of
// objects and arrays their JSON. A path that cannot be followed leads nowhere,
// as does null.
func (e Expression) bodyValue(p *Payload) (string, bool) {
	if e.path == nil {
		return p.whole(), true
	}
	n, err := p.eval(e.path)
	switch kind := n.Kind(); {
	case err != nil || kind == jsonpath.Missing || kind == jsonpath.Null:
		return "", false
	case kind == jsonpath.Array || kind == jsonpath.Object:
		return string(n.AppendJSON(nil)), true
	}
	return n.String(), true
}

// Values returns all values of the expression: several where its source is a
// multi-value one, at most one elsewhere.
func (e Expression) Values(s *Scope) []string {
	switch e.kind {
	case requestHeaders:
		return allOf(s.header(), func(name string) bool { return name == e.name })
	case backendHeaders:
		return allOf(s.Backend, func(name string) bool { return message.EqualFold(name, e.name) })
	case requestQueries:
		return s.QueryAll(e.name)
	}
	if v, ok := e.Value(s); ok {
		return []string{v}
	}
	return nil
}

func allOf(h message.Header, named func(string) bool) []string {
	var all []string
	for _, f := range h {
		if named(f.Name) {
			all = append(all, f.Value)
		}
	}
	return all
}

// Append appends what Value returns.
func (e Expression) Append(dst []byte, s *Scope) ([]byte, bool) {
	if e.kind == messageString {
		if !s.Context.Error.HasMessage {
			return dst, false
		}
		return AppendQuoted(dst, s.Context.Error.Message), true
	}
	v, ok := e.Value(s)
	return append(dst, v...), ok
}
