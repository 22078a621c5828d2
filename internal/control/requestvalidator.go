package control

import (
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var requestValidators = &Kind[restapi.RequestValidator]{
	Name:  "RequestValidator",
	Path:  "/restapis/{restapi_id}/requestvalidators/{requestvalidator_id}",
	Key:   "id",
	Verbs: List | Get | Create | Update | Delete,
	Body: Body{
		{Name: "name"},
		{Name: "validateRequestBody"},
		{Name: "validateRequestParameters"},
	},
	Missing: "Invalid Request Validator identifier specified",
	Hides:   Get | Update | Delete,
	Orphan:  badRequest("Invalid REST API identifier specified"), // 400 is no slip of ours
	Patch: Patch{ // in the order in which the service lists them
		{"/name", Replace},
		{"/validateRequestParameters", Replace},
		{"/validateRequestBody", Replace},
	},
	Rules: Rules[restapi.RequestValidator]{
		Refuse: refuseListing,
		Admit: func(_ *restapi.RequestValidator, target []string, o Operation) error {
			if target[0] == "name" && strings.TrimSpace(text(o.Value)) == "" {
				return errBlankValidator
			}
			return nil
		},
	},
	New: func(c *call, v *restapi.RequestValidator) error {
		v.ID = c.freshID(c.api()+"/requestvalidators", shortID)
		if c.body["name"] != nil && strings.TrimSpace(v.Name) == "" {
			return errBlankValidator
		}
		return nil
	},
	Gone: goneRequestValidator,
	HAL: HAL{
		Links: Links{ // relations without a prefix: API reference
			"request-validator-delete": "~",
			"request-validator-update": "~",
		},
		List: Links{
			"requestvalidator:by-id":  "~/{requestvalidator_id}",
			"requestvalidator:create": "~",
		},
	},
}

var errBlankValidator = badRequest("Request Validator name cannot be blank")

func goneRequestValidator(c *call, v *restapi.RequestValidator) error {
	use, err := lastUse(c, func(path string, m *restapi.Method) string {
		if m.RequestValidatorID != v.ID {
			return ""
		}
		return m.HTTPMethod + "/" + path
	})
	if err == nil && use != "" {
		err = conflict("Cannot delete request validator '%s', is referenced in method: %s", v.Name, use)
	}
	return err
}
