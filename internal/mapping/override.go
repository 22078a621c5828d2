package mapping

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/vtl"
)

// An Overridden is a kind of parameter that a template can override.
type Overridden uint8

// What $context.requestOverride and, of these the header alone,
// $context.responseOverride have.
const (
	OverriddenPath Overridden = iota
	OverriddenHeader
	OverriddenQuery
)

// overridden are the names of the kinds, in the order of requestOverride's
// members. [recorded on AWS]
var overridden = [...]string{"path", "header", "querystring"}

// overrides are what the templates of one exchange override. The response
// template sees what the request template has set.
type overrides struct {
	request, response *vtl.Map // nil: never looked at
	requestOf         [len(overridden)]*vtl.Map
	responseHeader    *vtl.Map
}

func (o *overrides) ofRequest() *vtl.Map {
	if o.request == nil {
		o.request = silent()
		for i, name := range overridden {
			o.requestOf[i] = silent()
			o.request.Put(name, vtl.MapValue(o.requestOf[i]))
		}
		o.request.Mark()
	}
	return o.request
}

func (o *overrides) ofResponse() *vtl.Map {
	if o.response == nil {
		o.response, o.responseHeader = silent(), silent()
		o.response.Put("header", vtl.MapValue(o.responseHeader))
		o.response.Mark()
	}
	return o.response
}

func silent() *vtl.Map {
	m := vtl.NewMap()
	m.Silent = true
	return m
}

// begin tells the overrides that a template begins, which may set each of them
// once.
func (o *overrides) begin() {
	for _, m := range o.maps() {
		m.Mark()
	}
}

// twice reports whether the template has set one twice.
func (o *overrides) twice() bool {
	return slices.ContainsFunc(o.maps(), func(m *vtl.Map) bool { return m.Rewrites() > 0 })
}

// maps returns those that there are.
func (o *overrides) maps() (all []*vtl.Map) {
	if o.request != nil {
		all = append(append(all, o.request), o.requestOf[:]...)
	}
	if o.response != nil {
		all = append(all, o.response, o.responseHeader)
	}
	return all
}

// Overrides reports whether a template has looked at requestOverride.
func (s *Scope) Overrides() bool { return s.overrides.request != nil }

// OverridesJSON returns $context.requestOverride and $context.responseOverride as
// JSON.
func (s *Scope) OverridesJSON() (request, response []byte, err error) {
	request, err = vtl.MapValue(s.overrides.ofRequest()).AppendJSON(nil)
	if err == nil {
		response, err = vtl.MapValue(s.overrides.ofResponse()).AppendJSON(nil)
	}
	return request, response, err
}

// RequestOverride returns what overrides one parameter of the request to the
// backend, and whether there is such a thing.
func (s *Scope) RequestOverride(kind Overridden, name string) (string, bool) {
	m := s.overrides.requestMap(kind)
	if m == nil {
		return "", false
	}
	v, ok := m.Get(name)
	return v.Text(), ok
}

// RequestOverrides returns all of a kind, in the order in which they were set.
func (s *Scope) RequestOverrides(kind Overridden) iter.Seq2[string, string] {
	return pairs(s.overrides.requestMap(kind))
}

// requestMap returns the overrides of a kind, which a template may have replaced
// by a map of its own.
func (o *overrides) requestMap(kind Overridden) *vtl.Map {
	if o.request == nil {
		return nil
	}
	return memberMap(o.request, overridden[kind])
}

func memberMap(m *vtl.Map, name string) *vtl.Map {
	v, _ := m.Get(name)
	inner, _ := v.AsMap()
	return inner
}

func pairs(m *vtl.Map) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if m == nil {
			return
		}
		for i := range m.Len() {
			if name, value := m.Entry(i); !yield(name.Text(), value.Text()) {
				return
			}
		}
	}
}

// ResponseStatus returns the status that a template gave the response, and
// whether it is one: an integer, or the text of one, that ends an exchange.
// Anything else is ignored.
func (s *Scope) ResponseStatus() (int, bool) {
	if s.overrides.response == nil {
		return 0, false
	}
	v, _ := s.overrides.response.Get("status")
	n, err := strconv.Atoi(strings.TrimSpace(v.Text()))
	return n, err == nil && n >= 200 && n <= 599
}

// OverrideRequest sets the header fields that a template gave the request to the
// backend, under the names that rename returns; "" leaves a field out.
func (s *Scope) OverrideRequest(h *message.Header, rename func(string) string) {
	setFields(h, s.overrides.requestMap(OverriddenHeader), rename)
}

// OverrideResponse does the same for the response to the caller.
func (s *Scope) OverrideResponse(h *message.Header, rename func(string) string) {
	if s.overrides.response != nil {
		setFields(h, memberMap(s.overrides.response, "header"), rename)
	}
}

// setFields sets fields. What cannot be one is left out, as it is of mappings.
func setFields(h *message.Header, m *vtl.Map, rename func(string) string) {
	for name, value := range pairs(m) {
		if name = rename(name); message.IsToken(name) && message.ValidValue(value) {
			h.Set(name, value)
		}
	}
}
