package control

import (
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/javaregexp"
)

var integrationResponses = &Kind[restapi.IntegrationResponse]{
	Name:   "IntegrationResponse",
	Path:   "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}",
	Key:    "statusCode",
	Verbs:  Get | Put | Update | Delete,
	Status: map[Verb]int{Delete: 204},
	Body: Body{
		{Name: "selectionPattern"},
		{Name: "responseParameters"},
		{Name: "responseTemplates"},
		{Name: "contentHandling", Enum: contentHandlings},
	},
	URI:     &Member{Name: "statusCode", Pattern: statusCode},
	Missing: "Invalid Response status code specified",
	Patch: Patch{
		{"/contentHandling", Replace},
		{"/selectionPattern", Replace},
		{"/responseParameters/*", Add | Replace | Remove},
		{"/responseTemplates/*", Add | Replace | Remove},
	},
	Rules: Rules[restapi.IntegrationResponse]{
		Refuse: refuseScalar,
		Admit: func(_ *restapi.IntegrationResponse, target []string, o Operation) error {
			if target[0] == "contentHandling" {
				return oneOf(append([]string{""}, contentHandlings...), o)
			}
			return nil
		},
	},
	New: func(c *call, r *restapi.IntegrationResponse) error {
		r.StatusCode = c.name("status_code")
		return nil
	},
	Check: checkIntegrationResponse,
	HAL: HAL{
		Links: Links{
			"integrationresponse:delete": "~",
			"integrationresponse:update": "~",
		},
		Titled: true,
	},
}

// checkIntegrationResponse judges the mapping against what the method response
// of the same status declares. An empty template is kept as null: recorded on
// AWS.
func checkIntegrationResponse(c *call, _, r *restapi.IntegrationResponse) error {
	for contentType, template := range r.ResponseTemplates {
		if text(template) == "" {
			r.ResponseTemplates[contentType] = nil
		}
		if err := checkTemplate(text(template)); err != nil {
			return err
		}
	}
	if err := checkContentTypes(r.ResponseTemplates); err != nil {
		return err
	}
	if p := text(r.SelectionPattern); p != "" {
		if _, err := javaregexp.Compile(p); err != nil {
			return badRequest("Invalid selection pattern specified: %s", p)
		}
	}
	declared, err := find[restapi.MethodResponse](c, c.path(methodResponses.Path))
	if err != nil {
		return err
	}
	var headers map[string]bool
	if declared != nil {
		headers = declared.ResponseParameters
	}
	return checkResponseMapping(r.ResponseParameters, headers, declared != nil)
}
