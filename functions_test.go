package gatewright_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// TestMain makes the test binary a function when a Server starts it: one that
// streams, or one that cannot begin and says so as AWS's own runtimes do.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		if gate := os.Getenv("GATE"); gate != "" {
			serveStreaming("http://"+api+"/2018-06-01/runtime/invocation/", gate)
		}
		http.Post("http://"+api+"/2018-06-01/runtime/init/error", "application/json", strings.NewReader(`{"errorType":"Import"}`))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestInvokeAPI shows who may invoke functions at the control plane's address.
// Our choice: everybody who may call that, but nobody where there are users.
func TestInvokeAPI(t *testing.T) {
	withFunction := func(s *gatewright.Server) {
		s.Functions = []gatewright.Function{{Name: "f", Command: []string{os.Args[0]}}}
	}
	withUsers := func(s *gatewright.Server) {
		withFunction(s)
		s.Users = write(t, onlyAlice)
	}
	for _, c := range []struct {
		name   string
		server func(*gatewright.Server)
		path   string
		origin string
		want   string // status, error and body
	}{
		{"a function", withFunction, "f/invocations?Qualifier=live", "", `200 Unhandled {"errorType":"Import"}`},
		{"none of that name", withFunction, "g/invocations", "", `404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:g"}`},
		{"from a page elsewhere", withFunction, "f/invocations", "https://evil.example", "403 AccessDeniedException"},
		{"where there are users", withUsers, "f/invocations", "", `403 AccessDeniedException`},
		{"where there are no functions", func(*gatewright.Server) {}, "f/invocations", "", "40"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := gatewrighttest.Start(t, c.server)
			r, err := http.NewRequest("POST", s.ControlURL()+"/2015-03-31/functions/"+c.path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, _ := io.ReadAll(answer.Body)
			got := answer.Status[:3] + " " + answer.Header.Get("x-amzn-ErrorType") + answer.Header.Get("X-Amz-Function-Error") + " " + string(body)
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFunctionThatCannotBe(t *testing.T) {
	s := &gatewright.Server{Control: "127.0.0.1:0", Functions: []gatewright.Function{{Name: "f", Command: []string{"no-such-program"}}}}
	if err := s.Start(t.Context()); !errors.Is(err, gatewright.ErrSetting) || !strings.Contains(err.Error(), "function f") {
		t.Errorf("error %v; want %v that names the function", err, gatewright.ErrSetting)
	}
}

// What the server itself writes is no function's code, wherever it lies.
func TestFunctionIsNotStartedAnewForTheServersFiles(t *testing.T) {
	var log bytes.Buffer
	dir := t.TempDir()
	s, url, _ := streams(t, func(s *gatewright.Server) {
		s.Functions[0].Dir, s.Data, s.Audit = dir, filepath.Join(dir, "state"), filepath.Join(dir, "audit.txt")
		s.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); { // files are looked at ten times a second
		gatewrighttest.NewAPI(t, s)
		if got := fetch(t, url+"/whole"); got != "201 whole" {
			t.Fatal(got)
		}
	}
	if err := s.Shutdown(t.Context()); err != nil || strings.Contains(log.String(), "code changed") {
		t.Errorf("it was started anew (%v):\n%s", err, &log)
	}
}

// serveStreaming answers each invocation with two words, between which a gate
// must open, or with the answer that its path names.
func serveStreaming(runtime, gate string) {
	for {
		invoked, err := http.Get(runtime + "next")
		if err != nil {
			os.Exit(0)
		}
		var event struct{ Path string }
		json.NewDecoder(invoked.Body).Decode(&event)
		said, saying := io.Pipe()
		answer, _ := http.NewRequest("POST", runtime+invoked.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", said)
		answer.Header.Set("Lambda-Runtime-Function-Response-Mode", "streaming")
		answer.Header.Set("Content-Type", "application/vnd.awslambda.http-integration-response")
		answer.Trailer = http.Header{"Lambda-Runtime-Function-Error-Type": nil}
		go func() {
			defer saying.Close()
			if event.Path == "/whole" {
				io.WriteString(saying, `{"statusCode": 201, "body": "whole"}`)
				return
			}
			io.WriteString(saying, `{"statusCode": 201, "headers": {"X-A": "1"}}`+delimiter+"once ")
			http.Get(gate)
			switch event.Path {
			case "/dies":
				os.Exit(1)
			case "/fails":
				answer.Trailer.Set("Lambda-Runtime-Function-Error-Type", "Broken")
			}
			io.WriteString(saying, "upon")
		}()
		http.DefaultClient.Do(answer)
	}
}

// streams starts a server with a function that streams, at all paths of an API as
// it comes and at /whole as one. open lets the function go on.
func streams(t *testing.T, options ...func(*gatewright.Server)) (s *gatewright.Server, url string, open chan<- struct{}) {
	c := make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-c:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(gate.Close)
	withFunction := func(s *gatewright.Server) {
		s.Functions = []gatewright.Function{{
			Name: "f", Command: []string{os.Args[0]}, Dir: t.TempDir(), Concurrency: 1,
			Environment: map[string]string{"GATE": gate.URL},
		}}
	}
	s = gatewrighttest.Start(t, append([]func(*gatewright.Server){withFunction}, options...)...)
	api := gatewrighttest.NewAPI(t, s)
	api.Method("GET", "/{any}", `{"type": "AWS_PROXY", "httpMethod": "POST", "uri": "`+streamingFunction+`", "responseTransferMode": "STREAM"}`)
	buffered := strings.NewReplacer("2021-11-15", "2015-03-31", "response-streaming-", "").Replace(streamingFunction)
	api.Method("GET", "/whole", `{"type": "AWS_PROXY", "httpMethod": "POST", "uri": "`+buffered+`"}`)
	return s, api.Deploy(), c
}

// A function on this machine is heard while it still speaks, and cut where it
// breaks off. The next caller has his turn then.
func TestFunctionStreams(t *testing.T) {
	_, url, open := streams(t)
	for _, c := range []struct {
		path string
		rest string
		err  error
	}{
		{"/well", "upon", nil},
		{"/fails", "upon", io.ErrUnexpectedEOF},
		{"/dies", "", io.ErrUnexpectedEOF},
		{"/well", "upon", nil},
	} {
		answer := begin(t, url+c.path)
		if answer.StatusCode != 201 || answer.Header.Get("X-A") != "1" {
			t.Errorf("%s: %s %v", c.path, answer.Status, answer.Header)
		}
		next(t, answer.Body, "once ")
		open <- struct{}{}
		if rest, err := io.ReadAll(answer.Body); string(rest) != c.rest || err != c.err {
			t.Errorf("%s ends with %q (%v); want %q (%v)", c.path, rest, err, c.rest, c.err)
		}
	}
	if got := fetch(t, url+"/whole"); got != "201 whole" {
		t.Errorf("awaited whole, it answers %s", got)
	}
}

// A caller who leaves lets the function go on to its end, and the next one wait
// for that.
func TestCallerLeavesFunctionThatStreams(t *testing.T) {
	_, url, open := streams(t)
	answer := begin(t, url+"/well")
	next(t, answer.Body, "once ")
	answer.Body.Close()
	open <- struct{}{}
	if got := fetch(t, url+"/whole"); got != "201 whole" {
		t.Errorf("the next caller is answered %s", got)
	}
}

// A function that streams when the server is shut down is heard to its end.
func TestShutdownWhileFunctionStreams(t *testing.T) {
	s, url, open := streams(t)
	answer := begin(t, url+"/well")
	next(t, answer.Body, "once ")
	ended := make(chan error)
	go func() { ended <- s.Shutdown(t.Context()) }()
	open <- struct{}{}
	next(t, answer.Body, "upon")
	if rest, err := io.ReadAll(answer.Body); len(rest) > 0 || err != nil {
		t.Errorf("it ends with %q (%v)", rest, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// One that does not end in time is cut, and ends with the server.
func TestShutdownCutsFunctionThatStreams(t *testing.T) {
	s, url, _ := streams(t)
	answer := begin(t, url+"/well")
	next(t, answer.Body, "once ")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v; want %v", err, context.DeadlineExceeded)
	}
	if rest, err := io.ReadAll(answer.Body); len(rest) > 0 || err == nil {
		t.Errorf("it ends with %q as if that were its end", rest)
	}
}
