package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// A Service is a compiled integration of type AWS: a call of one of AWS's
// services. It never changes.
type Service struct {
	method   string // "": the caller's
	origin   backend
	scheme   string
	host     string
	path     mapping.URI
	pairs    []mapping.URI // of the query, as the URI has it
	target   string        // the whole request target, if that is the same for all requests
	action   string        // X-Amz-Target, where the owner sets none
	media    string        // Content-Type, where the owner sets none; "": as for every backend
	header   []mapping.Target
	query    []mapping.Target
	signer   *signer
	scope    scope
	backend  string
	function bool // it is a Lambda function
}

// Service compiles an integration for a stage with these variables.
func (s *Services) Service(i *restapi.Integration, variables map[string]string) (*Service, error) {
	mapped, text, err := readService(i, variables)
	if err != nil {
		return nil, err
	}
	u, err := parseServiceURI(text)
	if err != nil {
		return nil, err
	}
	base, err := s.locate(u)
	if err != nil {
		return nil, err
	}
	kind := kindOf(u.service)
	v := newService(i, &mapped)
	v.scheme, v.host, v.signer = base.Scheme, base.Host, s.signer
	v.scope = scope{service: kind.signed, region: u.region, plain: u.service == "s3"}
	origin, err := s.client.Origin(base.Scheme, base.Host, false)
	if err != nil {
		return nil, err
	}
	v.origin, v.backend = origin, origin.Address()
	if v.path, err = mapping.CompileURI(strings.TrimRight(base.EscapedPath(), "/")+"/"+u.path, mapped.Path); err != nil {
		return nil, err
	}
	if u.action != "" {
		v.tell(u, kind)
	}
	if err := v.compileQuery(u.query, mapped.Path); err != nil {
		return nil, err
	}
	v.fixTarget(&mapped)
	return v, nil
}

// Service compiles an integration of type AWS with a function, for a stage with
// these variables.
func (l *Lambda) Service(i *restapi.Integration, variables map[string]string) (*Service, error) {
	mapped, text, err := readService(i, variables)
	if err != nil {
		return nil, err
	}
	f, err := l.Function(text)
	if err != nil {
		return nil, err
	}
	if f.Streams() {
		return nil, fmt.Errorf("%w: %q: only a proxy hands a stream on", errFunctionURI, text)
	}
	v := newService(i, &mapped)
	v.origin, v.scheme, v.host, v.backend, v.function = f.origin, f.url.Scheme, f.url.Host, f.name, true
	v.signer, v.scope = f.signer, scope{service: "lambda", region: f.region}
	if v.path, err = mapping.CompileURI(f.url.EscapedPath(), nil); err != nil {
		return nil, err
	}
	v.fixTarget(&mapped)
	return v, nil
}

// IsFunction reports whether a URI of an integration of type AWS invokes a Lambda
// function, for a stage with these variables. What else Lambda does is called as
// any service is.
func IsFunction(uri string, variables map[string]string) bool {
	text, err := resolve(uri, variables)
	if err != nil {
		return false
	}
	u, err := parseServiceURI(text)
	return err == nil && u.service == "lambda" && strings.HasSuffix(u.path, "invocations")
}

// resolve fills in the stage variables of a URI.
func resolve(uri string, variables map[string]string) (string, error) {
	u, err := mapping.CompileURI(uri, nil)
	return string(u.Append(nil, &mapping.Scope{Variables: variables})), err
}

// serviceDropped are left out of a call even if a mapping sets them: Referer as
// the service does, and what the call's address and its signature say.
var serviceDropped = union(droppedAfterMapping,
	namesOf("Referer", "Host", "Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"))

// readService compiles the parameter mapping of an integration with AWS and fills
// in the stage variables of its URI.
func readService(i *restapi.Integration, variables map[string]string) (mapped mapping.Request, uri string, err error) {
	mapped = mapping.CompileRequest(i.RequestParameters)
	if name, illegal := mapped.Illegal(i.Type); illegal {
		return mapped, "", fmt.Errorf("%s %w", name, ErrHeader)
	}
	mapped.Header = slices.DeleteFunc(mapped.Header, func(t mapping.Target) bool { return serviceDropped.has(t.Name) })
	uri, err = resolve(i.URI, variables)
	return mapped, uri, err
}

