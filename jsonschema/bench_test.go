package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const orderSchema = `{"type":"object","required":["id","customer","items"],"additionalProperties":false,"properties":{
	"id":{"type":"string","pattern":"^[0-9a-f]{8}$"},"customer":{"type":"object","required":["email"],"properties":{
	"email":{"type":"string","format":"email"},"age":{"type":"integer","minimum":0,"maximum":150}}},
	"note":{"oneOf":[{"type":"null"},{"type":"string","maxLength":100}]},
	"items":{"type":"array","minItems":1,"items":{"type":"object","required":["sku","count","price"],"properties":{
	"sku":{"type":"string","minLength":3},"count":{"type":"integer","minimum":1},"price":{"type":"number","multipleOf":0.01},
	"state":{"enum":["new","paid","sent"]}}}}}}`

func order() []byte {
	items := make([]string, 14)
	for i := range items {
		items[i] = fmt.Sprintf(`{"sku":"sku-%d","count":%d,"price":%d.5,"state":"sent"}`, i, i+1, i)
	}
	return []byte(`{"id":"00c0ffee","customer":{"email":"ann@example.com","age":41},"note":null,"items":[` + strings.Join(items, ",") + `]}`)
}

// BenchmarkValidate takes an order of 1 KB; decoding it with encoding/json is
// there to compare.
func BenchmarkValidate(b *testing.B) {
	body := order()
	schema := compiled(b, orderSchema)
	if err := schema.Validate(body); err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("valid %d bytes", len(body)), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = schema.Validate(body)
		}
	})
	wrong := []byte(strings.Replace(string(body), `"count":3`, `"count":0`, 1))
	b.Run("invalid", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = schema.Validate(wrong)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v any
			_ = json.Unmarshal(body, &v)
		}
	})
}
