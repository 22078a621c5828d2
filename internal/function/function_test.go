package function

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// wait is for what takes far less.
const wait = 5 * time.Second

// A bench is a Host with one function, f, and what it logs.
type bench struct {
	*Host
	t   *testing.T
	log *journal
}

// A journal is a log that tests read.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// host runs this test binary as function f.
func host(t *testing.T, c Config) *bench {
	t.Helper()
	b := &bench{t: t, log: new(journal)}
	c.Name, c.Command = "f", []string{os.Args[0], "app.handler"}
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	b.Host, err = New([]Config{c}, Setting{Account: "123456789012", Region: "eu-west-1", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Close()
		if t.Failed() {
			t.Logf("the log:\n%.4000s", b.log)
		}
	})
	return b
}

// call calls a function by the Invoke API.
func (b *bench) call(function string, event any, header ...message.Field) (*message.Response, error) {
	body, ok := event.([]byte)
	if !ok {
		body, _ = json.Marshal(event)
	}
	res := new(message.Response)
	err := b.Do(&upstream.Call{
		Method: "POST", Target: "/2015-03-31/functions/" + function + "/invocations",
		Header: header, Body: body, Timeout: wait,
	}, res)
	return res, err
}

// do has f do a task and returns its report.
func (b *bench) do(event any) report {
	b.t.Helper()
	res, err := b.call("f", event)
	if err != nil || res.Status != 200 || res.Header.Get("X-Amz-Function-Error") != "" {
		b.t.Fatalf("%v answered %v %d %s", event, err, res.Status, res.Body)
	}
	var r report
	if err := json.Unmarshal(res.Body, &r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

// until waits for something to come to pass.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(wait); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to pass: %s", what)
		}
	}
}

// alive reports whether a process is there and not a zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		p, err := os.FindProcess(pid)
		return err == nil && p.Signal(syscall.Signal(0)) == nil
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

