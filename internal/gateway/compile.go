package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/upstream"
	"github.com/gatewright/gatewright/internal/validation"
)

// A compiler makes plans, with what they need that outlives them.
type compiler struct {
	store    store.Store
	upstream *upstream.Client
	lambda   *integration.Lambda
	services *integration.Services
	vpcLinks map[string]string // addresses by target ARN, link id or link name
	log      *slog.Logger      // of plans while they run; what is wrong with them is among their faults

	executions *executions // nil: none are logged
}

// compile makes the plan of a stage and its deployment. What is wrong with one
// method is that method's, and its refusal. All of it is among the plan's faults.
func (c *compiler) compile(s *slot, st *restapi.Stage, d *restapi.Definition, around surroundings) *plan {
	p, err := c.frame(s, st, d.API, d.GatewayResponses, around)
	if err != nil {
		return c.broken(s, st, err)
	}
	checks := validation.NewSet(d)
	for _, r := range d.Resources {
		for _, verb := range slices.Sorted(maps.Keys(r.ResourceMethods)) {
			p.routes.add(r.Path, verb, c.method(p, &configuration{d.API, st, r, r.ResourceMethods[verb], checks, nil}))
		}
	}
	return p
}

// frame is a plan without methods.
func (c *compiler) frame(s *slot, st *restapi.Stage, api *restapi.RestAPI, responses []*restapi.GatewayResponse, around surroundings) (*plan, error) {
	p := c.begin(s, st)
	p.around = around
	p.shown, p.unshown = p.clientCertificate(st.ClientCertificateID)
	p.disabled = api.DisableExecuteAPIEndpoint
	p.binary = api.BinaryMediaTypes
	if n := api.MinimumCompressionSize; n != nil {
		p.compression = new(content.Compression(*n))
	}
	if e := api.EndpointConfiguration; e != nil && len(e.Types) > 0 {
		p.context.EndpointType = e.Types[0]
	}
	failures, err := gatewayresponse.Compile(responses)
	if err == nil {
		p.failures = failures
	}
	return p, err
}

func (c *compiler) begin(s *slot, st *restapi.Stage) *plan {
	return &plan{
		context: mapping.Context{
			AccountID: s.namespace.Account, APIID: s.id,
			Stage: st.StageName, DeploymentID: st.DeploymentID,
		},
		region:    s.namespace.Region,
		variables: st.Variables,
		failures:  gatewayresponse.BuiltIn,
	}
}

// broken is the plan of a stage that cannot be served at all. It fails closed.
func (c *compiler) broken(s *slot, st *restapi.Stage, cause error) *plan {
	p := c.begin(s, st)
	p.faults.add(fault{message: "stage cannot be served", cause: cause})
	p.refusal = &gatewayresponse.Failure{Type: gatewayresponse.APIConfigurationError, Cause: cause}
	return p
}

// method compiles a method, closed if it cannot be served as it is configured.
func (c *compiler) method(p *plan, conf *configuration) *method {
	m := &method{path: conf.resource.Path, resourceID: conf.resource.ID, timeout: defaultTimeout}
	err := c.integrate(p, m, conf)
	if err == nil {
		m.rules, err = conf.checks.Rules(conf.method)
	}
	if err != nil {
		f := failure(err)
		m.refusal = f
		p.faults.add(fault{message: "method cannot be served", method: conf.name(), cause: cmp.Or(f.Cause, err)})
	}
	m.steps = stepsOf(m)
	m.logging = c.logging(p, conf)
	return m
}

// defaultTimeout is that of an integration that has none of its own.
const defaultTimeout = 29 * time.Second

