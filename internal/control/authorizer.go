package control

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var authorizers = &Kind[restapi.Authorizer]{
	Name:  "Authorizer",
	Path:  "/restapis/{restapi_id}/authorizers/{authorizer_id}",
	Key:   "id",
	Verbs: List | Get | Create | Update | Delete,
	Body: Body{
		{Name: "name", Required: true},
		{Name: "type", Required: true, Enum: []string{"TOKEN", "REQUEST", userPools}},
		{Name: "providerARNs"},
		{Name: "authType"},
		{Name: "authorizerUri"},
		{Name: "authorizerCredentials"},
		{Name: "identitySource"},
		{Name: "identityValidationExpression"},
		{Name: "authorizerResultTtlInSeconds"},
	},
	Missing: "Invalid Authorizer identifier specified",
	Hides:   Get | Update | Delete,
	Orphan:  conflict("Unable to complete operation due to concurrent modification. Please try again later."), // recorded on AWS
	Patch: Patch{
		{"/authType", Replace},
		{"/authorizerCredentials", Replace},
		{"/authorizerResultTtlInSeconds", Replace},
		{"/authorizerUri", Replace},
		{"/identitySource", Add | Replace | Remove},
		{"/identityValidationExpression", Replace},
		{"/name", Replace},
		{"/providerARNs", Add | Remove},
		{"/type", Replace},
	},
	Rules: Rules[restapi.Authorizer]{Refuse: refuseListing, Edit: editIdentitySource},
	New:   newAuthorizer,
	Check: checkAuthorizer,
	Gone:  goneAuthorizer,
	HAL: HAL{
		Links: Links{
			"authorizer:delete": "~",
			"authorizer:update": "~",
		},
		List: Links{
			"authorizer:by-id":  "~/{authorizer_id}",
			"authorizer:create": "~",
		},
	},
}

const (
	userPools = "COGNITO_USER_POOLS"

	// The result of an authorizer is kept for five minutes, unless its owner
	// says otherwise, and for an hour at most.
	defaultResultTTL = 300
	maxResultTTL     = 3600
)

var (
	functionInvocation = pattern.New(`^arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/.+/invocations$`)
	userPoolARN        = pattern.New(`^arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool/.+$`)
	identityHeader     = pattern.New(`^method\.request\.header\.` + parameterName + `$`)
	identityParameter  = pattern.New(`^method\.request\.(header|querystring)\.` + parameterName + `$`)
)

// newAuthorizer drops the credentials of a user pool's authorizer, which the
// service takes by a PATCH only.
func newAuthorizer(c *call, a *restapi.Authorizer) error {
	a.ID = c.freshID(c.api()+"/authorizers", shortID)
	if a.Type == userPools {
		a.AuthorizerCredentials = ""
	}
	return nil
}

func checkAuthorizer(c *call, old, a *restapi.Authorizer) error {
	settleAuthorizer(a)
	switch ttl := *a.AuthorizerResultTTLInSeconds; {
	case strings.TrimSpace(a.Name) == "":
		return badRequest("Authorizer name must be non-empty")
	case ttl < 0 || ttl > maxResultTTL:
		return badRequest("Invalid authorizer result TTL specified, must be between 0 and %d seconds", maxResultTTL)
	case old != nil && authorizationType(old) != authorizationType(a):
		return badRequest("Authorizer type cannot be changed from %s to %s", old.Type, a.Type)
	}
	if err := checkWhoDecides(a); err != nil {
		return err
	}
	if err := checkIdentitySource(a); err != nil {
		return err
	}
	others, err := all[restapi.Authorizer](c, c.api()+"/authorizers")
	for _, other := range others {
		if other.Name == a.Name && other.ID != a.ID {
			return badRequest("Authorizer name must be unique. Authorizer %s already exists in this RestApi.", a.Name)
		}
	}
	return err
}

// authorizationType is that of the methods which may refer to an authorizer.
func authorizationType(a *restapi.Authorizer) string {
	if a.Type == userPools {
		return userPools
	}
	return "CUSTOM"
}

func settleAuthorizer(a *restapi.Authorizer) {
	if a.AuthType == "" {
		a.AuthType = strings.ToLower(authorizationType(a))
	}
	if a.AuthorizerResultTTLInSeconds == nil {
		ttl := defaultResultTTL
		a.AuthorizerResultTTLInSeconds = &ttl
	}
}

// checkWhoDecides judges the function or the user pools that an authorizer
// asks.
func checkWhoDecides(a *restapi.Authorizer) error {
	switch a.Type {
	case "TOKEN", "REQUEST":
		if !functionInvocation.MatchString(a.AuthorizerURI) {
			return badRequest("Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.", cmp.Or(a.AuthorizerURI, "null"))
		}
		if len(a.ProviderARNs) > 0 {
			return badRequest("Provider ARNs can only be specified for authorizers of type %s", userPools)
		}
	case userPools:
		if len(a.ProviderARNs) == 0 {
			return badRequest("Authorizers of type %s need at least one provider ARN", userPools)
		}
		for _, arn := range a.ProviderARNs {
			if !userPoolARN.MatchString(arn) {
				return badRequest("Invalid ARN specified in the request")
			}
		}
	default:
		return badRequest("Invalid authorizer type specified: %s", a.Type)
	}
	return nil
}

// checkIdentitySource wants one header, or for REQUEST any number of
// parameters: none where no result is kept.
func checkIdentitySource(a *restapi.Authorizer) error {
	sources := identitySources(a)
	if len(sources) == 0 {
		if a.Type == "REQUEST" && *a.AuthorizerResultTTLInSeconds == 0 {
			return nil
		}
		return badRequest("Authorizers of type %s need an identity source", a.Type)
	}
	var f findings
	if a.Type != "REQUEST" {
		if !identityHeader.MatchString(a.IdentitySource) {
			f.badExpression(a.IdentitySource)
		}
		return f.expressionError()
	}
	for _, source := range sources {
		if !anyOf(source, identityParameter, contextValue) {
			f.badExpression(source)
		}
	}
	return f.expressionError()
}

// identitySources parts the expressions that travel as one text.
func identitySources(a *restapi.Authorizer) []string {
	var sources []string
	for source := range strings.SplitSeq(a.IdentitySource, ",") {
		if source = strings.TrimSpace(source); source != "" {
			sources = append(sources, source)
		}
	}
	return sources
}

// editIdentitySource adds one expression and removes one, or all where it is
// not said which: the text is a list to add and remove, and a scalar to replace.
func editIdentitySource(a *restapi.Authorizer, target []string, o Operation) (done bool, err error) {
	op, value := opOf(text(o.Op)), text(o.Value)
	if target[0] != "identitySource" || op == Replace {
		return false, nil
	}
	sources := slices.DeleteFunc(identitySources(a), func(s string) bool { return s == value || op == Remove && value == "" })
	if op == Add {
		sources = append(sources, value)
	}
	a.IdentitySource = strings.Join(sources, ",")
	return true, nil
}

func goneAuthorizer(c *call, a *restapi.Authorizer) error {
	use, err := lastUse(c, func(path string, m *restapi.Method) string {
		if m.AuthorizerID != a.ID {
			return ""
		}
		return m.HTTPMethod + "/" + path
	})
	if err == nil && use != "" {
		err = conflict("Cannot delete authorizer '%s', is referenced in method: %s", a.Name, use)
	}
	return err
}
