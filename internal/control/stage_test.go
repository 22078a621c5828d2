package control

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStage(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	first, second := c.deploy(api, `{}`), c.deploy(api, `{}`)
	at := time.Unix(1_000_000_000, 0)
	c.handler.(*Handler).now = func() time.Time { return at }
	c.refused("POST", api+"/stages", `{"stageName":"prod"}`, 400, "ValidationException",
		"1 validation error detected: Value null at 'createStageInput.deploymentId' failed to satisfy constraint: Member must not be null")
	c.refused("POST", api+"/stages", `{"stageName":"prod","deploymentId":"none"}`, 400, "BadRequestException", "Invalid Deployment identifier specified")
	c.refused("POST", api+"/stages", `{"stageName":"a/b","deploymentId":"`+first+`"}`, 400, "BadRequestException", "Stage name only allows a-zA-Z0-9_-")
	const reserved = "Stage name cannot be _user_request_" // our choice
	c.refused("POST", api+"/stages", `{"stageName":"_user_request_","deploymentId":"`+first+`"}`, 400, "BadRequestException", reserved)
	c.refused("POST", api+"/deployments", `{"stageName":"_user_request_"}`, 400, "BadRequestException", reserved)
	got := c.call("POST", api+"/stages", `{"stageName":"prod","deploymentId":"`+first+`"}`, 201)
	want := object{
		"stageName": "prod", "deploymentId": first, "cacheClusterEnabled": false, "cacheClusterStatus": "NOT_AVAILABLE",
		"methodSettings": object{}, "tracingEnabled": false, "createdDate": 1e9, "lastUpdatedDate": 1e9,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.refused("POST", api+"/stages", `{"stageName":"prod","deploymentId":"`+first+`"}`, 409, "ConflictException", "Stage already exists")
	c.refused("PATCH", api+"/stages/prod", patchOf("replace /deploymentId none"), 400, "BadRequestException", "Deployment id does not exist")

	at = at.Add(time.Minute)
	got = c.call("PATCH", api+"/stages/prod", patchOf("replace /cacheClusterEnabled true", "replace /variables/v x", "replace /deploymentId "+second), 200)
	want["cacheClusterEnabled"], want["cacheClusterStatus"], want["cacheClusterSize"] = true, "AVAILABLE", "0.5"
	want["variables"], want["deploymentId"], want["lastUpdatedDate"] = object{"v": "x"}, second, 1e9+60
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for query, n := range map[string]int{"": 1, "?deploymentId=" + second: 1, "?deployment_id=" + second: 1, "?deploymentId=" + first: 0} {
		if list := c.call("GET", api+"/stages"+query, "", 200)["item"].([]any); len(list) != n {
			t.Errorf("%q: got %v", query, list)
		}
	}
}

// Recorded on AWS: settings keep the name that was typed, and one of a method
// begins with what */* says at that moment.
func TestMethodSettings(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	stage := api + "/stages/prod"
	settings := func(steps ...string) object {
		t.Helper()
		return c.call("PATCH", stage, patchOf(steps...), 200)["methodSettings"].(object)
	}
	general := settings("replace /*/*/throttling/burstLimit 10", "replace /*/*/logging/loglevel INFO")["*/*"].(object)
	if general["throttlingBurstLimit"] != 10.0 || general["throttlingRateLimit"] != 10000.0 || general["cacheTtlInSeconds"] != 300.0 || general["loggingLevel"] != "INFO" {
		t.Errorf("*/*: got %v", general)
	}
	got := settings("replace /~1pets/GET/metrics/enabled true", "replace /test/GET/caching/ttlInSeconds 60",
		"replace //tenant/{x}/GET/throttling/rateLimit 2.5", "replace /variables/GET/metrics/enabled true", "replace /*/*/throttling/burstLimit 20")
	for name, burst := range map[string]float64{"*/*": 20, "~1pets/GET": 10, "test/GET": 10, "/tenant/{x}/GET": 10, "variables/GET": 10} {
		if one, _ := got[name].(object); one["throttlingBurstLimit"] != burst {
			t.Errorf("%s: got %v in %v", name, one, got)
		}
	}
	got = settings("remove /~1pets/GET", "replace /~1pets/GET/logging/dataTrace true")
	if one := got["~1pets/GET"].(object); one["metricsEnabled"] != false || one["dataTraceEnabled"] != true {
		t.Errorf("removed and set anew: got %v", one)
	}
	c.refused("PATCH", stage, patchOf("remove /none/GET"), 400, "BadRequestException",
		"Cannot remove method setting none/GET because there is no method setting for this method ")
}

func TestStageRefusals(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	stage := api + "/stages/prod"
	before := c.call("GET", stage, "", 200)
	long := func(path string) string {
		return "Invalid method setting path: " + path + ". Must be one of: " + stagePaths
	}
	none := func(path string) string {
		return "Cannot remove method setting " + path + " because there is no method setting for this method "
	}
	const access = "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"
	for step, message := range map[string]string{
		"replace /tags/tag1 x":                            long("/tags/tag1"),
		"replace /documentation_version x":                long("/documentation_version"),
		"replace /canarySettings x":                       long("/canarySettings"),
		"replace /canarySettings/badPath x":               long("/canarySettings/badPath"),
		"replace /stageName x":                            long("/stageName"),
		"replace /~1pets/GET/foo/bar x":                   "Invalid method setting path: foo/bar. Must be one of: " + shortStagePaths,
		"remove /*/*":                                     none("*/*"),
		"remove /description":                             none("description"),
		"remove /canarySettings/badPath":                  none("canarySettings/badPath"),
		"remove /canarySettings/stageVariableOverrides":   none("canarySettings/stageVariableOverrides"),
		"remove /accessLogSettings/destinationArn":        none("accessLogSettings/destinationArn"),
		"remove /~1pets/GET/metrics/enabled":              none("~1pets/GET/metrics/enabled"),
		"add /accessLogSettings x":                        access,
		"replace /accessLogSettings/* x":                  access,
		"replace /accessLogSettings/format":               "Access Log value must not be empty",
		"add /canarySettings/deploymentId x":              "Invalid add operation with path: /canarySettings/deploymentId",
		"add /variables/v x":                              "Invalid add operation with path: /variables/v",
		"replace /canarySettings/deploymentId none":       "Deployment id does not exist",
		"replace /canarySettings/percentTraffic 101":      "Canary percentTraffic must be between 0.0 and 100.0",
		"replace /cacheClusterSize 3":                     "Invalid value '3' specified for path /cacheClusterSize. Must be one of: [" + strings.Join(cacheClusterSizes, ", ") + "]",
		"replace /~1pets/GET/caching/ttlInSeconds 3601":   "Invalid cache TTL specified, must be between 0 and 3600 seconds",
		"copy /variables":                                 "Invalid copy operation with path: /variables and from null. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]",
		"replace /accessLogSettings/destinationArn arn:*": "Invalid ARN specified in the request",
	} {
		c.refused("PATCH", stage, patchOf("replace /description changed", step), 400, "BadRequestException", message)
	}
	if diff := cmp.Diff(before, c.call("GET", stage, "", 200)); diff != "" {
		t.Errorf("a refused patch changed\n%s", diff)
	}
}
