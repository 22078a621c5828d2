package restapi

// What an account has besides its APIs.

// An APIKey identifies a caller who may use the APIs of its usage plans.
type APIKey struct {
	ID              string            `json:"id"`
	Value           string            `json:"value,omitempty"` // what the caller sends
	Name            string            `json:"name,omitempty"`
	CustomerID      string            `json:"customerId,omitempty"`
	Description     string            `json:"description,omitempty"`
	Enabled         bool              `json:"enabled"`
	CreatedDate     Time              `json:"createdDate"`
	LastUpdatedDate Time              `json:"lastUpdatedDate"`
	StageKeys       []string          `json:"stageKeys"`        // "{apiId}/{stageName}", of no effect since there are usage plans
	Labels          []string          `json:"labels,omitempty"` // taken by UpdateApiKey and never shown
	Tags            map[string]string `json:"tags,omitzero"`
}

// A UsagePlan says how much the holders of its keys may use which stages.
type UsagePlan struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	APIStages   []APIStage        `json:"apiStages"`
	Throttle    *ThrottleSettings `json:"throttle,omitempty"`
	Quota       *QuotaSettings    `json:"quota,omitempty"`
	ProductCode string            `json:"productCode,omitempty"` // of the AWS Marketplace
	Tags        map[string]string `json:"tags,omitzero"`
}

// An APIStage is a stage that a usage plan is about.
type APIStage struct {
	APIID    string                       `json:"apiId"`
	Stage    string                       `json:"stage"`
	Throttle map[string]*ThrottleSettings `json:"throttle,omitempty"` // by "{path}/{METHOD}" as the owner typed it
}

// A QuotaSettings is how many requests each key of a usage plan has in a period.
type QuotaSettings struct {
	Limit  int    `json:"limit"`
	Offset int    `json:"offset"`           // the day on which a WEEK or MONTH begins, from 0
	Period string `json:"period,omitempty"` // DAY, WEEK, MONTH
}

// A UsagePlanKey is a key that belongs to a usage plan. Its value and name are
// those of the APIKey and are not stored here.
type UsagePlanKey struct {
	ID    string `json:"id"`
	Type  string `json:"type"` // API_KEY
	Value string `json:"value,omitempty"`
	Name  string `json:"name,omitempty"`
}

// A Usage is what the keys of a usage plan used, and what they had left.
type Usage struct {
	UsagePlanID string               `json:"usagePlanId"`
	StartDate   string               `json:"startDate"` // 2006-01-02
	EndDate     string               `json:"endDate"`
	Position    string               `json:"position,omitempty"`
	Values      map[string][][]int64 `json:"values"` // key id → for each day, used and remaining requests
}

// An Allowance is what the owner of a usage plan set a key's remaining quota to,
// for what was left of a period.
type Allowance struct {
	Remaining int    `json:"remaining"`
	Since     Time   `json:"since"`
	Until     string `json:"until"` // the period's last day, 2006-01-02
}

// A ClientCertificate is what a stage shows to HTTP backends to say who calls.
type ClientCertificate struct {
	ClientCertificateID   string            `json:"clientCertificateId"`
	Description           string            `json:"description,omitempty"`
	PEMEncodedCertificate string            `json:"pemEncodedCertificate"`
	CreatedDate           Time              `json:"createdDate"`
	ExpirationDate        Time              `json:"expirationDate"`
	Tags                  map[string]string `json:"tags,omitzero"`
}

// A VPCLink is a way to load balancers that the internet does not reach.
type VPCLink struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Description   string            `json:"description,omitempty"`
	TargetARNs    []string          `json:"targetArns"`
	Status        string            `json:"status"` // AVAILABLE, PENDING, DELETING, FAILED
	StatusMessage string            `json:"statusMessage,omitempty"`
	Tags          map[string]string `json:"tags,omitzero"`
}

// An SDKType is a kind of client library that can be made for an API.
type SDKType struct {
	ID                      string                     `json:"id"`
	FriendlyName            string                     `json:"friendlyName"`
	Description             string                     `json:"description"`
	ConfigurationProperties []SDKConfigurationProperty `json:"configurationProperties,omitempty"`
}

// An SDKConfigurationProperty is something to choose when an SDK is made.
type SDKConfigurationProperty struct {
	Name         string `json:"name"`
	FriendlyName string `json:"friendlyName"`
	Description  string `json:"description"`
	Required     bool   `json:"required"`
	DefaultValue string `json:"defaultValue,omitempty"`
}
