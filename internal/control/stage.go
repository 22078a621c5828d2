package control

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var stages = &Kind[restapi.Stage]{
	Name:    "Stage",
	Path:    "/restapis/{restapi_id}/stages/{stage_name}",
	Key:     "stageName",
	Verbs:   List | Get | Create | Update | Delete,
	Tagged:  true,
	Missing: "Invalid stage identifier specified",
	Taken:   "Stage already exists",
	Body: Body{
		{Name: "stageName", Required: true},
		{Name: "deploymentId", Required: true},
		{Name: "description"},
		{Name: "cacheClusterEnabled"},
		{Name: "cacheClusterSize", Enum: cacheClusterSizes},
		{Name: "variables"},
		{Name: "documentationVersion"},
		{Name: "canarySettings"},
		{Name: "tracingEnabled"},
		{Name: "tags"},
	},
	Patch: Patch{
		{"/deploymentId", Replace | Copy},
		{"/description", Replace},
		{"/cacheClusterEnabled", Replace},
		{"/cacheClusterSize", Replace},
		{"/clientCertificateId", Replace},
		{"/documentationVersion", Replace},
		{"/tracingEnabled", Replace},
		{"/variables", Replace | Remove | Copy},
		{"/variables/*", Replace | Remove},
		{"/accessLogSettings", Remove},
		{"/accessLogSettings/destinationArn", Add | Replace},
		{"/accessLogSettings/format", Add | Replace},
		{"/canarySettings", Remove},
		{"/canarySettings/deploymentId", Replace},
		{"/canarySettings/percentTraffic", Replace},
		{"/canarySettings/useStageCache", Replace},
		{"/canarySettings/stageVariableOverrides", Replace},
		{"/canarySettings/stageVariableOverrides/*", Replace | Remove},
		{"/methodSettings", Replace},
		{"/methodSettings/*", Remove},                                         // /{resourcePath}/{httpMethod}
		{"/methodSettings/*/metricsEnabled", Replace},                         // …/metrics/enabled
		{"/methodSettings/*/loggingLevel", Replace},                           // …/logging/loglevel
		{"/methodSettings/*/dataTraceEnabled", Replace},                       // …/logging/dataTrace
		{"/methodSettings/*/throttlingBurstLimit", Replace},                   // …/throttling/burstLimit
		{"/methodSettings/*/throttlingRateLimit", Replace},                    // …/throttling/rateLimit
		{"/methodSettings/*/cachingEnabled", Replace},                         // …/caching/enabled
		{"/methodSettings/*/cacheTtlInSeconds", Replace},                      // …/caching/ttlInSeconds
		{"/methodSettings/*/cacheDataEncrypted", Replace},                     // …/caching/dataEncrypted
		{"/methodSettings/*/requireAuthorizationForCacheControl", Replace},    // …/caching/(the same)
		{"/methodSettings/*/unauthorizedCacheControlHeaderStrategy", Replace}, // …/caching/(the same)
	},
	Rules: Rules[restapi.Stage]{
		Refuse:  refuseStageOperation,
		Target:  stageTarget,
		Admit:   admitStageValue,
		Prepare: prepareStage,
		Absent:  absentInStage,
		Copy:    promoteCanary,
	},
	New:   newStage,
	Check: checkStage,
	Gone:  goneStage,
	All:   stagesOfDeployment,
	HAL: HAL{
		Links: Links{
			"stage:delete":                 "~",
			"stage:flush-authorizer-cache": "~/cache/authorizers",
			"stage:update":                 "~",
		},
		Related: func(_ string, stage object) Links {
			if stage["cacheClusterEnabled"] != true {
				return nil // there is nothing to flush
			}
			return Links{"stage:flush-cache": "~/cache/data"}
		},
		List: Links{
			"self":          "~{?deployment_id}",
			"stage:by-name": "~/{stage_name}",
			"stage:create":  "~",
		},
	},
}

var (
	cacheClusterSizes = []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}
	loggingLevels     = []string{"OFF", "ERROR", "INFO"}
	cacheStrategies   = []string{"FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"}
)

