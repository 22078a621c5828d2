package control

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

// Below a version lie the parts as they were when it was made. A version can go
// while a stage names it: Terraform replaces a version by deleting it first.
var documentationVersions = &Kind[restapi.DocumentationVersion]{
	Name:    "DocumentationVersion",
	Path:    "/restapis/{restapi_id}/documentation/versions/{doc_version}",
	Key:     "version",
	Verbs:   List | Get | Update | Delete, // createDocumentationVersion stands below
	Missing: "Invalid Documentation version identifier specified",
	Hides:   Get | Update,
	Patch:   Patch{{"/description", Replace}},
	Rules:   Rules[restapi.DocumentationVersion]{Refuse: refuseListing},
	HAL: HAL{
		Links: Links{
			"documentationversion:delete": "~",
			"documentationversion:update": "~",
		},
		List: Links{
			"documentationversion:by-id":  "~/{doc_version}",
			"documentationversion:create": "~",
		},
	},
}

var documentationVersionBody = Body{
	{Name: "documentationVersion", Required: true},
	{Name: "stageName"},
	{Name: "description"},
}

func documentationVersionPath(c *call, version string) string {
	return c.api() + "/documentation/versions/" + url.PathEscape(version)
}

// createDocumentationVersion stands beside the table because what it takes is
// named otherwise than what it answers, and because it makes three things at
// once: the version, its copy of the parts, and the stage's reference to it.
func createDocumentationVersion(c *call) (answer, error) {
	var in struct {
		DocumentationVersion string `json:"documentationVersion"`
		StageName            string `json:"stageName"`
		Description          string `json:"description"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if err := c.checkParents(); err != nil {
		return answer{}, err
	}
	v := &restapi.DocumentationVersion{
		Version: in.DocumentationVersion, Description: in.Description, CreatedDate: restapi.Time{Time: c.now},
	}
	path := documentationVersionPath(c, v.Version)
	if strings.TrimSpace(v.Version) == "" {
		return answer{}, badRequest("Documentation version must be non-empty")
	}
	if c.exists(path) {
		return answer{}, conflict("Documentation version already exists: %s", v.Version)
	}
	parts, err := all[restapi.DocumentationPart](c, partsPath(c))
	if err != nil {
		return answer{}, err
	}
	if err := c.put(path, v); err != nil {
		return answer{}, err
	}
	if err := c.put(path+"/parts", parts); err != nil {
		return answer{}, err
	}
	if in.StageName != "" {
		if err := publish(c, in.StageName, v.Version); err != nil {
			return answer{}, err
		}
	}
	return documentationVersions.answer(c, path, v)
}

// publish makes a version the one of a stage.
func publish(c *call, stageName, version string) error {
	path := stagePath(c, stageName)
	stage, err := find[restapi.Stage](c, path)
	if err != nil {
		return err
	}
	if stage == nil {
		return notFound("%s", stages.Missing)
	}
	stage.DocumentationVersion = version
	stage.LastUpdatedDate = restapi.Time{Time: c.now}
	return c.put(path, stage)
}
