package control

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/google/go-cmp/cmp"
)

// part makes the body of a CreateDocumentationPart.
func part(location string) string {
	return `{"location":` + location + `,"properties":"{\"description\":\"d\"}"}`
}

func TestDocumentationParts(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	parts := api + "/documentation/parts"
	for _, row := range []struct{ given, want string }{ // defaults: API reference
		{`{"type":"API","path":"","method":"","statusCode":"","name":""}`, `{"type":"API"}`}, // as Terraform does
		{`{"type":"MODEL","name":"Empty"}`, `{"type":"MODEL","name":"Empty"}`},
		{`{"type":"RESOURCE"}`, `{"type":"RESOURCE","path":"/"}`},
		{`{"type":"METHOD","path":"/pets"}`, `{"type":"METHOD","path":"/pets","method":"*"}`},
		{`{"type":"METHOD","method":"GET"}`, `{"type":"METHOD","path":"/","method":"GET"}`},
		{`{"type":"QUERY_PARAMETER","path":"/pets","name":"q"}`, `{"type":"QUERY_PARAMETER","path":"/pets","method":"*","name":"q"}`},
		{`{"type":"RESPONSE_HEADER","name":"Location"}`, `{"type":"RESPONSE_HEADER","path":"/","method":"*","statusCode":"*","name":"Location"}`},
	} {
		var want object
		json.Unmarshal([]byte(row.want), &want)
		if got := c.call("POST", parts, part(row.given), 201)["location"]; cmp.Diff(want, got) != "" {
			t.Errorf("the location %s became %v, want %s", row.given, got, row.want)
		}
	}
	for query, want := range map[string]int{
		"": 7, "?type=METHOD": 2, "?path=/pets": 2, "?name=q&path=/pets": 1, "?name=none": 0, "?locationStatus=DOCUMENTED&type=API": 1,
	} {
		if list := c.call("GET", parts+query, "", 200)["item"].([]any); len(list) != want {
			t.Errorf("%q listed %d parts, want %d: %v", query, len(list), want, list)
		}
	}
	page := c.call("GET", parts+"?path=/&limit=2", "", 200)
	rest := c.call("GET", parts+"?path=/&limit=2&position="+page["position"].(string), "", 200)
	if len(page["item"].([]any)) != 2 || len(rest["item"].([]any)) != 1 || rest["position"] != nil {
		t.Errorf("pages of three parts: %v, then %v", page, rest)
	}
	c.refused("GET", "/restapis/none/documentation/parts?type=THING&locationStatus=NO", "", 400, "ValidationException",
		"2 validation errors detected: Value 'THING' at 'type' failed to satisfy constraint: Member must satisfy enum value set: ["+strings.Join(locationTypes, ", ")+"]; "+
			"Value 'NO' at 'locationStatus' failed to satisfy constraint: Member must satisfy enum value set: [DOCUMENTED, UNDOCUMENTED]")
}

func TestDocumentationPartsThatAreRefused(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	parts := api + "/documentation/parts"
	c.call("POST", parts, part(`{"type":"API"}`), 201)
	c.call("POST", parts, part(`{"type":"METHOD"}`), 201)
	const taken = "Documentation part already exists for the specified location: "
	c.refused("POST", parts, part(`{"type":"API"}`), 409, "ConflictException", taken+"type 'API'.")
	c.refused("POST", parts, part(`{"type":"METHOD","method":"*","path":"/"}`), 409, "ConflictException", taken+"type 'METHOD', path '/', method '*'.") // our choice, after the one above
	c.refused("POST", parts, `{}`, 400, "ValidationException",
		"2 validation errors detected: Value null at 'createDocumentationPartInput.location' failed to satisfy constraint: Member must not be null; "+
			"Value null at 'createDocumentationPartInput.properties' failed to satisfy constraint: Member must not be null")
	c.refused("POST", parts, part(`{}`), 400, "ValidationException",
		"1 validation error detected: Value null at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must not be null")
	c.refused("POST", parts, `{"location":{"type":"RESOURCE"},"properties":""}`, 400, "BadRequestException", "Documentation part properties must be non-empty")
	for body, want := range map[string]string{ // our choices
		`{"location":{"type":"RESOURCE"},"properties":"[]"}`: "Documentation part properties must be a JSON object",
		part(`{"type":"API","path":"/"}`):                    "Invalid documentation location: type 'API' has no path",
		part(`{"type":"MODEL"}`):                             "Invalid documentation location: name ''",
		part(`{"type":"RESOURCE","path":"pets"}`):            "Invalid documentation location: path 'pets'",
		part(`{"type":"METHOD","method":"LINK"}`):            "Invalid documentation location: method 'LINK'",
		part(`{"type":"RESPONSE","statusCode":"2xx"}`):       "Invalid documentation location: statusCode '2xx'",
	} {
		c.refused("POST", parts, body, 400, "BadRequestException", want)
	}
}