func TestInvoke(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "ours")
	b := host(t, Config{Environment: map[string]string{"TABLE": "pets"}, Memory: 512, Timeout: time.Minute})
	before := time.Now()
	res, err := b.call("arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af%3Alive", map[string]int{"a": 1},
		message.Field{Name: "X-Amzn-Trace-Id", Value: "Root=1-2"},
		message.Field{Name: "X-Amz-Client-Context", Value: "ewoiYSI6MX0="})
	if err != nil || res.Status != 200 {
		t.Fatalf("%v %d %s", err, res.Status, res.Body)
	}
	if v := res.Header.Get("X-Amz-Executed-Version"); v != "$LATEST" {
		t.Errorf("executed version %q", v)
	}
	var r report
	if err := json.Unmarshal(res.Body, &r); err != nil {
		t.Fatal(err)
	}
	if string(r.Event) != `{"a":1}` || !slices.Equal(r.Arguments, []string{"app.handler"}) {
		t.Errorf("the function got %s and the arguments %q", r.Event, r.Arguments)
	}
	for name, want := range map[string]string{
		"Lambda-Runtime-Aws-Request-Id":       res.Header.Get("x-amzn-RequestId"),
		"Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:1:function:f:live",
		"Lambda-Runtime-Trace-Id":             "Root=1-2",
		"Lambda-Runtime-Client-Context":       `{ "a":1}`,
		"Content-Type":                        "application/json",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	ms, _ := strconv.ParseInt(r.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if left := time.UnixMilli(ms).Sub(before); left < time.Minute-time.Millisecond || left > time.Minute+wait {
		t.Errorf("the deadline is in %v; want a minute", left)
	}
	checkEnvironment(t, r)
}

func checkEnvironment(t *testing.T, r report) {
	t.Helper()
	for _, want := range []string{
		"AWS_REGION=eu-west-1", "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "_HANDLER=app.handler", "LAMBDA_TASK_ROOT=" + r.Dir,
		"TABLE=pets", "PATH=" + os.Getenv("PATH"),
	} {
		if !slices.Contains(r.Environment, want) {
			t.Errorf("no %s in the environment %q", want, r.Environment)
		}
	}
	for _, v := range r.Environment {
		if strings.Contains(v, "SECRET") {
			t.Errorf("the environment has %s", v)
		}
	}
}

func TestProcessIsKeptWarm(t *testing.T) {
	b := host(t, Config{})
	first := b.do(task{})
	for range 20 {
		if r := b.do(task{}); r.PID != first.PID {
			t.Fatalf("process %d answered, then %d", first.PID, r.PID)
		}
	}
}

// TestFunctionErrors has what Lambda says where a function does not answer.
// [recorded on AWS]
func TestFunctionErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		task   task
		want   string // $ID is the request's
	}{
		{"the function's own", Config{}, task{Do: "fail"}, `{"errorMessage":"it broke","errorType":"Broken"}`},
		{"the function exits", Config{}, task{Do: "exit"}, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: $ID Error: Runtime exited with error: exit status 3"}`},
		{"it exits well, and leaves something behind", Config{}, task{Do: "leave"}, `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: $ID Error: Runtime exited without providing a reason"}`},
		{"the function is slow", Config{Timeout: 50 * time.Millisecond}, task{Sleep: time.Minute}, `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: $ID Error: Task timed out after 0.05 seconds"}`},
		{"it does not begin", Config{Environment: map[string]string{"INIT": "fail"}}, task{}, `{"errorType":"Init","errorMessage":"no"}`},
		{"its answer is large", Config{}, task{Size: maxAnswer}, `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := host(t, c.config)
			for range 2 { // by a process that was started for it each time, or that survived
				res, err := b.call("f", c.task)
				want := strings.ReplaceAll(c.want, "$ID", res.Header.Get("x-amzn-RequestId"))
				if err != nil || res.Status != 200 || string(res.Body) != want || res.Header.Get("X-Amz-Function-Error") != "Unhandled" {
					t.Errorf("got  %v %d %s %v\nwant %s", err, res.Status, res.Body, res.Header, want)
				}
			}
		})
	}
}

// TestStream shows what a function that streams is answered with: messages of
// what it wrote and of how it ended.
func TestStream(t *testing.T) {
	b := host(t, Config{})
	for _, c := range []struct {
		task task
		want []string // kinds and payloads
	}{
		{task{Do: "print"}, []string{"PayloadChunk", "{}", "InvokeComplete", "{}"}},
		{task{Do: "fail"}, []string{"InvokeComplete", `{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorMessage\":\"it broke\",\"errorType\":\"Broken\"}"}`}},
	} {
		event, _ := json.Marshal(c.task)
		var res message.Response
		err := b.Do(&upstream.Call{Method: "POST", Target: "/2021-11-15/functions/f/response-streaming-invocations", Body: event, Timeout: wait}, &res)
		if err != nil || res.Status != 200 || res.Header.Get("Content-Type") != "application/vnd.amazon.eventstream" {
			t.Fatalf("%v: %v %d %v", c.task, err, res.Status, res.Header)
		}
		var got []string
		r := eventstream.NewReader(bytes.NewReader(res.Body))
		for headers, err := r.Next(); err != io.EOF; headers, err = r.Next() {
			payload, _ := io.ReadAll(r)
			got = append(got, headers[1].Value, string(payload))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v:\ngot  %q\nwant %q", c.task, got, c.want)
		}
	}
}

// TestRefused has what Lambda says where it does not run a function. [recorded on
// AWS, but for texts of our own]
func TestRefused(t *testing.T) {
	b := host(t, Config{})
	field := func(name, value string) []message.Field { return []message.Field{{Name: name, Value: value}} }
	for _, c := range []struct {
		name     string
		function string
		event    string
		header   []message.Field
		want     string
	}{
		{"no such function", "g", `{}`, nil, `404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:eu-west-1:123456789012:function:g"}`},
		{"another operation", "f/configuration?", `{}`, nil, `404 UnknownOperationException {"Type":"User","Message":"functions on this machine are invoked, and know no other operation"}`},
		{"no JSON", "f", `{"a":`, nil, `400 InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: unexpected end of JSON input"}`},
		{"too large", "f", strings.Repeat(" ", 6<<20+1), nil, `413 RequestEntityTooLargeException {"Type":"User","message":"6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"}`},
		{"too large to run behind", "f", strings.Repeat(" ", 1<<20+1), field("X-Amz-Invocation-Type", "Event"), `413 RequestEntityTooLargeException {"Type":"User","message":"1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"}`},
		{"another way", "f", `{}`, field("X-Amz-Invocation-Type", "Later"), `400 InvalidParameterValueException {"Type":"User","message":"there is no invocation type Later"}`},
		{"a client context that is none", "f", `{}`, field("X-Amz-Client-Context", "ewo="), `400 InvalidRequestContentException {"Type":"User","message":"Client context must be a valid Base64-encoded JSON object."}`},
		{"only tried", "f", `{}`, field("X-Amz-Invocation-Type", "DryRun"), `204  `},
	} {
		res, err := b.call(c.function, []byte(c.event), c.header...)
		got := fmt.Sprintf("%d %s %s", res.Status, res.Header.Get("x-amzn-ErrorType"), res.Body)
		if err != nil || got != c.want {
			t.Errorf("%s:\ngot  %v %s\nwant %s", c.name, err, got, c.want)
		}
	}
	if strings.Contains(b.log.String(), "started") {
		t.Error("a process was started")
	}
}

func TestConcurrency(t *testing.T) {
	b := host(t, Config{Concurrency: 3})
	var all sync.WaitGroup
	var mu sync.Mutex
	pids := map[int]int{}
	for range 12 {
		all.Go(func() {
			res, err := b.call("f", task{Sleep: 20 * time.Millisecond})
			var r report
			if json.Unmarshal(res.Body, &r); err != nil || r.PID == 0 {
				t.Errorf("%v %s", err, res.Body)
			}
			mu.Lock()
			defer mu.Unlock()
			pids[r.PID]++
		})
	}
	all.Wait()
	if len(pids) != 3 {
		t.Errorf("12 invocations at once were run by %v; want 3 processes", pids)
	}
}

func TestLineIsBounded(t *testing.T) {
	for _, c := range []struct {
		name string
		size int // of each event
		fit  int
	}{
		{"many", 0, maxWaiting},
		{"large", maxWaitingBytes / 3, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := host(t, Config{Concurrency: 1})
			var ended sync.WaitGroup
			submit := func(event []byte) error {
				ended.Add(1)
				return b.functions["f"].submit(&invocation{event: event, finished: func(outcome) { ended.Done() }})
			}
			if err := submit([]byte(`{"Sleep":60000000000}`)); err != nil {
				t.Fatal(err)
			}
			event := make([]byte, c.size)
			for i := range c.fit {
				if err := submit(event); err != nil {
					t.Fatalf("the %dth in the line: %v", i+1, err)
				}
			}
			if err := submit(event); err != errThrottled {
				t.Errorf("one too many: error %v; want %v", err, errThrottled)
			}
			ended.Done()
			b.Close()
			ended.Wait()
		})
	}
}

