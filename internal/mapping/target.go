package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/jsonpath"
)

// A Target is a parameter by its name and the source of its value.
type Target struct {
	Name string
	Expression
}

// A Request is the compiled parameter mapping of an integration's request.
type Request struct{ Header, Query, Path []Target }

// CompileRequest reads integration.request.{header|querystring|path}.N to
// source. What is no mapping at all sets nothing, as on AWS, where the control
// plane has refused it.
func CompileRequest(m map[string]string) Request {
	return Request{
		Header: CompileHeaders("integration.request.header.", m),
		Query:  compileTargets("integration.request.querystring.", m),
		Path:   compileTargets("integration.request.path.", m),
	}
}

// Check fails if a source has a JSON path that cannot be read: where others set
// nothing, who wrote it means something to be sent.
func Check(m map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		var path *jsonpath.PathError
		if _, err := Compile(m[key]); errors.As(err, &path) {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// Body reports whether the source of any target reports so.
func (r Request) Body() bool { return r.any(Target.Body) }

// BodyPath reports whether the source of any target reports so.
func (r Request) BodyPath() bool { return r.any(Target.BodyPath) }

func (r Request) any(is func(Target) bool) bool {
	return slices.ContainsFunc(slices.Concat(r.Header, r.Query, r.Path), is)
}

// A Response is the compiled parameter mapping of a method's response.
type Response struct{ Header []Target }

// CompileResponse reads method.response.header.N to source as CompileRequest
// does.
func CompileResponse(m map[string]string) Response {
	return Response{CompileHeaders("method.response.header.", m)}
}

// CompileHeaders reads the mappings whose key begins with prefix and goes on
// with the name of a header; a key that goes on otherwise sets nothing. Its
// targets are in the order of their names.
func CompileHeaders(prefix string, m map[string]string) []Target {
	return slices.DeleteFunc(compileTargets(prefix, m), func(t Target) bool { return !message.IsToken(t.Name) })
}

func compileTargets(prefix string, m map[string]string) []Target {
	var targets []Target
	for _, key := range slices.Sorted(maps.Keys(m)) {
		name, ok := strings.CutPrefix(key, prefix)
		if !ok || name == "" {
			continue
		}
		if e, err := Compile(m[key]); err == nil {
			targets = append(targets, Target{name, e})
		}
	}
	return targets
}

// Field returns the target as a header field. There is none where the value is
// missing or cannot stand in a header: a line break in a value that a caller
// chose must not begin another field.
func (t Target) Field(s *Scope) (f message.Field, ok bool) {
	v, ok := t.Value(s)
	return message.Field{Name: t.Name, Value: v}, ok && message.ValidValue(v)
}

// illegalHeaders cannot be set by a mapping: an integration that maps one fails
// whenever it is called, as recorded on AWS. illegalForAWS are the further ones
// of integrations with AWS's services.
var (
	illegalHeaders = []string{"Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"}
	illegalForAWS  = []string{"Authorization", "Connection", "Expect", "Proxy-Authenticate", "TE"}
)

// Illegal returns the first header that an integration of this type must not
// map and that r does, and whether there is one.
func (r Request) Illegal(integrationType string) (name string, found bool) {
	aws := integrationType == "AWS" || integrationType == "AWS_PROXY"
	for _, t := range r.Header {
		same := func(name string) bool { return message.EqualFold(name, t.Name) }
		if slices.ContainsFunc(illegalHeaders, same) || aws && slices.ContainsFunc(illegalForAWS, same) {
			return t.Name, true
		}
	}
	return "", false
}
