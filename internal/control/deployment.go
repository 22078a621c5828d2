package control

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var deployments = &Kind[restapi.Deployment]{
	Name:    "Deployment",
	Path:    "/restapis/{restapi_id}/deployments/{deployment_id}",
	Key:     "id",
	Verbs:   List | Get | Update | Delete, // createDeployment stands below
	Missing: "Invalid Deployment identifier specified",
	Patch:   Patch{{"/description", Replace}},
	Rules:   Rules[restapi.Deployment]{Refuse: refuseListing},
	Gone:    goneDeployment,
	Show:    showDeployment,
	HAL: HAL{
		Links: Links{
			"deployment:delete": "~",
			"deployment:update": "~",
		},
		Related: func(self string, _ object) Links {
			return Links{"deployment:stages": "../../stages?deployment_id=" + lastSegment(self)}
		},
		List: Links{
			"deployment:by-id":  "~/{deployment_id}{?embed}",
			"deployment:create": "~",
		},
	},
}

var deploymentBody = Body{
	{Name: "stageName"},
	{Name: "stageDescription"},
	{Name: "description"},
	{Name: "cacheClusterEnabled"},
	{Name: "cacheClusterSize", Enum: cacheClusterSizes},
	{Name: "variables"},
	{Name: "canarySettings"},
	{Name: "tracingEnabled"},
}

// A deploymentInput is what CreateDeployment takes. What is empty was not given:
// Terraform sends all of it always.
type deploymentInput struct {
	StageName           *string                 `json:"stageName"`
	StageDescription    string                  `json:"stageDescription"`
	Description         string                  `json:"description"`
	CacheClusterEnabled *bool                   `json:"cacheClusterEnabled"`
	CacheClusterSize    string                  `json:"cacheClusterSize"`
	Variables           map[string]string       `json:"variables"`
	CanarySettings      *restapi.CanarySettings `json:"canarySettings"`
	TracingEnabled      *bool                   `json:"tracingEnabled"`
}

// createDeployment stands beside the table because it makes three things at
// once: the deployment, the snapshot that it froze, and the stage that from now
// on points to it.
func createDeployment(c *call) (answer, error) {
	var in deploymentInput
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if err := c.checkParents(); err != nil {
		return answer{}, err
	}
	stage, err := stageToDeploy(c, &in)
	if err != nil {
		return answer{}, err
	}
	definition, err := draft(c)
	if err != nil {
		return answer{}, err
	}
	if err := deployable(definition); err != nil {
		return answer{}, err
	}
	d := &restapi.Deployment{
		ID:          c.freshID(c.api()+"/deployments", shortID),
		Description: in.Description, CreatedDate: restapi.Time{Time: c.now},
	}
	frozen, err := restapi.Freeze(definition)
	if err != nil {
		return answer{}, err
	}
	c.writes.Put(c.ns.Key(restapi.SnapshotPath(c.name("restapi_id"), d.ID)), frozen)
	if err := c.put(deploymentPath(c, d.ID), d); err != nil {
		return answer{}, err
	}
	if stage != nil {
		if err := deployTo(c, stage, &in, d.ID); err != nil {
			return answer{}, err
		}
	}
	return deployments.answer(c, deploymentPath(c, d.ID), d)
}

// stageToDeploy returns the stage that is to get the deployment, new or as it
// is; nil: none was asked for.
func stageToDeploy(c *call, in *deploymentInput) (*restapi.Stage, error) {
	const content = "Invalid deployment content specified."
	name := text(in.StageName)
	if name == "" {
		if in.CanarySettings != nil {
			return nil, badRequest(content+"Non null and non empty stageName must be provided for canary deployment. Provided value is %s", shown(in.StageName))
		}
		return nil, nil
	}
	stage, err := find[restapi.Stage](c, stagePath(c, name))
	if err != nil {
		return nil, err
	}
	if stage == nil && in.CanarySettings != nil {
		return nil, badRequest(content+"Stage %s must already be created before making a canary release deployment", name)
	}
	if stage == nil {
		stage = &restapi.Stage{StageName: name}
	}
	return stage, nil
}

// deployTo points a stage, or for a canary release its canary, to the new
// deployment.
func deployTo(c *call, stage *restapi.Stage, in *deploymentInput, id string) error {
	old := stage
	if stage.DeploymentID == "" {
		old = nil
	}
	if canary := in.CanarySettings; canary != nil {
		canary.DeploymentID = id
		stage.CanarySettings = canary
	} else {
		stage.DeploymentID = id
	}
	stage.Description = cmp.Or(in.StageDescription, stage.Description)
	stage.CacheClusterSize = cmp.Or(in.CacheClusterSize, stage.CacheClusterSize)
	if in.CacheClusterEnabled != nil {
		stage.CacheClusterEnabled = *in.CacheClusterEnabled
	}
	if in.TracingEnabled != nil {
		stage.TracingEnabled = *in.TracingEnabled
	}
	if len(in.Variables) > 0 {
		stage.Variables = in.Variables
	}
	if err := checkStage(c, old, stage); err != nil {
		return err
	}
	return c.put(stagePath(c, stage.StageName), stage)
}

