package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// streamIdle is how long who streams an answer may be silent. [developer guide,
// for regional and private endpoints; those of the edge have 30 seconds there,
// which are those of the network before them]
const streamIdle = 5 * time.Minute

// eventStream is the type of what a function streams, as it comes.
const eventStream = "application/vnd.amazon.eventstream"

// Stream invokes a function that streams its answer. It returns when the
// function has said with what status and header it answers, and res.Stream is
// the rest as it comes: one that the function or the service did not bring to
// its end fails before its end. The event is read until that is closed.
func (f *Function) Stream(in *Input, event []byte, v Invocation, res *message.Response) error {
	if err := f.Invoke(in, event, v, res); err != nil {
		return err
	}
	if got := mapping.FirstType(res.Header.Get("Content-Type")); !message.EqualFold(got, eventStream) {
		return fmt.Errorf("%w: answer of type %.100q", ErrInvoke, got)
	}
	body := res.Stream
	if body == nil {
		body = io.NopCloser(bytes.NewReader(bytes.Clone(res.Body)))
	}
	written := &chunks{messages: eventstream.NewReader(body), body: body, requestID: EndpointRequestID(res.Header)}
	res.Body, res.Stream, res.StreamLen = res.Body[:0], written, -1
	prelude, err := written.prelude()
	if err != nil {
		return err
	}
	res.Status, res.Header, err = parsePrelude(prelude, res.Header[:0])
	return err
}

// A chunks is what a function writes, out of the messages in which it comes.
type chunks struct {
	messages *eventstream.Reader
	body     io.ReadCloser // where those come from
	ahead    []byte        // written and read already
	open     bool          // the message is a chunk that may have more
	complete bool          // the function has ended well
	err      error

	requestID string // of the invocation
}

// Close ends the reading, and with it the call if it goes on.
func (c *chunks) Close() error { return c.body.Close() }

// Read reads what the function has written.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	for c.err == nil {
		if !c.open {
			c.err = c.next()
			continue
		}
		n, err := c.messages.Read(p)
		if err == io.EOF {
			c.open, err = false, nil
		}
		if c.err = err; n > 0 || len(p) == 0 {
			return n, err
		}
	}
	return 0, c.err
}

// next goes on to the next message. What is no chunk, and neither an end nor an
// error, is none of ours.
func (c *chunks) next() error {
	headers, err := c.messages.Next()
	switch {
	case err == io.EOF && !c.complete:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	}
	var message, event, exception string
	for _, h := range headers {
		switch h.Name {
		case ":message-type":
			message = h.Value
		case ":event-type":
			event = h.Value
		case ":exception-type", ":error-code":
			exception = h.Value
		}
	}
	switch {
	case message != "event":
		return fmt.Errorf("%w: %s %s", ErrInvoke, word(message), word(exception))
	case event == "PayloadChunk" && !c.complete:
		c.open = true
	case event == "InvokeComplete":
		return c.end()
	}
	return nil
}

// end reads how the function has ended.
func (c *chunks) end() error {
	const longest = 64 << 10 // the end of its log may be in it
	said, err := io.ReadAll(io.LimitReader(c.messages, longest))
	if err != nil {
		return err
	}
	var end struct{ ErrorCode, ErrorDetails string }
	if len(bytes.TrimSpace(said)) > 0 {
		if err := json.Unmarshal(said, &end); err != nil {
			return fmt.Errorf("%w: end of the stream: %w", ErrInvoke, err)
		}
	}
	if end.ErrorCode != "" {
		return functionFailed(end.ErrorCode, []byte(end.ErrorDetails), c.requestID)
	}
	c.complete = true
	return nil
}

// A function's first words are a JSON object, and then come as many zero bytes.
// Both must be within the first bytes that it writes. [developer guide]
const (
	delimiter  = "\x00\x00\x00\x00\x00\x00\x00\x00"
	maxPrelude = 16 << 10
)

// prelude reads what stands before the delimiter. What has come behind it stays
// ahead.
func (c *chunks) prelude() ([]byte, error) {
	b := make([]byte, 0, 1<<10)
	for seen := 0; len(b) < maxPrelude; {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := c.Read(b[len(b):min(cap(b), maxPrelude)])
		b = b[:len(b)+n]
		if i := bytes.Index(b[seen:], []byte(delimiter)); i >= 0 {
			c.ahead = b[seen+i+len(delimiter):]
			return b[:seen+i], nil
		}
		seen = max(0, len(b)-len(delimiter)+1)
		if err == io.EOF {
			return nil, fmt.Errorf("%w: no delimiter", ErrAnswer)
		}
		if err != nil {
			return nil, broken(err)
		}
	}
	return nil, fmt.Errorf("%w: no delimiter in the first %d bytes", ErrAnswer, maxPrelude)
}

// broken is why there is no prelude: streams that are malformed or end too early
// are the service's fault, and never a caller's who has gone.
func broken(err error) error {
	if errors.Is(err, eventstream.ErrMalformed) || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return err
}

// parsePrelude reads the status and the header, which it appends to dst. The
// members are those of other answers and cookies, each of which becomes a
// Set-Cookie. That others are refused is our choice, after those answers.
func parsePrelude(data []byte, dst message.Header) (status int, _ message.Header, err error) {
	h := head{status: 200}
	var cookies message.Header
	r := reader{data: data}
	err = r.object(func(name string) (err error) {
		if name == "cookies" {
			cookies, err = r.cookies()
			return err
		}
		return h.member(&r, name)
	})
	if err == nil {
		err = r.end()
	}
	if err == nil {
		h.multi = append(h.multi, cookies...)
		status, h.multi = h.finish()
	}
	if err != nil {
		return 0, dst, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return status, append(dst, h.multi...), nil
}

func (r *reader) cookies() (message.Header, error) {
	if r.word("null") {
		return nil, nil
	}
	return r.several("Set-Cookie", nil)
}
