package control

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
)

var testAuthorizerBody = Body{
	{Name: "headers"},
	{Name: "multiValueHeaders"},
	{Name: "pathWithQueryString"},
	{Name: "body"},
	{Name: "stageVariables"},
	{Name: "additionalContext"},
}

// An authorizerTest is a test of an authorizer: what TestInvokeAuthorizer takes,
// and the authorizer.
type authorizerTest struct {
	testInput
	AdditionalContext map[string]string `json:"additionalContext"`

	authorizer *restapi.Authorizer
	requestID  string
	now        time.Time
}

// An authorizerResult is what came of it.
type authorizerResult struct {
	ClientStatus int    `json:"clientStatus"`
	Log          string `json:"log"`
	Latency      int64  `json:"latency"` // milliseconds
}

func readAuthorizerTest(c *call) (answer, error) {
	t := &authorizerTest{requestID: newRequestID(), now: c.now}
	if err := c.read(t); err != nil {
		return answer{}, err
	}
	if err := decode(c.given(), &t.testInput); err != nil {
		return answer{}, err
	}
	var err error
	t.authorizer, err = find[restapi.Authorizer](c, c.path(authorizers.Path))
	if err != nil {
		return answer{}, err
	}
	if t.authorizer == nil {
		return answer{}, notFound("%s", authorizers.Missing)
	}
	return answer{item: item{path: c.request.URL.EscapedPath(), value: t}}, nil
}

// testInvokeAuthorizer looks for the caller's identity, as every authorizer does
// before it asks anybody. The data plane has no authorizers yet, and the log
// says so where one would be asked.
func testInvokeAuthorizer(_ *Handler, a answer) (answer, error) {
	a.value = a.value.(*authorizerTest).run()
	return a, nil
}

func (t *authorizerTest) run() *authorizerResult {
	var log strings.Builder
	say := func(format string, args ...any) {
		log.WriteString(t.now.UTC().Format("Mon Jan 02 15:04:05 UTC 2006 : ") + fmt.Sprintf(format, args...) + "\n")
	}
	fmt.Fprintf(&log, "Execution log for request %s\n", t.requestID)
	say("Starting authorizer: %s for request: %s", t.authorizer.ID, t.requestID)
	status := 500
	if t.identified() {
		say("Execution failed due to configuration error: %s authorizers are not supported yet", t.authorizer.Type)
	} else {
		status = 401
		say("Unauthorized request: %s", t.requestID)
	}
	return &authorizerResult{ClientStatus: status, Log: log.String()}
}

// identified reports whether the request has every part of the identity that the
// authorizer goes by, and in the form that it wants.
func (t *authorizerTest) identified() bool {
	for source := range strings.SplitSeq(t.authorizer.IdentitySource, ",") {
		if source = strings.TrimSpace(source); source == "" {
			continue
		}
		identity := t.identity(source)
		if identity == "" {
			return false
		}
		form := t.authorizer.IdentityValidationExpression
		if form == "" || t.authorizer.Type == "REQUEST" {
			continue
		}
		whole, err := regexp.Compile("^(?:" + form + ")$")
		if err != nil || !whole.MatchString(identity) {
			return false
		}
	}
	return true
}

// identity is what one identity source says: method.request.header.X,
// method.request.querystring.x, stageVariables.x or context.x.
func (t *authorizerTest) identity(source string) string {
	if name, ok := strings.CutPrefix(source, "method.request.header."); ok {
		for sent, values := range t.headers() {
			if strings.EqualFold(sent, name) && len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	if name, ok := strings.CutPrefix(source, "method.request.querystring."); ok {
		_, query, _ := strings.Cut(t.PathWithQueryString, "?")
		values, _ := url.ParseQuery(query)
		return values.Get(name)
	}
	if name, ok := strings.CutPrefix(source, "stageVariables."); ok {
		return t.StageVariables[name]
	}
	return t.AdditionalContext[strings.TrimPrefix(source, "context.")]
}
