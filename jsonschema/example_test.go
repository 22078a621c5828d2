package jsonschema_test

import (
	"errors"
	"fmt"

	"github.com/gatewright/gatewright/jsonschema"
)

func Example() {
	schema, err := jsonschema.Compile([]byte(`{
		"$schema": "http://json-schema.org/draft-04/schema#",
		"type": "object",
		"required": ["NoteId"],
		"properties": {"NoteId": {"type": "integer"}}
	}`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(schema.Validate([]byte(`{"NoteId": 7}`)))
	fmt.Println(schema.Validate([]byte(`{}`)))
	fmt.Println(schema.Validate([]byte(`{"NoteId": "7"}`)))
	// Output:
	// <nil>
	// [object has missing required properties (["NoteId"])]
	// [instance type (string) does not match any allowed primitive type (allowed: ["integer"])]
}

func ExampleCompile_models() {
	models := map[string]string{
		"https://apigateway.amazonaws.com/restapis/a1b2c3/models/Pet": `{"type": "object", "required": ["name"]}`,
	}
	resolve := func(url string) ([]byte, error) {
		if text, ok := models[url]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such model")
	}
	pets := `{"type": "array", "items": {"$ref": "https://apigateway.amazonaws.com/restapis/a1b2c3/models/Pet"}}`
	schema, err := jsonschema.Compile([]byte(pets), resolve)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(schema.Validate([]byte(`[{"name": "Rex"}, {}]`)))
	// Output: [object has missing required properties (["name"])]
}
