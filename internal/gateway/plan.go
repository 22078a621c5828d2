package gateway

import (
	"time"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/mapping"
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
	binary    content.MediaTypes
}

// A method is a method of a plan: what is done for its requests.
type method struct {
	path       string // of the resource
	resourceID string
	steps      []step
	refusal    error // why it cannot be served; nil: it can

	integration string // its type
	timeout     time.Duration
	request     template               // of MOCK and HTTP
	mock        []mockStatus           // of each request template of a MOCK
	http        *integration.HTTP      // of HTTP and HTTP_PROXY
	function    *integration.Function  // of AWS_PROXY
	source      string                 // ARN of what calls the function, up to the verb
	selection   *integration.Selection // of MOCK and HTTP
	outputs     map[string]*output     // by status code
	answer      integration.AnswerRule // under which names a backend's fields go out
}

// A template is a method's request templates. Those that can be run are text.
type template struct {
	types    []string // content types
	texts    [][]byte
	behavior string // of passthrough
}

// A mockStatus is what a MOCK integration finds in a template.
type mockStatus struct {
	status string
	err    error
}

// An output is a compiled integration response.
type output struct {
	status int
	header []mapping.Target // under the names that the caller gets
	types  []string         // content types of the templates
	texts  []string
	err    error // why it cannot answer; nil: it can
}
