package control

import (
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/restapi"
)

// Only what an owner put is stored. What GetGatewayResponse shows is that, or
// what the type inherits, or its default.
var gatewayResponses = &Kind[restapi.GatewayResponse]{
	Name:  "GatewayResponse",
	Path:  "/restapis/{restapi_id}/gatewayresponses/{response_type}",
	Key:   "responseType",
	Verbs: List | Get | Put | Update | Delete,
	Body: Body{
		{Name: "statusCode", Pattern: statusCode},
		{Name: "responseParameters"},
		{Name: "responseTemplates"},
	},
	URI:     &Member{Name: "responseType", Enum: responseTypes()},
	Missing: "Gateway response type not defined on api",
	Patch: Patch{
		{"/statusCode", Replace},
		{"/responseParameters", Add | Replace | Remove},
		{"/responseParameters/*", Add | Replace | Remove},
		{"/responseTemplates", Add | Replace | Remove},
		{"/responseTemplates/*", Add | Replace | Remove},
	},
	Rules: Rules[restapi.GatewayResponse]{
		Refuse: refuseScalar,
		Admit:  admitGatewayResponseValue,
		Absent: func([]string, Operation) error { return notFound("Invalid parameter name specified") },
	},
	Default: defaultGatewayResponse,
	New: func(c *call, r *restapi.GatewayResponse) error {
		r.ResponseType = c.name("response_type")
		return nil
	},
	Check: checkGatewayResponse,
	Show:  showGatewayResponse,
	All:   allGatewayResponses,
	HAL: HAL{
		Links: Links{
			"gatewayresponse:put":    "../{response_type}",
			"gatewayresponse:update": "~",
		},
		Related: func(_ string, response object) Links {
			if response["defaultResponse"] == true {
				return nil // there is nothing to delete
			}
			return Links{"gatewayresponse:delete": "~"}
		},
		List: Links{
			"first":                   "~",
			"gatewayresponse:by-type": "~/{response_type}",
		},
	},
}

func responseTypes() []string {
	var names []string
	for _, t := range gatewayresponse.Types() {
		names = append(names, t.String())
	}
	return names
}

// defaultGatewayResponse is what a PATCH of a type that was never put begins
// with: the built-in default, whatever the family has become. The status is
// left open, so that it stays the cause's own until an owner sets one.
func defaultGatewayResponse(c *call) *restapi.GatewayResponse {
	return &restapi.GatewayResponse{
		ResponseType: c.name("response_type"), DefaultResponse: true, ResponseTemplates: builtInTemplates(),
	}
}

// builtInTemplates are those that every entry has which has none.
func builtInTemplates() map[string]string { return gatewayresponse.View(nil, 0).ResponseTemplates }

// admitGatewayResponseValue refuses values that are nothing. A family alone can
// be without a status.
func admitGatewayResponseValue(r *restapi.GatewayResponse, target []string, o Operation) error {
	value := text(o.Value)
	if opOf(text(o.Op)) == Remove {
		return nil
	}
	if target[0] != "statusCode" {
		// Replace of what is not there comes first: 404.
		held := map[string]map[string]string{"responseParameters": r.ResponseParameters, "responseTemplates": r.ResponseTemplates}
		if _, ok := held[target[0]][target[len(target)-1]]; len(target) == 2 && value == "" && (ok || opOf(text(o.Op)) == Add) {
			return badRequest("Invalid null or empty value in %s", target[0])
		}
		return nil
	}
	t, _ := gatewayresponse.TypeOf(r.ResponseType)
	switch {
	case value == "" && t.Family() != 0:
		return badRequest("Invalid null or empty value in statusCode")
	case value != "" && !statusCode.MatchString(value):
		return badRequest("Invalid status code specified: %s", value)
	}
	return nil
}

func checkGatewayResponse(_ *call, _, r *restapi.GatewayResponse) error {
	r.DefaultResponse = false
	if len(r.ResponseTemplates) == 0 {
		r.ResponseTemplates = builtInTemplates()
	}
	if hasEmpty(r.ResponseParameters) {
		return badRequest("Invalid null or empty value in responseParameters")
	}
	if hasEmpty(r.ResponseTemplates) {
		return badRequest("Invalid null or empty value in responseTemplates")
	}
	for _, template := range r.ResponseTemplates {
		if err := checkTemplate(template); err != nil {
			return err
		}
	}
	if err := checkGatewayMapping(r.ResponseParameters); err != nil {
		return err
	}
	return checkContentTypes(r.ResponseTemplates)
}

func hasEmpty(m map[string]string) bool {
	for _, value := range m {
		if value == "" {
			return true
		}
	}
	return false
}

// showGatewayResponse shows a type's own entry, or what it inherits.
func showGatewayResponse(c *call, _ string, r *restapi.GatewayResponse) (any, error) {
	t, _ := gatewayresponse.TypeOf(r.ResponseType)
	put := map[gatewayresponse.Type]*restapi.GatewayResponse{}
	if !r.DefaultResponse {
		put[t] = r
	} else if f := t.Family(); f != 0 {
		family, err := find[restapi.GatewayResponse](c, c.api()+"/gatewayresponses/"+f.String())
		if err != nil {
			return nil, err
		}
		if family != nil {
			put[f] = family
		}
	}
	return gatewayresponse.View(put, t), nil
}

// allGatewayResponses lists all types, put or not.
func allGatewayResponses(c *call) ([]*restapi.GatewayResponse, error) {
	all := make([]*restapi.GatewayResponse, 0, len(gatewayresponse.Types()))
	for _, t := range gatewayresponse.Types() {
		r, err := find[restapi.GatewayResponse](c, c.api()+"/gatewayresponses/"+t.String())
		if err != nil {
			return nil, err
		}
		if r == nil {
			r = &restapi.GatewayResponse{ResponseType: t.String(), DefaultResponse: true}
		}
		all = append(all, r)
	}
	return all, nil
}
