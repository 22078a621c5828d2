package integration

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/upstream"
)

// An HTTP is a compiled HTTP or HTTP_PROXY integration. It never changes.
type HTTP struct {
	proxy   bool
	method  string // "": the caller's
	origin  *upstream.Origin
	host    string
	uri     mapping.URI
	base    string // scheme://host, with which what uri gives begins
	target  string // what uri gives behind it, if that is the same for all requests
	header  []mapping.Target
	query   []mapping.Target
	timeout time.Duration
	idle    time.Duration // not 0: the answer goes on as it comes
}

// A Connection is how a backend is reached, beyond what its URI says. The zero
// value adds nothing.
type Connection struct {
	Address     string           // where a VPC link leads; "": the URI's host
	Certificate *tls.Certificate // shown to a backend that asks for one; nil: none
}

// What an integration can be refused for when it is compiled.
var (
	errURI     = errors.New("invalid endpoint address")
	ErrHeader  = errors.New("header already present")
	errDynamic = errors.New("a parameter in the host is not supported")
)

// NewHTTP compiles an integration for a stage with these variables.
func NewHTTP(client *upstream.Client, i *restapi.Integration, variables map[string]string, by Connection) (*HTTP, error) {
	mapped := mapping.CompileRequest(i.RequestParameters)
	if name, illegal := mapped.Illegal(i.Type); illegal {
		return nil, fmt.Errorf("%s %w", name, ErrHeader)
	}
	h := &HTTP{
		proxy:   i.Type == "HTTP_PROXY",
		timeout: time.Duration(i.TimeoutInMillis) * time.Millisecond,
		query:   mapped.Query,
	}
	h.header = slices.DeleteFunc(mapped.Header, func(t mapping.Target) bool { return h.name(t.Name) == "" })
	if i.HTTPMethod != "ANY" {
		h.method = i.HTTPMethod
	}
	var err error
	if h.uri, err = mapping.CompileURI(i.URI, mapped.Path); err != nil {
		return nil, err
	}
	// What is left in braces here is filled in by each request.
	sample := string(h.uri.Append(nil, &mapping.Scope{Variables: variables}))
	scheme, rest, ok := strings.Cut(sample, "://")
	if !ok {
		return nil, fmt.Errorf("%w: %q", errURI, sample)
	}
	h.host = rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		h.host = rest[:end]
	}
	if strings.Contains(scheme+h.host, "{") {
		return nil, fmt.Errorf("%w: %q: %w", errURI, sample, errDynamic)
	}
	h.base = scheme + "://" + h.host
	if len(mapped.Path) == 0 {
		h.target = string(rooted([]byte(sample), len(h.base))[len(h.base):])
	}
	if i.ResponseTransferMode == "STREAM" {
		h.idle = streamIdle
	}
	h.origin, err = client.OriginOf(upstream.Backend{
		Scheme: strings.ToLower(scheme), Host: h.host, Address: by.Address, Certificate: by.Certificate,
		Insecure: i.TLSConfig != nil && i.TLSConfig.InsecureSkipVerification,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errURI, err)
	}
	return h, nil
}

// Backend is the address that is called.
func (h *HTTP) Backend() string { return h.origin.Address() }

// name returns the name under which a mapped field goes out, "" if it does not.
func (h *HTTP) name(name string) string {
	if droppedAfterMapping.has(name) || !h.proxy && message.EqualFold(name, "Via") {
		return ""
	}
	return name
}

// overridden is name for what templates set, who may set any.
func (h *HTTP) overridden(name string) string {
	if ours.has(name) {
		return ""
	}
	return h.name(name)
}

// rooted returns a URI with a path behind its host, and without a fragment.
func rooted(uri []byte, host int) []byte {
	if end := slices.Index(uri, '#'); end >= 0 {
		uri = uri[:end]
	}
	if len(uri) == host || uri[host] != '/' {
		uri = slices.Insert(uri, host, '/')
	}
	return uri
}

