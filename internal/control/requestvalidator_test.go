package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestValidators(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	validators := api + "/requestvalidators"
	made := c.call("POST", validators, `{"name":"body","validateRequestBody":"true"}`, 201)
	id := made["id"].(string)
	if want := (object{"id": id, "name": "body", "validateRequestBody": true, "validateRequestParameters": false}); cmp.Diff(want, made) != "" || len(id) != 6 {
		t.Errorf("got %v, want %v", made, want)
	}
	nameless := c.call("POST", validators, `{}`, 201) // no name is needed: API reference
	if list := c.call("GET", validators, "", 200)["item"].([]any); len(list) != 2 {
		t.Errorf("listed: %v", list)
	}
	if got := c.call("PATCH", validators+"/"+nameless["id"].(string), patchOf("replace /validateRequestBody true"), 200); got["validateRequestBody"] != true || got["name"] != nil {
		t.Errorf("got %v", got)
	}
	c.refused("POST", validators, `{"name":" "}`, 400, "BadRequestException", "Request Validator name cannot be blank")

	method := root + "/methods/GET"
	c.call("PUT", method, `{"authorizationType":"NONE","requestValidatorId":"`+id+`"}`, 201)
	// The words are our choice, after those about authorizers.
	c.refused("DELETE", validators+"/"+id, "", 409, "ConflictException", "Cannot delete request validator 'body', is referenced in method: GET//")
	c.call("PATCH", method, patchOf("replace /requestValidatorId "), 200)
	c.call("DELETE", validators+"/"+id, "", 202)
	c.refused("DELETE", validators+"/"+id, "", 404, "NotFoundException", "Invalid Request Validator identifier specified")
}
