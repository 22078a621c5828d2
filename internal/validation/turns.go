package validation

import (
	"errors"
	"time"
)

// ErrBusy says that too many long bodies were waiting to be validated.
var ErrBusy = errors.New("too many long bodies to validate")

const (
	long    = 256 << 10        // bytes; shorter bodies are validated at once
	patient = 10 * time.Second // how long a long body waits for its turn
)

// atOnce are the turns of long bodies. One can take up to fifty times its length
// in memory while it is validated, and seconds, so that the process validates
// only so many at a time, and other traffic goes on.
var atOnce = make(turns, 2)

// turns holds those who have theirs.
type turns chan struct{}

func (t turns) take() error {
	select {
	case t <- struct{}{}:
		return nil
	default:
	}
	timeout := time.NewTimer(patient)
	defer timeout.Stop()
	select {
	case t <- struct{}{}:
		return nil
	case <-timeout.C:
		return ErrBusy
	}
}

func (t turns) end() { <-t }
