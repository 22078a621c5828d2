package control

import "github.com/gatewright/gatewright/internal/restapi"

var methodResponses = &Kind[restapi.MethodResponse]{
	Name:    "MethodResponse",
	Path:    "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}",
	Key:     "statusCode",
	Verbs:   Get | Put | Update | Delete,
	Status:  map[Verb]int{Update: 201, Delete: 204}, // 201 is no slip of ours
	Body:    Body{{Name: "responseParameters"}, {Name: "responseModels"}},
	URI:     &Member{Name: "statusCode", Pattern: statusCode},
	Missing: "Invalid Response status code specified",
	Taken:   "Response already exists for this resource",
	Patch: Patch{
		{"/responseParameters/*", Add | Replace | Remove},
		{"/responseModels/*", Add | Replace | Remove},
	},
	Rules: Rules[restapi.MethodResponse]{Absent: absentInResponse},
	New: func(c *call, r *restapi.MethodResponse) error {
		r.StatusCode = c.name("status_code")
		return nil
	},
	Check: func(c *call, _, r *restapi.MethodResponse) error {
		if err := checkModels(c, r.ResponseModels); err != nil {
			return err
		}
		return checkResponseHeaders(r.ResponseParameters)
	},
	HAL: HAL{
		Links: Links{
			"methodresponse:delete": "~",
			"methodresponse:update": "~",
		},
		Titled: true,
	},
}

// absentInResponse answers replace and remove of what is not there.
func absentInResponse(target []string, _ Operation) error {
	if target[0] == "responseModels" {
		return notFound("Content-Type specified was not found")
	}
	return notFound("Invalid parameter name specified")
}
