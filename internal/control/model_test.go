package control

import (
	"encoding/json"
	"strings"
	"testing"
)

// model makes the body of a CreateModel.
func model(name, schema string) string {
	b, _ := json.Marshal(map[string]string{"name": name, "schema": schema, "contentType": "application/json"})
	return string(b)
}

func TestModels(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	models := api + "/models"
	made := c.call("POST", models, model("Pet", `{"type":"object"}`), 201)
	if id, _ := made["id"].(string); len(id) != 6 || made["schema"] != `{"type":"object"}` || made["description"] != nil {
		t.Errorf("made: %v", made)
	}
	c.call("POST", models, `{"name":"Xml","schema":"<pet/>","contentType":"application/xml"}`, 201) // our choice: only JSON has schemas to judge
	if list := c.call("GET", models, "", 200)["item"].([]any); len(list) != 4 || list[0].(object)["name"] != "Empty" || list[2].(object)["name"] != "Pet" {
		t.Errorf("not by name: %v", list)
	}
	if got := c.call("GET", models+"/Xml?flatten=true", "", 200); got["schema"] != "<pet/>" {
		t.Errorf("flattened: %v", got)
	}
	for body, want := range map[string]string{ // our choices
		model("my-pet", "{}"): "Model name must be alphanumeric: my-pet",
		model("Large", `{"title":"`+strings.Repeat("x", maxSchema)+`"}`):   "Model schema exceeds the maximum size of 409600 bytes",
		`{"name":"Pet2","schema":"{}","contentType":"application json"}`:   "Validation Result: warnings : [], errors : [Invalid content type specified: application json]",
		`{"name":"Pet2","schema":" ","contentType":"application/xml"}`:     "Model schema must have at least 1 property or array items defined",
		`{"name":"Pet2","contentType":"text/plain","description":"words"}`: "Model schema must have at least 1 property or array items defined",
	} {
		c.refused("POST", models, body, 400, "BadRequestException", want)
	}
	c.refused("POST", models, `{}`, 400, "ValidationException", "2 validation errors detected: Value null at 'createModelInput.name' failed to satisfy constraint: Member must not be null; "+
		"Value null at 'createModelInput.contentType' failed to satisfy constraint: Member must not be null")
	c.call("DELETE", models+"/Empty", "", 202) // the default models can go
}