// Do calls the backend with a body and leaves its answer in res. unread says that
// the body is what is still to be read of the caller's.
func (h *HTTP) Do(in *Input, body []byte, unread bool, res *message.Response) error {
	request := in.Scope.Request
	call := &in.Call
	call.Method = h.method
	if call.Method == "" {
		call.Method = in.Method
	}
	var err error
	if call.Target, err = h.targetOf(in); err != nil {
		return err
	}
	call.Timeout, call.Idle = h.timeout, h.idle
	call.Caller = request.Caller
	switch {
	case !h.proxy && bodiless(call.Method):
	case unread:
		call.Stream, call.StreamLen = request.Body, request.BodyLen
	default:
		call.Body = body
	}
	if h.proxy {
		h.appendProxyHeader(in)
	} else {
		h.appendHeader(in)
	}
	in.Scope.Settle()
	return h.origin.Do(call, res)
}

// bodiless reports whether calls of a method have no body, whatever a template
// makes: one that is there for what it overrides makes a line break at least, and
// many servers refuse a GET with a body.
func bodiless(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// targetOf returns the request target: the URI's path and query, then with
// HTTP_PROXY the caller's query as he wrote it, then what is mapped to it. A
// mapped parameter takes the place of the caller's of that name.
func (h *HTTP) targetOf(in *Input) (string, error) {
	request := in.Scope.Request
	plain := len(h.query) == 0 && (!h.proxy || !request.HasQuery) && !in.Scope.Overrides()
	if plain && h.target != "" {
		return h.target, nil
	}
	dst := h.uri.Append(in.scratch[:0], in.Scope)
	if !h.isAt(dst) {
		return "", fmt.Errorf("%w: %w", errURI, errDynamic)
	}
	dst = rooted(dst, len(h.base))
	q := query{dst: dst, open: slices.Contains(dst[len(h.base):], '?')}
	if h.proxy {
		h.appendSent(&q, request, in.Scope)
	}
	q.mapped(h.query, in.Scope)
	in.scratch = q.dst
	return string(q.dst[len(h.base):]), nil
}

// isAt reports whether a URI is one of the integration's host, which a template
// may try to override.
func (h *HTTP) isAt(uri []byte) bool {
	n := len(h.base)
	return len(uri) >= n && string(uri[:n]) == h.base && (len(uri) == n || strings.IndexByte("/?#", uri[n]) >= 0)
}

// appendSent appends the caller's own parameters, but for those that a mapping
// has a value for.
func (h *HTTP) appendSent(q *query, request *message.Request, s *mapping.Scope) {
	if len(h.query) == 0 {
		if request.HasQuery && (request.Query != "" || !q.open) {
			q.raw(request.Query)
		}
		return
	}
	sent := s.QueryParams()
	for rest, i := request.Query, 0; rest != ""; {
		var pair string
		if pair, rest, _ = strings.Cut(rest, "&"); pair == "" {
			continue
		}
		if !mapsTo(h.query, sent[i].Name, s) {
			q.raw(pair)
		}
		i++
	}
}

// mapsTo reports whether a target of this very name has a value.
func mapsTo(targets []mapping.Target, name string, s *mapping.Scope) bool {
	for i := range targets {
		if targets[i].Name == name {
			_, ok := targets[i].Value(s)
			return ok
		}
	}
	return false
}

// A query is a URI that parameters are appended to.
type query struct {
	dst  []byte
	open bool // it has a "?"
}

func (q *query) raw(pair string) {
	if q.open {
		q.dst = append(q.dst, '&')
	} else {
		q.dst = append(q.dst, '?')
		q.open = true
	}
	q.dst = append(q.dst, pair...)
}

func (q *query) pair(name, value string) {
	q.raw("")
	q.dst = append(appendEscaped(q.dst, name), '=')
	q.dst = appendEscaped(q.dst, value)
}

// mapped appends what mappings have a value for and what templates set in their
// place.
func (q *query) mapped(targets []mapping.Target, s *mapping.Scope) {
	for _, t := range targets {
		if _, overridden := s.RequestOverride(mapping.OverriddenQuery, t.Name); overridden {
			continue
		}
		for _, v := range t.Values(s) {
			q.pair(t.Name, v)
		}
	}
	for name, value := range s.RequestOverrides(mapping.OverriddenQuery) {
		q.pair(name, value)
	}
}

// appendEscaped appends one side of a query parameter, percent-encoded.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		dst = appendEscapedByte(dst, s[i])
	}
	return dst
}

