package control

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var restAPIs = &Kind[restapi.RestAPI]{
	Name:    "RestApi",
	Path:    "/restapis/{restapi_id}",
	Key:     "id",
	Verbs:   List | Get | Update | Delete, // createRestAPI stands below
	Tagged:  true,
	Missing: "Invalid API identifier specified {account}:{name}",
	Patch: Patch{
		{"/name", Replace},
		{"/description", Add | Replace | Remove},
		{"/apiKeySource", Replace},
		{"/binaryMediaTypes/*", Add | Replace | Remove},
		{"/disableExecuteApiEndpoint", Replace},
		{"/endpointAccessMode", Replace},
		{"/endpointConfiguration/ipAddressType", Replace},
		{"/endpointConfiguration/types/*", Replace},
		{"/endpointConfiguration/vpcEndpointIds", Add | Remove},
		{"/minimumCompressionSize", Replace},
		{"/policy", Replace},
		{"/securityPolicy", Replace},
	},
	Rules: Rules[restapi.RestAPI]{
		Refuse:  refuseRestAPIOperation,
		Admit:   admitRestAPIValue,
		Prepare: prepareRestAPI,
	},
	Check: checkRestAPI,
	Gone:  goneRestAPI,
	Show:  showRestAPI,
	HAL: HAL{
		Links: Links{
			"authorizer:by-id":    "~/authorizers/{authorizer_id}",
			"authorizer:create":   "~/authorizers",
			"deployment:by-id":    "~/deployments/{deployment_id}{?embed}",
			"deployment:create":   "~/deployments",
			"model:by-name":       "~/models/{model_name}?flatten=false",
			"model:create":        "~/models",
			"resource:by-id":      "~/resources/{resource_id}{?embed}",
			"restapi:authorizers": "~/authorizers",
			"restapi:delete":      "~",
			"restapi:deployments": "~/deployments{?limit}",
			"restapi:models":      "~/models",
			"restapi:resources":   "~/resources{?limit,embed}",
			"restapi:stages":      "~/stages{?deployment_id}",
			"restapi:update":      "~",
			"stage:by-name":       "~/stages/{stage_name}",
			"stage:create":        "~/stages",
		},
		Related: func(self string, api object) Links {
			root, _ := api["rootResourceId"].(string)
			return Links{"resource:create": self + "/resources/" + root}
		},
		List: Links{
			"restapi:by-id":  "~/{restapi_id}",
			"restapi:create": "~",
			"restapi:put":    "~/{restapi_id}?failonwarnings=false{&mode}",
		},
	},
}

var (
	endpointTypes    = []string{"PRIVATE", "EDGE", "REGIONAL"}
	ipAddressTypes   = []string{"ipv4", "dualstack"}
	apiKeySources    = []string{"HEADER", "AUTHORIZER"}
	accessModes      = []string{"BASIC", "STRICT"}
	securityPolicies = []string{
		"TLS_1_0", "TLS_1_2", "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
		"SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
		"SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09", "SecurityPolicy_TLS13_1_2_PQ_2025_09",
		"SecurityPolicy_TLS13_1_2_2021_06", "SecurityPolicy_TLS13_2025_EDGE", "SecurityPolicy_TLS12_PFS_2025_EDGE",
		"SecurityPolicy_TLS12_2018_EDGE",
	}
)

var restAPIBody = Body{
	{Name: "name", Required: true},
	{Name: "description"},
	{Name: "version"},
	{Name: "cloneFrom"},
	{Name: "binaryMediaTypes"},
	{Name: "minimumCompressionSize"},
	{Name: "apiKeySource", Enum: apiKeySources},
	{Name: "endpointConfiguration"},
	{Name: "endpointConfiguration.types", Enum: endpointTypes},
	{Name: "endpointConfiguration.ipAddressType", Enum: ipAddressTypes},
	{Name: "policy"},
	{Name: "tags"},
	{Name: "disableExecuteApiEndpoint"},
	{Name: "securityPolicy", Enum: securityPolicies},
	{Name: "endpointAccessMode", Enum: accessModes},
}

// maxCompressionSize is the largest body, in bytes, that compression may spare.
const maxCompressionSize = 10 << 20