// Observed by clients but for references that lead nowhere, whose words are our
// choice.
func TestSchemas(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	ref := `{"$ref":"https://apigateway.amazonaws.com` + api + `/models/`
	const invalid, canonical = "Invalid model schema specified", "Model reference must be in canonical form"
	for _, row := range []struct{ name, schema, want string }{
		{"is no JSON", `{`, invalid},
		{"is followed by text", `{} {}`, invalid},
		{"is no object", `[]`, invalid},
		{"nests too deeply", strings.Repeat(`{"not":`, 100) + "{}" + strings.Repeat("}", 100), invalid},
		{"has an unknown keyword", `{"$id":"x"}`, invalid + `. Unsupported keyword(s): ["$id"]`},
		{"has two, at depth", `{"properties":{"a":{"example":1},"b":{"items":[{"nullable":true}]}}}`, invalid + `. Unsupported keyword(s): ["example","nullable"]`},
		{"repeats a choice", `{"enum":[1,2,1]}`, invalid},
		{"requires nothing", `{"required":[]}`, invalid},
		{"requires a number", `{"required":[1]}`, invalid},
		{"has an unknown type", `{"properties":{"a":{"type":"text"}}}`, invalid},
		{"repeats a type", `{"type":["string","string"]}`, invalid},
		{"has no types", `{"type":[]}`, invalid},
		{"counts in text", `{"maxLength":"1"}`, invalid},
		{"counts below zero", `{"minItems":-1}`, invalid},
		{"counts in parts", `{"minProperties":1.5}`, invalid},
		{"divides by zero", `{"multipleOf":0}`, invalid},
		{"has a list of properties", `{"properties":[]}`, invalid},
		{"has a bad dependency", `{"dependencies":{"a":[]}}`, invalid},
		{"has truth for items", `{"items":true}`, invalid},
		{"is of none", `{"allOf":[]}`, invalid},
		{"has a number that excludes", `{"exclusiveMinimum":1}`, invalid},
		{"refers to a document", `{"$ref":"pet.json"}`, canonical},
		{"refers to a component", `{"$ref":"#/components/schemas/Pet"}`, canonical},
		{"refers to another API", `{"$ref":"https://apigateway.amazonaws.com/restapis/other/models/Empty"}`, canonical},
		{"is wrong twice", `{"items":[],"not":{"$ref":"pet.json"}}`, invalid + ", " + canonical},
		{"refers to no model", ref + `Nothing"}`, "Model reference could not be resolved: Nothing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c.t = t
			c.refused("POST", api+"/models", model("Bad", row.schema), 400, "BadRequestException",
				"Invalid model specified: Validation Result: warnings : [], errors : ["+row.want+"]")
		})
	}
	c.t = t
	for name, schema := range map[string]string{
		"Any":   `{}`,
		"Local": `{"definitions":{"a/b":{"type":"string"}},"properties":{"x":{"$ref":"#/definitions/a~1b"},"y":{"$ref":"#"}}}`,
		"Own":   `{"properties":{"next":` + ref + `Own"}}}`,
		"Other": `{"items":` + ref + `Empty"}}`,
		"All": `{"id":"i","$schema":"s","title":"t","description":"d","default":{"example":1},"type":["array","null"],"enum":[{"a":1},{"a":2}],"format":"f",
			"allOf":[{}],"anyOf":[{}],"oneOf":[{}],"not":{},"multipleOf":0.5,"maximum":1e3,"exclusiveMaximum":true,"minimum":-1,"exclusiveMinimum":false,
			"maxLength":2,"minLength":0,"pattern":"^a","items":[{}],"additionalItems":false,"maxItems":2.0,"minItems":0,"uniqueItems":true,
			"properties":{"$ref":{}},"patternProperties":{"x":{}},"additionalProperties":{},"required":["a","b"],"dependencies":{"a":["b"],"b":{}},
			"maxProperties":2,"minProperties":1,"definitions":{}}`,
	} {
		c.call("POST", api+"/models", model(name, schema), 201)
	}
}

// The form of the flat schema is our choice: the API reference says only that
// there are no references to models left in it.
func TestFlattenedModels(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	models := api + "/models"
	ref := func(name string) string {
		return `{"$ref":"https://apigateway.amazonaws.com` + api + `/models/` + name + `"}`
	}
	c.call("POST", models, model("Name", `{"type":"string"}`), 201)
	c.call("POST", models, model("Toy", `{"definitions":{"size":{"type":"integer"}},"properties":{"name":`+ref("Name")+`,"size":{"$ref":"#/definitions/size"},"parts":{"items":{"$ref":"#"}}}}`), 201)
	pet := `{"title":"Pet","definitions":{"Name":{}},"properties":{"toy":` + ref("Toy") + `,"best":` + ref("Toy") + `,"mother":` + ref("Pet") + `,"kind":{"enum":[` + ref("Name") + `]}}}`
	c.call("POST", models, model("Pet", pet), 201)
	want := `{"title":"Pet",` +
		`"properties":{"toy":{"$ref":"#/definitions/Toy"},"best":{"$ref":"#/definitions/Toy"},"mother":{"$ref":"#"},"kind":{"enum":[` + ref("Name") + `]}},` +
		`"definitions":{"Name":{},"Name_":{"type":"string"},` +
		`"Toy":{"definitions":{"size":{"type":"integer"}},"properties":{"name":{"$ref":"#/definitions/Name_"},"size":{"$ref":"#/definitions/Toy/definitions/size"},"parts":{"items":{"$ref":"#/definitions/Toy"}}}}}}`
	if got := c.call("GET", models+"/Pet?flatten=true", "", 200)["schema"]; got != want {
		t.Errorf("flattened\ngot  %s\nwant %s", got, want)
	}
	for _, query := range []string{"", "?flatten=false"} {
		if got := c.call("GET", models+"/Pet"+query, "", 200)["schema"]; got != pet {
			t.Errorf("as it was given\ngot  %s\nwant %s", got, pet)
		}
	}
	c.refused("DELETE", models+"/Toy", "", 409, "ConflictException", "Cannot delete model 'Toy', is referenced in model: Pet") // our choice
	c.call("DELETE", models+"/Pet", "", 202)
	c.call("DELETE", models+"/Toy", "", 202)
}

