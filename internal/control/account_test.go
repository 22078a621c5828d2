package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccount(t *testing.T) {
	c := newClient(t)
	want := object{
		"throttleSettings": object{"burstLimit": 5000.0, "rateLimit": 10000.0},
		"features":         []any{"UsagePlans"}, "apiKeyVersion": "1",
	}
	if diff := cmp.Diff(want, c.call("GET", "/account", "", 200)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want["cloudwatchRoleArn"] = "arn:aws:iam::123456789012:role/logs"
	c.call("PATCH", "/account", patchOf("replace /cloudwatchRoleArn arn:aws:iam::123456789012:role/logs"), 200)
	if diff := cmp.Diff(want, c.call("GET", "/account", "", 200)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.refused("PATCH", "/account", patchOf("remove /features UsagePlans"), 400, "BadRequestException", "Usage Plans cannot be disabled once enabled")
	if got := c.call("PATCH", "/account", patchOf("replace /cloudwatchRoleArn"), 200); got["cloudwatchRoleArn"] != nil {
		t.Errorf("cleared: got %v", got)
	}
}
