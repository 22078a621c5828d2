package gatewayresponse

import "github.com/gatewright/gatewright/internal/message"

// What nobody has recorded on AWS, and what we chose, is in this file.

// defaultTemplate is what GetGatewayResponses lists for every type and what an
// entry without templates answers.
const defaultTemplate = `{"message":$context.error.messageString}`

// deniedTemplate is what ACCESS_DENIED really answers while neither it nor
// DEFAULT_4XX was put. One public measurement shows the capital letter.
const deniedTemplate = `{"Message":$context.error.messageString}`

// defaultContentType is the key of the default template.
const defaultContentType = "application/json"

// unresolved is what a reference without a value becomes, noMessage what
// $context.error.messageString becomes where there is no message. The latter
// is in public reports.
const (
	unresolved = ""
	noMessage  = "null"
)

// hyphens and dots say what goes on in a reference's name: "$context.stage-x"
// is the stage and "-x", since a hyphen is part of a parameter's name alone. A
// dot is part of a name where a letter follows, but for stage variables, whose
// names cannot hold one.
var roots = []struct {
	prefix        string
	hyphens, dots bool
}{
	{"context.", false, true},
	{"stageVariables.", false, false},
	{"method.request.header.", true, true},
	{"method.request.path.", true, true},
	{"method.request.querystring.", true, true},
}

// fixed reports whether a header is the gateway's own, so that an owner cannot
// set it. Besides those that AWS's documentation shows unchanged on customised
// answers, these are the ones that would change where a message ends.
func fixed(name string) bool {
	for _, n := range []string{
		"x-amzn-RequestId", "x-amz-apigw-id", "x-amzn-ErrorType", "Connection", "Date", "Content-Length",
		"Transfer-Encoding", "Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade",
	} {
		if message.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// finalStatus is the status that a response is sent with: an owner may put any
// of [1-5]\d\d, but a 1xx is no answer and leaves the caller waiting.
func finalStatus(status int) int {
	if status < 200 || status > 599 {
		return 500
	}
	return status
}
