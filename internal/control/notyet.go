package control

// notYet are the operations of the service that are not built yet. They answer
// with their names, so that a client's user knows what is missing.
var notYet = []operation{
	{Name: "CreateUsagePlan", Route: "POST /usageplans"},
	{Name: "CreateUsagePlanKey", Route: "POST /usageplans/{usageplanId}/keys"},
	{Name: "DeleteUsagePlan", Route: "DELETE /usageplans/{usageplanId}"},
	{Name: "DeleteUsagePlanKey", Route: "DELETE /usageplans/{usageplanId}/keys/{keyId}"},
	{Name: "GetExport", Route: "GET /restapis/{restapi_id}/stages/{stage_name}/exports/{export_type}"},
	{Name: "GetSdk", Route: "GET /restapis/{restapi_id}/stages/{stage_name}/sdks/{sdk_type}"},
	{Name: "GetUsage", Route: "GET /usageplans/{usageplanId}/usage"},
	{Name: "GetUsagePlan", Route: "GET /usageplans/{usageplanId}"},
	{Name: "GetUsagePlanKey", Route: "GET /usageplans/{usageplanId}/keys/{keyId}"},
	{Name: "GetUsagePlanKeys", Route: "GET /usageplans/{usageplanId}/keys"},
	{Name: "GetUsagePlans", Route: "GET /usageplans"},
	{Name: "ImportApiKeys", Route: "POST /apikeys?mode=import"},
	{Name: "ImportDocumentationParts", Route: "PUT /restapis/{restapi_id}/documentation/parts"},
	{Name: "ImportRestApi", Route: "POST /restapis?mode=import"},
	{Name: "PutRestApi", Route: "PUT /restapis/{restapi_id}"},
	{Name: "UpdateUsage", Route: "PATCH /usageplans/{usageplanId}/keys/{keyId}/usage"},
	{Name: "UpdateUsagePlan", Route: "PATCH /usageplans/{usageplanId}"},
}
