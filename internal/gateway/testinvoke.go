package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/upstream"
	"github.com/gatewright/gatewright/internal/validation"
)

// What a test request is told of itself: recorded on AWS.
const (
	testStage    = "test-invoke-stage"
	testSourceIP = "test-invoke-source-ip"
	testDomain   = "testPrefix.testDomainName"
)

// TestInvoke runs one method of an API's draft, as a stage that there is not
// would run it, and tells all steps in its result's log. Who may call the method
// is not asked: authorizers, API keys, throttles and policies are left out. What
// else is not built fails the test, as it would fail for callers, and is named.
func (g *Gateway) TestInvoke(t *restapi.TestInvocation) *restapi.TestInvocationResult {
	begin := g.now()
	e := &message.Exchange{Request: testRequest(t)}
	tr := &trial{exchange: exchange{gateway: g}}
	tr.begin(e, begin)
	tr.scope.Context.SourceIP = testSourceIP
	err := tr.prepare(t)
	tr.tellRequest(t.Body)
	if err == nil {
		err = tr.run(t.Body)
	}
	tr.finish(err)
	return tr.result(g.now().Sub(begin))
}

// A trial is the exchange of a test, and its log.
type trial struct {
	exchange
	log    strings.Builder
	scheme string // of the backend
}

// testRequest is the request that the owner made up. Without a path it is for
// the resource's own, where {petId} stands for itself.
func testRequest(t *restapi.TestInvocation) message.Request {
	r := message.Request{Method: t.HTTPMethod, Minor: 1, Host: testDomain, Target: t.PathWithQueryString}
	if r.Method == "ANY" {
		r.Method = "GET" // a caller has to choose one
	}
	if resource, _ := tested(t); r.Target == "" && resource != nil {
		r.Target = resource.Path
	}
	r.Path, r.Query, r.HasQuery = strings.Cut(r.Target, "?")
	r.Path = oneSlash(r.Path)
	for _, name := range slices.Sorted(maps.Keys(t.MultiValueHeaders)) {
		for _, value := range t.MultiValueHeaders[name] {
			r.Header.Add(name, value)
		}
	}
	if t.Body != "" {
		r.Body, r.BodyLen = strings.NewReader(t.Body), int64(len(t.Body))
	}
	return r
}

// tested finds what is tested; nil: it is not there.
func tested(t *restapi.TestInvocation) (*restapi.Resource, *restapi.Method) {
	for _, r := range t.Definition.Resources {
		if r.ID != t.ResourceID {
			continue
		}
		if m := r.ResourceMethods[t.HTTPMethod]; m != nil {
			return r, m
		}
		return r, r.ResourceMethods["ANY"]
	}
	return nil, nil
}

// prepare makes a plan of the one method and enters it. The path is not held
// against the resource: one that does not fit leaves the parameters empty.
func (tr *trial) prepare(t *restapi.TestInvocation) error {
	compiler := *tr.gateway.compiler
	compiler.log = slog.New(slog.DiscardHandler) // the result tells
	api := *t.Definition.API
	api.Policy = ""
	stage := &restapi.Stage{StageName: testStage, Variables: t.StageVariables, ClientCertificateID: t.ClientCertificateID}
	p, err := compiler.frame(&slot{id: api.ID, namespace: t.Namespace}, stage, &api, t.Definition.GatewayResponses)
	tr.where = location{api: api.ID, stage: testStage, path: tr.request.Path, rest: tr.request.Path, domain: testDomain}
	tr.enter(p)
	tr.scope.Context.Path, tr.scope.Context.HTTPMethod, tr.in.Method = tr.request.Path, tr.request.Method, tr.request.Method
	if err != nil {
		return err
	}
	resource, declared := tested(t)
	if declared == nil {
		return fmt.Errorf("resource %s has no method %s", t.ResourceID, t.HTTPMethod)
	}
	open := *declared
	open.AuthorizationType, open.AuthorizerID, open.APIKeyRequired = "NONE", "", false
	api.EndpointConfiguration = nil // a private API can be tested from anywhere
	tr.method = compiler.method(p, &configuration{&api, stage, resource, &open, validation.NewSet(t.Definition), nil})
	tr.scope.Context.ResourceID, tr.scope.Context.ResourcePath = resource.ID, resource.Path
	tr.scheme = "http"
	if i := open.MethodIntegration; i != nil && (strings.HasPrefix(strings.ToLower(i.URI), "https:") || i.Type == "AWS_PROXY") {
		tr.scheme = "https"
	}
	var routes router
	routes.add(resource.Path, "ANY", tr.method)
	_, tr.scope.Params = routes.find(tr.where.rest, 0, nil)
	return nil
}

