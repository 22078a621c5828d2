package function

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// maxAnswer is how much a function may answer, [recorded on AWS] and maxStream how
// much by and by. [developer guide, "Response streaming for Lambda functions"]
const (
	maxAnswer = 6<<20 + 100
	maxStream = 200 << 20
)

// answer takes the answer to the running invocation. A caller who hears it as it
// comes does so if the process sends it that way.
func (p *process) answer(w http.ResponseWriter, r *http.Request) {
	v, heard := p.begin(r.PathValue("id"))
	if v == nil {
		refuseID(w)
		return
	}
	defer heard()
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
	default:
		o = functionError("Runtime.TruncatedResponse", v.id, "the answer broke off: "+err.Error())
		if p.ends(v, o, heard) {
			return // and is told how
		}
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

// begin returns the running invocation, if it has that id and nothing answers it
// yet, and what is to be called when the answer has come.
func (p *process) begin(id string) (v *invocation, heard func()) {
	p.function.mu.Lock()
	defer p.function.mu.Unlock()
	if !p.handed || p.heard != nil || p.current.id != id {
		return nil, nil
	}
	c := make(chan struct{})
	p.heard = c
	return p.current, sync.OnceFunc(func() { close(c) })
}

// ends reports whether a process whose answer broke off has ended, which takes a
// moment to be seen. One that lives may ask for more at once.
func (p *process) ends(v *invocation, o outcome, heard func()) bool {
	p.function.mu.Lock()
	if p.current == v {
		p.broken = &o
	}
	p.function.mu.Unlock()
	heard()
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
