package control

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var documentationParts = &Kind[restapi.DocumentationPart]{
	Name:  "DocumentationPart",
	Path:  "/restapis/{restapi_id}/documentation/parts/{part_id}",
	Key:   "id",
	Verbs: List | Get | Create | Update | Delete,
	Body: Body{
		{Name: "location", Required: true},
		{Name: "location.type", Required: true, Enum: locationTypes},
		{Name: "properties", Required: true},
	},
	Query: []Member{
		{Name: "type", Enum: locationTypes},
		{Name: "locationStatus", Enum: []string{"DOCUMENTED", "UNDOCUMENTED"}},
	},
	Missing: "Invalid Documentation part identifier specified",
	Hides:   Get | Update,
	Patch:   Patch{{"/properties", Replace}},
	Rules:   Rules[restapi.DocumentationPart]{Refuse: refuseListing},
	New: func(c *call, p *restapi.DocumentationPart) error {
		p.ID = c.freshID(partsPath(c), shortID)
		return nil
	},
	Check: checkDocumentationPart,
	Gone:  goneDocumentationPart,
	Show:  showDocumentationPart,
	Page:  pageOfParts,
	HAL: HAL{
		Links: Links{
			"documentationpart:delete": "~",
			"documentationpart:update": "~",
		},
		List: Links{
			"documentationpart:by-id":  "~/{part_id}",
			"documentationpart:create": "~",
		},
	},
}

// locationTypes are in the order that is recorded on AWS.
var locationTypes = []string{
	"RESPONSE_BODY", "RESPONSE", "METHOD", "MODEL", "AUTHORIZER", "RESPONSE_HEADER", "RESOURCE", "PATH_PARAMETER",
	"REQUEST_BODY", "QUERY_PARAMETER", "API", "REQUEST_HEADER",
}

// inLocation are the members that tell entities of a type apart: API reference.
var inLocation = map[string][]string{
	"API":             nil,
	"AUTHORIZER":      {"name"},
	"MODEL":           {"name"},
	"RESOURCE":        {"path"},
	"METHOD":          {"path", "method"},
	"PATH_PARAMETER":  {"path", "method", "name"},
	"QUERY_PARAMETER": {"path", "method", "name"},
	"REQUEST_HEADER":  {"path", "method", "name"},
	"REQUEST_BODY":    {"path", "method"},
	"RESPONSE":        {"path", "method", "statusCode"},
	"RESPONSE_HEADER": {"path", "method", "statusCode", "name"},
	"RESPONSE_BODY":   {"path", "method", "statusCode"},
}

func partsPath(c *call) string { return c.api() + "/documentation/parts" }

func checkDocumentationPart(c *call, old, p *restapi.DocumentationPart) error {
	if p.Properties == "" {
		return badRequest("Documentation part properties must be non-empty")
	}
	var properties object
	if json.Unmarshal([]byte(p.Properties), &properties) != nil || properties == nil {
		return badRequest("Documentation part properties must be a JSON object")
	}
	if old != nil {
		return nil
	}
	if err := settleLocation(&p.Location); err != nil {
		return err
	}
	path, err := locationPath(c, &p.Location)
	if err != nil {
		return err
	}
	if c.exists(path) {
		return conflict("Documentation part already exists for the specified location: %s.", locationText(&p.Location))
	}
	return c.put(path, p.ID)
}

func goneDocumentationPart(c *call, p *restapi.DocumentationPart) error {
	path, err := locationPath(c, &p.Location)
	c.writes.Delete(c.ns.Key(path))
	return err
}

// The index of locations finds a part by what it is about, so that a new part
// costs the same among many as among few. Its values are ids; its names are
// hashes, as a location may be longer than a key.

func locationIndex(apiID string) string { return "/~index/locations/" + url.PathEscape(apiID) }

func locationPath(c *call, l *restapi.DocumentationLocation) (string, error) {
	text, err := encode(l)
	return fmt.Sprintf("%s/%x", locationIndex(c.name("restapi_id")), sha256.Sum256(text)), err
}

// A locationMember is a member of a location and what it may be. What is not
// given is about any entity, but that a name must be given.
type locationMember struct {
	name    string
	value   *string
	missing string // what stands for a value that was not given
	valid   func(value string) bool
}

func locationMembers(l *restapi.DocumentationLocation) []locationMember {
	return []locationMember{
		{"path", &l.Path, "/", func(path string) bool { return strings.HasPrefix(path, "/") }},
		{"method", &l.Method, "*", func(m string) bool { return m == "*" || slices.Contains(httpMethods, m) }},
		{"statusCode", &l.StatusCode, "*", func(code string) bool { return code == "*" || statusCode.MatchString(code) }},
		{"name", &l.Name, "", func(name string) bool { return name != "" }},
	}
}

func settleLocation(l *restapi.DocumentationLocation) error {
	for _, m := range locationMembers(l) {
		if !slices.Contains(inLocation[l.Type], m.name) {
			if *m.value != "" {
				return badRequest("Invalid documentation location: type '%s' has no %s", l.Type, m.name)
			}
			continue
		}
		if *m.value == "" {
			*m.value = m.missing
		}
		if !m.valid(*m.value) {
			return badRequest("Invalid documentation location: %s '%s'", m.name, *m.value)
		}
	}
	return nil
}

