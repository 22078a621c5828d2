package control

// notYet are the operations of the service that are not built yet. They answer
// with their names, so that a client's user knows what is missing.
var notYet = []operation{
	{Name: "GetExport", Route: "GET /restapis/{restapi_id}/stages/{stage_name}/exports/{export_type}"},
	{Name: "GetSdk", Route: "GET /restapis/{restapi_id}/stages/{stage_name}/sdks/{sdk_type}"},
	{Name: "ImportDocumentationParts", Route: "PUT /restapis/{restapi_id}/documentation/parts"},
	{Name: "ImportRestApi", Route: "POST /restapis?mode=import"},
	{Name: "PutRestApi", Route: "PUT /restapis/{restapi_id}"},
}
