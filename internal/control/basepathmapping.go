package control

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var basePathMappings = &Kind[restapi.BasePathMapping]{
	Name:    "BasePathMapping",
	Path:    "/domainnames/{domain_name}/basepathmappings/{base_path}",
	Key:     "basePath",
	Verbs:   every &^ Put,
	Missing: "Invalid base path mapping identifier specified",
	Taken:   "Base path already exists for this domain name",
	Body: Body{
		{Name: "basePath"},
		{Name: "restApiId", Required: true},
		{Name: "stage"},
	},
	Patch: Patch{
		{"/basePath", Replace},
		{"/restApiId", Replace},
		{"/stage", Replace},
	},
	Rules: Rules[restapi.BasePathMapping]{
		Refuse: refuseMappingOperation,
		Target: mappingTarget,
	},
	New:   func(_ *call, m *restapi.BasePathMapping) error { nameBasePath(m); return nil },
	Check: checkBasePathMapping,
	HAL: HAL{
		Links: Links{
			"basepathmapping:create": "..",
			"basepathmapping:delete": "~",
			"basepathmapping:update": "~",
		},
		List: Links{
			"self":                    "~{?limit}",
			"basepathmapping:by-path": "~/{base_path}",
			"basepathmapping:create":  "~",
		},
		Spelt: map[string]string{"basePath": "basepath"},
		Href:  domainNameHref,
	},
}

var basePathForm = pattern.New(`^[A-Za-z0-9$_.+!*'()-]{1,300}$`)

// noBasePath stands for the base path of a mapping that has none.
const noBasePath = "(none)"

// mappingTarget takes AWS's spelling of two paths for those of the members.
// Terraform sends the members' own.
func mappingTarget(o Operation) []string {
	switch strings.TrimPrefix(*o.Path, "/") {
	case "basepath":
		return []string{"basePath"}
	case "restapiId":
		return []string{"restApiId"}
	}
	return nil
}

// refuseMappingOperation lists the paths as the API reference spells them.
func refuseMappingOperation(_ Patch, _ *Row, o Operation) error {
	return refuseListing(Patch{{"/basepath", Replace}, {"/restapiId", Replace}, {"/stage", Replace}}, nil, o)
}

func nameBasePath(m *restapi.BasePathMapping) {
	if m.BasePath == "" {
		m.BasePath = noBasePath
	}
}

// checkBasePathMapping wants the API and its stage to be there.
func checkBasePathMapping(c *call, _, m *restapi.BasePathMapping) error {
	nameBasePath(m)
	api := restAPIPath(m.RestAPIID)
	switch {
	case strings.Contains(m.BasePath, "/"):
		return badRequest("API Gateway V1 doesn't support the slash character (/) in base path mappings. " +
			"To create a multi-level base path mapping, use API Gateway V2.")
	case m.BasePath != noBasePath && !basePathForm.MatchString(m.BasePath):
		return badRequest("Invalid base path: %s. Base paths may only contain a-zA-Z0-9$-_.+!*'()", m.BasePath)
	case !c.exists(api):
		return badRequest("Invalid REST API identifier specified")
	case m.Stage != "" && !c.exists(api+"/stages/"+url.PathEscape(m.Stage)):
		return badRequest("Invalid stage identifier specified")
	}
	return nil
}

// checkUnmapped wants that no domain name leads to an API or, when one is named,
// to its stage.
func checkUnmapped(c *call, apiID, stage string) error {
	what := "RestApi"
	if stage != "" {
		what = "stage"
	}
	domains := c.ns.Key("/domainnames/")
	for key, record := range c.state.Scan(domains, "") {
		if !strings.Contains(key[len(domains):], "/basepathmappings/") {
			continue
		}
		m, err := read[restapi.BasePathMapping](record)
		if err != nil {
			return err
		}
		if m.RestAPIID == apiID && (stage == "" || m.Stage == stage) {
			return badRequest("Deleting %[1]s failed. Please remove all base path mappings related to the %[1]s in your domains.", what)
		}
	}
	return nil
}
