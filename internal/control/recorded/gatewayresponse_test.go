package recorded_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A documentedPatch is the example of UpdateGatewayResponse in the API
// reference.
type documentedPatch struct {
	From       string
	Put, Patch request
	HAL        json.RawMessage // the answer to Patch after Put
}

// TestDocumentedPatch follows the example of the API reference: a status, a
// header and a template of one gateway response are patched at once.
func TestDocumentedPatch(t *testing.T) {
	story := load[documentedPatch](t, "gatewayresponse.json")
	start := func(t *testing.T) *world {
		w := newWorld(t)
		w.names["uri"] = "/restapis/{api}/gatewayresponses/MISSING_AUTHENTICATION_TOKEN"
		return w
	}

	t.Run("is refused where the header was never put", func(t *testing.T) {
		w := start(t)
		before := w.get("{uri}")
		a := w.send(story.Patch, "application/json")
		if wrong := a.refused(http.StatusNotFound, "NotFoundException", "Invalid parameter name specified"); wrong != "" {
			t.Error(wrong)
		}
		if diff := cmp.Diff(before, w.get("{uri}")); diff != "" {
			t.Errorf("something changed (-before +after):\n%s", diff)
		}
		a = w.send(request{method: "DELETE", uri: "{uri}"}, "application/json")
		if wrong := a.refused(http.StatusNotFound, "NotFoundException", "Gateway response type not defined on api"); wrong != "" {
			t.Errorf("something to delete was left behind: %s", wrong)
		}
	})

	t.Run("answers with the HAL document where it was put before", func(t *testing.T) {
		w := start(t)
		w.make(story.Put)
		a := w.send(story.Patch, "")
		if a.status != http.StatusOK {
			t.Fatalf("got %d %s", a.status, a.body)
		}
		var want any
		if err := json.Unmarshal([]byte(w.expand(string(story.HAL))), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, a.json(t)); diff != "" {
			t.Errorf("the document differs (-want +got):\n%s", diff)
		}
		if err := ordered(a.body); err != nil {
			t.Errorf("%v: %s", err, a.body)
		}
	})
}