// locationText writes a location as the service does: type 'METHOD', path '/',
// method 'GET'.
func locationText(l *restapi.DocumentationLocation) string {
	text := fmt.Sprintf("type '%s'", l.Type)
	for _, m := range locationMembers(l) {
		if *m.value != "" {
			text += fmt.Sprintf(", %s '%s'", m.name, *m.value)
		}
	}
	return text
}

// showDocumentationPart shows in HAL, and there alone, what a location does not
// say.
func showDocumentationPart(c *call, _ string, p *restapi.DocumentationPart) (any, error) {
	if wantsPlain(c.request.Header.Values("Accept")) {
		return p, nil
	}
	shown, err := members(p)
	if err != nil {
		return nil, err
	}
	location := shown["location"].(object)
	for _, m := range locationMembers(&p.Location) {
		if *m.value == "" {
			location[m.name] = nil
		}
	}
	return shown, nil
}

// pageOfParts lists the parts that the query asks for, or the entities which
// have none.
func pageOfParts(c *call) ([]*restapi.DocumentationPart, string, error) {
	if c.query.Get("locationStatus") == "UNDOCUMENTED" {
		list, err := undocumented(c)
		return list, "", err
	}
	return page(c, partsPath(c), func(record []byte) (*restapi.DocumentationPart, error) {
		p, err := read[restapi.DocumentationPart](record)
		if err != nil || !asked(c, &p.Location) {
			return nil, err
		}
		return p, nil
	})
}

// asked reports whether the query asks for a location.
func asked(c *call, l *restapi.DocumentationLocation) bool {
	for name, value := range map[string]string{"type": l.Type, "name": l.Name, "path": l.Path} {
		if want := c.query.Get(name); want != "" && want != value {
			return false
		}
	}
	return true
}

// undocumented lists the entities of the API that no part is about, as parts
// that have no id yet. They are not paged.
func undocumented(c *call) (list []*restapi.DocumentationPart, err error) {
	parts, err := all[restapi.DocumentationPart](c, partsPath(c))
	if err != nil {
		return nil, err
	}
	documented := map[restapi.DocumentationLocation]bool{}
	for _, p := range parts {
		documented[p.Location] = true
	}
	locations, err := entities(c)
	for _, l := range locations {
		if asked(c, &l) && !covered(documented, l) {
			list = append(list, &restapi.DocumentationPart{Location: l})
		}
	}
	return list, err
}

// covered reports whether there is a part for a location, or for any method or
// status code at its path.
func covered(documented map[restapi.DocumentationLocation]bool, l restapi.DocumentationLocation) bool {
	anyMethod, anyCode := l, l
	if l.Method != "" {
		anyMethod.Method = "*"
	}
	if l.StatusCode != "" {
		anyCode.StatusCode = "*"
	}
	anyBoth := anyMethod
	anyBoth.StatusCode = anyCode.StatusCode
	return documented[l] || documented[anyMethod] || documented[anyCode] || documented[anyBoth]
}

// entities lists all that a part of the API's documentation can be about.
func entities(c *call) ([]restapi.DocumentationLocation, error) {
	d, err := draft(c)
	if err != nil {
		return nil, err
	}
	list := []restapi.DocumentationLocation{{Type: "API"}}
	for _, a := range d.Authorizers {
		list = append(list, restapi.DocumentationLocation{Type: "AUTHORIZER", Name: a.Name})
	}
	for _, m := range d.Models {
		list = append(list, restapi.DocumentationLocation{Type: "MODEL", Name: m.Name})
	}
	for _, r := range d.Resources {
		list = append(list, restapi.DocumentationLocation{Type: "RESOURCE", Path: r.Path})
		for _, name := range sortedKeys(r.ResourceMethods) {
			list = append(list, entitiesOf(r.Path, r.ResourceMethods[name])...)
		}
	}
	return list, nil
}

// parameterTypes are the types of a method's parameters by where they are.
var parameterTypes = map[string]string{"path": "PATH_PARAMETER", "querystring": "QUERY_PARAMETER", "header": "REQUEST_HEADER"}

// entitiesOf lists a method and what is below it.
func entitiesOf(path string, m *restapi.Method) []restapi.DocumentationLocation {
	at := func(kind, code, name string) restapi.DocumentationLocation {
		return restapi.DocumentationLocation{Type: kind, Path: path, Method: m.HTTPMethod, StatusCode: code, Name: name}
	}
	list := []restapi.DocumentationLocation{at("METHOD", "", "")}
	for _, parameter := range sortedKeys(m.RequestParameters) {
		if parts := methodParameter.FindStringSubmatch(parameter); parts != nil {
			list = append(list, at(parameterTypes[strings.TrimPrefix(parts[1], "multivalue")], "", parts[2]))
		}
	}
	if len(m.RequestModels) > 0 {
		list = append(list, at("REQUEST_BODY", "", ""))
	}
	for _, code := range sortedKeys(m.MethodResponses) {
		list = append(list, at("RESPONSE", code, ""))
		for _, parameter := range sortedKeys(m.MethodResponses[code].ResponseParameters) {
			list = append(list, at("RESPONSE_HEADER", code, strings.TrimPrefix(parameter, "method.response.header.")))
		}
		if len(m.MethodResponses[code].ResponseModels) > 0 {
			list = append(list, at("RESPONSE_BODY", code, ""))
		}
	}
	return list
}
