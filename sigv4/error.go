package sigv4

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The types of what can be wrong with a request, in AWS's words.
const (
	MissingAuthenticationToken = "MissingAuthenticationTokenException"
	IncompleteSignature        = "IncompleteSignatureException"
	UnrecognizedClient         = "UnrecognizedClientException"
	InvalidSignature           = "InvalidSignatureException"
	ExpiredToken               = "ExpiredTokenException"
)

// ErrUnknownKey is what a Verifier's Keys answers for an access key id that
// nobody has, or that is not active.
var ErrUnknownKey = errors.New("unknown access key id")

// An Error says why a request is not taken for what somebody signed.
type Error struct {
	Type    string // for x-amzn-ErrorType and the like
	Message string // for the caller
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// AWS's texts. Those in the second group are known from other services, such as
// STS and Amazon S3, or are our choice.
const (
	textMissing      = "Missing Authentication Token"
	textNoEquals     = "'%s' not a valid key=value pair (missing equal-sign) in Authorization header: '%s'."
	textHeaderNeeds  = "Authorization header requires '%s' parameter. "
	textNeedsDate    = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	textElements     = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'"
	textTerminator   = "Credential should be scoped with a valid terminator: 'aws4_request', not '%s'."
	textHostUnsigned = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
	textRegion       = "Credential should be scoped to a valid region, not '%s'. "
	textService      = "Credential should be scoped to correct service: '%s'. "
	textScopeDate    = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'."
	textExpired      = "Signature expired: %s is now earlier than %s (%s - %s)"
	textNotYet       = "Signature not yet current: %s is still later than %s (%s + %s)"
	textUnrecognized = "The security token included in the request is invalid."
	textTokenExpired = "The security token included in the request is expired"
	textMismatch     = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n" +
		"The Canonical String for this request should have been\n'%s'\n\nThe String-to-Sign should have been\n'%s'\n"

	textQueryNeeds  = "AWS query-string parameters must include '%s'. "
	textDateForm    = "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601"
	textAlgorithm   = "Unsupported AWS 'algorithm': '%s'."
	textExpires     = "X-Amz-Expires must be a number of seconds from 1 to 604800, not '%s'."
	textOnce        = "AWS query-string parameter '%s' must appear once."
	textUnsigned    = "There were headers present in the request which were not signed: %s"
	textPayloadForm = "The payload must be signed: X-Amz-Content-Sha256 must be the SHA-256 of the body, not '%s'."
)

func incomplete(text string, args ...any) error {
	return &Error{IncompleteSignature, fmt.Sprintf(text, args...)}
}

func invalid(text string, args ...any) error {
	return &Error{InvalidSignature, fmt.Sprintf(text, args...)}
}

// incompleteHeader names the parameters that an Authorization header lacks.
func incompleteHeader(missing []string, dated bool, header string) error {
	var b strings.Builder
	for _, name := range missing {
		fmt.Fprintf(&b, textHeaderNeeds, name)
	}
	if !dated {
		b.WriteString(textNeedsDate)
	}
	return incomplete("%sAuthorization=%s", b.String(), header)
}

// incompleteQuery names the parameters that a presigned URL lacks.
func incompleteQuery(missing []string) error {
	var b strings.Builder
	for _, name := range missing {
		fmt.Fprintf(&b, textQueryNeeds, name)
	}
	return incomplete("%sRe-examine the query-string parameters.", b.String())
}

// outOfTime says that the time of a signature lies beyond bound, which is off
// away from now.
func outOfTime(text string, signed, bound, now time.Time, off time.Duration) error {
	span := fmt.Sprintf("%d min.", off/time.Minute)
	if off%time.Minute != 0 {
		span = fmt.Sprintf("%d sec.", off/time.Second)
	}
	return invalid(text, signed.Format(isoBasic), bound.Format(isoBasic), now.Format(isoBasic), span)
}
