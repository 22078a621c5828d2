package control

import (
	"cmp"
	"slices"

	"github.com/gatewright/gatewright/internal/restapi"
)

// lastUse finds out whether a thing can go: it calls use for every method of
// the API, and returns the last that it answered; "" says no use. Methods come
// by their paths: of two uses the service was recorded to name the deeper one.
func lastUse(c *call, use func(path string, m *restapi.Method) string) (string, error) {
	list, err := wholeResources(c)
	slices.SortFunc(list, func(a, b *restapi.Resource) int { return cmp.Compare(a.Path, b.Path) })
	last := ""
	for _, r := range list {
		for _, name := range sortedKeys(r.ResourceMethods) {
			last = cmp.Or(use(r.Path, r.ResourceMethods[name]), last)
		}
	}
	return last, err
}
