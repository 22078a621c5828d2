package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain makes the test binary the program itself when a test starts it so.
func TestMain(m *testing.M) {
	if os.Getenv("GATEWRIGHT_TEST_AS_PROGRAM") != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// A program is a running gatewright.
type program struct {
	*exec.Cmd
	control string // URL
	errors  syncBuffer
}

// A syncBuffer is written by the program and read by the test.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// command is the program, not started yet, that would listen on a free port.
func command(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), "GATEWRIGHT_TEST_AS_PROGRAM=1", "HOME="+t.TempDir(), "GATEWRIGHT_CONTROL=127.0.0.1:0")
	p.Stderr = &p.errors
	return p
}

// start starts serve and waits for its greeting.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := command(t, append([]string{"serve"}, args...)...)
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	last := "callers"
	if strings.Contains(strings.Join(args, " "), "--example") {
		last = "curl -i http"
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, url, ok := strings.Cut(lines.Text(), "AWS_ENDPOINT_URL_API_GATEWAY="); ok {
			p.control = url
		}
		if strings.Contains(lines.Text(), last) {
			go io.Copy(io.Discard, out)
			return p
		}
	}
	p.Wait()
	t.Fatalf("no greeting; standard error:\n%s", &p.errors)
	return nil
}

// end waits for the program and returns its exit status.
func (p *program) end(t *testing.T) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.Wait() }()
	select {
	case err := <-done:
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		p.Process.Kill()
		t.Fatalf("did not end; standard error:\n%s", &p.errors)
	}
	return p.ProcessState.ExitCode()
}

func TestItSaysWhyItDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	start(t, "--data", folder)
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "gatewright.db"), bytes.Repeat([]byte("not ours "), 9000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"a taken port", []string{"--control", taken.Addr().String(), "--data", "memory"}, exitAddress, "choose another address with --control"},
		{"a folder in use", []string{"--data", folder}, exitData, folder},
		{"a damaged file", []string{"--data", damaged}, exitData, damaged},
		{"an open control plane", []string{"--control", "0.0.0.0:0", "--data", "memory"}, exitUsage, "--allow-open-control"},
		{"no file of users", []string{"--users", filepath.Join(folder, "none"), "--data", "memory"}, exitUsage, "gatewright user add"},
		{"the example, to be signed", []string{"--users", "users.yaml", "--example", "--data", "memory"}, exitUsage, "--example"},
		{"a flag that is not there", []string{"--colour"}, exitUsage, "serve --help"},
		{"an address that is none", []string{"--control", "nonsense", "--data", "memory"}, exitUsage, "is not an address like 127.0.0.1:4566"},
		{"functions at an address that is no URL", []string{"--lambda", "localhost:3001", "--data", "memory"}, exitUsage, "is not like http://"},
		{"services at an address that is no URL", []string{"--services", "localhost:4566", "--data", "memory"}, exitUsage, "is not like http://"},
		{"a drain before its time", []string{"--drain", "-5s", "--data", "memory"}, exitUsage, "--drain"},
		{"one address for both listeners", []string{"--control", taken.Addr().String(), "--gateway", taken.Addr().String(), "--data", "memory"}, exitUsage, "is the address of the control listener"},
		{"a delay before its time", []string{"--drain-delay", "-5s", "--data", "memory"}, exitUsage, "--drain-delay"},
		{"an argument", []string{"now"}, exitUsage, "serve takes no arguments"},
		{"a form of log that is not there", []string{"--log", "xml", "--data", "memory"}, exitUsage, "text or json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := command(t, append([]string{"serve"}, c.args...)...)
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			if got := p.end(t); got != c.exit || !strings.Contains(p.errors.String(), c.says) {
				t.Errorf("exit status %d, want %d; standard error lacks %q:\n%s", got, c.exit, c.says, &p.errors)
			}
		})
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	p := command(t, "servee")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got := p.end(t); got != exitUsage || !strings.Contains(p.errors.String(), "did you mean gatewright serve?") {
		t.Errorf("exit status %d, want %d; standard error:\n%s", got, exitUsage, &p.errors)
	}
}

func TestWhatWasAnsweredSurvivesKill(t *testing.T) {
	folder := t.TempDir()
	p := start(t, "--data", folder, "--example")
	p.Process.Kill()
	p.end(t)
	p = start(t, "--data", folder, "--example")
	if status, body := get(t, p.control+"/_aws/execute-api/petstore01/prod/pets/2"); status != 200 || !strings.Contains(body, "cat") {
		t.Errorf("after a kill the example answers %d %s", status, body)
	}
}