// settingMembers are the members of a method setting by the ends of the paths
// that clients send.
var settingMembers = map[string]string{
	"metrics/enabled":                                "metricsEnabled",
	"logging/dataTrace":                              "dataTraceEnabled",
	"logging/loglevel":                               "loggingLevel",
	"throttling/burstLimit":                          "throttlingBurstLimit",
	"throttling/rateLimit":                           "throttlingRateLimit",
	"caching/enabled":                                "cachingEnabled",
	"caching/ttlInSeconds":                           "cacheTtlInSeconds",
	"caching/dataEncrypted":                          "cacheDataEncrypted",
	"caching/requireAuthorizationForCacheControl":    "requireAuthorizationForCacheControl",
	"caching/unauthorizedCacheControlHeaderStrategy": "unauthorizedCacheControlHeaderStrategy",
}

// newMethodSetting is what a method setting begins with where */* has none.
func newMethodSetting() *restapi.MethodSetting {
	return &restapi.MethodSetting{
		ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10000, CacheTTLInSeconds: 300,
		RequireAuthorizationForCacheControl:    true,
		UnauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
	}
}

func stagePath(c *call, name string) string { return c.api() + "/stages/" + url.PathEscape(name) }

// newStage wants the deployment to be there; a PATCH says so in other words.
func newStage(c *call, s *restapi.Stage) error {
	if !c.exists(deploymentPath(c, s.DeploymentID)) {
		return badRequest("Invalid Deployment identifier specified")
	}
	return nil
}

// stagesOfDeployment lists an API's stages, or those of the one deployment that
// the query names; links spell the name otherwise than the SDKs.
func stagesOfDeployment(c *call) ([]*restapi.Stage, error) {
	list, err := all[restapi.Stage](c, c.api()+"/stages")
	id := c.query.Get("deploymentId")
	if id == "" {
		id = c.query.Get("deployment_id")
	}
	if id == "" {
		return list, err
	}
	return slices.DeleteFunc(list, func(s *restapi.Stage) bool { return s.DeploymentID != id }), err
}

// flush answers both flushes, of answers and of authorizers' results. A cache may
// be empty at any time, and those of the data plane are: nothing is kept there.
func flush(c *call) (answer, error) {
	if !c.exists(c.path(stages.Path)) {
		return answer{}, c.missing()
	}
	return answer{}, nil
}

// checkStage judges what a stage is to be, and fills in what every stage has.
func checkStage(c *call, old, s *restapi.Stage) error {
	settleStage(c, old, s)
	if !stageName.MatchString(s.StageName) {
		return badRequest("Stage name only allows a-zA-Z0-9_-")
	}
	if s.StageName == userRequest {
		return badRequest("Stage name cannot be %s", userRequest)
	}
	if old != nil && s.DeploymentID != old.DeploymentID && !c.exists(deploymentPath(c, s.DeploymentID)) {
		return errNoDeployment
	}
	if err := checkCanary(c, s.CanarySettings); err != nil {
		return err
	}
	if err := checkVariables(s.Variables); err != nil {
		return err
	}
	before := ""
	if old != nil {
		before = old.ClientCertificateID
	}
	if err := useCertificate(c, stagePath(c, s.StageName), before, s.ClientCertificateID); err != nil {
		return err
	}
	published := old != nil && old.DocumentationVersion == s.DocumentationVersion
	if v := s.DocumentationVersion; v != "" && !published && !c.exists(documentationVersionPath(c, v)) {
		return notFound("Invalid Documentation version identifier specified")
	}
	if a := s.AccessLogSettings; a != nil && a.DestinationARN != "" && !logDestination.MatchString(a.DestinationARN) {
		return badRequest("Invalid ARN specified in the request")
	}
	return checkTags(s.Tags)
}

// userRequest marks an invocation by its path, /restapis/{id}/{stage}/_user_request_.
// A stage of that name could not be reached at its own path, …/stages/_user_request_.
const userRequest = "_user_request_"

// goneStage wants no domain name to lead to a stage any more.
func goneStage(c *call, s *restapi.Stage) error {
	if err := checkUnmapped(c, c.name("restapi_id"), s.StageName); err != nil {
		return err
	}
	return forgetStage(c, s)
}

// forgetStage takes what is noted of a stage elsewhere along.
func forgetStage(c *call, s *restapi.Stage) error {
	if err := forgetPlans(c, c.name("restapi_id"), s.StageName); err != nil {
		return err
	}
	return useCertificate(c, stagePath(c, s.StageName), s.ClientCertificateID, "")
}