// From the API reference: a location shows in HAL, and not in plain JSON, all
// that it does not say. The links are our choice, after those of other kinds.
func TestADocumentationPartInHAL(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/restapis", `{"name":"n","tags":{"gatewright:id":"o81lxisefl"}}`, 201)
	parts := "/restapis/" + made["id"].(string) + "/documentation/parts"
	path := parts + "/" + c.call("POST", parts, part(`{"type":"RESOURCE","path":"/pets"}`), 201)["id"].(string)
	c.accept = ""
	got, _ := io.ReadAll(c.send("GET", path, "").Body)
	want := `{"_links":{` +
		`"curies":{"href":"https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-documentationpart-{rel}.html","name":"documentationpart","templated":true},` +
		`"self":{"href":"` + path + `"},"documentationpart:delete":{"href":"` + path + `"},"documentationpart:update":{"href":"` + path + `"}},` +
		`"id":"` + path[len(parts)+1:] + `",` +
		`"location":{"method":null,"name":null,"path":"/pets","statusCode":null,"type":"RESOURCE"},"properties":"{\"description\":\"d\"}"}`
	if string(got) != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
}

// What counts as an entity, and that a part about any method or status code is
// about each, is our choice.
func TestUndocumentedEntities(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	parts := api + "/documentation/parts"
	c.call("DELETE", api+"/models/Error", "", 202)
	c.call("POST", api+"/authorizers", tokenAuthorizer, 201)
	c.call("PUT", root+"/methods/POST", `{"authorizationType":"NONE","requestModels":{"application/json":"Empty"},"requestParameters":{
		"method.request.path.id":true,"method.request.querystring.q":false,"method.request.multivalueheader.h":false}}`, 201)
	c.call("PUT", root+"/methods/POST/responses/201", `{"responseParameters":{"method.response.header.Location":true},"responseModels":{"application/json":"Empty"}}`, 201)
	all := []string{
		"API", "AUTHORIZER token", "MODEL Empty", "RESOURCE /", "METHOD / POST", "REQUEST_HEADER / POST h", "PATH_PARAMETER / POST id",
		"QUERY_PARAMETER / POST q", "REQUEST_BODY / POST", "RESPONSE / POST 201", "RESPONSE_HEADER / POST 201 Location", "RESPONSE_BODY / POST 201",
	}
	list := func(query string) (found []string) {
		t.Helper()
		for _, item := range c.call("GET", parts+"?locationStatus=UNDOCUMENTED"+query, "", 200)["item"].([]any) {
			text := ""
			for _, name := range []string{"type", "path", "method", "statusCode", "name"} {
				if s, ok := item.(object)["location"].(object)[name].(string); ok {
					text += " " + s
				}
			}
			found = append(found, text[1:])
			if item.(object)["id"] != nil || item.(object)["properties"] != nil {
				t.Errorf("what is not documented has %v", item)
			}
		}
		return found
	}
	if diff := cmp.Diff(all, list("")); diff != "" {
		t.Errorf("without a part (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"RESPONSE_HEADER / POST 201 Location"}, list("&name=Location")); diff != "" {
		t.Errorf("of one name (-want +got)\n%s", diff)
	}
	for _, location := range []string{
		`{"type":"API"}`, `{"type":"AUTHORIZER","name":"token"}`, `{"type":"MODEL","name":"Empty"}`, `{"type":"RESOURCE"}`, `{"type":"METHOD"}`,
		`{"type":"REQUEST_HEADER","name":"h"}`, `{"type":"PATH_PARAMETER","name":"id","method":"POST"}`, `{"type":"QUERY_PARAMETER","name":"other"}`,
		`{"type":"REQUEST_BODY"}`, `{"type":"RESPONSE","method":"POST"}`, `{"type":"RESPONSE_HEADER","name":"Location","statusCode":"201"}`, `{"type":"RESPONSE_BODY"}`,
	} {
		c.call("POST", parts, part(location), 201)
	}
	if diff := cmp.Diff([]string{"QUERY_PARAMETER / POST q"}, list("")); diff != "" {
		t.Errorf("then (-want +got)\n%s", diff)
	}
}

func TestDocumentationPartsOfOneLocation(t *testing.T) {
	c := newClient(t)
	create := func(id string) string { return `{"name":"n","tags":{"gatewright:id":"` + id + `"}}` }
	c.call("POST", "/restapis", create("docs"), 201)
	made := c.call("POST", "/restapis/docs/documentation/parts", part(`{"type":"API"}`), 201)
	refused := func(api string) {
		c.refused("POST", api+"/documentation/parts", part(`{"type":"API"}`), 409, "ConflictException",
			"Documentation part already exists for the specified location: type 'API'.")
	}
	refused("/restapis/docs")
	refused("/restapis/" + c.call("POST", "/restapis", `{"name":"copy","cloneFrom":"docs"}`, 201)["id"].(string))

	// The location is free again when the part goes, and when its API does.
	c.call("DELETE", "/restapis/docs/documentation/parts/"+made["id"].(string), "", 202)
	c.call("POST", "/restapis/docs/documentation/parts", part(`{"type":"API"}`), 201)
	c.call("DELETE", "/restapis/docs", "", 202)
	c.call("POST", "/restapis", create("docs"), 201)
	c.call("POST", "/restapis/docs/documentation/parts", part(`{"type":"API"}`), 201)
}

// What a part costs must not depend on how many there are.
func TestANewDocumentationPartAmongMany(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	n := 0
	create := func() {
		n++
		c.call("POST", api+"/documentation/parts", part(fmt.Sprintf(`{"type":"MODEL","name":"m%d"}`, n)), 201)
	}
	few := testing.AllocsPerRun(20, create)
	for range 500 {
		create()
	}
	if many := testing.AllocsPerRun(20, create); many > 2*few {
		t.Errorf("%.0f allocations among 500 parts, %.0f among few", many, few)
	}
}

func TestDocumentationVersions(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	versions := api + "/documentation/versions"
	made := c.call("POST", api+"/documentation/parts", part(`{"type":"API"}`), 201)
	version := c.call("POST", versions, `{"documentationVersion":"1/0","stageName":"prod","description":"first"}`, 201)
	if version["version"] != "1/0" || version["description"] != "first" || version["createdDate"] == nil {
		t.Errorf("made: %v", version)
	}
	if got := c.call("GET", api+"/stages/prod", "", 200)["documentationVersion"]; got != "1/0" {
		t.Errorf("the stage has the version %v", got)
	}

	// The version keeps the parts as they were.
	c.call("PATCH", api+"/documentation/parts/"+made["id"].(string), patchOf(`replace /properties {"description":"changed"}`), 200)
	var kept []restapi.DocumentationPart
	err := json.Unmarshal(c.record(versions+"/1%2F0/parts"), &kept)
	if err != nil || len(kept) != 1 || kept[0].Properties != `{"description":"d"}` {
		t.Errorf("kept: %v", kept)
	}

	// The words are our choice.
	c.refused("POST", versions, `{"documentationVersion":"1/0"}`, 409, "ConflictException", "Documentation version already exists: 1/0")
	c.refused("POST", versions, `{"documentationVersion":""}`, 400, "BadRequestException", "Documentation version must be non-empty")
	c.refused("POST", versions, `{"documentationVersion":"2","stageName":"none"}`, 404, "NotFoundException", "Invalid stage identifier specified")
	if list := c.call("GET", versions, "", 200)["item"].([]any); len(list) != 1 {
		t.Errorf("listed: %v", list)
	}

	// A version can go while a stage names it, and the stage can be patched
	// then: our choice, as Terraform replaces a version by deleting it first.
	c.call("DELETE", versions+"/1%2F0", "", 202)
	if c.record(versions+"/1%2F0/parts") != nil {
		t.Error("a version left its parts behind")
	}
	if got := c.call("PATCH", api+"/stages/prod", patchOf("replace /description d"), 200)["documentationVersion"]; got != "1/0" {
		t.Errorf("the stage then has the version %v", got)
	}
	c.refused("PATCH", api+"/stages/prod", patchOf("replace /documentationVersion 2"), 404, "NotFoundException", "Invalid Documentation version identifier specified")
	c.refused("GET", versions+"/1%2F0", "", 404, "NotFoundException", "Invalid Documentation version identifier specified")
}
