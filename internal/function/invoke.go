package function

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// How large an event may be, by the way in which the function is invoked.
// [developer guide, "Lambda quotas"]
var maxEvent = map[string]int{"RequestResponse": 6 << 20, "Event": 1 << 20, "DryRun": 6 << 20}

// defaultWait is how long a call without a Timeout waits for its answer.
const defaultWait = 29 * time.Second

// The operations of the Invoke API, by what stands around the function in a path.
var operations = []struct {
	before, after string
	streams       bool
}{
	{"/2015-03-31/functions/", "/invocations", false},
	{"/2021-11-15/functions/", "/response-streaming-invocations", true},
}

// Do answers a call of Lambda's Invoke API: Invoke, or InvokeWithResponseStream,
// whose stream comes as the function writes it. It is to functions here what
// upstream.Origin's Do is to those elsewhere: the call's time is that of the
// caller, who waits no longer than his Timeout, and the function goes on for as
// long as its own.
func (h *Host) Do(call *upstream.Call, res *message.Response) error {
	res.Status, res.Header, res.Body = 0, res.Header[:0], res.Body[:0]
	id := newRequestID()
	res.Header.Set("Content-Type", "application/json")
	res.Header.Set("x-amzn-RequestId", id)
	q, err := h.request(call, id)
	if err == nil {
		err = q.invoke(call, res)
	}
	var refused *refusal
	if errors.As(err, &refused) {
		refused.write(res)
		return nil
	}
	return err
}

// A request is a call of the Invoke API, understood.
type request struct {
	*invocation
	function  *function
	mode      string
	qualifier string
	streams   bool
}

// request reads a call.
func (h *Host) request(call *upstream.Call, id string) (*request, error) {
	path, query, _ := strings.Cut(call.Target, "?")
	function, streams, ok := parsePath(path)
	if !ok || call.Method != http.MethodPost {
		return nil, refuse(http.StatusNotFound, "UnknownOperationException", "functions on this machine are invoked, and know no other operation")
	}
	name, qualifier := parseFunction(function)
	if values, err := url.ParseQuery(query); err == nil {
		qualifier = cmp.Or(qualifier, values.Get("Qualifier"))
	}
	arn := function
	if !strings.HasPrefix(arn, "arn:") {
		arn = "arn:aws:lambda:" + h.Region + ":" + h.Account + ":function:" + name
		if qualifier != "" {
			arn += ":" + qualifier
		}
	}
	f := h.functions[name]
	if f == nil {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+arn)
	}
	q := &request{invocation: &invocation{id: id, arn: arn}, function: f, qualifier: qualifier, streams: streams}
	return q, q.read(call)
}

// parsePath finds the function in the path of an operation.
func parsePath(path string) (function string, streams, ok bool) {
	for _, o := range operations {
		rest, begins := strings.CutPrefix(path, o.before)
		escaped, ends := strings.CutSuffix(rest, o.after)
		if begins && ends {
			function, err := url.PathUnescape(escaped)
			return function, o.streams, err == nil
		}
	}
	return "", false, false
}

