package control

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var methods = &Kind[restapi.Method]{
	Name:    "Method",
	Path:    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}",
	Key:     "httpMethod",
	Verbs:   Get | Put | Update | Delete,
	Status:  map[Verb]int{Delete: 204},
	Missing: "Invalid Method identifier specified",
	Taken:   "Method already exists for this resource",
	Body: Body{
		{Name: "authorizationType", Required: true},
		{Name: "authorizerId"},
		{Name: "apiKeyRequired"},
		{Name: "operationName"},
		{Name: "requestParameters"},
		{Name: "requestModels"},
		{Name: "requestValidatorId"},
		{Name: "authorizationScopes"},
	},
	Patch: Patch{
		{"/authorizationScopes", Add | Remove},
		{"/authorizationType", Replace},
		{"/authorizerId", Replace},
		{"/apiKeyRequired", Replace},
		{"/operationName", Replace},
		{"/requestValidatorId", Replace},
		{"/requestParameters/*", Add | Replace | Remove},
		{"/requestModels/*", Add | Replace | Remove},
	},
	New:   newMethod,
	Check: checkMethod,
	Show:  showMethod,
	HAL: HAL{
		Links: Links{
			"integration:put":    "~/integration",
			"method:delete":      "~",
			"method:update":      "~",
			"methodresponse:put": "~/responses/{status_code}",
		},
		Embeds: []Embed{
			{"methodIntegration", "method:integration", "~/integration", "Integration"},
			{"methodResponses", "method:responses", "~/responses/*", "MethodResponse"},
		},
		Titled: true,
		Named:  true,
	},
}

var httpMethods = []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}

func newMethod(c *call, m *restapi.Method) error {
	m.HTTPMethod = c.name("http_method")
	if !slices.Contains(httpMethods, m.HTTPMethod) {
		return badRequest("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
	}
	return nil
}

func checkMethod(c *call, _, m *restapi.Method) error {
	m.AuthorizationType = strings.ToUpper(m.AuthorizationType)
	switch m.AuthorizationType {
	case "NONE", "AWS_IAM":
		m.AuthorizerID = "" // ignored, without an error
	default:
		if err := checkAuthorization(c, m); err != nil {
			return err
		}
	}
	if id := m.RequestValidatorID; id != "" && !c.exists(c.api()+"/requestvalidators/"+url.PathEscape(id)) {
		return badRequest("Invalid Request Validator identifier specified")
	}
	if err := checkModels(c, m.RequestModels); err != nil {
		return err
	}
	return checkMethodParameters(m.RequestParameters)
}

// checkAuthorization wants an authorizer of the kind that the method's type of
// authorization is about.
func checkAuthorization(c *call, m *restapi.Method) error {
	a, err := find[restapi.Authorizer](c, c.api()+"/authorizers/"+url.PathEscape(m.AuthorizerID))
	if err != nil {
		return err
	}
	if a == nil || authorizationType(a) != m.AuthorizationType {
		return badRequest("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	}
	return nil
}

func showMethod(c *call, path string, m *restapi.Method) (any, error) {
	return m, nest(c, path, m)
}

// wholeMethod reads a method with all below it.
func wholeMethod(c *call, path string, record []byte) (*restapi.Method, error) {
	m, err := read[restapi.Method](record)
	if err != nil {
		return nil, err
	}
	return m, nest(c, path, m)
}

// nest gives a method the things that are stored below it.
func nest(c *call, path string, m *restapi.Method) error {
	prefix := c.ns.Key(path + "/")
	for key, record := range c.state.Scan(prefix, "") {
		if err := place(m, key[len(prefix):], record); err != nil {
			return err
		}
	}
	return nil
}

// place puts one thing where it belongs in its method: below is its key below
// the method's. Keys come in order, so that an integration comes before its
// responses.
func place(m *restapi.Method, below string, record []byte) (err error) {
	switch parent, code := cutLast(below); parent {
	case "":
		m.MethodIntegration, err = read[restapi.Integration](record)
	case "responses":
		m.MethodResponses, err = with(m.MethodResponses, code, record)
	case "integration/responses":
		if m.MethodIntegration != nil {
			i := m.MethodIntegration
			i.IntegrationResponses, err = with(i.IntegrationResponses, code, record)
		}
	}
	return err
}

// with adds a record to a map that may not be there yet.
func with[T any](m map[string]*T, key string, record []byte) (map[string]*T, error) {
	v, err := read[T](record)
	if err != nil {
		return m, err
	}
	if m == nil {
		m = map[string]*T{}
	}
	m[key] = v
	return m, nil
}

// cutLast parts a path from its last segment, unescaped.
func cutLast(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	last, _ = url.PathUnescape(path[i+1:])
	return path[:max(i, 0)], last
}
