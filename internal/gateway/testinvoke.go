package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/upstream"
	"github.com/gatewright/gatewright/internal/validation"
)

// What a test request is told of itself: recorded on AWS.
const (
	testStage    = "test-invoke-stage"
	testAPIKey   = "test-invoke-api-key"
	testAPIKeyID = "test-invoke-api-key-id"
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
	x := &exchange{gateway: g, story: &story{now: g.now, steps: true, data: true, prefix: testPrefix}}
	x.begin(e, begin)
	defer x.scope.Reset()
	c := &x.scope.Context
	c.SourceIP, c.APIKey, c.APIKeyID, c.UserAgent = testSourceIP, testAPIKey, testAPIKeyID, t.UserAgent
	err := x.prepare(t)
	if err == nil {
		err = x.runTold()
	} else {
		err = errors.Join(err, x.readBody())
		x.tellRequest()
	}
	x.finishTest(err)
	return x.result(g.now().Sub(begin))
}

// testPrefix begins a line of a test's log.
func testPrefix(at time.Time) string {
	return at.UTC().Format("Mon Jan 02 15:04:05 UTC 2006 : ")
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
	r.Query = strings.ReplaceAll(r.Query, " ", "%20") // typed by hand, perhaps
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
func (x *exchange) prepare(t *restapi.TestInvocation) error {
	compiler := *x.gateway.compiler
	compiler.log = slog.New(slog.DiscardHandler) // the result tells
	api := *t.Definition.API
	api.Policy = ""
	stage := &restapi.Stage{StageName: testStage, Variables: t.StageVariables, ClientCertificateID: t.ClientCertificateID}
	around, unread := x.gateway.compiler.aroundTest(t, stage)
	p, err := compiler.frame(&slot{id: api.ID, namespace: t.Namespace}, stage, &api, t.Definition.GatewayResponses, around)
	x.where = location{api: api.ID, stage: testStage, path: x.request.Path, rest: x.request.Path, domain: testDomain}
	x.enter(p)
	x.scope.Context.Path, x.scope.Context.HTTPMethod, x.in.Method = x.request.Path, x.request.Method, x.request.Method
	if err = errors.Join(err, unread); err != nil {
		return err
	}
	resource, declared := tested(t)
	if declared == nil {
		return fmt.Errorf("resource %s has no method %s", t.ResourceID, t.HTTPMethod)
	}
	open := *declared
	open.AuthorizationType, open.AuthorizerID, open.APIKeyRequired = "NONE", "", false
	open.MethodIntegration = shortened(declared.MethodIntegration)
	api.EndpointConfiguration = nil // a private API can be tested from anywhere
	x.method = compiler.method(p, &configuration{&api, stage, resource, &open, validation.NewSet(t.Definition), nil})
	x.scope.Context.ResourceID, x.scope.Context.ResourcePath = resource.ID, resource.Path
	var routes router
	routes.add(resource.Path, "ANY", x.method)
	_, x.scope.Params = routes.find(x.where.rest, 0, nil)
	return nil
}

// aroundTest reads what a test needs of its account.
func (c *compiler) aroundTest(t *restapi.TestInvocation, st *restapi.Stage) (surroundings, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return c.around(ctx, t.Namespace, st, t.Definition)
}

// A test of what streams ends with what has come in this time and up to this
// size. [developer guide]
const (
	testStreamMillis = 35_000
	testStreamSize   = 1 << 20
)

// shortened gives an integration that streams no more time than a test has.
func shortened(i *restapi.Integration) *restapi.Integration {
	if i == nil || i.ResponseTransferMode != "STREAM" {
		return i
	}
	short := *i
	short.TimeoutInMillis = min(i.TimeoutInMillis, testStreamMillis)
	return &short
}

// gather reads the body of a test's answer.
func (x *exchange) gather() ([]byte, error) {
	r := x.response
	if !x.method.streams {
		return appendAll(r.Body[:0], r.Stream, errAnswerTooLarge)
	}
	body, err := io.ReadAll(io.LimitReader(r.Stream, testStreamSize))
	if errors.Is(err, upstream.ErrTimeout) {
		err = nil
	}
	return body, err
}

// finishTest tells how the method ended.
func (x *exchange) finishTest(err error) {
	r := x.response
	if err == nil && r.Stream != nil {
		r.Body, err = x.gather()
	}
	closeStream(&x.backend)
	closeStream(r)
	if err != nil {
		x.plan.failures.Render(failureOr(err), &x.scope, r)
		r.Header.Del("Content-Type") // recorded on AWS
	}
	x.tellEnd(err)
	r.Header = withoutIDs(r.Header)
}

func (x *exchange) result(latency time.Duration) *restapi.TestInvocationResult {
	a := &restapi.TestInvocationResult{
		Status: x.response.Status, Body: string(x.response.Body), Latency: latency.Milliseconds(),
		Headers: map[string]string{}, MultiValueHeaders: map[string][]string{},
		Log: "Execution log for request " + x.scope.Context.RequestID + "\n" + x.story.text.String(),
	}
	for _, f := range x.response.Header {
		a.Headers[f.Name] = f.Value
		a.MultiValueHeaders[f.Name] = append(a.MultiValueHeaders[f.Name], f.Value)
	}
	return a
}
