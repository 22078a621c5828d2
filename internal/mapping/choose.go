package mapping

import (
	"errors"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// ErrMediaType says that an integration takes no body of a content type.
var ErrMediaType = errors.New("unsupported media type")

const applicationJSON = "application/json"

// ChooseTemplate returns the index among keys of the template that a request's
// body goes through, -1 if the body passes as it is, or ErrMediaType. behavior
// is the integration's passthroughBehavior. Content types are compared with
// case, which AWS is not known to do or not to do.
func ChooseTemplate(contentType, behavior string, keys []string) (int, error) {
	if contentType == "" {
		contentType = applicationJSON
	}
	if i := slices.Index(keys, FirstType(contentType)); i >= 0 {
		return i, nil
	}
	if i := slices.Index(keys, "$default"); i >= 0 {
		return i, nil
	}
	if behavior == "NEVER" || behavior == "WHEN_NO_TEMPLATES" && len(keys) > 0 {
		return -1, ErrMediaType
	}
	return -1, nil
}

// ChooseByAccept returns the index among keys, content types in order, of the
// first one that an Accept header lists, without case and parameters; else that
// of application/json; else 0. It returns -1 when there are no keys.
func ChooseByAccept(accept string, keys []string) int {
	if len(keys) == 0 {
		return -1
	}
	for accept != "" {
		var listed string
		listed, accept, _ = strings.Cut(accept, ",")
		if i := indexType(keys, FirstType(listed)); i >= 0 {
			return i
		}
	}
	return max(0, indexType(keys, applicationJSON))
}

func indexType(keys []string, contentType string) int {
	for i, key := range keys {
		if message.EqualFold(key, contentType) {
			return i
		}
	}
	return -1
}

// FirstType returns the first content type of a Content-Type or Accept header,
// without its parameters.
func FirstType(header string) string {
	if i := strings.IndexAny(header, ",;"); i >= 0 {
		header = header[:i]
	}
	return strings.Trim(header, " \t")
}
