package content

import (
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// MediaTypes are the media types of an API that are binary: exact ones,
// "image/*" and "*/*". A wildcard on the left alone matches nothing, as recorded
// on AWS.
type MediaTypes []string

// Match reports whether a Content-Type, or the first type of an Accept header,
// is binary. Without any type only "*/*" matches.
func (m MediaTypes) Match(header string) bool {
	if len(m) == 0 {
		return false
	}
	sent := header
	if end := strings.IndexAny(sent, ",;"); end >= 0 {
		sent = sent[:end]
	}
	sent = strings.Trim(sent, " \t")
	for _, entry := range m {
		if entry == "*/*" || entryMatches(entry, sent) {
			return true
		}
	}
	return false
}

func entryMatches(entry, sent string) bool {
	if strings.HasPrefix(entry, "*") {
		return false
	}
	if family, ok := strings.CutSuffix(entry, "*"); ok && strings.HasSuffix(family, "/") {
		return len(sent) > len(family) && message.EqualFold(sent[:len(family)], family)
	}
	return entry != "" && message.EqualFold(entry, sent)
}