// draft reads the definition of the API as it stands.
func draft(c *call) (*restapi.Definition, error) {
	d := new(restapi.Definition)
	var err error
	if d.API, err = find[restapi.RestAPI](c, c.api()); err != nil {
		return nil, err
	}
	if d.Resources, err = wholeResources(c); err != nil {
		return nil, err
	}
	if d.Models, err = all[restapi.Model](c, c.api()+"/models"); err != nil {
		return nil, err
	}
	if d.Authorizers, err = all[restapi.Authorizer](c, c.api()+"/authorizers"); err != nil {
		return nil, err
	}
	if d.RequestValidators, err = all[restapi.RequestValidator](c, c.api()+"/requestvalidators"); err != nil {
		return nil, err
	}
	if d.DocumentationParts, err = all[restapi.DocumentationPart](c, partsPath(c)); err != nil {
		return nil, err
	}
	d.GatewayResponses, err = all[restapi.GatewayResponse](c, c.api()+"/gatewayresponses")
	return d, err
}

// all reads a collection whole.
func all[T any](c *call, collection string) (list []*T, err error) {
	c.each(collection, "", func(_ string, record []byte) bool {
		var v *T
		if v, err = read[T](record); err == nil {
			list = append(list, v)
		}
		return err == nil
	})
	return list, err
}

// wholeResources reads the tree in one pass. Keys come in order, parents before
// what is below them.
func wholeResources(c *call) ([]*restapi.Resource, error) {
	var list []*restapi.Resource
	var resource *restapi.Resource
	prefix := c.ns.Key(c.api() + "/resources/")
	for key, record := range c.state.Scan(prefix, "") {
		id, below, nested := strings.Cut(key[len(prefix):], "/")
		if !nested {
			r, err := read[restapi.Resource](record)
			if err != nil {
				return nil, err
			}
			list, resource = append(list, r), r
			continue
		}
		below, isMethod := strings.CutPrefix(below, "methods/")
		if resource == nil || url.PathEscape(resource.ID) != id || !isMethod {
			continue
		}
		if err := placeMethod(resource, below, record); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// placeMethod puts a method, or what is below one, into its resource.
func placeMethod(r *restapi.Resource, below string, record []byte) (err error) {
	name, below, nested := strings.Cut(below, "/")
	if !nested {
		r.ResourceMethods, err = with(r.ResourceMethods, name, record)
		return err
	}
	if m := r.ResourceMethods[name]; m != nil {
		return place(m, below, record)
	}
	return nil
}

// deployable wants something to deploy, where the author is still listening.
func deployable(d *restapi.Definition) error {
	some := false
	for _, r := range d.Resources {
		for _, m := range r.ResourceMethods {
			some = true
			if m.MethodIntegration == nil {
				return badRequest("No integration defined for method")
			}
		}
	}
	if !some {
		return badRequest("The REST API doesn't contain any methods")
	}
	return nil
}

func deploymentPath(c *call, id string) string { return c.api() + "/deployments/" + url.PathEscape(id) }

// errInCanary is in words that Terraform's source looks for.
var errInCanary = badRequest("Active stages with canary settings pointing to this deployment must be moved or deleted")

func goneDeployment(c *call, d *restapi.Deployment) error {
	stages, err := all[restapi.Stage](c, c.api()+"/stages")
	if err != nil {
		return err
	}
	for _, s := range stages {
		if s.DeploymentID == d.ID {
			return badRequest("Active stages pointing to this deployment must be moved or deleted")
		}
		if s.CanarySettings != nil && s.CanarySettings.DeploymentID == d.ID {
			return errInCanary
		}
	}
	c.writes.Delete(c.ns.Key(restapi.SnapshotPath(c.name("restapi_id"), d.ID)))
	return nil
}

// showDeployment adds the summary of what was frozen, where it is asked for.
func showDeployment(c *call, _ string, d *restapi.Deployment) (any, error) {
	if !c.embeds("apisummary") {
		return d, nil
	}
	frozen, ok := c.get(restapi.SnapshotPath(c.name("restapi_id"), d.ID))
	if !ok {
		return d, nil
	}
	definition, err := restapi.Thaw(frozen)
	if err != nil {
		return nil, err
	}
	d.APISummary = map[string]map[string]restapi.MethodSummary{}
	for _, r := range definition.Resources {
		for name, m := range r.ResourceMethods {
			if d.APISummary[r.Path] == nil {
				d.APISummary[r.Path] = map[string]restapi.MethodSummary{}
			}
			d.APISummary[r.Path][name] = restapi.MethodSummary{AuthorizationType: m.AuthorizationType, APIKeyRequired: m.APIKeyRequired}
		}
	}
	return d, nil
}