// read reads the event and what is said of it.
func (q *request) read(call *upstream.Call) error {
	q.mode = cmp.Or(call.Header.Get("X-Amz-Invocation-Type"), "RequestResponse")
	limit, ok := maxEvent[q.mode]
	if !ok {
		return refuse(http.StatusBadRequest, "InvalidParameterValueException", "there is no invocation type "+q.mode)
	}
	event, size, err := eventOf(call, limit)
	if err != nil {
		return err
	}
	if size > int64(limit) {
		return refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			fmt.Sprintf("%d byte payload is too large for the %s invocation type (limit %d bytes)", size, q.mode, limit))
	}
	if len(event) == 0 {
		event = []byte("{}")
	}
	if err := json.Unmarshal(event, new(json.RawMessage)); err != nil {
		return refuse(http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: "+err.Error())
	}
	context, err := base64.StdEncoding.DecodeString(call.Header.Get("X-Amz-Client-Context"))
	if err != nil || len(context) > 0 && !json.Valid(context) {
		return refuse(http.StatusBadRequest, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
	}
	q.event, q.trace = event, call.Header.Get("X-Amzn-Trace-Id")
	q.clientContext = strings.NewReplacer("\r", " ", "\n", " ").Replace(string(context)) // means the same, on one line
	return nil
}

// eventOf returns a call's body, which is the caller's again when Do returns, as
// far as it is within the limit, and its size.
func eventOf(call *upstream.Call, limit int) (event []byte, size int64, err error) {
	if call.Stream == nil {
		return bytes.Clone(call.Body), int64(len(call.Body)), nil
	}
	event, err = io.ReadAll(io.LimitReader(call.Stream, int64(limit)+1))
	return event, max(int64(len(event)), call.StreamLen), err
}

// invoke runs the function, or has it run behind the caller's back.
func (q *request) invoke(call *upstream.Call, res *message.Response) error {
	switch q.mode {
	case "DryRun":
		res.Status = http.StatusNoContent
		return nil
	case "Event":
		res.Status = http.StatusAccepted
		return q.invokeBehind()
	}
	answer := q.answerWhole
	if q.streams {
		answer = q.answerStreaming
	}
	if err := answer(call, res); err != nil {
		return err
	}
	res.Status = http.StatusOK
	res.Header.Add("X-Amz-Executed-Version", executedVersion(q.qualifier))
	return nil
}

// answerWhole runs the function and returns when it has ended.
func (q *request) answerWhole(call *upstream.Call, res *message.Response) error {
	done := make(chan outcome, 1)
	q.finished = func(o outcome) { done <- o }
	if err := q.function.submit(q.invocation); err != nil {
		return err
	}
	o, err := await(done, nil, timeout(call), call.Caller)
	if err != nil {
		q.function.abandon(q.invocation)
		return err
	}
	if o.err != nil {
		return o.err
	}
	if o.failed {
		res.Header.Add("X-Amz-Function-Error", "Unhandled")
	}
	res.Body = append(res.Body, o.body...)
	return nil
}

// answerStreaming runs the function and returns when it begins to answer, or has
// ended without.
func (q *request) answerStreaming(call *upstream.Call, res *message.Response) error {
	s := newStream(call)
	q.stream, q.finished = s, s.finish
	if err := q.function.submit(q.invocation); err != nil {
		return err
	}
	if _, err := await(s.begun, s.over, timeout(call), call.Caller); err != nil {
		q.function.abandon(q.invocation)
		return errors.Join(err, s.Close())
	}
	select {
	case <-s.begun:
		s.since = time.Now()
		res.Stream, res.StreamLen, res.Eager = s, -1, true
	default:
		if s.outcome.err != nil {
			return s.outcome.err
		}
		res.Body = s.outcome.appendWhole(res.Body)
	}
	res.Header.Set("Content-Type", "application/vnd.amazon.eventstream")
	return nil
}

// executedVersion is the version that a qualifier stands for: there is one
// version of each function here.
func executedVersion(qualifier string) string {
	if strings.Trim(qualifier, "0123456789") == "" {
		return cmp.Or(qualifier, "$LATEST")
	}
	return "$LATEST"
}

// timeout is how long a call waits in all.
func timeout(call *upstream.Call) time.Duration { return cmp.Or(call.Timeout, defaultWait) }

// patience is how long an answer is waited for before the caller is watched,
// which costs more than most answers do.
const patience = 20 * time.Millisecond

// await waits for something to come, or for what it comes from to be over, as
// long as the caller does.
func await[T any](come <-chan T, over <-chan struct{}, limit time.Duration, caller message.Caller) (v T, err error) {
	timer := time.NewTimer(min(limit, patience))
	defer timer.Stop()
	select {
	case v = <-come:
		return v, nil
	case <-over:
		return v, nil
	case <-timer.C:
	}
	left := make(chan struct{})
	if caller != nil {
		stop := caller.OnLeave(func() { close(left) })
		defer stop()
	}
	timer.Reset(limit - patience)
	select {
	case v = <-come:
		return v, nil
	case <-over:
		return v, nil
	case <-timer.C:
		return v, upstream.ErrTimeout
	case <-left:
		return v, upstream.ErrCallerLeft
	}
}

// invokeBehind runs the function once, with nobody waiting. What it answers is
// gone; that it fails is logged.
func (q *request) invokeBehind() error {
	f := q.function
	f.host.behind.Add(1)
	q.finished = func(o outcome) {
		if o.failed || o.err != nil {
			f.logger(q.id).Warn("asynchronous invocation failed", "error", cmp.Or(o.err, errors.New(string(o.body[:min(len(o.body), maxLine)]))))
		}
		f.host.behind.Done()
	}
	err := f.submit(q.invocation)
	if err != nil {
		f.host.behind.Done()
	}
	return err
}

// A refusal is an error of the service in Lambda's form: the function was not
// run.
type refusal struct {
	status int
	kind   string
	reason string
	text   string
}

func refuse(status int, kind, text string) error {
	return &refusal{status: status, kind: kind, text: text}
}

// What an invocation is refused with that would be right at another time.
var (
	errThrottled = &refusal{http.StatusTooManyRequests, "TooManyRequestsException", "ConcurrentInvocationLimitExceeded", "Rate Exceeded."}
	errClosed    = &refusal{http.StatusServiceUnavailable, "ServiceException", "", "functions are being ended"}
)

func (r *refusal) Error() string { return r.kind + ": " + r.text }

// write answers as Lambda does, where the errors of the caller, but for a function
// that there is not, spell their message in lower case. [API reference, Invoke]
func (r *refusal) write(res *message.Response) {
	told := struct {
		Reason string `json:",omitempty"`
		Type   string
		Upper  string `json:"Message,omitempty"`
		Lower  string `json:"message,omitempty"`
	}{Reason: r.reason, Type: "User", Lower: r.text}
	if r.status == http.StatusNotFound || r.status >= http.StatusInternalServerError {
		told.Upper, told.Lower = r.text, ""
	}
	body, _ := json.Marshal(told) // of strings
	res.Status = r.status
	res.Header.Add("x-amzn-ErrorType", r.kind)
	res.Body = append(res.Body, body...)
}

func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
