package function

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// pieceSize is how much of a function's answer is on its way at once: what it
// writes faster than the caller reads, it waits for.
const pieceSize = 32 << 10

// A stream is an answer on its way from the process that writes it to a caller
// who hears it as it comes, as messages of Lambda's event stream. Nothing of it
// is kept.
type stream struct {
	messages chan []byte   // from who answers, one after the other
	taken    chan struct{} // the last message was read
	closed   chan struct{} // nobody reads any more
	begun    chan struct{} // closed when the function begins to answer
	over     chan struct{} // closed when outcome is there
	outcome  outcome
	close    sync.Once

	// Of who reads.
	caller   message.Caller
	idle     time.Duration // how long a message may be in coming; 0: until
	until    time.Time     // when the function's time for all of it is over
	since    time.Time     // when the last message came
	rest     []byte        // of the message
	borrowed bool          // rest is memory of who answers
	ended    bool          // rest is the end
}

func newStream(call *upstream.Call) *stream {
	now := time.Now()
	return &stream{
		messages: make(chan []byte), taken: make(chan struct{}), closed: make(chan struct{}),
		begun: make(chan struct{}), over: make(chan struct{}),
		caller: call.Caller, idle: call.Idle, until: now.Add(timeout(call)), since: now,
	}
}

// relay has the caller hear what is read from body. When he hears no more it is
// read all the same: the function goes on to its end. [developer guide,
// "Response streaming for Lambda functions"]
func (s *stream) relay(body io.Reader) error {
	close(s.begun)
	piece, message := make([]byte, pieceSize), []byte(nil)
	for {
		n, err := body.Read(piece)
		if n > 0 {
			message = appendEvent(message[:0], "PayloadChunk", piece[:n])
			s.hand(message)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// hand waits until a message was read, or nobody reads it any more.
func (s *stream) hand(message []byte) {
	select {
	case s.messages <- message:
		select {
		case <-s.taken:
		case <-s.closed:
		}
	case <-s.closed:
	case <-s.over:
	}
}

// finish ends the stream with what became of the invocation.
func (s *stream) finish(o outcome) {
	s.outcome = o
	close(s.over)
}

// Read reads the messages. It waits for each no longer than the call says, of
// which the time between reads is the reader's own, and no longer than the
// caller.
func (s *stream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	if len(s.rest) == 0 && s.borrowed {
		s.borrowed = false
		s.taken <- struct{}{}
	}
	return n, nil
}

// next waits for the next message, the last of which says how the function has
// ended.
func (s *stream) next() error {
	if s.ended {
		return io.EOF
	}
	now := time.Now()
	s.until = s.until.Add(now.Sub(s.since))
	limit := s.until.Sub(now)
	if s.idle > 0 {
		limit = min(limit, s.idle)
	}
	message, err := await(s.messages, s.over, limit, s.caller)
	s.since = time.Now()
	switch {
	case err != nil:
		return err
	case message != nil:
		s.rest, s.borrowed = message, true
	case s.outcome.err != nil:
		return s.outcome.err
	default:
		s.rest, s.ended = s.outcome.appendEnd(nil), true
	}
	return nil
}

// Close gives up what is still to come.
func (s *stream) Close() error {
	s.close.Do(func() { close(s.closed) })
	return nil
}

// appendWhole appends the messages of an answer that came whole.
func (o *outcome) appendWhole(dst []byte) []byte {
	if !o.failed {
		dst = appendEvent(dst, "PayloadChunk", o.body)
	}
	return o.appendEnd(dst)
}

// appendEnd appends the message that tells how an invocation has ended.
func (o *outcome) appendEnd(dst []byte) []byte {
	end := []byte("{}")
	if o.failed {
		end, _ = json.Marshal(map[string]string{"ErrorCode": "Unhandled", "ErrorDetails": string(o.body)})
	}
	return appendEvent(dst, "InvokeComplete", end)
}

func appendEvent(dst []byte, kind string, payload []byte) []byte {
	return eventstream.Append(dst, []eventstream.Header{{Name: ":message-type", Value: "event"}, {Name: ":event-type", Value: kind}}, payload)
}
