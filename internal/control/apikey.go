package control

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/restapi"
)

var apiKeys = &Kind[restapi.APIKey]{
	Name:    "ApiKey",
	Path:    "/apikeys/{api_Key}",
	Key:     "id",
	Verbs:   List | Get | Update | Delete, // createAPIKey stands below
	Tagged:  true,
	Missing: noAPIKey,
	Patch: Patch{ // in the order in which the service lists them
		{"/description", Replace},
		{"/enabled", Replace},
		{"/name", Replace},
		{"/customerId", Replace},
		{"/labels", Add | Remove},
		{"/stageKeys", Add | Remove}, // /stages
	},
	Rules: Rules[restapi.APIKey]{Refuse: refuseListing, Target: apiKeyTarget},
	Check: checkAPIKey,
	Gone:  goneAPIKey,
	Show:  showAPIKey,
	Page:  pageAPIKeys,
	HAL: HAL{
		Links: Links{
			"apikey:delete": "~",
			"apikey:update": "~",
		},
		List: Links{
			"apikey:by-key": "~/{api_Key}",
			"apikey:create": "~",
			"apikey:delete": "~/{api_Key}",
		},
		Curies: true,
	},
}

const noAPIKey = "Invalid API Key identifier specified"

var apiKeyBody = Body{
	{Name: "name"},
	{Name: "description"},
	{Name: "enabled"},
	{Name: "generateDistinctId"}, // of no effect: an id never is a value
	{Name: "value"},
	{Name: "stageKeys"},
	{Name: "customerId"},
	{Name: "tags"},
}

func apiKeyPath(id string) string { return "/apikeys/" + url.PathEscape(id) }

// createAPIKey stands beside the table because stages are given in another form
// than that in which they are kept and shown.
func createAPIKey(c *call) (answer, error) {
	var in struct {
		Stages []struct {
			APIID     string `json:"restApiId"`
			StageName string `json:"stageName"`
		} `json:"stageKeys"`
	}
	given := c.given()
	if err := decode(given, &in); err != nil {
		return answer{}, err
	}
	delete(given, "stageKeys")
	k := new(restapi.APIKey)
	if err := decode(given, k); err != nil {
		return answer{}, err
	}
	for _, s := range in.Stages {
		k.StageKeys = append(k.StageKeys, s.APIID+"/"+s.StageName)
	}
	if err := addAPIKey(c, k); err != nil {
		return answer{}, err
	}
	return apiKeys.answer(c, apiKeyPath(k.ID), k)
}

// addAPIKey stores a key that is new.
func addAPIKey(c *call, k *restapi.APIKey) error {
	if k.Value == "" {
		k.Value = newID(40)
	}
	k.ID = c.freshID("/apikeys", longID)
	k.CreatedDate = restapi.Time{Time: c.now}
	if err := checkAPIKey(c, nil, k); err != nil {
		return err
	}
	if c.exists(apiKeyOfValue(k.Value)) {
		return conflict("API Key already exists")
	}
	if err := c.put(apiKeyOfValue(k.Value), k.ID); err != nil {
		return err
	}
	if err := c.put(apiKeyPath(k.ID), k); err != nil {
		return err
	}
	return c.enlist(apiKeyPath(k.ID))
}

// apiKeyOfValue is the index entry that names the key with a value.
func apiKeyOfValue(value string) string { return "/~index/apikeyofvalue/" + url.PathEscape(value) }

const (
	minKeyValue       = 20
	maxKeyValue       = 128
	maxKeyName        = 1024
	maxKeyDescription = 125_000
)

func checkAPIKey(c *call, old, k *restapi.APIKey) error {
	k.LastUpdatedDate = restapi.Time{Time: c.now}
	if k.StageKeys == nil {
		k.StageKeys = []string{}
	}
	switch value := utf8.RuneCountInString(k.Value); {
	case utf8.RuneCountInString(k.Name) > maxKeyName:
		return badRequest("Invalid API Key name, can be at most %d characters.", maxKeyName)
	case utf8.RuneCountInString(k.Description) > maxKeyDescription:
		return badRequest("Invalid API Key description specified.")
	case value < minKeyValue:
		return badRequest("API Key value should be at least %d characters", minKeyValue)
	case value > maxKeyValue:
		return badRequest("API Key value exceeds maximum size of %d characters", maxKeyValue)
	}
	for _, stage := range k.StageKeys {
		if old != nil && slices.Contains(old.StageKeys, stage) {
			continue // the stage may be gone
		}
		api, name, _ := strings.Cut(stage, "/")
		if !c.exists(restAPIPath(api) + "/stages/" + url.PathEscape(name)) {
			return notFound("Invalid stage identifier specified")
		}
	}
	return checkTags(k.Tags)
}

// apiKeyTarget finds what clients call otherwise than the answers do.
func apiKeyTarget(o Operation) []string {
	if *o.Path == "/stages" {
		return []string{"stageKeys"}
	}
	return nil
}

// showAPIKey shows the value when a key is made, never when it is updated, and
// else on request.
func showAPIKey(c *call, _ string, k *restapi.APIKey) (any, error) {
	shown := *k
	asked := map[Verb]string{Get: "includeValue", List: "includeValues"}[c.op.verb]
	if c.op.verb == Update || asked != "" && !strings.EqualFold(c.query.Get(asked), "true") {
		shown.Value = ""
	}
	shown.Labels = nil
	shown.Tags = c.shownTags(k.Tags)
	return shown, nil
}

func pageAPIKeys(c *call) ([]*restapi.APIKey, string, error) {
	prefix, customer := c.query.Get("name"), c.query.Get("customerId")
	return newest(c, "/apikeys", func(k *restapi.APIKey) bool {
		return strings.HasPrefix(k.Name, prefix) && (customer == "" || k.CustomerID == customer)
	})
}

func goneAPIKey(c *call, k *restapi.APIKey) error {
	c.writes.Delete(c.ns.Key(apiKeyOfValue(k.Value)))
	if err := forgetKey(c, k.ID); err != nil {
		return err
	}
	return c.delist(apiKeyPath(k.ID))
}
