package generated

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestSeeds shows that a seed gives the same cases again, another seed others,
// and that each is JSON in a line.
func TestSeeds(t *testing.T) {
	for kind, cases := range map[string]func(uint64, int) []Case{"vtl": Templates, "jsonpath": Paths, "schema": Schemas} {
		first := cases(1, 50)
		if !reflect.DeepEqual(first, cases(1, 50)) || reflect.DeepEqual(first, cases(2, 50)) {
			t.Errorf("%s: the seed does not decide", kind)
		}
		for _, c := range first {
			line, err := json.Marshal(c)
			if err != nil || c.Kind != kind {
				t.Errorf("%+v: kind %q, error %v in %s", c, c.Kind, err, line)
			}
		}
	}
}
