package gatewayresponse

import (
	"maps"
	"strconv"

	"github.com/gatewright/gatewright/internal/restapi"
)

// View returns what GetGatewayResponse lists for a type when an owner has put
// custom: his entry with what it lacks filled in by the type's defaults; else
// the entry of the family under the type's name, with the type's own status if
// the family has none; else the default. The result is the caller's to change.
func View(custom map[Type]*restapi.GatewayResponse, t Type) *restapi.GatewayResponse {
	v := restapi.GatewayResponse{DefaultResponse: true}
	if own := custom[t]; own != nil {
		v = *own
		v.DefaultResponse = false
	} else if family := custom[t.Family()]; family != nil {
		v = *family
		v.DefaultResponse = true
	}
	v.ResponseType = t.String()
	if v.StatusCode == "" && t.Status() != 0 {
		v.StatusCode = strconv.Itoa(t.Status())
	}
	if v.ResponseParameters = maps.Clone(v.ResponseParameters); v.ResponseParameters == nil {
		v.ResponseParameters = map[string]string{}
	}
	if v.ResponseTemplates = maps.Clone(v.ResponseTemplates); len(v.ResponseTemplates) == 0 {
		v.ResponseTemplates = map[string]string{defaultContentType: defaultTemplate}
	}
	return &v
}