// integrate compiles what answers the method.
func (c *compiler) integrate(p *plan, m *method, conf *configuration) error {
	i := conf.method.MethodIntegration
	if i == nil {
		return fmt.Errorf("method has no integration")
	}
	conf.integration = i
	m.integration = i.Type
	m.answer = integration.AnswerRuleOf(i.Type)
	m.streams = i.ResponseTransferMode == "STREAM"
	if m.scheme = "https"; strings.HasPrefix(strings.ToLower(i.URI), "http:") {
		m.scheme = "http"
	}
	if i.TimeoutInMillis > 0 {
		m.timeout = time.Duration(i.TimeoutInMillis) * time.Millisecond
	}
	if err := refused(conf); err != nil {
		return err
	}
	switch {
	case m.streams && !strings.HasSuffix(i.Type, "_PROXY"):
		return fmt.Errorf("only proxy integrations stream their answer")
	case linked(i) && !conf.http():
		return fmt.Errorf("a VPC link leads to HTTP backends, not to integration type %s", i.Type)
	}
	if err := mapping.Check(i.RequestParameters); err != nil && i.Type != "AWS_PROXY" {
		return err
	}
	m.content(p, i)
	switch i.Type {
	case "MOCK":
		c.requestTemplates(p, m, conf)
		m.compileMock()
		return c.outputs(p, m, conf)
	case "HTTP":
		c.requestTemplates(p, m, conf)
		if err := c.outputs(p, m, conf); err != nil {
			return err
		}
		return c.http(p, m, i)
	case "AWS":
		c.requestTemplates(p, m, conf)
		if err := c.outputs(p, m, conf); err != nil {
			return err
		}
		return c.service(p, m, i)
	case "HTTP_PROXY":
		return c.http(p, m, i)
	case "AWS_PROXY":
		return c.function(p, m, i)
	}
	return fmt.Errorf("unknown integration type %q", i.Type)
}

// content compiles what is done to the caller's body. What a MOCK is sent is text
// unless somebody says otherwise; it goes nowhere, so that it stays as it is.
func (m *method) content(p *plan, i *restapi.Integration) {
	m.handling = content.HandlingOf(i.ContentHandling)
	switch i.Type {
	case "MOCK":
		m.converts = m.handling != content.PassThrough || len(p.binary) > 0
	case "AWS_PROXY":
	default:
		m.converts = true
	}
}

func (c *compiler) http(p *plan, m *method, i *restapi.Integration) (err error) {
	m.readMappings(i)
	if p.unshown != nil {
		return p.unshown
	}
	by := integration.Connection{Certificate: p.shown}
	if linked(i) {
		if by.Address, err = c.linkAddress(p, i); err != nil {
			return err
		}
	}
	if m.http, err = integration.NewHTTP(c.upstream, i, p.variables, by); err == nil {
		m.backend = m.http.Backend()
	}
	return err
}

// readMappings finds out whether the mappings of a request read its body.
func (m *method) readMappings(i *restapi.Integration) {
	mapped := mapping.CompileRequest(i.RequestParameters)
	m.mapsBody, m.mapsPath = mapped.Body(), mapped.BodyPath()
}

// service compiles the call of a service of AWS, or of a function, which is one
// with settings of its own.
func (c *compiler) service(p *plan, m *method, i *restapi.Integration) (err error) {
	m.readMappings(i)
	m.source = sourceOf(p)
	if integration.IsFunction(i.URI, p.variables) {
		m.service, err = c.lambda.Service(i, p.variables)
	} else {
		m.service, err = c.services.Service(i, p.variables)
	}
	if err == nil {
		m.scheme, m.backend = m.service.Scheme(), m.service.Backend()
	}
	return err
}

// function compiles the invocation of a Lambda function. Mappings have no effect
// on it, yet those of headers that must not be mapped fail it. [recorded on AWS]
func (c *compiler) function(p *plan, m *method, i *restapi.Integration) error {
	if i.HTTPMethod != http.MethodPost {
		return &gatewayresponse.Failure{
			Type: gatewayresponse.IntegrationFailure, Status: http.StatusInternalServerError,
			Cause: fmt.Errorf("a function is invoked with POST, not %s", i.HTTPMethod),
		}
	}
	if name, illegal := mapping.CompileRequest(i.RequestParameters).Illegal(i.Type); illegal {
		return fmt.Errorf("%s %w", name, integration.ErrHeader)
	}
	uri, err := mapping.CompileURI(i.URI, nil)
	if err != nil {
		return err
	}
	address := string(uri.Append(nil, &mapping.Scope{Variables: p.variables}))
	if m.function, err = c.lambda.Function(address); err != nil {
		return err
	}
	if m.function.Streams() != m.streams {
		return errTransfer
	}
	m.source, m.scheme, m.backend = sourceOf(p), m.function.Scheme(), m.function.Backend()
	return nil
}

// sourceOf is the ARN of what calls a service, up to the verb.
func sourceOf(p *plan) string {
	return "arn:aws:execute-api:" + p.region + ":" + p.context.AccountID + ":" +
		p.context.APIID + "/" + p.context.Stage + "/"
}

