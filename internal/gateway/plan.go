package gateway

import (
	"crypto/tls"
	"slices"
	"time"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/validation"
)

// A plan is a deployment and the stage that serves it, compiled. It never
// changes once compile has returned it.
type plan struct {
	context   mapping.Context // what all its requests have in common
	region    string
	variables map[string]string
	routes    router
	failures  *gatewayresponse.Set
	disabled  bool  // callers at the default endpoint are turned away
	refusal   error // why nothing of it can be served; nil: it can
	around    surroundings
	shown     *tls.Certificate // to HTTP backends that ask for one
	unshown   error            // why what ought to be shown cannot be
	binary    content.MediaTypes

	compression *content.Compression // nil: none
	faults      faults               // what its operator is told
}

// A method is a method of a plan: what is done for its requests.
type method struct {
	path       string // of the resource
	resourceID string
	steps      []step
	refusal    error             // why it cannot be served; nil: it can
	rules      *validation.Rules // what requests are checked for

	logging     *logging // nil: its executions are not logged
	integration string   // its type
	scheme      string   // of the backend's address
	backend     string   // what the operator is told is called; "": nothing is
	timeout     time.Duration
	streams     bool                   // the answer is handed on as it comes, whatever it is
	request     templates              // of MOCK, HTTP and AWS
	behavior    string                 // of passthrough
	handling    content.Handling       // of the request's body
	converts    bool                   // the request's body may have to be converted
	mapsBody    bool                   // a mapping of the request reads its body,
	mapsPath    bool                   // and a part of it
	mock        []mockStatus           // of each request template of a MOCK that is always the same
	http        *integration.HTTP      // of HTTP and HTTP_PROXY
	service     *integration.Service   // of AWS
	function    *integration.Function  // of AWS_PROXY
	source      string                 // ARN of what calls a service of AWS, up to the verb
	selection   *integration.Selection // of MOCK, HTTP and AWS
	outputs     map[string]*output     // by status code
	answer      integration.AnswerRule // under which names a backend's fields go out
}

// templates are body mapping templates by content type, in order.
type templates struct {
	types []string
	all   []template
}

// A template is one that can be run, or why it cannot.
type template struct {
	*mapping.Template
	err error
}

// none reports whether it is an empty one, which lets bodies pass.
func (t template) none() bool {
	text, static := t.Static()
	return t.err == nil && static && text == ""
}

// running reports whether a template has more than text.
func (t *templates) running() bool {
	return slices.ContainsFunc(t.all, func(t template) bool { return t.reads() })
}

// templated reports whether a template of the method has more than text.
func (m *method) templated() bool {
	for _, o := range m.outputs {
		if o.templates.running() {
			return true
		}
	}
	return m.request.running()
}

// reads reports whether the template may look at its payload.
func (t template) reads() bool {
	if t.err != nil {
		return false
	}
	_, static := t.Static()
	return !static
}

// A mockStatus is what a MOCK integration finds in a template.
type mockStatus struct {
	status string
	err    error
}

// An output is a compiled integration response.
type output struct {
	status    int
	header    []mapping.Target // under the names that the caller gets
	mapsBody  bool             // one of these reads the backend's body,
	mapsPath  bool             // and a part of it
	templates templates
	handling  content.Handling // of the backend's body
	err       error            // why it cannot answer; nil: it can
}
