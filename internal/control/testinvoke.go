package control

import (
	"github.com/gatewright/gatewright/internal/restapi"
)

// Tests of a method are no kind: nothing of them is stored.

var testMethodBody = Body{
	{Name: "pathWithQueryString"},
	{Name: "body"},
	{Name: "headers"},
	{Name: "multiValueHeaders"},
	{Name: "clientCertificateId"},
	{Name: "stageVariables"},
}

// A testInput is what TestInvokeMethod takes.
type testInput struct {
	PathWithQueryString string              `json:"pathWithQueryString"`
	Body                string              `json:"body"`
	Headers             map[string]string   `json:"headers"`
	MultiValueHeaders   map[string][]string `json:"multiValueHeaders"`
	ClientCertificateID string              `json:"clientCertificateId"`
	StageVariables      map[string]string   `json:"stageVariables"`
}

// readTest reads the method that is to be tested, as it stands in the draft. A
// missing API is told as a missing resource: recorded on AWS.
func readTest(c *call) (answer, error) {
	var in testInput
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	method := c.path(methods.Path)
	record, ok := c.get(method)
	if !ok { // any verb may be tested of ANY
		method = collection(method) + "/ANY"
		record, ok = c.get(method)
	}
	switch {
	case !c.exists(c.path(resources.Path)):
		return answer{}, notFound("%s", resources.Missing)
	case !ok:
		return answer{}, notFound("%s", methods.Missing)
	}
	if err := checkVariables(in.StageVariables); err != nil {
		return answer{}, err
	}
	if id := in.ClientCertificateID; id != "" && !c.exists(restapi.ClientCertificatePath(id)) {
		return answer{}, notFound("Invalid Client Certificate identifier specified")
	}
	definition, err := draftOfMethod(c, method, record)
	if err != nil {
		return answer{}, err
	}
	return answer{item: item{path: c.request.URL.EscapedPath(), value: &restapi.TestInvocation{
		Namespace: c.ns, Definition: definition,
		ResourceID: c.name("resource_id"), HTTPMethod: c.name("http_method"),
		PathWithQueryString: in.PathWithQueryString, Body: in.Body, MultiValueHeaders: in.headers(),
		StageVariables: in.StageVariables, ClientCertificateID: in.ClientCertificateID,
		UserAgent: c.request.UserAgent(),
	}}}, nil
}

// draftOfMethod reads what one method needs of its API's draft, which may be
// large.
func draftOfMethod(c *call, path string, record []byte) (*restapi.Definition, error) {
	d := new(restapi.Definition)
	var err error
	if d.API, err = find[restapi.RestAPI](c, c.api()); err != nil {
		return nil, err
	}
	resource, err := find[restapi.Resource](c, c.path(resources.Path))
	if err != nil {
		return nil, err
	}
	method, err := wholeMethod(c, path, record)
	if err != nil {
		return nil, err
	}
	resource.ResourceMethods = map[string]*restapi.Method{method.HTTPMethod: method}
	d.Resources = []*restapi.Resource{resource}
	if d.Models, err = all[restapi.Model](c, c.api()+"/models"); err != nil {
		return nil, err
	}
	if d.RequestValidators, err = all[restapi.RequestValidator](c, c.api()+"/requestvalidators"); err != nil {
		return nil, err
	}
	d.GatewayResponses, err = all[restapi.GatewayResponse](c, c.api()+"/gatewayresponses")
	return d, err
}

// headers are those of both members; of a name that is in both, the list counts.
func (in *testInput) headers() map[string][]string {
	merged := map[string][]string{}
	for name, value := range in.Headers {
		merged[name] = []string{value}
	}
	for name, values := range in.MultiValueHeaders {
		merged[name] = values
	}
	return merged
}

func testInvokeMethod(h *Handler, a answer) (answer, error) {
	if h.runtime == nil {
		return answer{}, notBuilt("TestInvokeMethod without a data plane")
	}
	a.value = h.runtime.TestInvoke(a.value.(*restapi.TestInvocation))
	return a, nil
}
