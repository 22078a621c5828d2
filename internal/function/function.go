package function

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// How much waits for a function at most, when all of its processes are busy.
const (
	maxWaiting      = 1000
	maxWaitingBytes = 64 << 20
)

// idleLimit is how long a process is kept that nobody needs.
const idleLimit = 10 * time.Minute

// A function is a command and its processes. Each process runs one invocation at
// a time; when all are busy and no more may be started, invocations wait.
type function struct {
	Config
	host *Host
	log  *slog.Logger
	code code

	mu           sync.Mutex // guards what follows, and what its processes say it does
	processes    map[*process]bool
	free         []*process // those without an invocation, the last used last
	waiting      []*invocation
	waitingBytes int
	version      int // of the code: counts its changes
	closed       bool
}

func newFunction(h *Host, c Config) *function {
	f := &function{Config: c, host: h, log: h.Log.With("function", c.Name), processes: map[*process]bool{}}
	f.code.paths, f.code.own, f.code.log = c.Watch, h.Own, f.log
	f.code.changed() // from here on
	return f
}

// An invocation is one event on its way through a function.
type invocation struct {
	id            string
	arn           string // of the function as it was invoked
	trace         string
	clientContext string
	event         []byte
	stream        *stream       // of who hears the answer as it comes; nil: it is awaited whole
	finished      func(outcome) // called once
}

// An outcome is what became of an invocation.
type outcome struct {
	body   []byte
	failed bool  // body is a function error
	err    error // the function was not run
}

// functionError is the outcome of an invocation that ended without the
// function's own word, as Lambda tells it. [recorded on AWS]
func functionError(kind, id, text string) outcome {
	body, _ := json.Marshal(struct { // of strings
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}{kind, "RequestId: " + id + " Error: " + text})
	return outcome{body: body, failed: true}
}

// submit has a process take the invocation, now or when it is its turn.
func (f *function) submit(v *invocation) error {
	f.reload()
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return errClosed
	case f.place(v):
	case len(f.waiting) >= maxWaiting || f.waitingBytes+len(v.event) > maxWaitingBytes:
		return errThrottled
	default:
		f.waiting = append(f.waiting, v)
		f.waitingBytes += len(v.event)
	}
	return nil
}

// place gives an invocation to the process that was free last, or to a new one,
// and reports whether there is one. The caller holds mu.
func (f *function) place(v *invocation) bool {
	switch {
	case len(f.free) > 0:
		f.free[len(f.free)-1].give(v)
	case len(f.processes) < f.Concurrency:
		p := newProcess(f, v)
		f.processes[p] = true
		f.host.running.Go(p.run)
	default:
		return false
	}
	return true
}

// abandon takes an invocation out of the line if it is still there. One that a
// process has goes on to its end, as it does on AWS.
func (f *function) abandon(v *invocation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.Index(f.waiting, v); i >= 0 {
		f.waiting = slices.Delete(f.waiting, i, i+1)
		f.waitingBytes -= len(v.event)
	}
}

// reload lets new processes take over when the code has changed.
func (f *function) reload() {
	newest, changed := f.code.changed()
	if !changed {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	if len(f.processes) > 0 {
		f.log.Info("code changed, the function is started anew", "newest", newest)
		if f.code.often.again(time.Now()) {
			f.log.Warn("the function is started anew again and again; if this file is no code, say in watch which files and folders are", "newest", newest)
		}
	}
	for _, p := range slices.Clone(f.free) {
		p.kill("its code changed")
	}
}

// release gives a process that has nothing to do something to do. The caller
// holds mu.
func (f *function) release(p *process) {
	switch {
	case p.killed != "":
	case p.version != f.version:
		p.kill("its code changed")
	case len(f.waiting) > 0:
		p.give(f.next())
	default:
		p.after(idleLimit, func() { p.kill("nobody needed it") })
		f.free = append(f.free, p)
	}
}

// next takes the first invocation in the line. The caller holds mu.
func (f *function) next() *invocation {
	v := f.waiting[0]
	f.waiting = slices.Delete(f.waiting, 0, 1)
	f.waitingBytes -= len(v.event)
	return v
}

// end is told that a process has ended, and how. An invocation that it had run is
// over. One that it had only been given is another's to run, unless no process
// gets so far.
func (f *function) end(p *process, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := p.current
	p.stop()
	delete(f.processes, p)
	if p.killed == "" {
		f.log.Warn("function process ended by itself", "pid", p.pid(), "request_id", p.request.Load(), "cause", exitText(err))
	} else {
		f.log.Debug("function process ended", "pid", p.pid(), "because", p.killed)
	}
	switch {
	case v == nil:
	case p.handed || !p.ready:
		v.finished(exitOutcome(v, err))
	default:
		f.place(v) // there is room, now that p is gone
	}
	for len(f.waiting) > 0 && f.place(f.waiting[0]) {
		f.next()
	}
}

// exitOutcome is the outcome of an invocation whose process ended.
func exitOutcome(v *invocation, err error) outcome {
	var start *startError
	if errors.As(err, &start) {
		return functionError("Runtime.InvalidEntrypoint", v.id, start.Error())
	}
	return functionError("Runtime.ExitError", v.id, exitText(err))
}

func exitText(err error) string {
	if err == nil {
		return "Runtime exited without providing a reason"
	}
	return fmt.Sprintf("Runtime exited with error: %v", err)
}

// close ends all processes and whatever they run or is to be run.
func (f *function) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for len(f.waiting) > 0 {
		f.next().finished(outcome{err: errClosed})
	}
	for p := range f.processes {
		p.settle(outcome{err: errClosed})
		p.kill("functions are being ended")
	}
}

// logger is where the output of a request's function goes.
func (f *function) logger(request string) *slog.Logger { return f.log.With("request_id", request) }
