package function

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// An answer is what a caller hears of a function that streams.
type answer struct {
	t        *testing.T
	stream   io.ReadCloser
	messages *eventstream.Reader
}

// listen has f do a task and returns what it says as it comes.
func (b *bench) listen(todo task, more upstream.Call) *answer {
	b.t.Helper()
	more.Method, more.Target = "POST", "/2021-11-15/functions/f/response-streaming-invocations"
	more.Body, _ = json.Marshal(todo)
	if more.Timeout == 0 {
		more.Timeout = wait
	}
	var res message.Response
	err := b.Do(&more, &res)
	if err != nil || res.Status != 200 || res.Header.Get("Content-Type") != "application/vnd.amazon.eventstream" {
		b.t.Fatalf("%v: %v %d %v", todo, err, res.Status, res.Header)
	}
	if res.Stream == nil {
		res.Stream = io.NopCloser(strings.NewReader(string(res.Body)))
	}
	b.t.Cleanup(func() { res.Stream.Close() })
	return &answer{b.t, res.Stream, eventstream.NewReader(res.Stream)}
}

// next returns the next message, or nothing where the stream ends as it should.
func (a *answer) next() (kind, payload string, err error) {
	headers, err := a.messages.Next()
	if err == io.EOF {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	text, err := io.ReadAll(a.messages)
	return headers[1].Value, string(text), err
}

// says fails unless the function's next piece is that.
func (a *answer) says(want string) {
	a.t.Helper()
	if kind, got, err := a.next(); kind != "PayloadChunk" || got != want || err != nil {
		a.t.Fatalf("got %s %q (%v); want %q", kind, got, err, want)
	}
}

// rest returns all that still comes, and how it ends.
func (a *answer) rest() (said, end string, err error) {
	for {
		kind, payload, err := a.next()
		switch {
		case kind == "PayloadChunk":
			said += payload
		case kind == "InvokeComplete":
			end = payload
		default:
			return said, end, err
		}
	}
}

// A gate lets functions go on, one for each that is received from it.
func gate(t *testing.T) (url string, open chan<- struct{}) {
	c := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-c:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, c
}

// A piece is with the caller while the function still holds the next one.
func TestStreamAsItComes(t *testing.T) {
	url, open := gate(t)
	b := host(t, Config{Concurrency: 1})
	a := b.listen(task{Do: "stream", Gate: url, Say: []string{"hello", "!wait", "world", "!again", "!wait"}}, upstream.Call{})
	a.says("hello")
	open <- struct{}{}
	a.says("world")
	open <- struct{}{}
	if said, end, err := a.rest(); said != "" || end != "{}" || err != nil {
		t.Errorf("it ends with %q %q (%v)", said, end, err)
	}
	b.do(task{}) // the process is free
	for _, want := range []string{"again 400", "answered 202"} {
		until(t, "the function is told "+want, func() bool { return strings.Contains(b.log.String(), want) })
	}
}

var requestID = regexp.MustCompile(`RequestId: \S+ `)

// What breaks an answer off is told at its end, and never hidden by a good one.
func TestStreamBreaksOff(t *testing.T) {
	const broken = `{"errorType":"Broken","errorMessage":"it broke"}`
	for _, c := range []struct {
		name   string
		config Config
		say    []string
		want   string // the error's details

		processes int // that this takes twice
	}{
		{"by a trailer", Config{}, []string{"!fail"}, broken, 1},
		{"by a trailer without a body", Config{}, []string{"!fail badly"}, `{"errorType":"Broken","errorMessage":"RequestId: $ID Error: the function failed after it had begun to answer"}`, 1},
		{"by an error beside it", Config{}, []string{"!error"}, broken, 1},
		{"by kill -9", Config{}, []string{"!kill"}, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: $ID Error: Runtime exited with error: signal: killed"}`, 2},
		{"by its end", Config{}, []string{"!exit"}, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: $ID Error: Runtime exited with error: exit status 3"}`, 2},
		{"by its time", Config{Timeout: 300 * time.Millisecond}, []string{"!sleep"}, `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: $ID Error: Task timed out after 0.30 seconds"}`, 2},
		{"by its connection", Config{}, []string{"!break"}, `{"errorType":"Runtime.TruncatedResponse","errorMessage":"RequestId: $ID Error: the answer broke off: unexpected EOF"}`, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := host(t, c.config)
			url, open := gate(t)
			for range 2 { // by a process that was started for it each time, or that survived
				a := b.listen(task{Do: "stream", Gate: url, Say: append([]string{"hello", "!wait"}, c.say...)}, upstream.Call{})
				a.says("hello")
				open <- struct{}{}
				said, end, err := a.rest()
				var got struct{ ErrorCode, ErrorDetails string }
				json.Unmarshal([]byte(end), &got)
				details := requestID.ReplaceAllString(got.ErrorDetails, "RequestId: $$ID ")
				if said != "" || got.ErrorCode != "Unhandled" || details != c.want || err != nil {
					t.Errorf("got  %q %s (%v)\nwant %s", said, end, err, c.want)
				}
			}
			if started := strings.Count(b.log.String(), "process started"); started != c.processes {
				t.Errorf("%d processes were started; want %d", started, c.processes)
			}
		})
	}
}

// A caller who waits for an answer as a whole gets it as one, also from functions
// that stream.
func TestStreamAwaitedWhole(t *testing.T) {
	b := host(t, Config{})
	for _, c := range []struct {
		say  []string
		want string
	}{
		{[]string{`{"statusCode":`, ` 200}`}, `{"statusCode": 200}`},
		{[]string{"hello", "!fail"}, `{"errorType":"Broken","errorMessage":"it broke"}`},
		{[]string{"!much"}, `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`},
	} {
		res, err := b.call("f", task{Do: "stream", Say: c.say})
		if string(res.Body) != c.want || err != nil {
			t.Errorf("%q:\ngot  %s (%v)\nwant %s", c.say, res.Body, err, c.want)
		}
	}
}

// What a caller reads is held by nobody, and what he does not read is bounded all
// the same.
func TestStreamIsNotHeld(t *testing.T) {
	b := host(t, Config{})
	a := b.listen(task{Do: "stream", Say: []string{"!much"}}, upstream.Call{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := io.Copy(io.Discard, io.LimitReader(a.stream, 32<<20))
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; err != nil || made > 4<<20 {
		t.Errorf("%d MB were made of %d MB that were read (%v)", made>>20, n>>20, err)
	}
	a.stream.Close()
	until(t, "a function that says more than it may is stopped", func() bool { return strings.Contains(b.log.String(), "said all") })
}

// A caller's time and the function's are two things, while it streams as well.
func TestStreamNobodyHears(t *testing.T) {
	url, open := gate(t)
	say := task{Do: "stream", Gate: url, Say: []string{"hello", "!wait", "world", "!wait"}}
	leaves := make(leaver)
	for _, c := range []struct {
		name string
		call upstream.Call
		want error
	}{
		{"in all", upstream.Call{Timeout: 300 * time.Millisecond}, upstream.ErrTimeout},
		{"for the next piece", upstream.Call{Idle: 30 * time.Millisecond}, upstream.ErrTimeout},
		{"by a caller who leaves", upstream.Call{Caller: leaves}, upstream.ErrCallerLeft},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := host(t, Config{Concurrency: 1})
			first := b.do(task{})
			a := b.listen(say, c.call)
			a.says("hello")
			if c.call.Caller != nil {
				close(leaves)
			}
			if _, _, err := a.next(); !errors.Is(err, c.want) {
				t.Errorf("got %v; want %v", err, c.want)
			}
			a.stream.Close()
			open <- struct{}{}
			open <- struct{}{}
			if r := b.do(task{}); r.PID != first.PID {
				t.Error("the process that nobody heard any more was not used again")
			}
		})
	}
}

// A leaver is a caller who leaves when it is closed.
type leaver chan struct{}

func (l leaver) OnLeave(left func()) (stop func()) {
	stopped := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-l:
			left()
		case <-stopped:
		}
	})
	return func() { close(stopped); watch.Wait() }
}

// Callers wait for their turn while others are streamed to.
func TestStreamsInLine(t *testing.T) {
	const callers = 200
	b := host(t, Config{Concurrency: 4})
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			a := b.listen(task{Do: "stream", Say: []string{"a", fmt.Sprint(i), strings.Repeat("z", pieceSize)}}, upstream.Call{Timeout: time.Minute})
			want := "a" + fmt.Sprint(i) + strings.Repeat("z", pieceSize)
			if said, end, err := a.rest(); said != want || end != "{}" || err != nil {
				t.Errorf("caller %d heard %d bytes and %q (%v); want %d", i, len(said), end, err, len(want))
			}
		})
	}
	all.Wait()
	if got := strings.Count(b.log.String(), "process started"); got > 4 {
		t.Errorf("%d processes were started; want 4", got)
	}
}

// The end of the Host cuts streams.
func TestStreamAtTheEnd(t *testing.T) {
	b := host(t, Config{})
	a := b.listen(task{Do: "stream", Say: []string{"hello", "!sleep"}}, upstream.Call{})
	a.says("hello")
	b.Close()
	if _, _, err := a.next(); err != errClosed {
		t.Errorf("got %v; want %v", err, errClosed)
	}
}
