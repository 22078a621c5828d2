// Package gatewayresponse turns every failure of the gateway itself into the
// response that the API's owner configured for it. A backend's own errors are
// none of its business.
package gatewayresponse

// A Type is a kind of failure that an owner can customise, and an error that
// stands for its defaults. The zero Type is for the few answers that no owner
// can: unknown API or stage, a disabled endpoint, a malformed request.
type Type uint8

// The types, in the order in which the service lists them.
const (
	RequestTooLarge Type = iota + 1
	ResourceNotFound
	AuthorizerConfigurationError
	MissingAuthenticationToken
	BadRequestBody
	InvalidSignature
	InvalidAPIKey
	BadRequestParameters
	AuthorizerFailure
	Unauthorized
	IntegrationTimeout
	AccessDenied
	Default4XX
	Default5XX
	WAFFiltered
	QuotaExceeded
	Throttled
	APIConfigurationError
	UnsupportedMediaType
	IntegrationFailure
	ExpiredToken
	count
)

// defaults say what each type answers while nobody has put anything. Statuses
// are the developer guide's. The test data tells which messages and error types
// were recorded on AWS; the others are from public reports, and those of
// REQUEST_TOO_LARGE and RESOURCE_NOT_FOUND are our choice.
var defaults = [count]struct {
	name      string
	status    int // 0: a family, which is no failure itself
	message   string
	null      bool // there is no message
	errorType string
}{
	0:                            {"", 403, "Forbidden", false, "ForbiddenException"},
	RequestTooLarge:              {"REQUEST_TOO_LARGE", 413, "Request Too Long", false, "RequestTooLargeException"},
	ResourceNotFound:             {"RESOURCE_NOT_FOUND", 404, "Not Found", false, "ResourceNotFoundException"},
	AuthorizerConfigurationError: {"AUTHORIZER_CONFIGURATION_ERROR", 500, "", true, "AuthorizerConfigurationException"},
	MissingAuthenticationToken:   {"MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", false, "MissingAuthenticationTokenException"},
	BadRequestBody:               {"BAD_REQUEST_BODY", 400, "Invalid request body", false, "BadRequestException"},
	InvalidSignature:             {"INVALID_SIGNATURE", 403, signatureMismatch, false, "InvalidSignatureException"},
	InvalidAPIKey:                {"INVALID_API_KEY", 403, "Forbidden", false, "ForbiddenException"},
	BadRequestParameters:         {"BAD_REQUEST_PARAMETERS", 400, "Missing required request parameters: []", false, "BadRequestException"},
	AuthorizerFailure:            {"AUTHORIZER_FAILURE", 500, "", true, "AuthorizerFailureException"},
	Unauthorized:                 {"UNAUTHORIZED", 401, "Unauthorized", false, "UnauthorizedException"},
	IntegrationTimeout:           {"INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", false, "InternalServerErrorException"},
	AccessDenied:                 {"ACCESS_DENIED", 403, "User is not authorized to access this resource", false, "AccessDeniedException"},
	Default4XX:                   {"DEFAULT_4XX", 0, "", true, "BadRequestException"},
	Default5XX:                   {"DEFAULT_5XX", 0, "", true, "InternalServerErrorException"},
	WAFFiltered:                  {"WAF_FILTERED", 403, "Forbidden", false, "ForbiddenException"},
	QuotaExceeded:                {"QUOTA_EXCEEDED", 429, "Limit Exceeded", false, "LimitExceededException"},
	Throttled:                    {"THROTTLED", 429, "Too Many Requests", false, "TooManyRequestsException"},
	APIConfigurationError:        {"API_CONFIGURATION_ERROR", 500, "Internal server error", false, "InternalServerErrorException"},
	UnsupportedMediaType:         {"UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", false, "BadRequestException"},
	IntegrationFailure:           {"INTEGRATION_FAILURE", 504, "Internal server error", false, "InternalServerErrorException"},
	ExpiredToken:                 {"EXPIRED_TOKEN", 403, "The security token included in the request is expired", false, "ExpiredTokenException"},
}

const signatureMismatch = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

var types = func() (all []Type) {
	for t := Type(1); t < count; t++ {
		all = append(all, t)
	}
	return all
}()

var byName = func() map[string]Type {
	m := make(map[string]Type, len(types))
	for _, t := range types {
		m[t.String()] = t
	}
	return m
}()

// Types returns all types, in the order in which the service lists them. The
// slice is not to be changed.
func Types() []Type { return types }

// TypeOf returns the type of a name of AWS's and whether it is one.
func TypeOf(name string) (Type, bool) {
	t, ok := byName[name]
	return t, ok
}

// String returns AWS's name of the type.
func (t Type) String() string { return defaults[t].name }

// Error returns AWS's name of the type.
func (t Type) Error() string {
	if t == 0 {
		return "not customisable"
	}
	return t.String()
}

// Status returns the type's default status; 0 for a family.
func (t Type) Status() int { return defaults[t].status }

// Message returns the type's default message and whether it has one: the
// authorizer's types answer null.
func (t Type) Message() (message string, ok bool) { return defaults[t].message, !defaults[t].null }

// ErrorType returns the type's default x-amzn-ErrorType.
func (t Type) ErrorType() string { return defaults[t].errorType }

// Family returns the type that answers for t while nobody has put t: chosen by
// t's default status, whatever status it is given. The zero Type and the
// families have none, 0.
func (t Type) Family() Type {
	switch status := t.Status(); {
	case t == 0 || status == 0:
		return 0
	case status < 500:
		return Default4XX
	default:
		return Default5XX
	}
}
