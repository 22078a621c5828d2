package validation

import (
	"testing"

	"github.com/gatewright/gatewright/jsonschema"
)

func TestShortBodiesWaitForNobody(t *testing.T) {
	for range cap(atOnce) {
		if err := atOnce.Take(); err != nil {
			t.Fatal(err)
		}
		defer atOnce.End()
	}
	schema, err := jsonschema.Compile([]byte(`{}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Model{schema: schema}).Check([]byte(`{}`)); err != nil {
		t.Error(err)
	}
}
