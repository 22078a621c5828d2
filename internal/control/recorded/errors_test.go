package recorded_test

import (
	"maps"
	"testing"
)

// An errorTable holds the errors that were recorded on AWS.
type errorTable struct {
	Texts  map[string]string // texts that messages share
	Errors []recordedError
	Later  map[string][]string // the errors of kinds that are not there yet
}

// A recordedError is one answer, and requests that all bring it about.
type recordedError struct {
	Status        int
	Type, Message string
	Setup         []request
	Requests      []request
}

// TestErrors brings about every error that was recorded for the kinds of thing
// that there are.
func TestErrors(t *testing.T) {
	table := load[errorTable](t, "errors.json")
	for _, e := range table.Errors {
		t.Run(e.Type+" "+e.Message, func(t *testing.T) {
			w := newWorld(t)
			maps.Copy(w.names, table.Texts)
			w.make(e.Setup...)
			for _, r := range e.Requests {
				a := w.send(r, "application/json")
				if wrong := a.refused(e.Status, e.Type, w.expand(e.Message)); wrong != "" {
					t.Errorf("%s %s %s: %s", r.method, w.expand(r.uri), w.expand(string(r.body)), wrong)
				}
			}
		})
	}
	later := 0
	for _, errors := range table.Later {
		later += len(errors)
	}
	if len(table.Errors) != 121 || len(table.Errors)+later != 123 {
		t.Errorf("%d errors and %d of later kinds, want 121 and 2 of the 123 that were recorded", len(table.Errors), later)
	}
}
