// Package turn has those who need much memory, or a processor for long, wait for
// each other.
package turn

import (
	"errors"
	"time"
)

// ErrBusy says that too many were waiting for their turns.
var ErrBusy = errors.New("too many long bodies at a time")

// patient is how long one waits for a turn.
const patient = 10 * time.Second

// Turns are as many as the channel has room for. It holds those that are taken.
type Turns chan struct{}

// Take waits for a turn. It fails with ErrBusy if none ends soon enough.
func (t Turns) Take() error {
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

// End ends a turn that was taken.
func (t Turns) End() { <-t }
