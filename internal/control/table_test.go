package control

import (
	"slices"
	"testing"
)

// The service has 124 operations, whether they are built yet or not.
func TestTheTableIsWhole(t *testing.T) {
	h := &Handler{}
	h.route(kinds, irregular, notYet)
	names := map[string]bool{}
	for _, k := range kinds {
		for _, op := range k.operations(k.describe()) {
			names[op.Name] = true
		}
	}
	for _, op := range slices.Concat(irregular, notYet) {
		if names[op.Name] {
			t.Errorf("%s stands twice", op.Name)
		}
		names[op.Name] = true
	}
	if len(names) != 124 {
		t.Errorf("%d operations", len(names))
	}
}
