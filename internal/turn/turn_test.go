package turn

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Who comes while all turns are taken waits until one ends, and not for ever.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := make(Turns, 1)
		if err := one.Take(); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := one.Take(); !errors.Is(err, ErrBusy) || time.Since(begin) != patient {
			t.Errorf("waited %v and got %v, want %v after %v", time.Since(begin), err, ErrBusy, patient)
		}
		time.AfterFunc(time.Second, one.End)
		begin = time.Now()
		if err := one.Take(); err != nil || time.Since(begin) != time.Second {
			t.Errorf("waited %v and got %v, want a turn after a second", time.Since(begin), err)
		}
	})
}
