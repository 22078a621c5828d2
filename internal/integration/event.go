package integration

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// A namedField is a header field and its place in the order of the event.
type namedField struct {
	message.Field
	at int
}

// AppendEvent appends the event that a Lambda function is invoked with, in
// format 1.0 of the developer guide's "Input format of a Lambda function for
// proxy integration". Members are in the order in which the service writes
// them; maps without members are null.
func (in *Input) AppendEvent(dst, body []byte, binary bool) []byte {
	s := in.Scope
	dst = appendMember(dst, '{', "resource", s.Context.ResourcePath)
	dst = appendMember(dst, ',', "path", in.Resource)
	dst = appendMember(dst, ',', "httpMethod", in.Method)
	dst = in.appendHeaders(dst)
	dst = in.appendQuery(dst)
	dst = appendParams(append(dst, `,"pathParameters":`...), s.Params)
	dst = appendVariables(append(dst, `,"stageVariables":`...), s.Variables)
	dst = in.appendContext(append(dst, `,"requestContext":`...))
	dst = append(dst, `,"body":`...)
	switch {
	case len(body) == 0:
		return append(dst, `null,"isBase64Encoded":false}`...)
	case binary:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, body)
		return append(dst, `","isBase64Encoded":true}`...)
	}
	if !utf8.Valid(body) {
		body = content.AppendText(nil, body)
	}
	dst = mapping.AppendQuoted(dst, body)
	return append(dst, `,"isBase64Encoded":false}`...)
}

// appendHeaders appends headers and multiValueHeaders, sorted by name without
// case.
func (in *Input) appendHeaders(dst []byte) []byte {
	in.collectFields()
	dst = append(dst, `,"headers":`...)
	dst = in.appendNamed(dst, func(dst []byte, group []namedField) []byte {
		return mapping.AppendQuoted(dst, group[len(group)-1].Value)
	})
	dst = append(dst, `,"multiValueHeaders":`...)
	return in.appendNamed(dst, func(dst []byte, group []namedField) []byte {
		dst = append(dst, '[')
		for i := range group {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = mapping.AppendQuoted(dst, group[i].Value)
		}
		return append(dst, ']')
	})
}

func (in *Input) appendNamed(dst []byte, value func([]byte, []namedField) []byte) []byte {
	open := byte('{')
	for rest := in.fields; len(rest) > 0; {
		n := 1
		for n < len(rest) && message.EqualFold(rest[n].Name, rest[0].Name) {
			n++
		}
		dst = append(dst, open)
		open = ','
		dst = append(mapping.AppendQuoted(dst, rest[0].Name), ':')
		dst = value(dst, rest[:n])
		rest = rest[n:]
	}
	return closeObject(dst, open)
}

// collectFields gathers the fields of the event.
func (in *Input) collectFields() {
	in.fields = in.fields[:0]
	in.arrived(func(name, value string) { in.field(eventName(name), value) })
	slices.SortFunc(in.fields, func(a, b namedField) int {
		if c := compareFold(a.Name, b.Name); c != 0 {
			return c
		}
		return a.at - b.at
	})
}

// arrived tells the fields of the request as those behind the gateway see them.
// To a test's none are added. [recorded on AWS]
func (in *Input) arrived(tell func(name, value string)) {
	hops := hopsOf(in.Scope.Request.Header)
	for _, f := range in.Scope.Request.Header {
		if !droppedOnArrival.has(f.Name) && !added.has(f.Name) && !hops.has(f.Name) {
			tell(f.Name, f.Value)
		}
	}
	if in.Port == "" {
		return
	}
	tell("X-Amzn-Trace-Id", in.Trace)
	tell("X-Forwarded-For", in.forwardedFor())
	tell("X-Forwarded-Port", in.Port)
	tell("X-Forwarded-Proto", in.proto())
}

// Arrive gives templates the header of the request.
func (in *Input) Arrive() {
	in.arrived(in.Scope.Arrived.Add)
}

func (in *Input) field(name, value string) {
	in.fields = append(in.fields, namedField{message.Field{Name: name, Value: value}, len(in.fields)})
}

// eventName is the spelling of a caller's header in the event: his own, but for
// two that the service title-cases. [recorded on AWS]
func eventName(name string) string {
	for _, title := range [...]string{"Authorization", "User-Agent"} {
		if message.EqualFold(name, title) {
			return title
		}
	}
	return name
}

func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// appendQuery appends queryStringParameters, the last value of each name, and
// multiValueQueryStringParameters. Names come in the caller's order.
func (in *Input) appendQuery(dst []byte) []byte {
	query := in.Scope.QueryParams()
	in.chain(query)
	dst = append(dst, `,"queryStringParameters":`...)
	dst = in.appendChains(dst, query, func(dst []byte, first int) []byte {
		return mapping.AppendQuoted(dst, query[in.links[first].last].Value)
	})
	dst = append(dst, `,"multiValueQueryStringParameters":`...)
	return in.appendChains(dst, query, func(dst []byte, first int) []byte {
		open := byte('[')
		for i := first; i >= 0; i = in.links[i].next {
			dst = mapping.AppendQuoted(append(dst, open), query[i].Value)
			open = ','
		}
		return append(dst, ']')
	})
}