var errCompressionSize = badRequest("Invalid minimum compression size, must be between 0 and 10485760")

// createRestAPI stands beside the table because an API comes with more than
// itself: a root resource, two models, its index entry, or the whole of the API
// that it is cloned from. It is also alone in taking its id from a tag.
func createRestAPI(c *call) (answer, error) {
	api, cloneFrom, err := readRestAPI(c)
	if err != nil {
		return answer{}, err
	}
	if api.ID, err = chooseID(c, api.Tags); err != nil {
		return answer{}, err
	}
	api.CreatedDate = restapi.Time{Time: c.now}
	path := restAPIPath(api.ID)
	if cloneFrom != "" {
		err = clone(c, cloneFrom, api)
	} else {
		err = furnish(c, api)
	}
	if err != nil {
		return answer{}, err
	}
	if err := checkRestAPI(c, nil, api); err != nil {
		return answer{}, err
	}
	if err := c.put(path, api); err != nil {
		return answer{}, err
	}
	index, err := encode(c.ns)
	if err != nil {
		return answer{}, err
	}
	c.writes.Put(restapi.IndexKey(api.ID), index)
	return restAPIs.answer(c, path, api)
}

// readRestAPI reads what CreateRestApi was given and checks it in the service's
// order: what the model says, endpoint types, description, address type,
// compression size. That size is read apart when it came as text, because
// nonsense there is no SerializationException.
func readRestAPI(c *call) (api *restapi.RestAPI, cloneFrom string, err error) {
	api = &restapi.RestAPI{APIKeySource: "HEADER", EndpointConfiguration: &restapi.EndpointConfiguration{}}
	given := c.given()
	size, oddSize := given["minimumCompressionSize"].(string)
	if oddSize {
		delete(given, "minimumCompressionSize")
	}
	var more struct {
		CloneFrom string `json:"cloneFrom"`
	}
	if err := decode(given, api); err != nil {
		return nil, "", err
	}
	if err := decode(given, &more); err != nil {
		return nil, "", err
	}
	if err := c.checkModel(); err != nil {
		return nil, "", err
	}
	if err := checkNewRestAPI(c, api); err != nil {
		return nil, "", err
	}
	if oddSize {
		n, err := strconv.Atoi(size)
		if err != nil {
			return nil, "", errCompressionSize
		}
		api.MinimumCompressionSize = &n
	}
	return api, more.CloneFrom, checkTags(api.Tags)
}

// checkNewRestAPI fills in where an API is reached, too.
func checkNewRestAPI(c *call, api *restapi.RestAPI) error {
	endpoint := api.EndpointConfiguration
	switch {
	case strings.TrimSpace(api.Name) == "":
		return badRequest("Name cannot be blank")
	case endpoint.Types != nil && len(endpoint.Types) == 0:
		return badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
	case len(endpoint.Types) > 1:
		return badRequest("Cannot create an api with multiple Endpoint Types.")
	case c.body["description"] == "":
		return errEmptyDescription
	}
	if endpoint.Types == nil {
		endpoint.Types = []string{"EDGE"}
	}
	if endpoint.IPAddressType == "" {
		endpoint.IPAddressType = "ipv4"
		if isPrivate(api) {
			endpoint.IPAddressType = "dualstack"
		}
	}
	if isPrivate(api) && endpoint.IPAddressType == "ipv4" {
		return errPrivateIPv4
	}
	return nil
}

var (
	errEmptyDescription = badRequest("Description cannot be an empty string")
	errPrivateIPv4      = badRequest("Only dualstack ipAddressType is supported for Private APIs.")
)

func isPrivate(api *restapi.RestAPI) bool {
	return slices.Contains(api.EndpointConfiguration.Types, "PRIVATE")
}

// idTags fix an API's id: ours, and the one that LocalStack's users know.
var idTags = []string{"gatewright:id", "_custom_id_"}

// fixedIDForm is that of a label in a domain name, as ids stand in host names,
// with no letters but those of AWS's ids.
var fixedIDForm = pattern.New(`^[a-z0-9]{1,63}$`)

