package restapi

// A DocumentationPart is what an owner says of one entity of an API.
type DocumentationPart struct {
	ID         string                `json:"id,omitempty"` // "": a place that is not documented yet
	Location   DocumentationLocation `json:"location"`
	Properties string                `json:"properties,omitempty"` // a JSON object
}

// A DocumentationLocation says which entity a part is about.
type DocumentationLocation struct {
	Type       string `json:"type"`
	Path       string `json:"path,omitempty"`       // of a resource
	Method     string `json:"method,omitempty"`     // *: of any
	StatusCode string `json:"statusCode,omitempty"` // *: of any
	Name       string `json:"name,omitempty"`
}

// A DocumentationVersion is a name for the documentation as it was at one
// moment.
type DocumentationVersion struct {
	Version     string `json:"version"`
	CreatedDate Time   `json:"createdDate"`
	Description string `json:"description,omitempty"`
}