func newService(i *restapi.Integration, mapped *mapping.Request) *Service {
	s := &Service{header: mapped.Header, query: mapped.Query}
	if i.HTTPMethod != "ANY" {
		s.method = i.HTTPMethod
	}
	return s
}

// tell adds to the URI's query which action is meant. Services that speak JSON
// are told by a header as well.
func (s *Service) tell(u *serviceURI, k kind) {
	query := "Action=" + u.action
	if u.query != "" {
		query += "&" + u.query
	}
	if k.version != "" && !s.maps("Version") && !strings.Contains("&"+query, "&Version=") {
		query += "&Version=" + k.version
	}
	u.query = query
	if k.target != "" && u.subdomain == "" {
		s.action = k.target + "." + u.action
	}
	s.media = k.media
}

// maps reports whether a mapping is about a query parameter.
func (s *Service) maps(name string) bool {
	return slices.ContainsFunc(s.query, func(t mapping.Target) bool { return t.Name == name })
}

// compileQuery reads the query of the URI, each parameter for itself: what a
// request fills in begins no other. Its "+" are blanks, as in forms.
func (s *Service) compileQuery(query string, path []mapping.Target) error {
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		u, err := mapping.CompileURI(strings.ReplaceAll(pair, "+", "%20"), path)
		if err != nil {
			return err
		}
		s.pairs = append(s.pairs, u)
	}
	return nil
}

// fixTarget makes the request target once if no mapping changes it.
func (s *Service) fixTarget(mapped *mapping.Request) {
	if len(mapped.Path) == 0 && len(mapped.Query) == 0 {
		s.target = string(s.appendTarget(nil, new(mapping.Scope)))
	}
}

// Scheme returns the scheme of the service's address.
func (s *Service) Scheme() string { return s.scheme }

// Backend is the address that is called, or the function.
func (s *Service) Backend() string { return s.backend }

// IsFunction reports whether a Lambda function is called.
func (s *Service) IsFunction() bool { return s.function }

// Do calls the service with a body and leaves its answer in res.
func (s *Service) Do(in *Input, body []byte, v Invocation, res *message.Response) error {
	call := &in.Call
	call.Method = s.method
	if call.Method == "" {
		call.Method = in.Method
	}
	call.Target = s.target
	if call.Target == "" || in.Scope.Overrides() {
		in.scratch = s.appendTarget(in.scratch[:0], in.Scope)
		if climbs(string(in.scratch)) {
			return ErrClimbs
		}
		call.Target = string(in.scratch)
	}
	call.Timeout, call.Caller = v.Timeout, in.Scope.Request.Caller
	call.Body = s.bodyOf(call.Method, body)
	s.appendHeader(in, v.SourceARN)
	if err := s.signer.sign(call, s.scope, v.Now); err != nil {
		return err
	}
	in.Scope.Settle()
	return s.origin.Do(call, res)
}

// ErrClimbs says that a request filled in a path that leads out of where its owner
// put it.
var ErrClimbs = errors.New("what is filled into the path has a segment of dots")

