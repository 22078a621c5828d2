package control

// kinds is the table of kinds: what can be done to which things, and where.
var kinds = []erased{
	restAPIs,              // /restapis/{restapi_id}
	resources,             // /restapis/{restapi_id}/resources/{resource_id}
	methods,               // …/methods/{http_method}
	methodResponses,       // …/methods/{http_method}/responses/{status_code}
	integrations,          // …/methods/{http_method}/integration
	integrationResponses,  // …/methods/{http_method}/integration/responses/{status_code}
	models,                // /restapis/{restapi_id}/models/{model_name}
	authorizers,           // /restapis/{restapi_id}/authorizers/{authorizer_id}
	requestValidators,     // /restapis/{restapi_id}/requestvalidators/{requestvalidator_id}
	documentationParts,    // /restapis/{restapi_id}/documentation/parts/{part_id}
	documentationVersions, // /restapis/{restapi_id}/documentation/versions/{doc_version}
	gatewayResponses,      // /restapis/{restapi_id}/gatewayresponses/{response_type}
	deployments,           // /restapis/{restapi_id}/deployments/{deployment_id}
	stages,                // /restapis/{restapi_id}/stages/{stage_name}
	accounts,              // /account
	apiKeys,               // /apikeys/{api_Key}
	usagePlans,            // /usageplans/{usageplanId}
	usagePlanKeys,         // /usageplans/{usageplanId}/keys/{keyId}
	usages,                // /usageplans/{usageplanId}/keys/{keyId}/usage
	clientCertificates,    // /clientcertificates/{clientcertificate_id}
	vpcLinks,              // /vpclinks/{vpclink_id}
	sdkTypes,              // /sdktypes/{sdktype_id}

	domainNames,                  // /domainnames/{domain_name}
	basePathMappings,             // /domainnames/{domain_name}/basepathmappings/{base_path}
	domainNameAccessAssociations, // /domainnameaccessassociations/{domain_name_access_association_arn}
}

// irregular are the operations that are more, or other, than a verb of a kind.
var irregular = []operation{
	{Name: "CreateRestApi", Route: "POST /restapis", Status: 201, Kind: "RestApi", Body: restAPIBody, Run: createRestAPI},
	{Name: "CreateDeployment", Route: "POST /restapis/{restapi_id}/deployments", Status: 201, Kind: "Deployment", Body: deploymentBody, Run: createDeployment},
	{Name: "CreateApiKey", Route: "POST /apikeys", Status: 201, Kind: "ApiKey", Body: apiKeyBody, Run: createAPIKey},
	{Name: "ImportApiKeys", Route: "POST /apikeys?mode=import", Status: 201, Query: importQuery, Ahead: readDocument, Run: importAPIKeys},
	{Name: "GetUsagePlanKeys", Route: "GET /usageplans/{usageplanId}/keys", Status: 200, Kind: "UsagePlanKey", Run: getUsagePlanKeys},
	{Name: "GetUsage", Route: "GET /usageplans/{usageplanId}/usage", Status: 200, Kind: "Usage", Query: usageQuery, Run: getUsage},
	{
		Name: "GenerateClientCertificate", Route: "POST /clientcertificates", Status: 201, Kind: "ClientCertificate",
		Body: clientCertificateBody, Ahead: makeKeyPair, Run: generateClientCertificate,
	},
	{Name: "TestInvokeMethod", Route: "POST /restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}", Status: 200, Body: testMethodBody, Run: readTest, Then: testInvokeMethod},
	{Name: "TestInvokeAuthorizer", Route: "POST /restapis/{restapi_id}/authorizers/{authorizer_id}", Status: 200, Body: testAuthorizerBody, Run: readAuthorizerTest, Then: testInvokeAuthorizer},
	{Name: "FlushStageCache", Route: "DELETE /restapis/{restapi_id}/stages/{stage_name}/cache/data", Status: 202, Kind: "Stage", Run: flush},
	{Name: "FlushStageAuthorizersCache", Route: "DELETE /restapis/{restapi_id}/stages/{stage_name}/cache/authorizers", Status: 202, Kind: "Stage", Run: flush},
	{
		Name: "RejectDomainNameAccessAssociation", Route: "POST /rejectdomainnameaccessassociations", Status: 202,
		Query: []Member{{Name: "domainNameAccessAssociationArn", Required: true}, {Name: "domainNameArn", Required: true}}, Run: rejectAssociation,
	},
	{
		Name: "CreateDocumentationVersion", Route: "POST /restapis/{restapi_id}/documentation/versions", Status: 201, Kind: "DocumentationVersion",
		Body: documentationVersionBody, Run: createDocumentationVersion,
	},
	{Name: "GetModelTemplate", Route: "GET /restapis/{restapi_id}/models/{model_name}/default_template", Status: 200, Run: getModelTemplate},
	{Name: "GetTags", Route: "GET /tags/{resource_arn...}", Status: 200, Run: getTags},
	{Name: "TagResource", Route: "PUT /tags/{resource_arn...}", Status: 204, Body: tagsBody, Run: tagResource},
	{Name: "UntagResource", Route: "DELETE /tags/{resource_arn...}", Status: 204, Query: []Member{{Name: "tagKeys", Required: true}}, Run: untagResource},
}
