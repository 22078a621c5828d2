package restapi

// A TestInvocation is a request that the owner of an API makes up, to try one
// method of its draft.
type TestInvocation struct {
	Namespace  Namespace
	Definition *Definition // the draft
	ResourceID string
	HTTPMethod string // that the caller would use

	PathWithQueryString string // "": the resource's path as it is written
	Body                string
	MultiValueHeaders   map[string][]string
	StageVariables      map[string]string
	ClientCertificateID string
	UserAgent           string // of the owner, which the request is told for its own
}

// A TestInvocationResult is what came of a TestInvocation.
type TestInvocationResult struct {
	Status            int                 `json:"status"`
	Body              string              `json:"body"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Log               string              `json:"log"`
	Latency           int64               `json:"latency"` // milliseconds
}
