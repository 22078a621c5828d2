package function

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

// maxAnswer is how much a function may answer, [recorded on AWS] and maxStream how
// much by and by. [developer guide, "Response streaming for Lambda functions"]
const (
	maxAnswer = 6<<20 + 100
	maxStream = 200 << 20
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
// answered the last.
func (p *process) poll() bool {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if p.handed || p.polling || p.killed != "" {
		return false
	}
	p.polling, p.ready = true, true
	return true
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

// answer takes the answer to the running invocation. A caller who hears it as it
// comes does so if the process sends it that way.
func (p *process) answer(w http.ResponseWriter, r *http.Request) {
	v := p.begin(r.PathValue("id"))
	if v == nil {
		refuseID(w)
		return
	}
	var o outcome
	var err error
	if v.stream != nil && r.Header.Get("Lambda-Runtime-Function-Response-Mode") == "streaming" {
		err = v.stream.relay(http.MaxBytesReader(w, r.Body, maxStream))
	} else {
		o.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	}
	switch {
	case err == nil && r.Trailer.Get(errorType) != "":
		o = brokenOff(v, r.Trailer)
	case err == nil || tooLarge(err) != nil:
	case p.ends():
		return // and is told how
	default:
		o = functionError("Runtime.TruncatedResponse", v.id, "the answer broke off: "+err.Error())
	}
	p.conclude(w, v.id, o, tooLarge(err))
}

// fail takes an error in place of the answer to the running invocation, or of
// what is still missing of it.
func (p *process) fail(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil && tooLarge(err) == nil {
		return // the process broke off, and will be seen to end or to time out
	}
	o := outcome{body: body, failed: true}
	if !json.Valid(body) {
		o = functionError(r.Header.Get(errorType), id, string(body))
	}
	p.conclude(w, id, o, tooLarge(err))
}

// errorType is the field and the trailer with the type of a function's error.
const errorType = "Lambda-Runtime-Function-Error-Type"

// brokenOff is the outcome of an invocation that failed while it was answered.
func brokenOff(v *invocation, trailer http.Header) outcome {
	body, err := base64.StdEncoding.DecodeString(trailer.Get("Lambda-Runtime-Function-Error-Body"))
	if err != nil || !json.Valid(body) {
		return functionError(trailer.Get(errorType), v.id, "the function failed after it had begun to answer")
	}
	return outcome{body: body, failed: true}
}

// begin returns the running invocation if it has that id and nothing answers it
// yet.
func (p *process) begin(id string) *invocation {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if !p.handed || p.answering || p.current.id != id {
		return nil
	}
	p.answering = true
	return p.current
}

// ends reports whether a process whose connection broke has ended.
func (p *process) ends() bool {
	select {
	case <-p.exited:
		return true
	case <-time.After(deathLimit):
		return false
	}
}

// tooLarge returns what says that more was sent than is taken, or nil.
func tooLarge(err error) (limit *http.MaxBytesError) {
	errors.As(err, &limit)
	return limit
}

// conclude ends the running invocation, if it has that id, and tells the process
// so.
func (p *process) conclude(w http.ResponseWriter, id string, o outcome, over *http.MaxBytesError) {
	if over != nil {
		o = outcome{failed: true, body: fmt.Appendf(nil,
			`{"errorMessage":"Response payload size exceeded maximum allowed payload size (%d bytes).","errorType":"Function.ResponseSizeTooLarge"}`, over.Limit)}
	}
	switch {
	case !p.settled(id, o):
		refuseID(w)
	case over != nil:
		refuseRuntime(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", over.Limit))
	default:
		accept(w)
	}
}

// settled ends the running invocation if it has that id. The process is free from
// here on: who asks again at once finds it, and not a new one.
func (p *process) settled(id string, o outcome) bool {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if !p.handed || p.current.id != id {
		return false
	}
	p.settle(o)
	p.function.release(p)
	return true
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
