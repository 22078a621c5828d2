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
)

var (
	// ErrSyntax says that a source is not one that parameter mapping knows.
	ErrSyntax = errors.New("invalid mapping expression")

	// ErrBody says that a source is a body or a part of one, which is not
	// supported: who maps from it is refused, not served without it.
	ErrBody = errors.New("mapping from a body is not supported")
)

// An Expression is the compiled source of a value. It never changes.
type Expression struct {
	kind kind
	name string                // what it is the value of; the text itself for a text
	get  func(*Context) string // of a context variable; nil: one that is not known
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

// Compile reads a source. It fails with ErrBody for a body or a part of one and
// with ErrSyntax for anything else that is no source.
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
	if isBody(source, "method.request.body") || isBody(source, "integration.response.body") {
		return Expression{}, fmt.Errorf("%w: %q", ErrBody, source)
	}
	return Expression{}, fmt.Errorf("%w: %q", ErrSyntax, source)
}

func isBody(source, body string) bool {
	rest, ok := strings.CutPrefix(source, body)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// isName reports whether a name is made of what the service admits in one:
// letters, digits and ". _ $ - :".
func isName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !isAlphanumeric(c) && !strings.ContainsRune("._$-:", rune(c)) {
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
	case messageString:
		b, ok := e.Append(nil, s)
		return string(b), ok
	default:
		all := e.Values(s)
		return strings.Join(all, ","), len(all) > 0
	}
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
		return appendQuoted(dst, s.Context.Error.Message), true
	}
	v, ok := e.Value(s)
	return append(dst, v...), ok
}
