package control

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var integrations = &Kind[restapi.Integration]{
	Name:    "Integration",
	Path:    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration",
	Verbs:   Get | Put | Update | Delete,
	Status:  map[Verb]int{Delete: 204},
	Missing: "Invalid Integration identifier specified",
	Hides:   Delete,
	Body: Body{
		{Name: "type", Required: true, Enum: []string{"HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"}},
		{Name: "httpMethod"},
		{Name: "uri"},
		{Name: "connectionType", Enum: connectionTypes},
		{Name: "connectionId"},
		{Name: "credentials"},
		{Name: "requestParameters"},
		{Name: "requestTemplates"},
		{Name: "passthroughBehavior"},
		{Name: "cacheNamespace"},
		{Name: "cacheKeyParameters"},
		{Name: "contentHandling", Enum: contentHandlings},
		{Name: "timeoutInMillis"},
		{Name: "tlsConfig"},
		{Name: "responseTransferMode", Enum: transferModes},
		{Name: "integrationTarget"},
	},
	Patch: Patch{
		{"/cacheKeyParameters/*", Add | Replace | Remove},
		{"/cacheNamespace", Replace},
		{"/connectionId", Replace},
		{"/connectionType", Replace},
		{"/contentHandling", Replace},
		{"/credentials", Replace},
		{"/httpMethod", Replace},
		{"/integrationTarget", Replace},
		{"/passthroughBehavior", Replace},
		{"/requestParameters/*", Add | Replace | Remove},
		{"/requestTemplates/*", Add | Replace | Remove},
		{"/responseTransferMode", Replace},
		{"/timeoutInMillis", Replace},
		{"/tlsConfig/insecureSkipVerification", Replace},
		{"/uri", Replace},
	},
	Rules: Rules[restapi.Integration]{Refuse: refuseScalar, Admit: admitIntegrationValue},
	New:   newIntegration,
	Check: checkIntegration,
	Show:  showIntegration,
	HAL: HAL{
		Links: Links{
			"integration:delete":      "~",
			"integration:update":      "~",
			"integrationresponse:put": "~/responses/{status_code}",
		},
		Embeds: []Embed{{"integrationResponses", "integration:responses", "~/responses/*", "IntegrationResponse"}},
	},
}

var (
	connectionTypes  = []string{"INTERNET", "VPC_LINK"}
	contentHandlings = []string{"CONVERT_TO_BINARY", "CONVERT_TO_TEXT"}
	transferModes    = []string{"BUFFERED", "STREAM"}
	passthroughs     = []string{"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"}
)

// The longest that a backend may take is what AWS grants on request, and more
// where it streams its answer.
const (
	minTimeout       = 50
	defaultTimeout   = 29_000
	maxTimeout       = 300_000
	maxStreamTimeout = 900_000
)

func newIntegration(_ *call, i *restapi.Integration) error {
	if i.TimeoutInMillis == 0 {
		i.TimeoutInMillis = defaultTimeout
	}
	return nil
}

func admitIntegrationValue(_ *restapi.Integration, target []string, o Operation) error {
	switch target[0] {
	case "connectionType":
		return oneOf(connectionTypes, o)
	case "contentHandling":
		return oneOf(append([]string{""}, contentHandlings...), o)
	case "passthroughBehavior":
		return oneOf(passthroughs, o)
	case "responseTransferMode":
		return oneOf(append([]string{""}, transferModes...), o)
	}
	return nil
}

func checkIntegration(c *call, _, i *restapi.Integration) error {
	settleIntegration(c, i)
	if !slices.Contains(passthroughs, i.PassthroughBehavior) {
		return badRequest("Invalid passthroughBehavior specified. Must be one of: [%s]", strings.Join(passthroughs, ", "))
	}
	longest := maxTimeout
	if i.ResponseTransferMode == "STREAM" {
		longest = maxStreamTimeout
	}
	if i.TimeoutInMillis < minTimeout || i.TimeoutInMillis > longest {
		return badRequest("Timeout should be between %d ms and %d ms", minTimeout, defaultTimeout)
	}
	for _, template := range i.RequestTemplates {
		if err := checkTemplate(template); err != nil {
			return err
		}
	}
	if err := checkBackend(i); err != nil {
		return err
	}
	if err := checkConnection(c, i); err != nil {
		return err
	}
	m, err := find[restapi.Method](c, c.path(methods.Path))
	if err != nil || m == nil {
		return err
	}
	return checkRequestMapping(i.RequestParameters, m.RequestParameters)
}

