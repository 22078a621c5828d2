package control

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var usagePlans = &Kind[restapi.UsagePlan]{
	Name:    "UsagePlan",
	Path:    "/usageplans/{usageplanId}",
	Key:     "id",
	Verbs:   every &^ Put,
	Tagged:  true,
	Missing: noUsagePlan,
	Body: Body{
		{Name: "name", Required: true},
		{Name: "description"},
		{Name: "apiStages"},
		{Name: "throttle"},
		{Name: "quota"},
		{Name: "quota.period", Enum: quotaPeriods},
		{Name: "tags"},
	},
	Patch: Patch{
		{"/apiStages", Add | Remove},
		{"/apiStages/*/throttle", Add | Replace | Remove},
		{"/apiStages/*/throttle/*", Remove},                   // …/{resourcePath}/{httpMethod}
		{"/apiStages/*/throttle/*/rateLimit", Add | Replace},  // likewise
		{"/apiStages/*/throttle/*/burstLimit", Add | Replace}, // likewise
		{"/description", Replace},
		{"/name", Replace},
		{"/productCode", Add | Replace | Remove},
		{"/quota", Remove},
		{"/quota/limit", Add | Replace},
		{"/quota/offset", Add | Replace},
		{"/quota/period", Add | Replace},
		{"/throttle", Remove},
		{"/throttle/burstLimit", Add | Replace},
		{"/throttle/rateLimit", Add | Replace},
	},
	Rules: Rules[restapi.UsagePlan]{
		Target: usagePlanTarget,
		Admit: func(_ *restapi.UsagePlan, target []string, o Operation) error {
			if slices.Equal(target, []string{"quota", "period"}) {
				return oneOf(quotaPeriods, o)
			}
			return nil
		},
		Edit: editAPIStages,
	},
	New: func(c *call, p *restapi.UsagePlan) error {
		p.ID = c.freshID("/usageplans", shortID)
		return nil
	},
	Check: checkUsagePlan,
	Gone:  goneUsagePlan,
	Show: func(c *call, _ string, p *restapi.UsagePlan) (any, error) {
		shown := *p
		shown.Tags = c.shownTags(p.Tags)
		return shown, nil
	},
	Page: pageUsagePlans,
	HAL: HAL{
		Links: Links{
			"usage:get":               "~/usage?startDate=(today)&endDate=(in 30 days)",
			"usageplan:delete":        "~",
			"usageplan:update":        "~",
			"usageplan:usageplankeys": "~/keys",
			"usageplankey:create":     "~/keys",
		},
		List: Links{
			"usageplan:by-id":  "~/{usageplanId}",
			"usageplan:create": "~",
		},
	},
}

var quotaPeriods = []string{"DAY", "WEEK", "MONTH"}

const noUsagePlan = "Invalid Usage Plan ID specified"

func usagePlanPath(id string) string { return "/usageplans/" + url.PathEscape(id) }

// usagePlanTarget finds the method that a path is about: all that stands between
// throttle and the end, with a slash of its own in front.
func usagePlanTarget(o Operation) []string {
	target := pointer(*o.Path)
	if len(target) < 5 || target[0] != "apiStages" || target[2] != "throttle" {
		return target
	}
	method, end := target[3:], []string{}
	if last := method[len(method)-1]; last == "rateLimit" || last == "burstLimit" {
		method, end = method[:len(method)-1], []string{last}
	}
	return slices.Concat(target[:3], []string{strings.Join(method, "/")}, end)
}

// editAPIStages edits the only list of structures that there is. What is in it
// goes by {apiId}:{stage}: the value for the list, in the path for what is below.
func editAPIStages(p *restapi.UsagePlan, target []string, o Operation) (done bool, err error) {
	if target[0] != "apiStages" {
		return false, nil
	}
	name, op := text(o.Value), opOf(text(o.Op))
	if len(target) > 1 {
		name = target[1]
	}
	api, stage, ok := strings.Cut(name, ":")
	if !ok || api == "" || stage == "" {
		return true, errAPIStage
	}
	i := slices.IndexFunc(p.APIStages, func(s restapi.APIStage) bool { return s.APIID == api && s.Stage == stage })
	switch {
	case len(target) > 1 && i < 0:
		return true, noAPIStage(p, restapi.APIStage{APIID: api, Stage: stage})
	case len(target) > 1:
		e := edit{op: op, target: target, o: o}
		return true, e.walk(reflect.ValueOf(&p.APIStages[i]).Elem(), target[2:])
	case op == Add && i < 0:
		p.APIStages = append(p.APIStages, restapi.APIStage{APIID: api, Stage: stage})
	case op == Remove && i >= 0:
		p.APIStages = slices.Delete(p.APIStages, i, i+1)
	}
	return true, nil
}

var errAPIStage = badRequest("Invalid API Stage specified")

func noAPIStage(p *restapi.UsagePlan, s restapi.APIStage) error {
	return notFound("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s", s.APIID, s.Stage, p.ID)
}

