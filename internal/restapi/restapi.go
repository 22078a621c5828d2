// Package restapi says what a REST API is: API Gateway's types with AWS's names
// and JSON form, as they are stored and as they travel. They have no behaviour.
// Members and their names follow the service model of 2015-07-09.
package restapi

// A RestAPI is an API: the root of everything below it.
type RestAPI struct {
	ID                        string                 `json:"id"`
	Name                      string                 `json:"name"`
	Description               string                 `json:"description,omitempty"`
	CreatedDate               Time                   `json:"createdDate"`
	Version                   string                 `json:"version,omitempty"`
	Warnings                  []string               `json:"warnings,omitempty"`
	BinaryMediaTypes          []string               `json:"binaryMediaTypes,omitempty"`
	MinimumCompressionSize    *int                   `json:"minimumCompressionSize,omitempty"` // bytes; nil: no compression
	APIKeySource              string                 `json:"apiKeySource"`
	EndpointConfiguration     *EndpointConfiguration `json:"endpointConfiguration"`
	Policy                    string                 `json:"policy,omitempty"`
	Tags                      map[string]string      `json:"tags,omitzero"`
	DisableExecuteAPIEndpoint bool                   `json:"disableExecuteApiEndpoint"`
	RootResourceID            string                 `json:"rootResourceId"`
	SecurityPolicy            string                 `json:"securityPolicy,omitempty"`
	EndpointAccessMode        string                 `json:"endpointAccessMode,omitempty"`
	APIStatus                 string                 `json:"apiStatus,omitempty"`
	APIStatusMessage          string                 `json:"apiStatusMessage,omitempty"`
}

// An EndpointConfiguration says how an API is reached.
type EndpointConfiguration struct {
	Types          []string `json:"types,omitempty"`         // EDGE, REGIONAL or PRIVATE
	IPAddressType  string   `json:"ipAddressType,omitempty"` // ipv4 or dualstack
	VPCEndpointIDs []string `json:"vpcEndpointIds,omitempty"`
}

// A Resource is one node of an API's tree of paths.
type Resource struct {
	ID              string             `json:"id"`
	ParentID        string             `json:"parentId,omitempty"`
	PathPart        string             `json:"pathPart,omitempty"`
	Path            string             `json:"path"`
	ResourceMethods map[string]*Method `json:"resourceMethods,omitempty"` // by HTTP method
}

// A Method is one HTTP method of a resource, or ANY.
type Method struct {
	HTTPMethod          string                     `json:"httpMethod"`
	AuthorizationType   string                     `json:"authorizationType"` // NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS
	AuthorizerID        string                     `json:"authorizerId,omitempty"`
	APIKeyRequired      bool                       `json:"apiKeyRequired"`
	RequestValidatorID  string                     `json:"requestValidatorId,omitempty"`
	OperationName       string                     `json:"operationName,omitempty"`
	RequestParameters   map[string]bool            `json:"requestParameters,omitempty"` // method.request.… → required
	RequestModels       map[string]string          `json:"requestModels,omitempty"`     // content type → model name
	MethodResponses     map[string]*MethodResponse `json:"methodResponses,omitempty"`   // by status code
	MethodIntegration   *Integration               `json:"methodIntegration,omitempty"`
	AuthorizationScopes []string                   `json:"authorizationScopes,omitempty"`
}

// A MethodResponse declares what a method may answer with one status code. Maps
// that were given empty are shown empty.
type MethodResponse struct {
	StatusCode         string            `json:"statusCode"`
	ResponseParameters map[string]bool   `json:"responseParameters,omitzero"` // method.response.header.… → required
	ResponseModels     map[string]string `json:"responseModels,omitzero"`     // content type → model name
}

