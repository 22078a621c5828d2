package mapping

import (
	"strings"

	"github.com/gatewright/gatewright/vtl"
)

// contextMap returns $context. Its order is that of the service's hash maps.
// [recorded on AWS]
func (r *rendering) contextMap() *vtl.Map {
	if r.context == nil {
		r.context = r.scope.given
	}
	if r.context == nil {
		c := &contextMembers{rendering: r}
		c.asMap.ReadThrough(c)
		r.context = &c.asMap
	}
	return r.context
}

// listed are the members of $context that it has whenever they have a value.
// Others can be asked for and are not listed: the recorded list lacks them. Where
// two share a bucket the first of them here comes first.
var listed = []string{
	"resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId", "protocol", "stage",
	"domainPrefix", "requestId", "domainName", "deploymentId", "apiId", "isCanaryRequest",
}

// contextMembers implements vtl.Members for $context.
type contextMembers struct {
	*rendering
	asMap      vtl.Map
	identity   *vtl.Map
	authorizer *vtl.Map
	all        *vtl.Map // once its members were asked for by their places
}

// Lookup finds one member without making the others.
func (c *contextMembers) Lookup(name string) (vtl.Value, bool) {
	switch name {
	case "requestTimeEpoch":
		return vtl.Long(c.scope.Context.RequestTimeEpoch), true
	case "identity":
		return vtl.MapValue(c.identityMap()), true
	case "authorizer":
		return vtl.MapValue(c.authorizerMap()), len(c.scope.Context.Authorizer) > 0
	case "customDomain":
		m := vtl.NewMap()
		m.Put("basePathMatched", vtl.String(c.scope.Context.BasePathMatched))
		return vtl.MapValue(m), c.scope.Context.BasePathMatched != ""
	case "requestOverride":
		return vtl.MapValue(c.scope.overrides.ofRequest()), true
	case "responseOverride":
		return vtl.MapValue(c.scope.overrides.ofResponse()), true
	}
	if get := contextVariables[name]; get != nil && strings.IndexByte(name, '.') < 0 {
		v := get(&c.scope.Context)
		return vtl.String(v), v != ""
	}
	return vtl.Value{}, false
}

// Len implements vtl.Members.
func (c *contextMembers) Len() int { return c.members().Len() }

// Member implements vtl.Members.
func (c *contextMembers) Member(i int) (string, vtl.Value) {
	key, value := c.members().Entry(i)
	return key.Text(), value
}

func (c *contextMembers) members() *vtl.Map {
	if c.all != nil {
		return c.all
	}
	c.all = vtl.NewHashMap()
	for _, name := range append(listed, "requestTimeEpoch", "identity", "authorizer", "requestOverride", "responseOverride") {
		if v, ok := c.Lookup(name); ok {
			c.all.Put(name, v)
		}
	}
	return c.all
}

// identityNames are the members that $context.identity always has, if with null.
var identityNames = []string{
	"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
	"cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
}

func (c *contextMembers) identityMap() *vtl.Map {
	if c.identity != nil {
		return c.identity
	}
	c.identity = vtl.NewHashMap()
	c.identity.Silent = true
	for _, name := range identityNames {
		c.identity.Put(name, vtl.Value{})
	}
	for name, get := range contextVariables {
		if member, ok := strings.CutPrefix(name, "identity."); ok {
			if v := get(&c.scope.Context); v != "" {
				c.identity.Put(member, vtl.String(v))
			}
		}
	}
	return c.identity
}

// authorizerMap has what an authorizer told. Claims are a map that prints
// nothing as a whole. [developer guide]
func (c *contextMembers) authorizerMap() *vtl.Map {
	if c.authorizer != nil {
		return c.authorizer
	}
	c.authorizer = vtl.NewHashMap()
	claims := vtl.NewHashMap()
	claims.Silent = true
	for name, value := range c.scope.Context.Authorizer {
		if claim, ok := strings.CutPrefix(name, "claims."); ok {
			claims.Put(claim, vtl.String(value))
		} else {
			c.authorizer.Put(name, vtl.String(value))
		}
	}
	if claims.Len() > 0 {
		c.authorizer.Put("claims", vtl.MapValue(claims))
	}
	return c.authorizer
}