var (
	errNoDeployment = badRequest("Deployment id does not exist")
	stageName       = pattern.New(`^[A-Za-z0-9_-]{1,128}$`)
	logDestination  = pattern.New(`^arn:[^:]+:(logs|firehose):.*[^*]$`)
)

func settleStage(c *call, old, s *restapi.Stage) {
	if old == nil {
		s.CreatedDate = restapi.Time{Time: c.now}
	}
	s.LastUpdatedDate = restapi.Time{Time: c.now}
	if s.MethodSettings == nil {
		s.MethodSettings = map[string]*restapi.MethodSetting{}
	}
	s.CacheClusterStatus = "NOT_AVAILABLE"
	if s.CacheClusterEnabled {
		s.CacheClusterStatus = "AVAILABLE"
		if s.CacheClusterSize == "" {
			s.CacheClusterSize = "0.5"
		}
	}
	if s.CanarySettings != nil && s.CanarySettings.DeploymentID == "" {
		s.CanarySettings.DeploymentID = s.DeploymentID
	}
}

func checkCanary(c *call, canary *restapi.CanarySettings) error {
	if canary == nil {
		return nil
	}
	if !c.exists(deploymentPath(c, canary.DeploymentID)) {
		return errNoDeployment
	}
	if canary.PercentTraffic < 0 || canary.PercentTraffic > 100 {
		return badRequest("Canary percentTraffic must be between 0.0 and 100.0")
	}
	return checkVariables(canary.StageVariableOverrides)
}

var (
	variableName  = pattern.New(`^[A-Za-z0-9_]{1,64}$`)
	variableValue = pattern.New(`^[A-Za-z0-9._~:/?#&=,-]{0,512}$`)
)

// checkVariables judges stage variables. The rules are the developer guide's,
// the words are ours.
func checkVariables(variables map[string]string) error {
	for _, name := range sortedKeys(variables) {
		if !variableName.MatchString(name) {
			return badRequest("Invalid stage variable name: %s. Stage variable names may only contain a-zA-Z0-9_", name)
		}
		if !variableValue.MatchString(variables[name]) {
			return badRequest("Invalid stage variable value: %s. Please use values with only A-Za-z0-9-._~:/?#&=, characters.", variables[name])
		}
	}
	return nil
}

// stageTarget finds the method setting that a path is about. The setting's name
// is what the owner typed between the first slash and the end, escapes and all:
// */*, ~1pets/GET, /pets/GET.
func stageTarget(o Operation) []string {
	path := strings.TrimPrefix(*o.Path, "/")
	segments := strings.Split(path, "/")
	switch segments[0] {
	case "accessLogSettings", "canarySettings":
		return nil
	case "variables", "methodSettings":
		if len(segments) <= 2 && segments[0] == "variables" || len(segments) == 1 {
			return nil
		}
	}
	if n := len(segments); n >= 4 {
		if m, ok := settingMembers[strings.Join(segments[n-2:], "/")]; ok {
			return []string{"methodSettings", strings.Join(segments[:n-2], "/"), m}
		}
	}
	if len(segments) > 1 {
		return []string{"methodSettings", path}
	}
	return nil
}

func admitStageValue(_ *restapi.Stage, target []string, o Operation) error {
	if op := opOf(text(o.Op)); op == Remove || op == Copy {
		return nil
	}
	switch target[0] {
	case "accessLogSettings":
		switch value := text(o.Value); {
		case value == "":
			return badRequest("Access Log value must not be empty")
		case utf8.RuneCountInString(value) > 3<<10:
			return badRequest("Access Log format must be at most 3 KB")
		}
	case "cacheClusterSize":
		return oneOf(cacheClusterSizes, o)
	case "methodSettings":
		switch target[len(target)-1] {
		case "loggingLevel":
			return oneOf(loggingLevels, o)
		case "unauthorizedCacheControlHeaderStrategy":
			return oneOf(cacheStrategies, o)
		case "cacheTtlInSeconds":
			if ttl, err := strconv.Atoi(text(o.Value)); err != nil || ttl < 0 || ttl > 3600 {
				return badRequest("Invalid cache TTL specified, must be between 0 and 3600 seconds")
			}
		}
	}
	return nil
}

