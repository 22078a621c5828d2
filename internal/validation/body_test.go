package validation

import (
	"testing"

	"github.com/gatewright/gatewright/internal/mapping"
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

// A body of blanks is no JSON to who validates it, though templates read it as {}.
func TestBlankPayloads(t *testing.T) {
	schema, err := jsonschema.Compile([]byte(`{}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{schema: schema}
	for body, valid := range map[string]bool{"": true, "{}": true, " ": false, "\r\n": false} {
		var p mapping.Payload
		p.Set(body)
		alone, shared := m.Check([]byte(body)), m.CheckPayload([]byte(body), &p)
		if (alone == nil) != valid || (shared == nil) != valid {
			t.Errorf("%q: %v alone, %v as a payload; want it to be valid: %v", body, alone, shared, valid)
		}
	}
}
