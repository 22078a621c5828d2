package control

import (
	"testing"

	"github.com/gatewright/gatewright/internal/store"
)

func version(t testing.TB, s store.Store) (n uint64) {
	t.Helper()
	if err := s.View(t.Context(), func(r store.Reader) error { n = r.Version(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// A schema is refused or can be used: nothing that is made of it hangs or
// panics, and a flat schema is a schema again.
func FuzzSchema(f *testing.F) {
	for _, m := range defaultModels {
		f.Add(m.Schema)
	}
	f.Add(`{"definitions":{"a":{"$ref":"#"}},"items":[{"$ref":"#/definitions/a"}],"enum":[1,{"b":null}]}`)
	c := newClient(f)
	api, _ := c.api()
	f.Fuzz(func(t *testing.T, schema string) {
		c.t = t
		res := c.send("POST", api+"/models", model("Pet", schema))
		if res.StatusCode == 400 {
			return
		}
		if res.StatusCode != 201 {
			t.Fatalf("%q answered %d", schema, res.StatusCode)
		}
		c.call("GET", api+"/models/Pet/default_template", "", 200)
		flat := c.call("GET", api+"/models/Pet?flatten=true", "", 200)["schema"].(string)
		c.call("PATCH", api+"/models/Pet", patchOf("replace /schema "+flat), 200)
		c.call("DELETE", api+"/models/Pet", "", 202)
	})
}
