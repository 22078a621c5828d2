package mapping

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// contextVariables are the names behind "context." and where their values are.
// A name that is not here has no value. Members of the authorizer have their
// own kind of expression.
var contextVariables = map[string]func(*Context) string{
	"accountId":                   func(c *Context) string { return c.AccountID },
	"apiId":                       func(c *Context) string { return c.APIID },
	"deploymentId":                func(c *Context) string { return c.DeploymentID },
	"domainName":                  func(c *Context) string { return c.DomainName },
	"domainPrefix":                func(c *Context) string { return c.DomainPrefix },
	"endpointType":                func(c *Context) string { return c.EndpointType },
	"error.message":               func(c *Context) string { return c.Error.Message },
	"error.responseType":          func(c *Context) string { return c.Error.ResponseType },
	"error.validationErrorString": func(c *Context) string { return c.Error.ValidationErrorString },
	"extendedRequestId":           func(c *Context) string { return c.ExtendedRequestID },
	"httpMethod":                  func(c *Context) string { return c.HTTPMethod },
	"identity.sourceIp":           func(c *Context) string { return c.SourceIP },
	"identity.userAgent":          func(c *Context) string { return c.UserAgent },
	"path":                        func(c *Context) string { return c.Path },
	"protocol":                    func(*Context) string { return "HTTP/1.1" }, // whatever the caller speaks
	"requestId":                   func(c *Context) string { return c.RequestID },
	"requestTime":                 requestTime,
	"requestTimeEpoch":            requestTimeEpoch,
	"resourceId":                  func(c *Context) string { return c.ResourceID },
	"resourcePath":                func(c *Context) string { return c.ResourcePath },
	"stage":                       func(c *Context) string { return c.Stage },
}

// requestTime is in the form of the Common Log Format.
func requestTime(c *Context) string {
	if c.RequestTimeEpoch == 0 {
		return ""
	}
	return time.UnixMilli(c.RequestTimeEpoch).UTC().Format("02/Jan/2006:15:04:05 -0700")
}

func requestTimeEpoch(c *Context) string {
	if c.RequestTimeEpoch == 0 {
		return ""
	}
	return strconv.FormatInt(c.RequestTimeEpoch, 10)
}

func contextVariable(name string) Expression {
	if name == "error.messageString" {
		return Expression{kind: messageString, name: name}
	}
	return Expression{kind: context, name: name, get: contextVariables[name]}
}

func (e Expression) contextValue(c *Context) (string, bool) {
	if e.get == nil {
		return "", false
	}
	v := e.get(c)
	return v, v != ""
}

// appendQuoted appends s as a JSON string. Bytes that are no UTF-8 become
// U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
		i++
	}
	return append(dst, '"')
}
