package validation

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/jsonschema"
)

// Who comes while all turns are taken waits until one ends, and not for ever.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := make(turns, 1)
		if err := one.take(); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := one.take(); !errors.Is(err, ErrBusy) || time.Since(begin) != patient {
			t.Errorf("waited %v and got %v, want %v after %v", time.Since(begin), err, ErrBusy, patient)
		}
		time.AfterFunc(time.Second, one.end)
		begin = time.Now()
		if err := one.take(); err != nil || time.Since(begin) != time.Second {
			t.Errorf("waited %v and got %v, want a turn after a second", time.Since(begin), err)
		}
	})
}

func TestShortBodiesWaitForNobody(t *testing.T) {
	for range cap(atOnce) {
		if err := atOnce.take(); err != nil {
			t.Fatal(err)
		}
		defer atOnce.end()
	}
	schema, err := jsonschema.Compile([]byte(`{}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Model{schema: schema}).Check([]byte(`{}`)); err != nil {
		t.Error(err)
	}
}
