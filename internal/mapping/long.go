package mapping

import (
	"runtime"

	"github.com/gatewright/gatewright/internal/turn"
)

// Long is how many bytes a text has, at least, that waits for its turn to be
// parsed.
const Long = 256 << 10

// parsing are the turns of exchanges that parse long texts, of which one takes up
// to twenty times its length in memory until it is forgotten. It keeps a processor
// busy meanwhile, so that more at a time would be no quicker.
var parsing = make(turn.Turns, max(2, runtime.GOMAXPROCS(0)))

// Parse parses a payload of the exchange, if it looks like JSON. It fails with a
// *PayloadError, or with turn.ErrBusy if a long one could not be looked at.
func (s *Scope) Parse(p *Payload) error {
	if !p.parsed {
		if err := s.wait(p.text); err != nil {
			return err
		}
	}
	return p.parse()
}

// wait waits for the exchange's turn before it parses a text.
func (s *Scope) wait(text string) error {
	if len(text) < Long || s.turn {
		return nil
	}
	err := parsing.Take()
	s.turn = err == nil
	return err
}

// Settle ends the exchange's turn, if it has one, before it waits for others. What
// was parsed is forgotten, but for what is held: it is not used again elsewhere.
func (s *Scope) Settle() {
	if !s.turn {
		return
	}
	s.Sent.forget()
	s.Answer.forget()
	s.documents = nil
	s.turn = false
	parsing.End()
}
