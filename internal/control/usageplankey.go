package control

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var usagePlanKeys = &Kind[restapi.UsagePlanKey]{
	Name:    "UsagePlanKey",
	Path:    "/usageplans/{usageplanId}/keys/{keyId}",
	Key:     "id",
	Verbs:   Get | Create | Delete, // getUsagePlanKeys stands below
	Missing: noAPIKey,
	Taken:   "API Key is already in this Usage Plan", // our words
	Body: Body{
		{Name: "keyId", Required: true},
		{Name: "keyType", Required: true},
	},
	New:  newUsagePlanKey,
	Gone: goneUsagePlanKey,
	Show: showUsagePlanKey,
	Page: pageUsagePlanKeys,
}

func usagePlanKeyPath(plan, key string) string {
	return usagePlanPath(plan) + "/keys/" + url.PathEscape(key)
}

// getUsagePlanKeys stands beside the table because, unlike all other lists, that
// of a plan which is not there is empty: recorded on AWS.
func getUsagePlanKeys(c *call) (answer, error) { return usagePlanKeys.listed(c) }

func newUsagePlanKey(c *call, k *restapi.UsagePlanKey) error {
	var in struct {
		KeyID   string `json:"keyId"`
		KeyType string `json:"keyType"`
	}
	if err := decode(c.given(), &in); err != nil {
		return err
	}
	if in.KeyType != keyType {
		return badRequest("Invalid key type specified. Must be one of: [%s]", keyType) // our words
	}
	if !c.exists(apiKeyPath(in.KeyID)) {
		return notFound(noAPIKey)
	}
	plan, err := find[restapi.UsagePlan](c, usagePlanPath(c.name("usageplanId")))
	if err != nil {
		return err
	}
	k.ID, k.Type = in.KeyID, in.KeyType
	return attachKey(c, plan, k.ID)
}

// keyType is the only type of keys that there is.
const keyType = "API_KEY"

// plansOfKey is the index of the usage plans that a key is in.
func plansOfKey(key string) string { return "/~index/plansofkey/" + url.PathEscape(key) }

// attachKey notes that a key comes into a plan. No two plans of a key can be
// about one stage, or nobody could tell which of them a request counts for.
func attachKey(c *call, plan *restapi.UsagePlan, key string) error {
	for _, id := range c.names(plansOfKey(key)) {
		if id == plan.ID {
			return nil
		}
		other, err := find[restapi.UsagePlan](c, usagePlanPath(id))
		if err != nil || other == nil {
			return err
		}
		for _, s := range other.APIStages {
			if c.exists(plansOfStage(s.APIID, s.Stage) + "/" + url.PathEscape(plan.ID)) {
				return errSharedStage(plan.ID, key, s)
			}
		}
	}
	if err := c.put(plansOfKey(key)+"/"+url.PathEscape(plan.ID), plan.ID); err != nil {
		return err
	}
	return c.enlist(usagePlanKeyPath(plan.ID, key))
}

// errSharedStage is in the words of public reports.
func errSharedStage(plan, key string, s restapi.APIStage) error {
	return conflict("Usage Plan %s cannot be added because API Key %s cannot reference multiple Usage Plans with the same API stage: %s:%s",
		plan, key, s.APIID, s.Stage)
}

// detachKey notes that a key leaves a plan.
func detachKey(c *call, plan, key string) error {
	c.writes.Delete(c.ns.Key(plansOfKey(key) + "/" + url.PathEscape(plan)))
	return c.delist(usagePlanKeyPath(plan, key))
}

func goneUsagePlanKey(c *call, k *restapi.UsagePlanKey) error {
	return detachKey(c, c.name("usageplanId"), k.ID)
}

// forgetKey takes a key that goes out of all usage plans.
func forgetKey(c *call, key string) error {
	for _, plan := range c.names(plansOfKey(key)) {
		if err := detachKey(c, plan, key); err != nil {
			return err
		}
		c.drop(usagePlanKeyPath(plan, key))
	}
	return nil
}

// showUsagePlanKey shows the name and value that the key has now.
func showUsagePlanKey(c *call, _ string, k *restapi.UsagePlanKey) (any, error) {
	key, err := find[restapi.APIKey](c, apiKeyPath(k.ID))
	if key == nil {
		return k, err
	}
	shown := *k
	shown.Name, shown.Value = key.Name, key.Value
	return shown, nil
}

func pageUsagePlanKeys(c *call) ([]*restapi.UsagePlanKey, string, error) {
	prefix := c.query.Get("name")
	return newest(c, c.path("/usageplans/{usageplanId}/keys"), func(k *restapi.UsagePlanKey) bool {
		if prefix == "" {
			return true
		}
		key, err := find[restapi.APIKey](c, apiKeyPath(k.ID))
		return err == nil && key != nil && strings.HasPrefix(key.Name, prefix)
	})
}
