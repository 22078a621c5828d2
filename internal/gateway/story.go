package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A story tells what became of one exchange, in the lines of the service's
// execution logs. [recorded on AWS]
type story struct {
	now    func() time.Time
	steps  bool // all is told; else failures alone
	data   bool // header fields and bodies are told
	lines  bool // what is said stays within its line, whatever was sent
	prefix func(time.Time) string
	text   strings.Builder
}

// say tells a line.
func (s *story) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if s.lines {
		line = oneLine(line)
	}
	s.text.WriteString(s.prefix(s.now()))
	s.text.WriteString(line)
	s.text.WriteByte('\n')
}

// oneLine writes control characters as Go does, and U+FFFD for what is no UTF-8:
// what a caller sends must not look like lines of the log, nor speak to the
// terminal of who reads it.
func oneLine(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// step tells a line of how it went.
func (s *story) step(format string, args ...any) {
	if s.steps {
		s.say(format, args...)
	}
}

// datum tells a line that holds what was sent.
func (s *story) datum(format string, args ...any) {
	if s.steps && s.data {
		s.say(format, args...)
	}
}

// runTold is the life of the request from its method on, told. What is to be
// told of bodies is read for it, but for an answer that is handed on as it comes.
func (x *exchange) runTold() error {
	s := x.story
	if s.data {
		if err := x.readBody(); err != nil {
			return err
		}
	}
	x.tellRequest()
	for i := range x.method.steps {
		begin := s.now()
		before := x.in.Call.Target
		err := x.method.steps[i].run(x)
		if x.in.Call.Target != before {
			err = errors.Join(err, x.tellBackend(s.now().Sub(begin)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *exchange) tellRequest() {
	s := x.story
	if !s.steps {
		return
	}
	s.step("Starting execution for request: %s", x.scope.Context.RequestID)
	s.step("HTTP Method: %s, Resource Path: %s", x.request.Method, x.shownPath())
	s.step("Method request path: %s", paramsText(x.scope.Params))
	s.step("Method request query string: %s", paramsText(x.scope.QueryParams()))
	s.datum("Method request headers: %s", fieldsText(x.request.Header))
	s.datum("Method request body before transformations: %s", bodyText(x.body))
}

// shownPath is what the log calls the resource: of a test its request's path.
func (x *exchange) shownPath() string {
	if x.plan.context.Stage == testStage {
		return x.request.Path
	}
	return x.scope.Context.ResourcePath
}

// tellBackend tells what a backend was sent and what it answered, whose body is
// read to its end if it is to be told.
func (x *exchange) tellBackend(latency time.Duration) error {
	s, call, answer := x.story, &x.in.Call, &x.backend
	if x.method.integration == "HTTP_PROXY" || x.method.streams {
		answer = x.response
	}
	if !s.steps {
		return nil
	}
	uri := x.method.scheme + "://" + call.Header.Get("Host") + call.Target
	s.step("Endpoint request URI: %s", uri)
	s.datum("Endpoint request headers: %s", fieldsText(call.Header[1:])) // Host is the first
	s.datum("Endpoint request body after transformations: %s", bodyText(x.shownBody()))
	s.step("Sending request to %s", uri)
	if answer.Status == 0 {
		return nil
	}
	if s.data && answer.Stream != nil && !x.method.streams {
		var err error
		if answer.Body, err = appendAll(answer.Body[:0], answer.Stream, errAnswerTooLarge); err != nil {
			return err
		}
		if err := closeStream(answer); err != nil {
			return err
		}
	}
	s.step("Received response. Status: %d, Integration latency: %d ms", answer.Status, latency.Milliseconds())
	s.datum("Endpoint response headers: %s", fieldsText(answer.Header))
	s.datum("Endpoint response body before transformations: %s", bodyText(answer.Body))
	return nil
}

// shownBody is what a backend was sent, as the log shows it: the event of a proxy
// integration without the caller's credentials.
func (x *exchange) shownBody() []byte {
	if x.method.function == nil {
		return x.in.Call.Body
	}
	sent := x.request.Header
	x.request.Header = hidden(sent)
	event := x.in.AppendEvent(nil, x.body, x.plan.binary.Match(x.sent.contentType))
	x.request.Header = sent
	return event
}

// tellEnd tells how the method ended.
func (x *exchange) tellEnd(err error) {
	s, r := x.story, x.response
	if err != nil {
		f := failureOr(err)
		if what, detail := faultOf(f); detail != "" {
			s.say("%s: %s", what, detail) // ours: the service leaves its owner to guess
		}
		if errors.Is(f.Cause, integration.ErrInvoke) && x.backend.Status != 0 {
			s.say("Lambda invocation failed with status: %d. Lambda request id: %s", x.backend.Status, integration.EndpointRequestID(x.backend.Header))
		}
		s.say("%s", x.reason(f))
		if r.Status != message.StatusCallerLeft {
			s.say("Method completed with status: %d", r.Status)
		}
		return
	}
	s.datum("Method response body after transformations: %s", bodyText(r.Body))
	s.datum("Method response headers: %s", fieldsText(withoutIDs(r.Header)))
	s.step("Successfully completed execution")
	s.step("Method completed with status: %d", r.Status)
	if id := x.scope.Context.EndpointRequestID; id != "" && x.plan.context.Stage != testStage {
		s.step("AWS Integration Endpoint RequestId : %s", id)
	}
}

// terse are failures of which the service's logs name no more than the kind.
var terse = []struct {
	what string // is at fault
	kind error
}{
	{"Template", errRequestTemplate},
	{"Template", errResponseTemplate},
	{"Answer", integration.ErrAnswer},
}

// faultOf says what is wrong with a template or with a function's answer, and
// where, if that is why.
func faultOf(f *gatewayresponse.Failure) (what, detail string) {
	for _, t := range terse {
		if errors.Is(f.Cause, t.kind) {
			return t.what, strings.TrimPrefix(f.Cause.Error(), t.kind.Error()+": ")
		}
	}
	return "", ""
}

// withoutIDs leaves out the gateway's own ids, which every response has and no
// log tells. [recorded on AWS]
func withoutIDs(h message.Header) message.Header {
	return slices.DeleteFunc(slices.Clone(h), func(f message.Field) bool {
		return f.Name == "x-amzn-RequestId" || f.Name == "x-amz-apigw-id"
	})
}

// failureOr returns the failure that err means; that the caller is gone is one
// that nobody is told.
func failureOr(err error) *gatewayresponse.Failure {
	if f := failureOf(err); f != nil {
		return f
	}
	return gatewayresponse.Of(err)
}

// reason says why an execution failed, where it is known in the service's words.
func (x *exchange) reason(f *gatewayresponse.Failure) string {
	const misconfigured = "Execution failed due to configuration error: "
	var network *upstream.NetworkError
	switch {
	case f.Validation != "":
		contentType := mapping.FirstType(cmp.Or(x.sent.contentType, applicationJSON))
		return "Request body does not match model schema for content type " + contentType + ": " + abridged(f.Validation)
	case f.Type == gatewayresponse.BadRequestParameters:
		return f.Message // our choice
	case f.Type == gatewayresponse.IntegrationTimeout:
		return "Execution failed due to a timeout error"
	case errors.Is(f.Cause, integration.ErrFunction):
		return x.functionError(f.Cause)
	case errors.Is(f.Cause, integration.ErrPermission):
		return misconfigured + sentence(integration.ErrPermission.Error())
	case errors.Is(f.Cause, integration.ErrInvoke) && x.backend.Status != 0:
		return misconfigured + abridged(cmp.Or(integration.ServiceMessage(x.backend.Body), f.Cause.Error()))
	case errors.As(f.Cause, &network) && unreachable(f.Cause) != "":
		return misconfigured + unreachable(f.Cause)
	case errors.As(f.Cause, &network):
		return "Execution failed due to a network error communicating with endpoint"
	case f.Cause == nil:
		return misconfigured + f.Error()
	}
	cause := f.Cause.Error()
	if _, detail := faultOf(f); detail != "" || strings.HasPrefix(cause, "invalid endpoint address") {
		cause, _, _ = strings.Cut(cause, ":")
	}
	return misconfigured + sentence(cause)
}

// functionError tells of a function that failed what it said, which the log of
// failures has of it and the server's own has not. Of a stream nothing is kept.
func (x *exchange) functionError(cause error) string {
	said, _ := integration.ErrorMessage(&x.backend) // nothing: there is the cause
	return "Lambda execution failed with status 200 due to customer function error: " + abridged(cmp.Or(said, cause.Error())) +
		". Lambda request id: " + integration.EndpointRequestID(x.backend.Header)
}

// sentence begins a cause with a capital, unless its first word is a name.
func sentence(cause string) string {
	if word, _, _ := strings.Cut(cause, " "); word != strings.ToLower(word) {
		return cause
	}
	return strings.ToUpper(cause[:1]) + cause[1:]
}

// paramsText writes parameters as the service does: {petId=123, q=a}.
func paramsText(params []mapping.Param) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = p.Name + "=" + p.Value
	}
	return abridged("{" + strings.Join(pairs, ", ") + "}")
}

// fieldsText writes header fields so, and of credentials the end alone.
func fieldsText(h message.Header) string {
	params := make([]mapping.Param, len(h))
	for i, f := range hidden(h) {
		params[i] = mapping.Param(f)
	}
	return paramsText(params)
}

// hidden is a header with the end alone of credentials.
func hidden(h message.Header) message.Header {
	h = slices.Clone(h)
	for i, f := range h {
		if secret[strings.ToLower(f.Name)] {
			h[i].Value = masked(f.Value)
		}
	}
	return h
}

var secret = map[string]bool{"authorization": true, "proxy-authorization": true, "x-amz-security-token": true, "x-api-key": true}

// masked leaves the last six characters of a credential, and nothing of a short
// one.
func masked(credential string) string {
	hidden := len(credential) - 6
	if hidden < 6 {
		hidden = len(credential)
	}
	return strings.Repeat("*", hidden) + credential[hidden:]
}

// bodyText is a body as the log shows it, which has no room for bytes. [from logs
// that users of the service show]
func bodyText(body []byte) string {
	if !utf8.Valid(body) {
		return "[Binary Data]"
	}
	return abridged(string(body))
}

// abridged cuts a text where the service does, more or less.
func abridged(text string) string {
	const most = 1000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " [TRUNCATED]"
}
