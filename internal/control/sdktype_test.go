package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSDKTypes(t *testing.T) {
	c := newClient(t)
	var ids []string
	for _, item := range c.call("GET", "/sdktypes", "", 200)["item"].([]any) {
		id := item.(object)["id"].(string)
		if got := c.call("GET", "/sdktypes/"+id, "", 200); cmp.Diff(item, any(got)) != "" {
			t.Errorf("%s: got %v, listed %v", id, got, item)
		}
		ids = append(ids, id)
	}
	if want := []string{"android", "java", "javascript", "objectivec", "ruby", "swift"}; cmp.Diff(want, ids) != "" {
		t.Errorf("got %v, want %v", ids, want)
	}
	c.refused("GET", "/sdktypes/cobol", "", 404, "NotFoundException", "Invalid SDK type identifier specified") // our choice
}