// TestCallerGivesUp shows that a caller's time and the function's are two things.
func TestCallerGivesUp(t *testing.T) {
	b := host(t, Config{Concurrency: 1})
	first := b.do(task{})
	res := new(message.Response)
	call := func(caller message.Caller, timeout time.Duration) error {
		return b.Do(&upstream.Call{
			Method: "POST", Target: "/2015-03-31/functions/f/invocations",
			Body: []byte(`{"Sleep":100000000}`), Timeout: timeout, Caller: caller,
		}, res)
	}
	if err := call(nil, 10*time.Millisecond); err != upstream.ErrTimeout {
		t.Errorf("error %v; want %v", err, upstream.ErrTimeout)
	}
	if err := call(goneCaller{}, wait); err != upstream.ErrCallerLeft { // from the line
		t.Errorf("error %v; want %v", err, upstream.ErrCallerLeft)
	}
	if f := b.functions["f"]; len(f.waiting) != 0 || f.waitingBytes != 0 {
		t.Errorf("%d still wait, with %d bytes", len(f.waiting), f.waitingBytes)
	}
	if r := b.do(task{}); r.PID != first.PID {
		t.Error("the process that nobody waited for was not used again")
	}
}

// A goneCaller has left.
type goneCaller struct{}

func (goneCaller) OnLeave(left func()) func() {
	var done sync.WaitGroup
	done.Go(left)
	return done.Wait
}

func TestAsynchronous(t *testing.T) {
	b := host(t, Config{})
	later := message.Field{Name: "X-Amz-Invocation-Type", Value: "Event"}
	for _, do := range []string{"print", "fail"} {
		res, err := b.call("f", task{Do: do}, later)
		if err != nil || res.Status != 202 || len(res.Body) != 0 {
			t.Fatalf("%s: %v %d %q; want 202 and nothing else", do, err, res.Status, res.Body)
		}
	}
	if err := b.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"line=three", "asynchronous invocation failed", "it broke"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log does not have %q:\n%.2000s", want, b.log)
		}
	}
	if res, _ := b.call("f", task{}); res.Status != 503 {
		t.Errorf("after the end status %d", res.Status)
	}
}

