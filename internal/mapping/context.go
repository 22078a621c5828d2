package mapping

import (
	"strconv"
	"time"
)

// contextVariables are the names behind "context." and where their values are.
// A name that is not here has no value. Members of the authorizer have their
// own kind of expression.
var contextVariables = map[string]func(*Context) string{
	"accountId":                    func(c *Context) string { return c.AccountID },
	"apiId":                        func(c *Context) string { return c.APIID },
	"awsEndpointRequestId":         func(c *Context) string { return c.EndpointRequestID },
	"customDomain.basePathMatched": func(c *Context) string { return c.BasePathMatched },
	"deploymentId":                 func(c *Context) string { return c.DeploymentID },
	"domainName":                   func(c *Context) string { return c.DomainName },
	"domainPrefix":                 func(c *Context) string { return c.DomainPrefix },
	"endpointType":                 func(c *Context) string { return c.EndpointType },
	"error.message":                func(c *Context) string { return c.Error.Message },
	"error.responseType":           func(c *Context) string { return c.Error.ResponseType },
	"error.validationErrorString":  func(c *Context) string { return c.Error.ValidationErrorString },
	"extendedRequestId":            func(c *Context) string { return c.ExtendedRequestID },
	"httpMethod":                   func(c *Context) string { return c.HTTPMethod },
	"identity.apiKey":              func(c *Context) string { return c.APIKey },
	"identity.apiKeyId":            func(c *Context) string { return c.APIKeyID },
	"identity.sourceIp":            func(c *Context) string { return c.SourceIP },
	"identity.userAgent":           func(c *Context) string { return c.UserAgent },
	"isCanaryRequest":              func(c *Context) string { return c.IsCanaryRequest },
	"path":                         func(c *Context) string { return c.Path },
	"protocol":                     func(*Context) string { return "HTTP/1.1" }, // whatever the caller speaks
	"requestId":                    func(c *Context) string { return c.RequestID },
	"requestTime":                  requestTime,
	"requestTimeEpoch":             requestTimeEpoch,
	"resourceId":                   func(c *Context) string { return c.ResourceID },
	"resourcePath":                 func(c *Context) string { return c.ResourcePath },
	"stage":                        func(c *Context) string { return c.Stage },
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