// run is the life of the request, from its method on.
func (tr *trial) run(body string) error {
	for i := range tr.method.steps {
		begin := time.Now()
		before := tr.in.Call.Target
		err := tr.method.steps[i].run(&tr.exchange)
		if tr.in.Call.Target != before && !errors.Is(err, integration.ErrEncoding) {
			err = errors.Join(err, tr.tellBackend(body, time.Since(begin)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish tells how the method ended.
func (tr *trial) finish(err error) {
	r := tr.response
	if err == nil && r.Stream != nil {
		r.Body, err = appendAll(r.Body[:0], r.Stream, errAnswerTooLarge)
	}
	closeStream(&tr.backend)
	closeStream(r)
	if err != nil {
		f := failureOf(err)
		if f == nil {
			f = gatewayresponse.Of(err)
		}
		tr.plan.failures.Render(f, &tr.scope, r)
		r.Header.Del("Content-Type") // recorded on AWS
		tr.say("%s", tr.reason(f))
	}
	r.Header.Del("x-amzn-RequestId")
	r.Header.Del("x-amz-apigw-id")
	if err == nil {
		tr.say("Method response body after transformations: %s", abridged(string(r.Body)))
		tr.say("Method response headers: %s", fieldsText(r.Header))
		tr.say("Successfully completed execution")
	}
	tr.say("Method completed with status: %d", r.Status)
}

func (tr *trial) result(latency time.Duration) *restapi.TestInvocationResult {
	a := &restapi.TestInvocationResult{
		Status: tr.response.Status, Body: string(tr.response.Body), Latency: latency.Milliseconds(),
		Headers: map[string]string{}, MultiValueHeaders: map[string][]string{},
		Log: "Execution log for request " + tr.scope.Context.RequestID + "\n" + tr.log.String(),
	}
	for _, f := range tr.response.Header {
		a.Headers[f.Name] = f.Value
		a.MultiValueHeaders[f.Name] = append(a.MultiValueHeaders[f.Name], f.Value)
	}
	return a
}

// say writes a line of the log.
func (tr *trial) say(format string, args ...any) {
	tr.log.WriteString(tr.gateway.now().UTC().Format("Mon Jan 02 15:04:05 UTC 2006 : "))
	fmt.Fprintf(&tr.log, format, args...)
	tr.log.WriteByte('\n')
}

func (tr *trial) tellRequest(body string) {
	tr.say("Starting execution for request: %s", tr.scope.Context.RequestID)
	tr.say("HTTP Method: %s, Resource Path: %s", tr.request.Method, tr.request.Path)
	tr.say("Method request path: %s", paramsText(tr.scope.Params))
	tr.say("Method request query string: %s", paramsText(tr.scope.QueryParams()))
	tr.say("Method request headers: %s", fieldsText(tr.request.Header))
	tr.say("Method request body before transformations: %s", abridged(body))
}

// tellBackend tells what a backend was sent and what it answered, which is read
// to its end. sent is the caller's body, for where it was passed on.
func (tr *trial) tellBackend(sent string, latency time.Duration) error {
	call, answer := &tr.in.Call, &tr.backend
	if tr.method.integration == "HTTP_PROXY" {
		answer = tr.response
	}
	if call.Stream == nil {
		sent = string(call.Body)
	}
	uri := tr.scheme + "://" + call.Header.Get("Host") + call.Target
	tr.say("Endpoint request URI: %s", uri)
	tr.say("Endpoint request headers: %s", fieldsText(call.Header[1:])) // Host is the first
	tr.say("Endpoint request body after transformations: %s", abridged(sent))
	tr.say("Sending request to %s", uri)
	if answer.Status == 0 {
		return nil
	}
	if answer.Stream != nil {
		var err error
		if answer.Body, err = appendAll(answer.Body[:0], answer.Stream, errAnswerTooLarge); err != nil {
			return err
		}
		if err := closeStream(answer); err != nil {
			return err
		}
	}
	tr.say("Received response. Status: %d, Integration latency: %d ms", answer.Status, latency.Milliseconds())
	tr.say("Endpoint response headers: %s", fieldsText(answer.Header))
	tr.say("Endpoint response body before transformations: %s", abridged(string(answer.Body)))
	return nil
}

// reason says why an execution failed, where it is known in the service's words.
func (tr *trial) reason(f *gatewayresponse.Failure) string {
	const misconfigured = "Execution failed due to configuration error: "
	var network *upstream.NetworkError
	var unknownHost *net.DNSError
	switch {
	case f.Validation != "":
		contentType := mapping.FirstType(cmp.Or(tr.sent.contentType, applicationJSON))
		return "Request body does not match model schema for content type " + contentType + ": " + abridged(f.Validation)
	case f.Type == gatewayresponse.BadRequestParameters:
		return f.Message // our choice
	case f.Type == gatewayresponse.IntegrationTimeout:
		return "Execution failed due to a timeout error"
	case errors.As(f.Cause, &unknownHost):
		return misconfigured + "Invalid endpoint address"
	case errors.As(f.Cause, &network):
		return "Execution failed due to a network error communicating with endpoint"
	case f.Cause == nil:
		return misconfigured + f.Error()
	}
	cause := f.Cause.Error()
	if strings.HasPrefix(cause, "invalid endpoint address") {
		cause, _, _ = strings.Cut(cause, ":")
	}
	return misconfigured + strings.ToUpper(cause[:1]) + cause[1:]
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
	for i, f := range h {
		params[i] = mapping.Param{Name: f.Name, Value: f.Value}
		if secret[strings.ToLower(f.Name)] {
			params[i].Value = masked(f.Value)
		}
	}
	return paramsText(params)
}

var secret = map[string]bool{"authorization": true, "x-amz-security-token": true, "x-api-key": true}

// masked leaves the last six characters of a credential, and nothing of a short
// one.
func masked(credential string) string {
	hidden := len(credential) - 6
	if hidden < 6 {
		hidden = len(credential)
	}
	return strings.Repeat("*", hidden) + credential[hidden:]
}

// abridged cuts a text where the service does, more or less.
func abridged(text string) string {
	const most = 1000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " [TRUNCATED]"
}