func TestOutput(t *testing.T) {
	b := host(t, Config{})
	res, _ := b.call("f", task{Do: "print"})
	id := res.Header.Get("x-amzn-RequestId")
	b.Close()
	for _, want := range []string{
		"line=begun",
		"function=f request_id=" + id + " line=one",
		"function=f request_id=" + id + " line=\"\uFFFDtwo\"\n",
		"function=f request_id=" + id + " line=failed\n",
		"function=f request_id=" + id + " line=\"  here\"\n",
		"function=f request_id=" + id + " line=" + strings.Repeat("x", maxLine) + "\n",
		"function=f request_id=" + id + " line=x\n",
		"function=f request_id=" + id + " line=three",
	} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log does not have %.80q:\n%.2000s", want, b.log)
		}
	}
}

// TestProcessesThatEnd shows that an invocation that no process has begun with is
// run by another.
func TestProcessesThatEnd(t *testing.T) {
	for _, do := range []string{"answer and exit", "answer and linger"} {
		t.Run(do, func(t *testing.T) {
			b := host(t, Config{Timeout: 200 * time.Millisecond})
			first := b.do(task{Do: do})
			if r := b.do(task{}); r.PID == first.PID {
				t.Error("the same process answered")
			}
		})
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	b := host(t, Config{})
	first := b.do(task{})
	b.call("f", task{Do: "leave"})
	until(t, "the log tells what it started", func() bool { return strings.Contains(b.log.String(), "child ") })
	_, text, _ := strings.Cut(b.log.String(), "child ")
	text, _, _ = strings.Cut(text, `"`)
	child, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "what the function had started is gone", func() bool { return !alive(child) })
	second := b.do(task{})
	b.Close()
	if alive(first.PID) || alive(second.PID) {
		t.Error("a process outlives its Host")
	}
}

func TestIdleProcessIsEnded(t *testing.T) {
	b := host(t, Config{})
	r := b.do(task{})
	f := b.functions["f"]
	f.mu.Lock()
	p := f.free[0]
	p.after(0, func() { p.kill("nobody needed it") }) // as release does it, sooner
	f.mu.Unlock()
	until(t, "the process is gone", func() bool { return !alive(r.PID) })
	if again := b.do(task{}); again.PID == r.PID {
		t.Error("it answered again")
	}
}

func TestReload(t *testing.T) {
	dir := t.TempDir()
	written := time.Now().Add(-time.Hour)
	write := func(name, text string) { // each a second later: file systems count time in ticks
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		written = written.Add(time.Second)
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	write("app.js", "1")
	b := host(t, Config{Dir: dir})
	b.functions["f"].code.own = []string{filepath.Join(dir, "audit.jsonl"), filepath.Join(dir, "state")}
	printsTo(t, filepath.Join(dir, "output.txt"))
	look := func() { // as if the last look had been long ago
		b.functions["f"].code.next = time.Time{}
	}
	for _, c := range []struct {
		name string
		want bool // that a new process answers when the file has changed
	}{
		{"app.js", true},
		{"lib/new.js", true},
		{"page.html", true},
		{"catalog.txt", true},
		{"node_modules/x.js", false},
		{".git/index", false},
		{"__pycache__/a.pyc", false},
		{"gatewright.log", false},
		{"gatewright.log.1", false},
		{"nohup.out", false},
		{"app.js~", false},
		{"pets.sqlite-wal", false},
		{"tmp/page.html", false},
		{"python/pyvenv.cfg", false},
		{"python/lib/x.py", false},
		{"audit.jsonl", false},  // our own
		{"state/any", false},    // our own
		{"output.txt", false},   // our own
		{"audit.jsonl.1", true}, // which looks like ours and is not
	} {
		before := b.do(task{})
		write(c.name, "changed")
		look()
		if got := b.do(task{}).PID != before.PID; got != c.want {
			t.Errorf("%s changed, and a new process: %v; want %v", c.name, got, c.want)
		}
	}
	if path := filepath.Join(dir, "lib", "new.js"); !strings.Contains(b.log.String(), path) {
		t.Errorf("the log does not name %s:\n%s", path, b.log)
	}
	for i := range maxFiles {
		write(fmt.Sprintf("many/%d", i), "")
	}
	look()
	b.do(task{})
	if !strings.Contains(b.log.String(), "there are more than 2000 files") {
		t.Errorf("the log does not tell of too many files:\n%.2000s", b.log)
	}
}

// printsTo has this program print to a file.
func printsTo(t *testing.T, path string) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stderr
	os.Stderr = f
	t.Cleanup(func() { os.Stderr = before; f.Close() })
}

