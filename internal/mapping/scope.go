package mapping

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/vtl"
)

// A Scope is what expressions may refer to during one exchange. The data plane
// fills it as the exchange goes on. It serves one goroutine.
type Scope struct {
	Request   *message.Request  // nil: there is none to speak of, as when it was malformed
	Params    []Param           // of the path, still escaped
	Variables map[string]string // of the stage
	Context   Context
	Backend   message.Header // of the integration's answer
	Sent      Payload        // of the request
	Answer    Payload        // of the integration's answer

	// Arrived is the header of the request as templates see it, when one is to
	// be run: what ends at the gateway is gone, and what it adds is there.
	Arrived message.Header

	query     []Param // the parsed query string, read when first asked for
	hasQuery  bool
	overrides overrides
	documents []*document // that templates have parsed
	turn      bool        // the exchange has one of parsing
	rendering rendering   // of the template that runs
	given     *vtl.Map    // $context, where there is no exchange that it follows from
}

// Reset forgets the exchange and keeps the memory.
func (s *Scope) Reset() {
	s.Settle()
	s.Sent.reset()
	s.Answer.reset()
	for _, d := range s.documents {
		d.release()
	}
	params, query, arrived, scratch := s.Params, s.query, s.Arrived, s.rendering.scratch
	clear(params[:cap(params)])
	clear(query[:cap(query)])
	clear(arrived[:cap(arrived)])
	*s = Scope{Params: params[:0], query: query[:0], Arrived: arrived[:0]}
	if cap(scratch) <= maxScratch {
		s.rendering.scratch = scratch
	}
}

// maxScratch is how large a buffer may be to be kept for the next exchange.
const maxScratch = 64 << 10

// A Param is a name and one of its values.
type Param struct{ Name, Value string }

// A Context holds the values of $context, under the developer guide's names
// for them. An empty value is one that is not there.
type Context struct {
	AccountID         string
	APIID             string
	APIKey            string // that the request is counted for, where the method requires one
	APIKeyID          string
	Authorizer        map[string]string // by the name behind "authorizer.": "principalId", "claims.email"
	BasePathMatched   string            // of a custom domain name
	DeploymentID      string
	DomainName        string
	DomainPrefix      string
	EndpointRequestID string // that a service of AWS gave the call, awsEndpointRequestId
	EndpointType      string
	ExtendedRequestID string
	HTTPMethod        string
	IsCanaryRequest   string // "true" or "false", where there is a canary
	Path              string // with the stage
	RequestID         string
	RequestTimeEpoch  int64 // milliseconds
	ResourceID        string
	ResourcePath      string
	SourceIP          string
	Stage             string
	UserAgent         string
	Error             Error
}

// An Error holds the values of $context.error.
type Error struct {
	Message               string
	HasMessage            bool // false: null
	ResponseType          string
	ValidationErrorString string
}

// Query returns the last value of a query parameter and whether there is one.
func (s *Scope) Query(name string) (string, bool) {
	query := s.QueryParams()
	for i := len(query) - 1; i >= 0; i-- {
		if query[i].Name == name {
			return query[i].Value, true
		}
	}
	return "", false
}

// QueryAll returns all values of a query parameter in the caller's order.
func (s *Scope) QueryAll(name string) []string {
	var all []string
	for _, p := range s.QueryParams() {
		if p.Name == name {
			all = append(all, p.Value)
		}
	}
	return all
}

// QueryParams returns the parameters of the query string in the caller's order,
// decoded, "+" as a blank. The string is read once, when it is first asked for.
func (s *Scope) QueryParams() []Param {
	if !s.hasQuery && s.Request != nil {
		s.query = appendQuery(s.query[:0], s.Request.Query)
		s.hasQuery = true
	}
	return s.query
}

func appendQuery(params []Param, query string) []Param {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		params = append(params, Param{unescape(name), unescape(value)})
	}
	return params
}

// unescape decodes one side of a query parameter. What is no valid escape stays
// as it was sent.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := url.QueryUnescape(s[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		if s[i] == '+' {
			b.WriteByte(' ')
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// PathParam returns the value of a path parameter as it was sent, still
// escaped, and whether the route has one of that name.
func (s *Scope) PathParam(name string) (string, bool) {
	for _, p := range s.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// header returns the header of the request, empty where there is no request.
func (s *Scope) header() message.Header {
	if s.Request == nil {
		return nil
	}
	return s.Request.Header
}