// climbs reports whether a path has a segment of dots. The signature is in our
// name, and what stands between us and a service may resolve them before it is
// looked at.
func climbs(target string) bool {
	path, _, _ := strings.Cut(target, "?")
	for segment := range strings.SplitSeq(strings.ReplaceAll(path, "%2F", "/"), "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// emptyEvent is what a function is given where there is no body. Lambda takes no
// bytes for it, and what stands in for Lambda may not.
var emptyEvent = []byte("{}")

// bodyOf returns what a call of this method has for a body.
func (s *Service) bodyOf(method string, body []byte) []byte {
	switch {
	case bodiless(method):
		return nil
	case s.function && len(body) == 0:
		return emptyEvent
	}
	return body
}

// appendTarget appends the request target: the URI's path and query, then what
// mappings and templates add to the query. All of it is encoded in the one way in
// which it is signed, and what a request fills in stays in its place.
func (s *Service) appendTarget(dst []byte, scope *mapping.Scope) []byte {
	path := string(s.path.Append(dst, scope)[len(dst):])
	q := query{dst: appendOnce(dst, path, "/")}
	for i := range s.pairs {
		name, value, valued := strings.Cut(string(s.pairs[i].Append(nil, scope)), "=")
		q.raw("")
		if q.dst = appendOnce(q.dst, name, ""); valued {
			q.dst = appendOnce(append(q.dst, '='), value, "")
		}
	}
	q.mapped(s.query, scope)
	return q.dst
}

// appendOnce appends s percent-encoded, but for the bytes of plain and what is
// encoded already: path parameters come as the caller encoded them.
func appendOnce(dst []byte, s, plain string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if strings.IndexByte(plain, c) >= 0 {
			dst = append(dst, c)
			continue
		}
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		dst = appendEscapedByte(dst, c)
	}
	return dst
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}

// serviceField returns the name under which a field that a template sets goes out,
// "" if it does not.
func serviceField(name string) string {
	if serviceDropped.has(name) || ours.has(name) {
		return ""
	}
	return name
}

// appendHeader fills in the call's header: what is mapped or set by a template,
// what the service is told in fields, and what every backend gets.
func (s *Service) appendHeader(in *Input, sourceARN string) {
	dst := append(in.Call.Header[:0], message.Field{Name: "Host", Value: s.host})
	for i := range s.header {
		if f, ok := s.header[i].Field(in.Scope); ok {
			dst.Set(f.Name, f.Value)
		}
	}
	if in.Scope.Overrides() {
		in.Scope.OverrideRequest(&dst, serviceField)
	}
	if s.action != "" {
		fill(&dst, "X-Amz-Target", s.action)
	}
	if s.media != "" && (s.action != "" || len(in.Call.Body) == 0 && hasBody(&in.Call)) {
		fill(&dst, "Content-Type", s.media)
	}
	if s.function {
		dst.Set("X-Amz-Source-Arn", sourceARN)
		dst.Set("x-amzn-lambda-integration-tag", in.Scope.Context.RequestID)
	}
	in.Call.Header = appendDefaults(dst, in)
}

// ErrorMessage returns what selection patterns match of a function's answer: the
// message of its error, or nothing if it did not fail. What the service says of
// an event that is no JSON is an answer like others. [recorded on AWS; the last
// from reports of its users]
func ErrorMessage(res *message.Response) (string, error) {
	switch res.Status {
	case http.StatusOK:
		if _, failed := res.Header.Lookup("X-Amz-Function-Error"); failed {
			return errorMessage(res.Body), nil
		}
		return "", nil
	case http.StatusAccepted, http.StatusNoContent, http.StatusBadRequest:
		return "", nil
	}
	return "", notRun(res)
}

// errorMessage reads the errorMessage of a function's error, which a runtime
// writes as a string.
func errorMessage(body []byte) string {
	var failure struct{ ErrorMessage json.RawMessage }
	if json.Unmarshal(body, &failure) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(failure.ErrorMessage, &text) != nil {
		return string(failure.ErrorMessage)
	}
	return text
}

// ServiceMessage returns the message of a service's error in JSON, "" if it has
// none.
func ServiceMessage(body []byte) string {
	var failure struct{ Message string }
	_ = json.Unmarshal(body, &failure) // whose name has a capital, or none
	return failure.Message
}

// EndpointRequestID returns the id that a service of AWS gave a call.
func EndpointRequestID(h message.Header) string {
	if id, ok := h.Lookup("x-amzn-RequestId"); ok {
		return id
	}
	return h.Get("x-amz-request-id")
}