// TestOthersAreRefused shows that a process's Runtime API is for that process.
func TestOthersAreRefused(t *testing.T) {
	b := host(t, Config{})
	var api string
	for _, v := range b.do(task{}).Environment {
		if address, ok := strings.CutPrefix(v, "AWS_LAMBDA_RUNTIME_API="); ok {
			api = address
		}
	}
	f := b.functions["f"]
	until(t, "the process asks for more", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.free[0].polling })
	for _, c := range []struct{ name, host, header, path, want string }{
		{"a page", api, "Origin", "invocation/next", "403"},
		{"a page without an origin", api, "Sec-Fetch-Site", "invocation/next", "403"},
		{"a name that a page points here", "evil.example:80", "", "invocation/next", "403"},
		{"one who asks besides the process", api, "", "invocation/next", "403"},
		{"another path", api, "", "", "404"},
	} {
		r, err := http.NewRequest("GET", "http://"+api+"/2018-06-01/runtime/"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Host = c.host; c.header != "" {
			r.Header.Set(c.header, "x")
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := strconv.Itoa(res.StatusCode); got != c.want {
			t.Errorf("%s is answered %s; want %s", c.name, got, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	res, _ := b.call("f", task{Do: "answer wrongly"})
	if string(res.Body) != "400" {
		t.Errorf("an answer to another invocation was answered %s; want 400", res.Body)
	}
	if host, _, _ := net.SplitHostPort(api); host != "127.0.0.1" {
		t.Errorf("the Runtime API is at %s", api)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []Config
		want string
	}{
		{"a name that is none", []Config{{Name: "a b", Command: []string{"true"}}}, "function a b: a name is"},
		{"no command", []Config{{Name: "f"}}, "function f: there is no command"},
		{"a program that is not there", []Config{{Name: "f", Command: []string{"no-such-program"}}}, "no-such-program"},
		{"a program that is not in its folder", []Config{{Name: "f", Command: []string{"./bootstrap"}, Dir: t.TempDir()}}, "bootstrap"},
		{"a folder that is not there", []Config{{Name: "f", Command: []string{"true"}, Dir: "no/such"}}, "no/such"},
		{"too long", []Config{{Name: "f", Command: []string{"true"}, Timeout: time.Hour}}, "within 15 minutes"},
		{"less than nothing", []Config{{Name: "f", Command: []string{"true"}, Concurrency: -1}}, "concurrency -1 is not"},
		{"two of a name", []Config{{Name: "f", Command: []string{"true"}}, {Name: "f", Command: []string{"true"}}}, "two of that name"},
	} {
		_, err := New(c.in, Setting{Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v; want one with %q", c.name, err, c.want)
		}
	}
}

func TestHas(t *testing.T) {
	b := host(t, Config{})
	for function, want := range map[string]bool{
		"f": true, "f:live": true, "123456789012:function:f": true, "arn:aws:lambda:x:1:function:f:2": true,
		"g": false, "": false, "arn:aws:lambda:x:1:function:g": false,
	} {
		if got := b.Has(function); got != want {
			t.Errorf("Has(%q) = %v", function, got)
		}
	}
}

// A function that writes beside its code is started anew at each call. The log
// says so once, with the file and the setting that helps.
func TestChangedTooOften(t *testing.T) {
	dir := t.TempDir()
	b := host(t, Config{Dir: dir})
	state := filepath.Join(dir, "state.json")
	for i := range 8 {
		b.do(task{})
		if err := os.WriteFile(state, make([]byte, i), 0o600); err != nil {
			t.Fatal(err)
		}
		b.functions["f"].code.next = time.Time{} // as if the last look had been long ago
	}
	log := b.log.String()
	if got := strings.Count(log, "again and again"); got != 1 || !strings.Contains(log, "folders are\" function=f newest="+state) {
		t.Errorf("got %d warnings; want 1 that names %s:\n%s", got, state, log)
	}
	var o often
	for i := range 20 {
		if o.again(time.Unix(int64(4*i), 0)) {
			t.Error("a change in four seconds is somebody who writes code; got a warning")
		}
	}
}