// settleIntegration fills in what every integration has.
func settleIntegration(c *call, i *restapi.Integration) {
	if i.Type == "MOCK" {
		i.HTTPMethod, i.URI = "", ""
	}
	switch isHTTP := strings.HasPrefix(i.Type, "HTTP"); {
	case isHTTP && i.ConnectionType == "":
		i.ConnectionType = "INTERNET"
	case !isHTTP && i.ConnectionType == "INTERNET":
		i.ConnectionType = "" // Terraform sends it always, the service shows it for HTTP alone
	}
	if i.CacheNamespace == "" {
		i.CacheNamespace = c.name("resource_id")
	}
	if i.CacheKeyParameters == nil {
		i.CacheKeyParameters = []string{}
	}
	if i.PassthroughBehavior == "" {
		i.PassthroughBehavior = "WHEN_NO_MATCH"
	}
}

var (
	anyARN = pattern.New(`^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$`)

	// integrationARN is arn:{partition}:apigateway:{region}:{service}:{how}.
	integrationARN = pattern.New(`^arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/.`)
)

// backendARNs are those that AWS_PROXY takes.
var backendARNs = []*pattern.Pattern{
	pattern.New(`^arn:[^:]+:apigateway:[^:]+:lambda:path/\d{4}-\d{2}-\d{2}/functions/.+/invocations$`),
	pattern.New(`^arn:[^:]+:apigateway:[^:]+:lambda:path/\d{4}-\d{2}-\d{2}/functions/.+/response-streaming-invocations$`),
	pattern.New(`^arn:[^:]+:apigateway:[^:]+:firehose:action/PutRecord(Batch)?$`),
}

func checkBackend(i *restapi.Integration) error {
	if i.Type == "MOCK" {
		return nil
	}
	if i.HTTPMethod == "" {
		return badRequest("Enumeration value for HttpMethod must be non-empty")
	}
	if !slices.Contains(httpMethods, i.HTTPMethod) {
		return badRequest("Invalid HttpMethod specified. Valid options are %s", strings.Join(httpMethods, ","))
	}
	if strings.HasPrefix(i.Type, "HTTP") {
		if !isHTTPEndpoint(i.URI) {
			return badRequest("Invalid HTTP endpoint specified for URI")
		}
		return nil
	}
	switch {
	case !anyARN.MatchString(i.URI):
		return badRequest("Invalid ARN specified in the request")
	case !integrationARN.MatchString(i.URI):
		return badRequest("AWS ARN for integration must contain path or action")
	case i.Type == "AWS_PROXY" && !anyOf(i.URI, backendARNs...):
		return badRequest("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.")
	}
	return nil
}

var stageVariable = pattern.New(`\$\{stageVariables\.[A-Za-z0-9_]+\}`)

// isHTTPEndpoint judges a URI in which stage variables and path parameters may
// stand for any part: with the scheme in a variable nothing else can be known.
func isHTTPEndpoint(uri string) bool {
	plain := stageVariable.ReplaceAllString(uri, "v")
	if !strings.Contains(plain, "://") {
		return plain != uri && strings.HasPrefix(uri, "${")
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "+}", "", "}", "").Replace(plain))
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "v"
}

// checkConnection wants a link for VPC_LINK: one that exists and from now on is
// in use, or a stage variable that will name it.
func checkConnection(c *call, i *restapi.Integration) error {
	if i.ConnectionType != "VPC_LINK" || stageVariable.MatchString(i.ConnectionID) {
		return nil
	}
	if i.ConnectionID == "" {
		return badRequest("A connectionId is required for connectionType VPC_LINK")
	}
	if !c.exists(restapi.VPCLinkPath(i.ConnectionID)) {
		return badRequest("Invalid Vpc Link identifier specified")
	}
	return useLink(c, i.ConnectionID, c.name("restapi_id"))
}

func showIntegration(c *call, path string, i *restapi.Integration) (any, error) {
	var err error
	c.each(path+"/responses", "", func(code string, record []byte) bool {
		i.IntegrationResponses, err = with(i.IntegrationResponses, code, record)
		return err == nil
	})
	return i, err
}
