package function

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// initLimit is how long a process may take until it asks for its first
	// invocation. AWS gives ten seconds; here a command may compile first.
	initLimit = time.Minute

	// exitLimit is how long a process may take to end of itself after it told
	// that it cannot work, and its output and answer after that.
	exitLimit = time.Second

	// deathLimit is how long it may take to see that a process has ended whose
	// connection broke.
	deathLimit = 200 * time.Millisecond
)

// A process is a running command. It has a Runtime API to itself, by whose
// address it is known: no other process can take its invocations or answer
// them.
type process struct {
	function *function
	version  int           // of the code
	wake     chan struct{} // tells a waiting next of a new invocation
	request  atomic.Value  // string: id of the last invocation handed out
	exited   chan struct{} // closed when the process is seen to have ended

	// Guarded by function.mu.
	current *invocation
	handed  bool          // current was handed out
	heard   chan struct{} // closed when the answer to current has come or broke off; nil: none has begun
	broken  *outcome      // of current, if its answer broke off
	polling bool          // the process waits for an invocation
	ready   bool          // it has asked for one before
	killed  string        // why we ended it; "": it lives, or ended by itself
	os      *os.Process
	timer   *time.Timer
	turn    int // of timer: those of turns before are void
}

// newProcess returns a process, not yet running, that will begin with v.
func newProcess(f *function, v *invocation) *process {
	p := &process{function: f, version: f.version, wake: make(chan struct{}, 1), exited: make(chan struct{}), current: v}
	p.request.Store("")
	p.after(initLimit, func() { p.timeOut(initLimit) })
	return p
}

// run runs the process from its start to its end, on one thread: Linux ends the
// process when the thread that started it ends.
func (p *process) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.function.end(p, &startError{err})
		return
	}
	address := listener.Addr().String()
	api := &http.Server{Addr: address, Handler: p.api(address), ReadHeaderTimeout: 10 * time.Second, ErrorLog: noLog}
	var serving sync.WaitGroup
	serving.Go(func() { _ = api.Serve(listener) }) // ends with Close
	p.execute(api)
	_ = api.Close()
	serving.Wait()
}

// A startError says why a command could not be started.
type startError struct{ error }

func (e *startError) Unwrap() error { return e.error }

// execute starts the command and waits for its end.
func (p *process) execute(api *http.Server) {
	out, in, err := os.Pipe()
	if err != nil {
		p.function.end(p, &startError{err})
		return
	}
	defer out.Close()
	cmd := exec.Command(p.function.Command[0], p.function.Command[1:]...)
	cmd.Dir, cmd.Env = p.function.Dir, p.function.environment(api.Addr)
	cmd.Stdout, cmd.Stderr = in, in
	cmd.SysProcAttr = ownGroup()
	err = cmd.Start()
	_ = in.Close()
	if err != nil {
		p.function.end(p, &startError{err})
		return
	}
	p.started(cmd.Process)
	var logging sync.WaitGroup
	logging.Go(func() { p.log(out) })
	err = cmd.Wait()
	killGroup(cmd.Process) // what it has left behind
	close(p.exited)
	hearOut(api)
	p.function.end(p, err)
	_ = out.SetReadDeadline(time.Now().Add(exitLimit))
	logging.Wait()
}

// hearOut waits until what an ended process had said was heard, so that an answer
// is as long as it was when the process ended. A caller who reads slowly is waited
// for no longer than for the process's output.
func hearOut(api *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), exitLimit)
	defer cancel()
	_ = api.Shutdown(ctx) // else it is closed
}

func (p *process) started(process *os.Process) {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	p.os = process
	p.function.log.Debug("function process started", "pid", process.Pid)
	if p.killed != "" {
		killGroup(p.os)
	}
}

// What follows is called with function.mu held.

func (p *process) pid() int {
	if p.os == nil {
		return 0
	}
	return p.os.Pid
}

// after has do called after a time, unless something else happens to the process
// before. A process that was free is so no more.
func (p *process) after(d time.Duration, do func()) {
	p.stop()
	turn := p.turn
	p.timer = time.AfterFunc(d, func() {
		p.function.mu.Lock()
		defer p.function.mu.Unlock()
		if p.turn == turn {
			do()
		}
	})
}

// stop lets nothing happen by time, and takes the process from the free ones.
func (p *process) stop() {
	p.turn++
	if p.timer != nil {
		p.timer.Stop()
	}
	p.function.free = slices.DeleteFunc(p.function.free, func(q *process) bool { return q == p })
}

// give gives a process that has none an invocation. A process that has answered
// and not yet asked for more must ask within the function's timeout.
func (p *process) give(v *invocation) {
	p.current = v
	p.after(p.function.Timeout, func() { p.kill("it asked for no more invocations") })
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// handOut marks the invocation as running and returns when its time is over.
func (p *process) handOut() (deadline time.Time) {
	p.handed, p.polling = true, false
	p.request.Store(p.current.id)
	p.after(p.function.Timeout, func() { p.timeOut(p.function.Timeout) })
	return time.Now().Add(p.function.Timeout)
}

// settle ends the invocation that the process has, if any.
func (p *process) settle(o outcome) {
	v := p.current
	p.current, p.handed, p.heard, p.broken = nil, false, nil, nil
	if v != nil {
		v.finished(o)
	}
}

func (p *process) timeOut(limit time.Duration) {
	text := fmt.Sprintf("Task timed out after %.2f seconds", limit.Seconds())
	p.function.logger(p.current.id).Warn("function timed out", "limit", limit)
	p.settle(functionError("Sandbox.Timedout", p.current.id, text))
	p.kill("it timed out")
}

// kill ends the process at once and all that it started, as AWS ends one that
// has no extensions.
func (p *process) kill(why string) {
	p.stop()
	p.killed = why
	if p.os != nil {
		killGroup(p.os)
	}
}
