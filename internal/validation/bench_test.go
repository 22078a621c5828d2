package validation_test

import (
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/validation"
)

// BenchmarkValidated is what the validation of a request of 1 KB costs: two
// parameters, and a body with a model in its model.
func BenchmarkValidated(b *testing.B) {
	d := definition(map[string]string{
		"Body": `{"type":"object","required":["id","customer","items"],"properties":{"id":{"type":"string","pattern":"^[0-9a-f]{8}$"},
			"customer":{"type":"object","required":["email"],"properties":{"email":{"type":"string","minLength":3},"age":{"type":"integer","minimum":0}}},
			"items":{"type":"array","minItems":1,"items":{"$ref":"` + modelURL + `Item"}}}}`,
		"Item": `{"type":"object","required":["sku","count","price"],"properties":{"sku":{"type":"string","minLength":3},
			"count":{"type":"integer","minimum":1},"price":{"type":"number"},"state":{"enum":["new","paid","sent"]}}}`,
	})
	r, err := validation.NewSet(d).Rules(&restapi.Method{
		RequestValidatorID: "all", RequestModels: map[string]string{"application/json": "Body"},
		RequestParameters: map[string]bool{"method.request.header.x-tenant": true, "method.request.querystring.dry": true},
	})
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(`{"id":"00c0ffee","customer":{"email":"ann@example.com","age":41},"items":[` +
		strings.TrimSuffix(strings.Repeat(`{"sku":"sku-1234","count":2,"price":12.5,"state":"sent"},`, 17), ",") + `]}`)
	s := &mapping.Scope{Request: &message.Request{
		Header: message.Header{{Name: "Accept", Value: "*/*"}, {Name: "Content-Type", Value: "application/json"}, {Name: "x-tenant", Value: "t"}},
		Query:  "dry=true", HasQuery: true,
	}}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.CheckParameters(s); err != nil {
			b.Fatal(err)
		}
		if err := r.Model("application/json").Check(body); err != nil {
			b.Fatal(err)
		}
	}
}
