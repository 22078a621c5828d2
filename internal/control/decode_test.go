package control

import (
	"testing"

	"github.com/gatewright/gatewright/internal/restapi"
)

func TestTheFirstOfTwoWrongMembersIsRefused(t *testing.T) {
	const list = "SerializationException: Start of list found where not expected"
	for _, c := range []struct{ name, body string }{
		{"fields in their order", `{"version":true,"description":{},"name":[]}`},
		{"keys of a map by name", `{"tags":{"c":true,"b":{},"a":[]}}`},
		{"fields of a structure in a structure", `{"endpointConfiguration":{"ipAddressType":{},"types":[[]],"vpcEndpointIds":true}}`},
	} {
		body, err := parse([]byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if err := decode(body, new(restapi.RestAPI)); err == nil || err.Error() != list {
				t.Errorf("%s: %s: got %v, want %s", c.name, c.body, err, list)
				break
			}
		}
	}
}

func TestFieldsWithoutANameAreNotSet(t *testing.T) {
	var v struct {
		Hidden string `json:"-"`
		Bare   string
	}
	if err := decode(object{"": "x", "-": "x", "Bare": "x"}, &v); err != nil || v.Hidden != "" || v.Bare != "" {
		t.Errorf("got %+v, %v", v, err)
	}
}