// An Integration says what answers a method.
type Integration struct {
	Type                 string                          `json:"type"` // HTTP, HTTP_PROXY, AWS, AWS_PROXY, MOCK
	HTTPMethod           string                          `json:"httpMethod,omitempty"`
	URI                  string                          `json:"uri,omitempty"`
	ConnectionType       string                          `json:"connectionType,omitempty"` // INTERNET, VPC_LINK
	ConnectionID         string                          `json:"connectionId,omitempty"`
	Credentials          string                          `json:"credentials,omitempty"`
	RequestParameters    map[string]string               `json:"requestParameters,omitempty"` // integration.request.… → expression
	RequestTemplates     map[string]string               `json:"requestTemplates,omitempty"`  // content type → template
	PassthroughBehavior  string                          `json:"passthroughBehavior,omitempty"`
	ContentHandling      string                          `json:"contentHandling,omitempty"`
	TimeoutInMillis      int                             `json:"timeoutInMillis,omitempty"`
	CacheNamespace       string                          `json:"cacheNamespace,omitempty"`
	CacheKeyParameters   []string                        `json:"cacheKeyParameters"`
	IntegrationResponses map[string]*IntegrationResponse `json:"integrationResponses,omitempty"` // by status code
	TLSConfig            *TLSConfig                      `json:"tlsConfig,omitempty"`
	ResponseTransferMode string                          `json:"responseTransferMode,omitempty"` // BUFFERED, STREAM
	IntegrationTarget    string                          `json:"integrationTarget,omitempty"`
}

// A TLSConfig says how a backend's certificate is checked.
type TLSConfig struct {
	InsecureSkipVerification bool `json:"insecureSkipVerification"`
}

// An IntegrationResponse turns an answer of the backend into one of the method.
// Templates and patterns given as null or "" are kept: a template as nil.
type IntegrationResponse struct {
	StatusCode         string             `json:"statusCode"`
	SelectionPattern   *string            `json:"selectionPattern,omitempty"` // nil or "": the default
	ResponseParameters map[string]string  `json:"responseParameters,omitempty"`
	ResponseTemplates  map[string]*string `json:"responseTemplates,omitempty"`
	ContentHandling    string             `json:"contentHandling,omitempty"`
}

// A Model is a JSON schema with a name.
type Model struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Schema      string `json:"schema,omitempty"`
	ContentType string `json:"contentType,omitempty"`
}

// An Authorizer decides who may call a method.
type Authorizer struct {
	ID                           string   `json:"id"`
	Name                         string   `json:"name"`
	Type                         string   `json:"type"`                   // TOKEN, REQUEST, COGNITO_USER_POOLS
	ProviderARNs                 []string `json:"providerARNs,omitempty"` // of user pools
	AuthType                     string   `json:"authType,omitempty"`     // for imports and exports alone
	AuthorizerURI                string   `json:"authorizerUri,omitempty"`
	AuthorizerCredentials        string   `json:"authorizerCredentials,omitempty"`
	IdentitySource               string   `json:"identitySource,omitempty"` // expressions, with commas between
	IdentityValidationExpression string   `json:"identityValidationExpression,omitempty"`
	AuthorizerResultTTLInSeconds *int     `json:"authorizerResultTtlInSeconds,omitempty"` // 0: no result is kept
}

// A RequestValidator says what of a request is checked before it goes to the
// backend.
type RequestValidator struct {
	ID                        string `json:"id"`
	Name                      string `json:"name,omitempty"`
	ValidateRequestBody       bool   `json:"validateRequestBody"`
	ValidateRequestParameters bool   `json:"validateRequestParameters"`
}

// A GatewayResponse is what the gateway answers for one type of failure.
type GatewayResponse struct {
	ResponseType       string            `json:"responseType"`
	StatusCode         string            `json:"statusCode,omitempty"`
	ResponseParameters map[string]string `json:"responseParameters"` // gatewayresponse.header.X → expression
	ResponseTemplates  map[string]string `json:"responseTemplates"`  // content type → template
	DefaultResponse    bool              `json:"defaultResponse"`
}

