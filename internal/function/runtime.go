package function

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

// noLog swallows what net/http says of connections that processes break by
// ending.
var noLog = log.New(io.Discard, "", 0)

// api is the Lambda Runtime API, version 2018-06-01, for this process alone.
func (p *process) api(address string) http.Handler {
	const invocation = "/2018-06-01/runtime/invocation/"
	m := http.NewServeMux()
	m.HandleFunc("GET "+invocation+"next", p.next)
	m.HandleFunc("POST "+invocation+"{id}/response", p.answer)
	m.HandleFunc("POST "+invocation+"{id}/error", p.fail)
	m.HandleFunc("POST /2018-06-01/runtime/init/error", p.initError)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromBrowser(r) || r.Host != address {
			refuseRuntime(w, http.StatusForbidden, "Forbidden", "The runtime API answers the function's own process.")
			return
		}
		m.ServeHTTP(w, r)
	})
}

// fromBrowser reports whether a web page may have caused a request: pages reach
// the loopback too, and could take an invocation without seeing the answer.
func fromBrowser(r *http.Request) bool {
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// next answers with the next invocation, when there is one.
func (p *process) next(w http.ResponseWriter, r *http.Request) {
	p.lastHeard(r)
	if !p.poll() {
		refuseRuntime(w, http.StatusForbidden, "InvalidStateTransition", "Transition from Running to Ready is not allowed")
		return
	}
	for {
		v, deadline := p.take()
		if v != nil {
			v.write(w, deadline)
			return
		}
		select {
		case <-p.wake:
		case <-r.Context().Done():
			p.hangUp()
			return
		}
	}
}

func (v *invocation) write(w http.ResponseWriter, deadline time.Time) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(v.event)))
	h.Set("Lambda-Runtime-Aws-Request-Id", v.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", v.arn)
	if v.trace != "" {
		h.Set("Lambda-Runtime-Trace-Id", v.trace)
	}
	if v.clientContext != "" {
		h.Set("Lambda-Runtime-Client-Context", v.clientContext)
	}
	_, _ = w.Write(v.event) // if it does not arrive, the invocation times out
}

// poll notes that the process asks for an invocation, which it may when it has
// answered the last, or has broken off.
func (p *process) poll() bool {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if p.broken != nil {
		p.settle(*p.broken)
		p.function.release(p)
	}
	if p.handed || p.polling || p.killed != "" {
		return false
	}
	p.polling, p.ready = true, true
	return true
}

// lastHeard waits a moment for an answer that is about to end: the process may
// have sent all of it, or given it up, on another connection.
func (p *process) lastHeard(r *http.Request) {
	p.function.mu.Lock()
	heard := p.heard
	p.function.mu.Unlock()
	if heard == nil {
		return
	}
	select {
	case <-heard:
	case <-r.Context().Done():
	case <-time.After(deathLimit):
	}
}

// take hands out the invocation that the process was given, if any.
func (p *process) take() (v *invocation, deadline time.Time) {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if p.current == nil || p.killed != "" {
		return nil, deadline
	}
	return p.current, p.handOut()
}

func (p *process) hangUp() {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	p.polling = false
}

// initError takes the error of a process that could not begin. Its first
// invocation is answered with it.
func (p *process) initError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil {
		return
	}
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if p.ready || p.killed != "" {
		refuseRuntime(w, http.StatusForbidden, "InvalidStateTransition", "Transition from Ready to InitError is not allowed")
		return
	}
	p.ready = true // as far as it will be
	p.settle(outcome{body: body, failed: true})
	p.after(exitLimit, func() { p.kill("it could not begin") })
	accept(w)
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`+"\n")
}

func refuseID(w http.ResponseWriter) {
	refuseRuntime(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
}

func refuseRuntime(w http.ResponseWriter, status int, kind, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"errorType": kind, "errorMessage": text})
}
