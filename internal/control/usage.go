package control

import (
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
)

// usages are the one thing about the use of a plan that an owner can change:
// what a key has left of its quota in the running period. They are shown as the
// usage of the day. GetUsage, which is about all keys, stands below.
var usages = &Kind[restapi.Allowance]{
	Name:    "Usage",
	Path:    "/usageplans/{usageplanId}/keys/{keyId}/usage",
	Verbs:   Update,
	Patch:   Patch{{"/remaining", Replace}},
	Rules:   Rules[restapi.Allowance]{Refuse: refuseListing},
	Default: func(*call) *restapi.Allowance { return new(restapi.Allowance) },
	Check:   checkAllowance,
	Show: func(c *call, _ string, _ *restapi.Allowance) (any, error) {
		today := c.now.UTC().Truncate(day)
		u, p, err := newUsage(c, today, today)
		if err != nil {
			return nil, err
		}
		u.Values[c.name("keyId")], err = dailyUsage(c, p, c.name("keyId"), today, today)
		return u, err
	},
	HAL: HAL{
		Related: func(self string, _ object) Links {
			if strings.Contains(self, "?") {
				return Links{"first": "~"} // of GetUsage
			}
			return nil
		},
	},
}

const (
	day       = 24 * time.Hour
	daysKept  = 90 // developer guide
	noQuota   = -1 // what remains where there is no quota: our choice, as throttles have it
	dayFormat = time.DateOnly
)

var usageQuery = []Member{{Name: "startDate", Required: true}, {Name: "endDate", Required: true}}

func checkAllowance(c *call, _, a *restapi.Allowance) error {
	p, err := find[restapi.UsagePlan](c, usagePlanPath(c.name("usageplanId")))
	if err != nil {
		return err
	}
	if p.Quota == nil {
		return badRequest("Usage Plan %s has no quota", p.ID)
	}
	if a.Remaining < 0 {
		return badRequest("Invalid remaining quota specified. It must not be negative")
	}
	a.Since = restapi.Time{Time: c.now}
	a.Until = lastDay(p.Quota, c.now).Format(dayFormat)
	return nil
}

// lastDay is the last day of the quota's period that holds a moment. Days are
// those of UTC; weeks begin with Sunday, and an offset moves the beginning: our
// choice.
func lastDay(q *restapi.QuotaSettings, at time.Time) time.Time {
	today := at.UTC().Truncate(day)
	switch q.Period {
	case "WEEK":
		gone := (int(today.Weekday()) - q.Offset + 7) % 7
		return today.AddDate(0, 0, 6-gone)
	case "MONTH":
		first := today.AddDate(0, 0, 1-today.Day()+q.Offset)
		if first.After(today) {
			return first.AddDate(0, 0, -1)
		}
		return first.AddDate(0, 1, -1)
	default:
		return today
	}
}

// getUsage answers a day for each day that the caller names and that has come,
// for one key of a plan or, page by page, for all. Nothing counts requests yet:
// nothing is used, and what remains is the quota or what an owner set.
func getUsage(c *call) (answer, error) {
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	from, until, err := usageDays(c)
	if err != nil {
		return answer{}, err
	}
	u, p, err := newUsage(c, from, until)
	if err != nil {
		return answer{}, err
	}
	keys, next, err := keysOfUsage(c)
	if err != nil {
		return answer{}, err
	}
	for _, key := range keys {
		if u.Values[key.ID], err = dailyUsage(c, p, key.ID, from, until); err != nil {
			return answer{}, err
		}
	}
	u.Position = next
	return answer{item: item{c.request.URL.EscapedPath() + "?" + c.request.URL.RawQuery, u}}, nil
}

// usageDays reads the days of the query. The refusals' words are ours.
func usageDays(c *call) (from, until time.Time, err error) {
	days := [2]time.Time{}
	for i, name := range []string{"startDate", "endDate"} {
		given := c.query.Get(name)
		if days[i], err = time.Parse(dayFormat, given); err != nil {
			return from, until, badRequest("Invalid date specified: %s. Must be YYYY-MM-DD", given)
		}
	}
	from, until = days[0], days[1]
	switch today := c.now.UTC().Truncate(day); {
	case until.Before(from):
		return from, until, badRequest("Invalid dates specified. The start date must not be after the end date")
	case from.Before(today.AddDate(0, 0, -daysKept)):
		return from, until, badRequest("Invalid start date specified. Usage is kept for %d days", daysKept)
	}
	return from, until, nil
}

// newUsage begins the usage of the plan that the call is about.
func newUsage(c *call, from, until time.Time) (*restapi.Usage, *restapi.UsagePlan, error) {
	p, err := find[restapi.UsagePlan](c, usagePlanPath(c.name("usageplanId")))
	if p == nil {
		if err == nil {
			err = notFound(noUsagePlan)
		}
		return nil, nil, err
	}
	return &restapi.Usage{
		UsagePlanID: p.ID, StartDate: from.Format(dayFormat), EndDate: until.Format(dayFormat), Values: map[string][][]int64{},
	}, p, nil
}

// keysOfUsage returns the key of the query, or a page of all.
func keysOfUsage(c *call) ([]*restapi.UsagePlanKey, string, error) {
	id := c.query.Get("keyId")
	if id == "" {
		return pageUsagePlanKeys(c)
	}
	key, err := find[restapi.UsagePlanKey](c, usagePlanKeyPath(c.name("usageplanId"), id))
	if key == nil {
		if err == nil {
			err = notFound(noAPIKey)
		}
		return nil, "", err
	}
	return []*restapi.UsagePlanKey{key}, "", nil
}

// dailyUsage is what a key used and had left, day by day.
func dailyUsage(c *call, p *restapi.UsagePlan, key string, from, until time.Time) ([][]int64, error) {
	set, err := find[restapi.Allowance](c, usagePlanKeyPath(p.ID, key)+"/usage")
	if err != nil {
		return nil, err
	}
	if today := c.now.UTC().Truncate(day); until.After(today) {
		until = today
	}
	days := [][]int64{}
	for at := from; !at.After(until); at = at.Add(day) {
		remaining := int64(noQuota)
		switch name := at.Format(dayFormat); {
		case p.Quota == nil:
		case set != nil && set.Since.UTC().Format(dayFormat) <= name && name <= set.Until:
			remaining = int64(set.Remaining)
		default:
			remaining = int64(p.Quota.Limit)
		}
		days = append(days, []int64{0, remaining})
	}
	return days, nil
}