// chooseID returns the id that the tags ask for, else a new one.
func chooseID(c *call, tags map[string]string) (string, error) {
	for _, tag := range idTags {
		id, ok := tags[tag]
		switch {
		case !ok:
			continue
		case !fixedIDForm.MatchString(id):
			return "", badRequest("The tag %s fixes the API's id: it must be at most 63 lower-case letters and digits", tag)
		case taken(c, id):
			return "", conflict("An API with the id %s exists already", id)
		}
		return id, nil
	}
	id := newID(longID)
	for taken(c, id) {
		id = newID(longID)
	}
	return id, nil
}

// taken looks in all accounts and regions.
func taken(c *call, id string) bool {
	_, err := c.state.Get(restapi.IndexKey(id))
	return err == nil
}

// furnish gives a new API what every one begins with.
func furnish(c *call, api *restapi.RestAPI) error {
	api.RootResourceID = newID(longID)
	path := restAPIPath(api.ID)
	if err := c.put(path+"/resources/"+api.RootResourceID, restapi.Resource{ID: api.RootResourceID, Path: "/"}); err != nil {
		return err
	}
	for _, m := range defaultModels {
		m.ID = newID(shortID)
		if err := c.put(path+"/models/"+m.Name, m); err != nil {
			return err
		}
	}
	return nil
}

// clone copies the draft of another API of the same account and region, that
// is, all but its deployments and stages.
func clone(c *call, from string, api *restapi.RestAPI) error {
	source, err := find[restapi.RestAPI](c, restAPIPath(from))
	if err != nil {
		return err
	}
	if source == nil {
		return notFound("Invalid API identifier specified %s:%s", c.ns.Account, from)
	}
	api.RootResourceID = source.RootResourceID
	inherit(c, api, source)
	copies := map[string][]byte{}
	for _, part := range []func(id string) string{restAPIPath, siblingIndex, locationIndex} {
		prefix, to := c.ns.Key(part(from)+"/"), c.ns.Key(part(api.ID)+"/")
		for key, record := range c.state.Scan(prefix, "") {
			below := key[len(prefix):]
			if !beside(below) {
				copies[to+below] = bytes.ReplaceAll(record, []byte("/restapis/"+from+"/models/"), []byte("/restapis/"+api.ID+"/models/"))
			}
		}
	}
	for key, record := range copies {
		c.writes.Put(key, record)
	}
	return inheritLinks(c, from, api.ID)
}

// inherit takes over from the source what the caller did not give.
func inherit(c *call, api, source *restapi.RestAPI) {
	if c.body["description"] == nil {
		api.Description = source.Description
	}
	if c.body["binaryMediaTypes"] == nil {
		api.BinaryMediaTypes = source.BinaryMediaTypes
	}
	if c.body["minimumCompressionSize"] == nil {
		api.MinimumCompressionSize = source.MinimumCompressionSize
	}
	if c.body["apiKeySource"] == nil {
		api.APIKeySource = source.APIKeySource
	}
	if c.body["policy"] == nil {
		api.Policy = strings.ReplaceAll(source.Policy, ":"+source.ID+"/", ":"+api.ID+"/")
	}
}

// beside reports whether a key below an API's is no part of its draft.
func beside(below string) bool {
	part, _, _ := strings.Cut(below, "/")
	return part == "deployments" || part == "snapshots" || part == "stages"
}

func restAPIPath(id string) string { return "/restapis/" + url.PathEscape(id) }

