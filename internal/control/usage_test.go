package control

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/restapi"
)

// Until requests are counted nothing is used. What remains where there is no
// quota, and the words of refusals, are our choice.
func TestUsage(t *testing.T) {
	c := newClient(t)
	c.handler.(*Handler).now = func() time.Time { return time.Date(2026, 3, 11, 23, 0, 0, 0, time.UTC) } // a Wednesday
	plan, key, other := c.plan(), c.apiKey("k"), c.apiKey("other")
	c.attach(plan, key)
	c.attach(plan, other)
	usage := plan + "/usage?startDate=2026-03-10&endDate=2026-04-10"
	days := func(remaining ...float64) (list []any) {
		for _, r := range remaining {
			list = append(list, []any{0.0, r})
		}
		return list
	}
	want := object{
		"usagePlanId": plan[len("/usageplans/"):], "startDate": "2026-03-10", "endDate": "2026-04-10",
		"values": object{key: days(-1, -1), other: days(-1, -1)},
	}
	if diff := cmp.Diff(want, c.call("GET", usage, "", 200)); diff != "" {
		t.Errorf("without a quota (-want +got):\n%s", diff)
	}
	update := plan + "/keys/" + key + "/usage"
	c.refused("PATCH", update, patchOf("replace /remaining 10"), 400, "BadRequestException", "Usage Plan "+plan[len("/usageplans/"):]+" has no quota")

	c.call("PATCH", plan, patchOf("add /quota/limit 5", "add /quota/period WEEK"), 200)
	got := c.call("PATCH", update, patchOf("replace /remaining 10"), 200)
	want["startDate"], want["endDate"], want["values"] = "2026-03-11", "2026-03-11", object{key: days(10)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	c.refused("PATCH", update, patchOf("replace /remaining -1"), 400, "BadRequestException", "Invalid remaining quota specified. It must not be negative")
	c.refused("PATCH", plan+"/keys/none/usage", patchOf("replace /remaining 10"), 404, "NotFoundException", "Invalid API Key identifier specified")

	c.handler.(*Handler).now = func() time.Time { return time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC) }
	got = c.call("GET", usage+"&keyId="+key, "", 200)
	if diff := cmp.Diff(any(object{key: days(5, 10, 10, 10, 10, 5, 5)}), got["values"]); diff != "" {
		t.Errorf("what was set holds until the week ends (-want +got):\n%s", diff)
	}
	page := c.call("GET", usage+"&limit=1", "", 200)
	if got := page["values"].(object); len(got) != 1 || got[other] == nil || page["position"] == nil {
		t.Errorf("first page: %v", page)
	}
	for query, message := range map[string]string{
		"startDate=2026-03-16&endDate=today":      "Invalid date specified: today. Must be YYYY-MM-DD",
		"startDate=2026-03-16&endDate=2026-03-15": "Invalid dates specified. The start date must not be after the end date",
		"startDate=2025-12-15&endDate=2026-03-15": "Invalid start date specified. Usage is kept for 90 days",
	} {
		c.refused("GET", plan+"/usage?"+query, "", 400, "BadRequestException", message)
	}
	c.refused("GET", plan+"/usage?startDate=2026-03-16", "", 400, "ValidationException",
		"1 validation error detected: Value null at 'endDate' failed to satisfy constraint: Member must not be null")
	c.refused("GET", "/usageplans/none/usage?startDate=2026-03-16&endDate=2026-03-16", "", 404, "NotFoundException", "Invalid Usage Plan ID specified")
	c.refused("GET", usage+"&keyId=none", "", 404, "NotFoundException", "Invalid API Key identifier specified")
}

// Weeks begin with Sunday, days are those of UTC: our choice.
func TestLastDayOfPeriod(t *testing.T) {
	for _, row := range []struct {
		period   string
		offset   int
		at, last string
	}{
		{"DAY", 0, "2026-03-11", "2026-03-11"},
		{"WEEK", 0, "2026-03-14", "2026-03-14"},
		{"WEEK", 0, "2026-03-15", "2026-03-21"},
		{"WEEK", 1, "2026-03-15", "2026-03-15"},
		{"WEEK", 6, "2026-03-11", "2026-03-13"},
		{"MONTH", 0, "2026-02-11", "2026-02-28"},
		{"MONTH", 10, "2026-03-10", "2026-03-10"},
		{"MONTH", 10, "2026-03-11", "2026-04-10"},
		{"MONTH", 27, "2026-12-31", "2027-01-27"},
	} {
		at, err := time.Parse(time.DateOnly, row.at)
		if err != nil {
			t.Fatal(err)
		}
		got := lastDay(&restapi.QuotaSettings{Period: row.period, Offset: row.offset}, at.Add(23*time.Hour))
		if got.Format(time.DateOnly) != row.last {
			t.Errorf("%s+%d at %s: got %v, want %s", row.period, row.offset, row.at, got, row.last)
		}
	}
}