// A Deployment is a frozen definition of an API, without the definition.
type Deployment struct {
	ID          string                              `json:"id"`
	Description string                              `json:"description,omitempty"`
	CreatedDate Time                                `json:"createdDate"`
	APISummary  map[string]map[string]MethodSummary `json:"apiSummary,omitempty"` // path → HTTP method
}

// A MethodSummary is what a deployment tells of a method.
type MethodSummary struct {
	AuthorizationType string `json:"authorizationType"`
	APIKeyRequired    bool   `json:"apiKeyRequired"`
}

// A Stage is a name under which a deployment is served.
type Stage struct {
	StageName            string                    `json:"stageName"`
	DeploymentID         string                    `json:"deploymentId"`
	ClientCertificateID  string                    `json:"clientCertificateId,omitempty"`
	Description          string                    `json:"description,omitempty"`
	CacheClusterEnabled  bool                      `json:"cacheClusterEnabled"`
	CacheClusterSize     string                    `json:"cacheClusterSize,omitempty"`
	CacheClusterStatus   string                    `json:"cacheClusterStatus"`
	MethodSettings       map[string]*MethodSetting `json:"methodSettings"` // by "{path}/{METHOD}" as the owner typed it, or "*/*"
	Variables            map[string]string         `json:"variables,omitempty"`
	DocumentationVersion string                    `json:"documentationVersion,omitempty"`
	AccessLogSettings    *AccessLogSettings        `json:"accessLogSettings,omitempty"`
	CanarySettings       *CanarySettings           `json:"canarySettings,omitempty"`
	TracingEnabled       bool                      `json:"tracingEnabled"`
	WebACLARN            string                    `json:"webAclArn,omitempty"`
	Tags                 map[string]string         `json:"tags,omitempty"`
	CreatedDate          Time                      `json:"createdDate"`
	LastUpdatedDate      Time                      `json:"lastUpdatedDate"`
}

// An AccessLogSettings says where access logs go and what a line looks like.
type AccessLogSettings struct {
	Format         string `json:"format,omitempty"`
	DestinationARN string `json:"destinationArn,omitempty"`
}

// A CanarySettings sends a share of a stage's traffic to another deployment.
type CanarySettings struct {
	PercentTraffic         float64           `json:"percentTraffic"` // 0 to 100
	DeploymentID           string            `json:"deploymentId"`
	StageVariableOverrides map[string]string `json:"stageVariableOverrides,omitempty"`
	UseStageCache          bool              `json:"useStageCache"`
}

// A MethodSetting is how a stage runs a method.
type MethodSetting struct {
	MetricsEnabled                         bool    `json:"metricsEnabled"`
	LoggingLevel                           string  `json:"loggingLevel,omitempty"`
	DataTraceEnabled                       bool    `json:"dataTraceEnabled"`
	ThrottlingBurstLimit                   int     `json:"throttlingBurstLimit"` // requests; -1: none
	ThrottlingRateLimit                    float64 `json:"throttlingRateLimit"`  // requests per second; -1: none
	CachingEnabled                         bool    `json:"cachingEnabled"`
	CacheTTLInSeconds                      int     `json:"cacheTtlInSeconds"`
	CacheDataEncrypted                     bool    `json:"cacheDataEncrypted"`
	RequireAuthorizationForCacheControl    bool    `json:"requireAuthorizationForCacheControl"`
	UnauthorizedCacheControlHeaderStrategy string  `json:"unauthorizedCacheControlHeaderStrategy"`
}

// An Account is what an account and region share.
type Account struct {
	CloudWatchRoleARN string            `json:"cloudwatchRoleArn,omitempty"`
	ThrottleSettings  *ThrottleSettings `json:"throttleSettings,omitempty"`
	Features          []string          `json:"features,omitempty"`
	APIKeyVersion     string            `json:"apiKeyVersion,omitempty"`
}

// A ThrottleSettings is a limit on requests.
type ThrottleSettings struct {
	BurstLimit int     `json:"burstLimit"` // requests
	RateLimit  float64 `json:"rateLimit"`  // requests per second
}