// refuseRestAPIOperation refuses what the table does not admit. The text about
// types names operations that it refuses; recorded on AWS.
func refuseRestAPIOperation(rows Patch, known *Row, o Operation) error {
	if known != nil && known.Path == "/endpointConfiguration/types/*" {
		return badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	return refuseOperation(rows, known, o)
}

func admitRestAPIValue(_ *restapi.RestAPI, target []string, o Operation) error {
	value, op := text(o.Value), opOf(text(o.Op))
	if op == Remove {
		return nil
	}
	switch strings.Join(target, "/") {
	case "name":
		if strings.TrimSpace(value) == "" {
			return badRequest("Name cannot be blank")
		}
	case "description":
		if value == "" {
			return errEmptyDescription
		}
	case "minimumCompressionSize":
		if n, err := strconv.Atoi(value); value != "" && (err != nil || n < 0 || n > maxCompressionSize) {
			return errCompressionSize
		}
	case "endpointConfiguration/ipAddressType":
		if !slices.Contains(ipAddressTypes, value) {
			return badRequest("ipAddressType must be either ipv4 or dualstack.")
		}
	case "apiKeySource":
		return oneOf(apiKeySources, o)
	case "securityPolicy":
		return oneOf(securityPolicies, o)
	case "endpointAccessMode":
		return oneOf(append([]string{""}, accessModes...), o)
	}
	if len(target) == 3 && target[1] == "types" && !slices.Contains(endpointTypes, value) {
		return badRequest("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
	}
	return nil
}

// oneOf judges a patch value of which the service's words are not recorded.
func oneOf(enum []string, o Operation) error {
	if slices.Contains(enum, text(o.Value)) {
		return nil
	}
	return badRequest("Invalid value '%s' specified for path %s. Must be one of: [%s]",
		text(o.Value), *o.Path, strings.Trim(strings.Join(enum, ", "), ", "))
}

// prepareRestAPI makes the new endpoint type the only one, whatever old one the
// path names. A private API is dual-stack.
func prepareRestAPI(api *restapi.RestAPI, target []string) {
	if len(target) == 3 && target[1] == "types" {
		api.EndpointConfiguration.Types = nil
	}
}

func checkRestAPI(c *call, old, api *restapi.RestAPI) error {
	endpoint := api.EndpointConfiguration
	if old != nil && isPrivate(api) && !isPrivate(old) {
		endpoint.IPAddressType = "dualstack"
	}
	if isPrivate(api) && endpoint.IPAddressType == "ipv4" {
		return errPrivateIPv4
	}
	if n := api.MinimumCompressionSize; n != nil && (*n < 0 || *n > maxCompressionSize) {
		return errCompressionSize
	}
	if len(endpoint.VPCEndpointIDs) > 0 && !isPrivate(api) {
		return badRequest("VPCEndpoints can only be specified with PRIVATE apis.")
	}
	if api.SecurityPolicy == "" {
		api.SecurityPolicy = "TLS_1_0"
		if isPrivate(api) {
			api.SecurityPolicy = "TLS_1_2"
		}
	}
	api.APIStatus = "AVAILABLE"
	return settlePolicy(c, api)
}

// settlePolicy minifies the resource policy and writes out the short form of
// its resources.
func settlePolicy(c *call, api *restapi.RestAPI) error {
	if api.Policy == "" {
		return nil
	}
	var minified bytes.Buffer
	if !strings.HasPrefix(strings.TrimSpace(api.Policy), "{") || json.Compact(&minified, []byte(api.Policy)) != nil {
		return errPolicy
	}
	api.Policy = strings.ReplaceAll(minified.String(), `"execute-api:/`,
		`"arn:aws:execute-api:`+c.ns.Region+":"+c.ns.Account+":"+api.ID+"/")
	if len(api.Policy) > maxPolicy {
		return errLongPolicy
	}
	return nil
}

// maxPolicy is the length of the longest resource policy.
const maxPolicy = 8192

var (
	errPolicy     = badRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	errLongPolicy = badRequest("Policy document exceeds the maximum size of 8192 characters")
)

// goneRestAPI takes what is noted of an API elsewhere along. No domain name may lead
// to it any more.
func goneRestAPI(c *call, api *restapi.RestAPI) error {
	if err := checkUnmapped(c, api.ID, ""); err != nil {
		return err
	}
	c.writes.Delete(restapi.IndexKey(api.ID))
	c.dropBelow(siblingIndex(api.ID))
	c.dropBelow(locationIndex(api.ID))
	forgetLinks(c, api.ID)
	stages, err := all[restapi.Stage](c, c.api()+"/stages")
	for _, s := range stages {
		if err := forgetStage(c, s); err != nil {
			return err
		}
	}
	return err
}

// showRestAPI escapes the policy once more than JSON does, as the service does:
// Terraform takes that off again.
func showRestAPI(c *call, _ string, api *restapi.RestAPI) (any, error) {
	shown := *api
	if api.Policy != "" {
		escaped, err := encode(api.Policy)
		if err != nil {
			return nil, err
		}
		shown.Policy = string(escaped[1 : len(escaped)-1])
	}
	shown.Tags = c.shownTags(api.Tags)
	return shown, nil
}
