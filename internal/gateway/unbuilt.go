package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/validation"
)

// A configuration is all that says how one method is served.
type configuration struct {
	api         *restapi.RestAPI
	stage       *restapi.Stage
	resource    *restapi.Resource
	method      *restapi.Method
	checks      *validation.Set
	integration *restapi.Integration
}

// unbuilt is what an API can configure and Gatewright does not do yet. A method
// that one of these is about answers API_CONFIGURATION_ERROR, and the log names
// the feature: what protects a backend or changes an answer is never skipped.
//
// What may be missing from a right answer is not here: the cache, which may be
// empty at any time, metrics, traces and access logs. Throttles of the account's
// own size are those that every setting is filled up with.
var unbuilt = []struct {
	feature    string
	configured func(*configuration) bool
}{
	{"resource policy", func(c *configuration) bool { return c.api.Policy != "" }},
	{"private endpoint", func(c *configuration) bool {
		return c.api.EndpointConfiguration != nil && slices.Contains(c.api.EndpointConfiguration.Types, "PRIVATE")
	}},
	{"canary", func(c *configuration) bool { return c.stage.CanarySettings != nil }},
	{"web ACL", func(c *configuration) bool { return c.stage.WebACLARN != "" }},
	{"throttling", func(c *configuration) bool { return throttled(c.setting()) }},
	{"AWS_IAM authorization", func(c *configuration) bool { return c.method.AuthorizationType == "AWS_IAM" }},
	{"authorizer", func(c *configuration) bool {
		t := c.method.AuthorizationType
		return t != "" && t != "NONE" && t != "AWS_IAM" || c.method.AuthorizerID != ""
	}},
	{"required API key", func(c *configuration) bool { return c.method.APIKeyRequired }},
	{"caller's own credentials", func(c *configuration) bool {
		return strings.HasSuffix(filled(c.integration.Credentials, c.stage.Variables), ":user/*")
	}},
}

// refused returns why a method cannot be served as it is configured, or nil.
func refused(c *configuration) error {
	for _, u := range unbuilt {
		if u.configured(c) {
			return fmt.Errorf("%s is not supported yet", u.feature)
		}
	}
	return nil
}

// name is what the method is called, "GET /pets".
func (c *configuration) name() string { return c.method.HTTPMethod + " " + c.resource.Path }

func (c *configuration) http() bool { return strings.HasPrefix(c.integration.Type, "HTTP") }

// The account's own limits, which a stage's setting has unless its owner
// changed it.
const (
	accountRate  = 10_000 // requests per second
	accountBurst = 5_000  // requests
)

func throttled(s *restapi.MethodSetting) bool {
	if s == nil {
		return false
	}
	rate, burst := s.ThrottlingRateLimit, s.ThrottlingBurstLimit
	return rate >= 0 && rate < accountRate || burst >= 0 && burst < accountBurst
}

// setting returns how the stage runs the method: its own setting, else that of
// all methods, else nil.
func (c *configuration) setting() *restapi.MethodSetting {
	own := strings.TrimLeft(c.resource.Path, "/") + "/" + c.method.HTTPMethod
	for key, s := range c.stage.MethodSettings {
		if strings.TrimLeft(strings.ReplaceAll(key, "~1", "/"), "/") == strings.TrimLeft(own, "/") {
			return s
		}
	}
	return c.stage.MethodSettings["*/*"]
}