// prepareStage begins a canary with the stage's own deployment and no traffic,
// and a method setting with what */* says at this moment.
func prepareStage(s *restapi.Stage, target []string) {
	switch {
	case target[0] == "canarySettings" && s.CanarySettings == nil:
		s.CanarySettings = &restapi.CanarySettings{DeploymentID: s.DeploymentID}
	case len(target) == 3 && s.MethodSettings[target[1]] == nil:
		setting := newMethodSetting()
		if general := s.MethodSettings["*/*"]; general != nil {
			*setting = *general
		}
		if s.MethodSettings == nil {
			s.MethodSettings = map[string]*restapi.MethodSetting{}
		}
		s.MethodSettings[target[1]] = setting
	}
}

func absentInStage(target []string, o Operation) error {
	if target[0] == "methodSettings" {
		return noMethodSetting(o)
	}
	return nil
}

// noMethodSetting is the service's answer to every remove that it does not
// know; the blank at its end is its own.
func noMethodSetting(o Operation) error {
	return badRequest("Cannot remove method setting %s because there is no method setting for this method ", strings.TrimPrefix(*o.Path, "/"))
}

const canaryDeployment, canaryVariables = "/canarySettings/deploymentId", "/canarySettings/stageVariableOverrides"

// promoteCanary copies what the canary tried to the stage and leaves the canary
// where it is.
func promoteCanary(s *restapi.Stage, o Operation) error {
	what := strings.TrimPrefix(*o.Path, "/")
	if from := text(o.From); from != map[string]string{"deploymentId": canaryDeployment, "variables": canaryVariables}[what] {
		return errCopy(o)
	}
	if s.CanarySettings == nil {
		return badRequest("Promotion not available. Canary does not exist.")
	}
	if what == "deploymentId" {
		s.DeploymentID = s.CanarySettings.DeploymentID
		return nil
	}
	if s.Variables == nil {
		s.Variables = map[string]string{}
	}
	maps.Copy(s.Variables, s.CanarySettings.StageVariableOverrides)
	return nil
}

func errCopy(o Operation) error {
	return badRequest("Invalid copy operation with path: %s and from %s. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [%s, %s]",
		*o.Path, shown(o.From), canaryDeployment, canaryVariables)
}

// refuseStageOperation answers what the table does not admit, as recorded on
// AWS. What it does not understand it takes for a method setting.
func refuseStageOperation(_ Patch, known *Row, o Operation) error {
	path := *o.Path
	op := opOf(text(o.Op))
	switch {
	case op == Copy:
		return errCopy(o)
	case op == Remove:
		return noMethodSetting(o)
	case strings.HasPrefix(path, "/accessLogSettings"):
		return badRequest("Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]")
	case known != nil && known.Ops&Replace != 0:
		return badRequest("Invalid %s operation with path: %s", shown(o.Op), path)
	}
	if suffix := settingSuffix(path); suffix != "" {
		return badRequest("Invalid method setting path: %s. Must be one of: %s", suffix, shortStagePaths)
	}
	return badRequest("Invalid method setting path: %s. Must be one of: %s", path, stagePaths)
}

var unknownSetting = pattern.New(`^/.+/(?:GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD|ANY|\*)/([^/]+/[^/]+)$`)

// settingSuffix is the part of a path that names a setting which there is not.
func settingSuffix(path string) string {
	if m := unknownSetting.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return ""
}

// The lists of paths as the service prints them: commas and blanks are missing,
// and so are some paths that work.
const (
	shortStagePaths = "[.../metrics/enabled, .../logging/dataTrace, .../logging/loglevel,.../throttling/burstLimit, " +
		".../throttling/rateLimit, .../caching/ttlInSeconds, .../caching/enabled, .../caching/dataEncrypted, " +
		".../caching/requireAuthorizationForCacheControl, .../caching/unauthorizedCacheControlHeaderStrategy]"

	stagePaths = "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, " +
		"/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, " +
		"/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, " +
		"/{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit" +
		"/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, " +
		"/{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, " +
		"/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, " +
		"/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, " +
		"/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit " +
		"/*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, " +
		"/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, " +
		"/variables/{variable_name}, /tracingEnabled]"
)
