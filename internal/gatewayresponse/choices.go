package gatewayresponse

import "github.com/gatewright/gatewright/internal/message"

// What nobody has recorded on AWS and we had to choose is in this file, but for
// the choice of a template by Accept, which is mapping.ChooseByAccept.

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

// A root begins a reference. "$context.stage-x" is the stage and "-x": a hyphen
// is part of a parameter's name alone. A dot is part of a name where a letter
// follows, but for stage variables, whose names cannot hold one.
type root struct {
	prefix        string
	hyphens, dots bool
}

var roots = []root{
	{prefix: "context.", dots: true},
	{prefix: "stageVariables."},
	{prefix: "method.request.header.", hyphens: true, dots: true},
	{prefix: "method.request.path.", hyphens: true, dots: true},
	{prefix: "method.request.querystring.", hyphens: true, dots: true},
}

// continues reports whether a name goes on with the first byte of s.
func (r root) continues(s string) bool {
	switch c := s[0]; c {
	case '-':
		return r.hyphens
	case '.':
		return r.dots && len(s) > 1 && isLetter(s[1])
	default:
		return isWord(c)
	}
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
