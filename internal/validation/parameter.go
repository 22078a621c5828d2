package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
)

// A parameter is one that a request has to have.
type parameter struct {
	name  string
	value func(*mapping.Scope, string) (string, bool)
}

// places are where parameters are declared to be. Of several values the last
// counts; names of headers are compared with case, as AWS does.
var places = []struct {
	prefix string
	value  func(*mapping.Scope, string) (string, bool)
}{
	{"method.request.header.", header},
	{"method.request.multivalueheader.", header},
	{"method.request.path.", (*mapping.Scope).PathParam},
	{"method.request.querystring.", (*mapping.Scope).Query},
	{"method.request.multivaluequerystring.", (*mapping.Scope).Query},
}

func header(s *mapping.Scope, name string) (string, bool) { return s.Request.Header.LastExact(name) }

// requiredOf compiles the parameters that are declared to be required, in the
// order of their declarations' names, in which the service lists what is
// missing: headers, path, query string.
func requiredOf(declared map[string]bool) (required []parameter, err error) {
	for _, key := range slices.Sorted(maps.Keys(declared)) {
		if !declared[key] {
			continue
		}
		p, ok := parameterOf(key)
		if !ok {
			return nil, fmt.Errorf("invalid request parameter %q", key)
		}
		required = append(required, p)
	}
	return required, nil
}

func parameterOf(key string) (parameter, bool) {
	for _, place := range places {
		if name, ok := strings.CutPrefix(key, place.prefix); ok && name != "" {
			return parameter{name, place.value}, true
		}
	}
	return parameter{}, false
}

// A MissingError says which required parameters a request lacks.
type MissingError struct{ Names []string }

// Error is what the caller is told.
func (e *MissingError) Error() string {
	return "Missing required request parameters: [" + strings.Join(e.Names, ", ") + "]"
}

// CheckParameters fails with a *MissingError if a required parameter is not
// there or blank.
func (r *Rules) CheckParameters(s *mapping.Scope) error {
	var missing []string
	for i := range r.required {
		p := &r.required[i]
		if v, _ := p.value(s, p.name); strings.TrimSpace(v) == "" {
			missing = append(missing, p.name)
		}
	}
	if missing == nil {
		return nil
	}
	return &MissingError{missing}
}
