package control

import (
	"net/url"

	"github.com/gatewright/gatewright/internal/restapi"
)

// defaultModels come with every API that is not imported, as the service has
// them, blanks included.
var defaultModels = []restapi.Model{
	{
		Name:        "Empty",
		Description: "This is a default empty schema model",
		ContentType: "application/json",
		Schema: `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}`,
	},
	{
		Name:        "Error",
		Description: "This is a default error schema model",
		ContentType: "application/json",
		Schema: `{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}`,
	},
}

// checkModels says which of the models that content types are mapped to is not
// one of the API's.
func checkModels(c *call, byContentType map[string]string) error {
	for _, contentType := range sortedKeys(byContentType) {
		name := byContentType[contentType]
		if !c.exists(c.api() + "/models/" + url.PathEscape(name)) {
			return badRequest("Invalid model identifier specified: %s", name)
		}
	}
	return nil
}