func appendEscapedByte(dst []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
		return append(dst, c)
	}
	return append(dst, '%', hex[c>>4], hex[c&15])
}

// proxyDropped are the caller's fields that HTTP_PROXY does not hand on.
var proxyDropped = union(droppedOnArrival, notProxied, added)

func union(sets ...*names) *names {
	var all names
	for _, set := range sets {
		for n := range set {
			all[n] = append(all[n], set[n]...)
		}
	}
	return &all
}

// appendProxyHeader fills in the call's header: the caller's fields in his order
// and spelling, but for those that a mapping sets, then those, then the
// gateway's own.
func (h *HTTP) appendProxyHeader(in *Input) {
	dst := h.appendMapped(in)
	mapped := dst
	hops := hopsOf(in.Scope.Request.Header)
	sent := in.Call.Stream != nil || len(in.Call.Body) > 0
	for _, f := range in.Scope.Request.Header {
		if proxyDropped.has(f.Name) || hops.has(f.Name) || !sent && message.EqualFold(f.Name, "Content-Encoding") {
			continue
		}
		if _, set := mapped.Lookup(f.Name); !set {
			dst = append(dst, f)
		}
	}
	dst = appendOwn(dst, in)
	if _, set := mapped.Lookup("X-Forwarded-For"); !set && in.Port != "" {
		dst.Add("X-Forwarded-For", in.forwardedFor())
	}
	if _, set := mapped.Lookup("X-Forwarded-Port"); !set && in.Port != "" {
		dst.Add("X-Forwarded-Port", in.Port)
	}
	if _, set := mapped.Lookup("X-Forwarded-Proto"); !set && in.Port != "" {
		dst.Add("X-Forwarded-Proto", in.proto())
	}
	in.Call.Header = dst
}

// appendHeader fills in the call's header: what is mapped, and what every
// backend gets.
func (h *HTTP) appendHeader(in *Input) {
	in.Call.Header = appendDefaults(h.appendMapped(in), in)
}

// appendDefaults appends what every backend gets but those of HTTP_PROXY, where
// nothing is mapped in its place.
func appendDefaults(dst message.Header, in *Input) message.Header {
	fill(&dst, "Accept", "application/json")
	fill(&dst, "User-Agent", "AmazonAPIGateway_"+in.Scope.Context.APIID)
	if hasBody(&in.Call) {
		fill(&dst, "Content-Type", contentType(in.Scope.Request))
	}
	return appendOwn(dst, in)
}

// fill adds a field unless there is one of that name.
func fill(h *message.Header, name, value string) {
	if _, set := h.Lookup(name); !set {
		h.Add(name, value)
	}
}

// appendMapped appends Host and the mapped fields.
func (h *HTTP) appendMapped(in *Input) message.Header {
	dst := append(in.Call.Header[:0], message.Field{Name: "Host", Value: h.host})
	for i := range h.header {
		if f, ok := h.header[i].Field(in.Scope); ok {
			dst.Set(f.Name, f.Value)
		}
	}
	if in.Scope.Overrides() {
		in.Scope.OverrideRequest(&dst, h.overridden)
	}
	return dst
}

func appendOwn(dst message.Header, in *Input) message.Header {
	return append(dst,
		message.Field{Name: "X-Amzn-Trace-Id", Value: in.Trace},
		message.Field{Name: "X-Amzn-Apigateway-Api-Id", Value: in.Scope.Context.APIID})
}

// hasBody reports whether a call has a body or is of a method that usually has.
func hasBody(call *upstream.Call) bool {
	switch call.Method {
	case "POST", "PUT", "PATCH":
		return true
	}
	return len(call.Body) > 0 || call.Stream != nil
}

func contentType(r *message.Request) string {
	if v := r.Header.Get("Content-Type"); v != "" {
		return v
	}
	return "application/json"
}