// compileMock finds the status in each template of a MOCK that is always the
// same.
func (m *method) compileMock() {
	m.mock = make([]mockStatus, len(m.request.all))
	for i, t := range m.request.all {
		if !t.reads() && t.err == nil {
			text, _ := t.Static()
			m.mock[i] = mockStatusOf(text)
		}
	}
}

func mockStatusOf(body string) mockStatus {
	status, err := integration.MockStatus(body)
	return mockStatus{strconv.Itoa(status), err}
}

// requestTemplates compiles what makes the body that a backend gets.
func (c *compiler) requestTemplates(p *plan, m *method, conf *configuration) {
	m.behavior = conf.integration.PassthroughBehavior
	m.request = c.templates(p, conf, "request", conf.integration.RequestTemplates)
}

// templates compiles body mapping templates. One that cannot be read fails the
// requests that it is chosen for, and no others.
func (c *compiler) templates(p *plan, conf *configuration, of string, texts map[string]string) (t templates) {
	log := c.log.With("api", p.context.APIID, "stage", p.context.Stage, "method", conf.name(), "template", of)
	for _, contentType := range slices.Sorted(maps.Keys(texts)) {
		compiled, err := mapping.CompileTemplate(contentType, texts[contentType], func(surprise error) {
			log.Warn("template tests what is missing, and takes it for true", "place", surprise)
		})
		if err != nil {
			p.faults.add(fault{"template cannot be read", conf.name(), of, err})
		}
		t.types = append(t.types, contentType)
		t.all = append(t.all, template{compiled, err})
	}
	return t
}

// outputs compiles the integration responses of a method.
func (c *compiler) outputs(p *plan, m *method, conf *configuration) (err error) {
	responses := conf.integration.IntegrationResponses
	patterns := make(map[string]string, len(responses))
	m.outputs = make(map[string]*output, len(responses))
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		patterns[status] = ""
		if r := responses[status]; r.SelectionPattern != nil {
			patterns[status] = *r.SelectionPattern
		}
		if m.outputs[status], err = c.output(p, m, conf, status); err != nil {
			return err
		}
	}
	m.selection, err = integration.CompileSelection(patterns)
	return err
}

func (c *compiler) output(p *plan, m *method, conf *configuration, status string) (*output, error) {
	r, declared := conf.integration.IntegrationResponses[status], conf.method.MethodResponses[status]
	o := new(output)
	var err error
	if o.status, err = strconv.Atoi(status); err != nil {
		return nil, fmt.Errorf("integration response %q: %w", status, err)
	}
	if o.status < 200 {
		o.err = fmt.Errorf("status %s does not end an exchange", status)
		return o, nil
	}
	if declared == nil {
		o.err = fmt.Errorf("output mapping refers to an invalid method response: %s", status)
		return o, nil
	}
	if o.err = mapping.Check(r.ResponseParameters); o.err != nil {
		return o, nil
	}
	for _, t := range mapping.CompileResponse(r.ResponseParameters).Header {
		_, ok := declared.ResponseParameters["method.response.header."+t.Name]
		if t.Name = m.answer.Name(t.Name); ok && t.Name != "" {
			o.header = append(o.header, t)
			o.mapsBody, o.mapsPath = o.mapsBody || t.Body(), o.mapsPath || t.BodyPath()
		}
	}
	texts := make(map[string]string, len(r.ResponseTemplates))
	for contentType, text := range r.ResponseTemplates {
		if texts[contentType] = ""; text != nil {
			texts[contentType] = *text
		}
	}
	o.templates = c.templates(p, conf, "response "+status, texts)
	o.handling = content.HandlingOf(r.ContentHandling)
	return o, nil
}

// failure makes the failure of what an owner configured wrongly, unless it is
// one already.
func failure(err error) *gatewayresponse.Failure {
	if f, ok := err.(*gatewayresponse.Failure); ok {
		return f
	}
	if errors.Is(err, integration.ErrNoEndpoint) { // the operator's to mend
		return &gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Cause: err}
	}
	return &gatewayresponse.Failure{Type: gatewayresponse.APIConfigurationError, Cause: err}
}

// sourceARN is the ARN of what calls a service. That of the root ends with its
// slash, which permissions for it have as well.
func (m *method) sourceARN(verb string) string {
	return m.source + verb + m.path
}