func TestRequestsUnderWayFinish(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		io.WriteString(w, "slow but whole")
	}))
	defer backend.Close()
	p := start(t, "--data", "memory", "--example")
	// The example's backend is a stage variable: point it at the slow one.
	call(t, "PATCH", p.control+"/restapis/petstore01/stages/prod",
		`{"patchOperations": [{"op": "replace", "path": "/variables/backend", "value": "`+strings.TrimPrefix(backend.URL, "http://")+`"}]}`)

	answered := make(chan string, 1)
	go func() {
		_, body := get(t, p.control+"/_aws/execute-api/petstore01/prod/pets")
		answered <- body
	}()
	<-entered
	p.Process.Signal(syscall.SIGTERM)
	address := strings.TrimPrefix(p.control, "http://")
	for deadline := time.Now().Add(5 * time.Second); ; {
		c, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("new connections are still accepted after SIGTERM")
		}
	}
	close(leave)
	if body := <-answered; body != "slow but whole" {
		t.Errorf("the request under way was answered %q", body)
	}
	if status := p.end(t); status != 0 {
		t.Errorf("exit status %d; standard error:\n%s", status, &p.errors)
	}
}

// Who signals a program and its group signals it twice.
func TestTwoSignalsAtOnceStopIt(t *testing.T) {
	for range 3 {
		p := start(t, "--data", "memory")
		p.Process.Signal(os.Interrupt)
		for range 3 {
			p.Process.Signal(syscall.SIGTERM)
		}
		if status := p.end(t); status != 0 {
			t.Errorf("exit status %d; standard error:\n%s", status, &p.errors)
		}
	}
}

// After a signal load balancers have time to see that others should be asked.
func TestDrainDelay(t *testing.T) {
	p := start(t, "--data", "memory", "--example", "--drain-delay", "2s")
	health := p.control + "/_gatewright/health"
	if status, body := get(t, health); status != 200 {
		t.Fatalf("before the signal: %d %s", status, body)
	}
	p.Process.Signal(syscall.SIGTERM)
	for !strings.Contains(p.errors.String(), "retired") {
		time.Sleep(time.Millisecond)
	}
	http.DefaultClient.CloseIdleConnections()
	for path, want := range map[string]int{
		"/_gatewright/health": 503, "/_gatewright/health/ready": 503, "/_gatewright/health/live": 200,
		"/_aws/execute-api/petstore01/prod/pets/2": 200, "/restapis": 200,
	} {
		if status, body := get(t, p.control+path); status != want {
			t.Errorf("%s after the signal: %d %s, want %d", path, status, body, want)
		}
	}
	if status := p.end(t); status != 0 {
		t.Errorf("exit status %d; standard error:\n%s", status, &p.errors)
	}
}

// A second signal ends the delay, not the requests.
func TestASecondSignalEndsTheDelay(t *testing.T) {
	p := start(t, "--data", "memory", "--drain-delay", "1h")
	p.Process.Signal(syscall.SIGTERM)
	go func() { // until one counts
		for p.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(sameInterrupt / 10)
		}
	}()
	if status := p.end(t); status != 0 {
		t.Errorf("exit status %d; standard error:\n%s", status, &p.errors)
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	entered := make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	defer backend.Close()
	p := start(t, "--data", "memory", "--example")
	call(t, "PATCH", p.control+"/restapis/petstore01/stages/prod",
		`{"patchOperations": [{"op": "replace", "path": "/variables/backend", "value": "`+strings.TrimPrefix(backend.URL, "http://")+`"}]}`)
	go http.Get(p.control + "/_aws/execute-api/petstore01/prod/pets")
	<-entered
	p.Process.Signal(syscall.SIGTERM)
	go func() { // until one counts
		for p.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(sameInterrupt / 10)
		}
	}()
	if status := p.end(t); status != exitInterrupt {
		t.Errorf("exit status %d, want %d", status, exitInterrupt)
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, string(text)
}

// call sends the control plane what an AWS client would.
func call(t *testing.T, method, url, body string) (members map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s: %s, %v", method, url, answer.Status, text, err)
	}
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatalf("%s %s: %v in %s", method, url, err, text)
	}
	return members
}
