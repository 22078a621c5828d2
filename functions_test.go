package gatewright_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// TestMain makes the test binary a function that cannot begin when a Server
// starts it, and says so as AWS's own runtimes do.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
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
