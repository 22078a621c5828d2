package gateway

import (
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// A location is what a URL says: which API and stage, and the rest of the path.
type location struct {
	api, stage string
	path       string // with the stage, as requestContext.path has it
	rest       string // behind the stage, "/" at least, slashes in front as one
	domain     string // the host without its port

	custom   bool   // it is a custom domain name
	basePath string // of its mapping, "" for all paths
	refusal  error  // why nobody is served under it; nil: somebody may be
}

// event is the path as functions get it: it keeps a base path.
func (l *location) event() string {
	if l.custom {
		return l.path
	}
	return l.rest
}

// locate finds the API and stage that a request is for, by its host or its path,
// or by a custom domain name.
func (w *world) locate(r *message.Request) (location, bool) {
	l, ok := locate(r)
	if ok {
		return l, true
	}
	d := (*w.domains.Load()).find(l.domain)
	if d == nil {
		return l, false
	}
	return d.locate(location{domain: l.domain}, r.Path), true
}

// locate finds the API and stage that a request is for, by its host:
//
//	{api}.execute-api.{region}.…/{stage}/…, {api}.execute-api.localhost/{stage}/…
//	{api}-vpce-{id}.execute-api.{region}.…/{stage}/…
//	vpce-{id}.execute-api.{region}.vpce.… with an x-apigw-api-id header
//
// or by its path, on any host:
//
//	/_aws/execute-api/{api}/{stage}/…
//	/restapis/{api}/{stage}/_user_request_/…
//
// ok is false where it is no invocation.
func locate(r *message.Request) (l location, ok bool) {
	l.domain = r.Hostname()
	if l.api, ok = apiOfHost(l.domain, r.Header); ok {
		l.path = oneSlash(r.Path)
		var rest string
		l.stage, rest = cut(l.path)
		l.rest = oneSlash(rest)
		return l, true
	}
	if rest, found := strings.CutPrefix(r.Path, "/_aws/execute-api"); found {
		return l.byPath(rest)
	}
	if rest, found := strings.CutPrefix(r.Path, "/restapis"); found {
		return l.byUserRequest(rest)
	}
	return l, false
}

// byPath reads /{api}/{stage}/….
func (l location) byPath(path string) (location, bool) {
	l.api, l.path = first(path)
	l.stage, l.rest = first(l.path)
	l.rest = oneSlash(l.rest)
	return l, l.api != "" && l.stage != ""
}

// byUserRequest reads /{api}/{stage}/_user_request_/….
func (l location) byUserRequest(path string) (location, bool) {
	l.api, path = first(path)
	l.stage, path = first(path)
	marker, rest := first(path)
	l.path = "/" + l.stage + rest
	l.rest = oneSlash(rest)
	return l, l.api != "" && l.stage != "" && marker == "_user_request_"
}

// first splits the first segment off a path that may have none.
func first(path string) (segment, rest string) {
	if path == "" || path[0] != '/' {
		return "", ""
	}
	return cut(path)
}

// oneSlash makes one slash of those in front of a path.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	if path == "" || path[0] != '/' {
		return "/" + path
	}
	return path
}

const executeAPI = "execute-api"

// apiOfHost returns the id of the API that a host name is about. Names have no
// case, so that the id comes in lower case.
func apiOfHost(host string, h message.Header) (string, bool) {
	label, rest, found := strings.Cut(host, ".")
	service, zone, more := strings.Cut(rest, ".")
	if !found || !more || label == "" || zone == "" || !message.EqualFold(service, executeAPI) {
		return "", false
	}
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "vpce-") {
		api, ok := h.Lookup("x-apigw-api-id")
		return api, ok
	}
	api, _, _ := strings.Cut(label, "-vpce-")
	return api, true
}

// prefix is the first label of the domain.
func (l *location) prefix() string {
	label, _, _ := strings.Cut(l.domain, ".")
	return label
}