func checkUsagePlan(c *call, old, p *restapi.UsagePlan) error {
	if strings.TrimSpace(p.Name) == "" {
		return badRequest("Usage Plan name cannot be blank")
	}
	if p.APIStages == nil {
		p.APIStages = []restapi.APIStage{}
	}
	if err := checkLimits(p); err != nil {
		return err
	}
	var before []restapi.APIStage
	if old != nil {
		before = old.APIStages
	}
	if err := changeStages(c, p, before); err != nil {
		return err
	}
	return checkTags(p.Tags)
}

// lastOffset is the last day on which a period can begin: Terraform's source.
var lastOffset = map[string]int{"DAY": 0, "WEEK": 6, "MONTH": 27}

// checkLimits judges rates and quotas. The words are ours.
func checkLimits(p *restapi.UsagePlan) error {
	throttles := []*restapi.ThrottleSettings{}
	if p.Throttle != nil {
		throttles = append(throttles, p.Throttle)
	}
	for _, s := range p.APIStages {
		for _, method := range sortedKeys(s.Throttle) {
			throttles = append(throttles, s.Throttle[method])
		}
	}
	for _, t := range throttles {
		if t == nil || t.BurstLimit < 0 || t.RateLimit < 0 {
			return badRequest("Invalid throttle settings specified. Limits must not be negative")
		}
	}
	q := p.Quota
	if q == nil {
		return nil
	}
	if q.Limit < 0 {
		return badRequest("Invalid quota limit specified. It must not be negative")
	}
	if last, ok := lastOffset[q.Period]; q.Offset < 0 || ok && q.Offset > last {
		return badRequest("Invalid quota offset specified for period %s, must be between 0 and %d", q.Period, last)
	}
	return nil
}

// plansOfStage is the index of the usage plans that are about a stage.
func plansOfStage(api, stage string) string {
	return "/~index/plansofstage/" + url.PathEscape(api) + "/" + url.PathEscape(stage)
}

// changeStages judges the stages that a plan gets, and keeps the index.
func changeStages(c *call, p *restapi.UsagePlan, before []restapi.APIStage) error {
	seen := map[string]bool{}
	for _, s := range p.APIStages {
		index := plansOfStage(s.APIID, s.Stage)
		if s.APIID == "" || s.Stage == "" || seen[index] {
			return errAPIStage
		}
		seen[index] = true
		entry := index + "/" + url.PathEscape(p.ID)
		if c.exists(entry) {
			continue
		}
		if !c.exists(restAPIPath(s.APIID) + "/stages/" + url.PathEscape(s.Stage)) {
			return noAPIStage(p, s)
		}
		if err := checkKeysOfStage(c, p, s); err != nil {
			return err
		}
		if err := c.put(entry, p.ID); err != nil {
			return err
		}
	}
	for _, s := range before {
		if index := plansOfStage(s.APIID, s.Stage); !seen[index] {
			c.writes.Delete(c.ns.Key(index + "/" + url.PathEscape(p.ID)))
		}
	}
	return nil
}

// checkKeysOfStage wants no key of the plan to be in another plan that is about
// the stage. Keys are looked at only where there is such a plan.
func checkKeysOfStage(c *call, p *restapi.UsagePlan, s restapi.APIStage) error {
	for _, other := range c.names(plansOfStage(s.APIID, s.Stage)) {
		for _, key := range c.names(usagePlanPath(p.ID) + "/keys") {
			if c.exists(usagePlanKeyPath(other, key)) {
				return errSharedStage(p.ID, key, s)
			}
		}
	}
	return nil
}

// forgetPlans takes a stage that goes out of all usage plans.
func forgetPlans(c *call, api, stage string) error {
	for _, id := range c.names(plansOfStage(api, stage)) {
		p, err := find[restapi.UsagePlan](c, usagePlanPath(id))
		if err != nil || p == nil {
			return err
		}
		p.APIStages = slices.DeleteFunc(p.APIStages, func(s restapi.APIStage) bool { return s.APIID == api && s.Stage == stage })
		if err := c.put(usagePlanPath(id), p); err != nil {
			return err
		}
	}
	c.dropBelow(plansOfStage(api, stage))
	return nil
}

// goneUsagePlan lets go of keys, but not of stages.
func goneUsagePlan(c *call, p *restapi.UsagePlan) error {
	if len(p.APIStages) > 0 {
		s := p.APIStages[0]
		return badRequest("Cannot delete Usage Plan %s because there are API Stages associated with it, including %s:%s", p.ID, s.APIID, s.Stage)
	}
	keys := usagePlanPath(p.ID) + "/keys"
	for _, key := range c.names(keys) {
		c.writes.Delete(c.ns.Key(plansOfKey(key) + "/" + url.PathEscape(p.ID)))
	}
	c.dropBelow(newestIndex(keys))
	return nil
}

// pageUsagePlans lists all plans, or those that have the key of the query.
func pageUsagePlans(c *call) ([]*restapi.UsagePlan, string, error) {
	key := c.query.Get("keyId")
	if key == "" {
		return page(c, "/usageplans", read[restapi.UsagePlan])
	}
	return page(c, plansOfKey(key), func(record []byte) (*restapi.UsagePlan, error) {
		id, err := read[string](record)
		if err != nil {
			return nil, err
		}
		return find[restapi.UsagePlan](c, usagePlanPath(*id))
	})
}