// The words about a method response are our choice, after those about requests.
func TestAModelInUse(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	c.call("PUT", root+"/methods/GET/responses/200", `{"responseModels":{"application/json":"Empty"}}`, 201)
	c.refused("DELETE", api+"/models/Empty", "", 409, "ConflictException", "Cannot delete model 'Empty', is referenced in method response: //GET/200")
	c.call("DELETE", root+"/methods/GET/responses/200", "", 204)
	c.call("DELETE", api+"/models/Empty", "", 202)
}

// Numbers and texts are as in the API reference, arrays as the console's users
// show them.
func TestModelTemplates(t *testing.T) {
	const head, todo = "#set($inputRoot = $input.path('$'))\n", "##TODO: Update this foreach loop to reference array from input json\n"
	c := newClient(t)
	api, _ := c.api()
	models := api + "/models"
	ref := `{"$ref":"https://apigateway.amazonaws.com` + api + `/models/`
	for _, row := range []struct{ name, schema, want string }{
		{"Nothing", `{"type":"object"}`, "{ }"},
		{
			"Simple", `{"type":"object","properties":{"price":{"type":"number"},"name":{"type":["null","string"]},"count":{"type":"integer"},"new":{"type":"boolean"},"none":{"type":"null"}}}`,
			"{\n  \"price\" : 3.1415,\n  \"name\" : \"foo\",\n  \"count\" : 42,\n  \"new\" : true,\n  \"none\" : null\n}",
		},
		{
			"List", `{"type":"array","items":{"type":"object","properties":{"age":{"type":"integer"},"height":{"type":"integer"}}}}`,
			"[\n" + todo + "#foreach($elem in $inputRoot)\n {\n  \"age\" : 42,\n  \"height\" : 42\n} \n#if($foreach.hasNext),#end\n#end\n]",
		},
		{
			"Nested", `{"properties":{"toy":{"properties":{"tags":{"items":{"properties":{"names":{"items":{"type":"string"}}}}}}}}}`,
			"{\n  \"toy\" : {\n    \"tags\" : [\n" + todo + "#foreach($elem in $inputRoot.toy.tags)\n     {\n      \"names\" : [\n" +
				todo + "#foreach($elem in $elem.names)\n       \"foo\" \n#if($foreach.hasNext),#end\n#end\n      ]\n    } \n#if($foreach.hasNext),#end\n#end\n    ]\n  }\n}",
		},
		{
			"Referring", `{"definitions":{"n":{"type":"number"}},"properties":{"price":{"$ref":"#/definitions/n"},"list":` + ref + `Nothing"},"next":` + ref + `Referring"}}}`,
			"{\n  \"price\" : 3.1415,\n  \"list\" : { },\n  \"next\" : {\n    \"price\" : 3.1415,\n    \"list\" : { },\n    \"next\" : { }\n  }\n}",
		},
	} {
		c.call("POST", models, model(row.name, row.schema), 201)
		if got := c.call("GET", models+"/"+row.name+"/default_template", "", 200)["value"]; got != head+row.want {
			t.Errorf("the template of %s\ngot  %s\nwant %s", row.schema, got, head+row.want)
		}
	}

	// References can make a template grow without end: it stops.
	doubling := `{"definitions":{"a":{"type":"string"}`
	for i := range 25 {
		from, to := string(rune('a'+i)), string(rune('b'+i))
		doubling += `,"` + to + `":{"properties":{"l":{"$ref":"#/definitions/` + from + `"},"r":{"$ref":"#/definitions/` + from + `"}}}`
	}
	c.call("POST", models, model("Doubling", doubling+`},"$ref":"#/definitions/z"}`), 201)
	if got := c.call("GET", models+"/Doubling/default_template", "", 200)["value"].(string); len(got) > 2*maxSchema {
		t.Errorf("a template of %d bytes", len(got))
	}
}
