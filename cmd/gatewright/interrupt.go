package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameInterrupt is how long after an interrupt others count as the same one: who
// signals a program and then its group, as timeout does, means it once.
const sameInterrupt = 300 * time.Millisecond

// interrupts are the signals that ask the program to stop.
type interrupts struct {
	signals chan os.Signal
	last    time.Time // when one counted
}

// catchInterrupts catches them until the program has ended: the last of several
// must not kill it on its way out.
func catchInterrupts() *interrupts {
	i := &interrupts{signals: make(chan os.Signal, 2)}
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	return i
}

// another reports whether a signal that has just come is an interrupt of its own.
func (i *interrupts) another() bool {
	if time.Since(i.last) < sameInterrupt {
		return false
	}
	i.last = time.Now()
	return true
}

// wait returns how the drain ended, or errInterrupted when another interrupt comes
// first.
func (i *interrupts) wait(drained <-chan error) error {
	for {
		select {
		case err := <-drained:
			return err
		case <-i.signals:
			if i.another() {
				return errInterrupted
			}
		}
	}
}
