package gateway

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

// executions writes the execution logs of all APIs to where the operator says.
// No request waits for it: what comes faster than it can be written is left out
// and counted.
type executions struct {
	to     io.Writer
	log    *slog.Logger
	queue  chan string
	unseen atomic.Int64 // executions that were left out and not told of

	// Of who writes:
	failed   error // what could not be written last failed with, until it is told
	unstored int64 // executions that could not be written and were not told of
	told     time.Time
}

// mostQueued is how many executions wait to be written.
const mostQueued = 1024

func newExecutions(to io.Writer, log *slog.Logger) *executions {
	if to == nil {
		return nil
	}
	return &executions{to: to, log: log, queue: make(chan string, mostQueued)}
}

// add hands over the lines of an execution.
func (e *executions) add(lines string) {
	if lines == "" {
		return
	}
	select {
	case e.queue <- lines:
	default:
		e.unseen.Add(1)
	}
}

// write writes until ctx ends, and then what is still queued.
func (e *executions) write(ctx context.Context) {
	for {
		select {
		case lines := <-e.queue:
			e.put(lines)
		case <-ctx.Done():
			for len(e.queue) > 0 {
				e.put(<-e.queue)
			}
			e.tell()
			return
		}
	}
}

func (e *executions) put(lines string) {
	if _, err := io.WriteString(e.to, lines); err != nil {
		e.failed = err
		e.unstored++
	}
	if (e.failed != nil || e.unseen.Load() > 0) && time.Since(e.told) >= time.Second {
		e.tell()
	}
}

// tell tells the operator what his log lacks, at most once a second while there is
// much of it: he reads it on the disk that is full.
func (e *executions) tell() {
	if n := e.unseen.Swap(0); n > 0 {
		e.log.Warn("executions came faster than their log could be written", "left_out", n)
	}
	if e.failed != nil {
		e.log.Error("the execution log cannot be written", "error", e.failed, "left_out", e.unstored)
		e.failed, e.unstored = nil, 0
	}
	e.told = time.Now()
}

// A logging says how much of a method's executions is logged.
type logging struct {
	group string // the service's name for the log
	steps bool   // all, not failures alone
	data  bool   // and what is sent
}

// logging reads the stage's setting for the method; nil: nothing is logged.
func (c *compiler) logging(p *plan, conf *configuration) *logging {
	s := conf.setting()
	if c.executions == nil || s == nil || s.LoggingLevel != "INFO" && s.LoggingLevel != "ERROR" {
		return nil
	}
	return &logging{
		group: "API-Gateway-Execution-Logs_" + p.context.APIID + "/" + p.context.Stage,
		steps: s.LoggingLevel == "INFO",
		data:  s.DataTraceEnabled,
	}
}

// begin begins the story of an exchange. Each of its lines has the time, the log
// that it belongs to, and the request's id as in the service's.
func (l *logging) begin(x *exchange) *story {
	end := " " + l.group + " (" + x.scope.Context.RequestID + ") "
	s := &story{now: x.gateway.now, steps: l.steps, data: l.data, lines: true, prefix: func(at time.Time) string {
		return at.UTC().Format("2006-01-02T15:04:05.000Z") + end
	}}
	s.step("Extended Request Id: %s", x.scope.Context.ExtendedRequestID)
	if x.method.refusal == nil {
		x.tellUsage(s)
	}
	return s
}

// tellUsage tells that the method asks for no API key, which those that are served
// do not. A key that was sent all the same is named by its end.
func (x *exchange) tellUsage(s *story) {
	c := &x.scope.Context
	key, stage := masked(x.request.Header.Get("x-api-key")), c.APIID+"/"+c.Stage
	s.step("Verifying Usage Plan for request: %s. API Key: %s API Stage: %s", c.RequestID, key, stage)
	s.step("API Key authorized because method '%s %s' does not require API Key. Request will not contribute to throttle or quota limits",
		x.request.Method, c.ResourcePath)
	s.step("Usage Plan check succeeded for API Key %s and API Stage %s", key, stage)
}