// A link chains parameters of one name.
type link struct {
	first int // the first of the name
	last  int // the last, known to the first
	next  int // the next; -1: none
}

// fewParams is up to how many parameters it is quicker to look at all of them
// than to make an index.
const fewParams = 16

// chain makes in.links the links of the parameters, one for each.
func (in *Input) chain(query []mapping.Param) {
	in.links = in.links[:0]
	var index map[string]int
	if len(query) > fewParams {
		index = make(map[string]int, len(query))
	}
	for i, p := range query {
		first, found := index[p.Name]
		if index == nil {
			first = slices.IndexFunc(query[:i], func(q mapping.Param) bool { return q.Name == p.Name })
			found = first >= 0
		}
		if !found {
			first = i
			if index != nil {
				index[p.Name] = i
			}
		}
		in.links = append(in.links, link{first, i, -1})
		if found {
			in.links[in.links[first].last].next = i
			in.links[first].last = i
		}
	}
}

// appendChains appends an object with a member for each name of the query.
func (in *Input) appendChains(dst []byte, query []mapping.Param, value func(dst []byte, first int) []byte) []byte {
	open := byte('{')
	for i, p := range query {
		if in.links[i].first != i {
			continue
		}
		dst = append(dst, open)
		open = ','
		dst = append(mapping.AppendQuoted(dst, p.Name), ':')
		dst = value(dst, i)
	}
	return closeObject(dst, open)
}

func appendParams(dst []byte, params []mapping.Param) []byte {
	open := byte('{')
	for _, p := range params {
		dst = appendMember(dst, open, p.Name, p.Value)
		open = ','
	}
	return closeObject(dst, open)
}

func appendVariables(dst []byte, variables map[string]string) []byte {
	open := byte('{')
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		dst = appendMember(dst, open, name, variables[name])
		open = ','
	}
	return closeObject(dst, open)
}

// closeObject ends an object whose next member would begin with open: one that
// has none is null.
func closeObject(dst []byte, open byte) []byte {
	if open == '{' {
		return append(dst, "null"...)
	}
	return append(dst, '}')
}

// appendContext appends requestContext. Its order is that of the service's hash
// maps, as its events show it.
func (in *Input) appendContext(dst []byte) []byte {
	c := &in.Scope.Context
	dst = appendMember(dst, '{', "resourceId", c.ResourceID)
	dst = appendMember(dst, ',', "resourcePath", c.ResourcePath)
	dst = appendMember(dst, ',', "httpMethod", c.HTTPMethod)
	dst = appendMember(dst, ',', "extendedRequestId", c.ExtendedRequestID)
	dst = append(dst, `,"requestTime":"`...)
	dst = time.UnixMilli(c.RequestTimeEpoch).UTC().AppendFormat(dst, "02/Jan/2006:15:04:05 +0000")
	dst = append(dst, '"')
	dst = appendMember(dst, ',', "path", c.Path)
	dst = appendMember(dst, ',', "accountId", c.AccountID)
	dst = appendMember(dst, ',', "protocol", "HTTP/1.1")
	dst = appendMember(dst, ',', "stage", c.Stage)
	dst = appendMember(dst, ',', "domainPrefix", c.DomainPrefix)
	dst = append(dst, `,"requestTimeEpoch":`...)
	dst = strconv.AppendInt(dst, c.RequestTimeEpoch, 10)
	dst = appendMember(dst, ',', "requestId", c.RequestID)
	dst = appendIdentity(append(dst, `,"identity":`...), c)
	dst = appendMember(dst, ',', "domainName", c.DomainName)
	dst = appendMember(dst, ',', "deploymentId", c.DeploymentID)
	return append(appendMember(dst, ',', "apiId", c.APIID), '}')
}

// The members of identity, in the order of the service's hash maps, which is
// another one with those of an API key.
var (
	identity = [...]string{
		"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
		"cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
	}
	identityWithKey = [...]string{
		"cognitoIdentityPoolId", "cognitoIdentityId", "principalOrgId", "apiKey", "cognitoAuthenticationType", "userArn", "apiKeyId",
		"userAgent", "accountId", "caller", "sourceIp", "accessKey", "cognitoAuthenticationProvider", "user",
	}
)

// appendIdentity appends who the caller is. What is not known is null.
func appendIdentity(dst []byte, c *mapping.Context) []byte {
	members := identity[:]
	if c.APIKey != "" {
		members = identityWithKey[:]
	}
	open := byte('{')
	for _, name := range members {
		dst = append(append(append(dst, open, '"'), name...), '"', ':')
		open = ','
		if value := identityOf(c, name); value != "" {
			dst = mapping.AppendQuoted(dst, value)
		} else {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}')
}

func identityOf(c *mapping.Context, name string) string {
	switch name {
	case "apiKey":
		return c.APIKey
	case "apiKeyId":
		return c.APIKeyID
	case "sourceIp":
		return c.SourceIP
	case "userAgent":
		return c.UserAgent
	}
	return ""
}

func appendMember(dst []byte, open byte, name, value string) []byte {
	dst = append(mapping.AppendQuoted(append(dst, open), name), ':')
	return mapping.AppendQuoted(dst, value)
}
