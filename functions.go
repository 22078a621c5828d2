package gatewright

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/function"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A Function is a Lambda function that runs on this machine: a command whose
// processes speak the Lambda Runtime API. They are started on demand and kept.
// Name and Command are needed.
type Function struct {
	Name    string
	Command []string // the program and its arguments; no shell sees them
	Dir     string   // the folder that it runs in; "": the current one

	// Environment is added to what Lambda sets and to PATH, HOME, LANG and
	// TMPDIR; nothing else of this process's own environment is handed on.
	Environment map[string]string

	Timeout     time.Duration // for an invocation; 0: 30 s
	Memory      int           // MB that the function is told it has; 0: 128
	Concurrency int           // how many processes there are at most; 0: 10

	// Watch are the files and folders that the function's code is in: when they
	// change, new processes take over. nil: Dir; empty: none.
	Watch []string
}

// host returns what runs the Functions.
func (s *Server) host() (*function.Host, error) {
	configs := make([]function.Config, len(s.Functions))
	for i, f := range s.Functions {
		configs[i] = function.Config(f)
	}
	h, err := function.New(configs, function.Setting{
		Account: s.Account, Region: s.Region, Log: s.Log,
		Own: s.files(),
	})
	if err != nil {
		var of *function.ConfigError
		if errors.As(err, &of) {
			return nil, &SettingError{"function " + of.Function, of.Err}
		}
		return nil, err
	}
	return h, nil
}

// files are those that this program writes, and the folder of its state.
func (s *Server) files() []string {
	files := []string{s.Audit, s.ExecutionLog}
	if s.Data != Memory {
		files = append(files, s.Data)
	}
	return slices.DeleteFunc(files, func(file string) bool { return file == "" })
}

// lambda is where functions are invoked: those of this machine here, all others
// where Lambda says, unless that is here as well.
func (s *Server) lambda() (l *integration.Lambda, err error) {
	switch {
	case s.Lambda == "", s.Lambda != AWS && !s.elsewhere("lambda", s.Lambda):
		l = new(integration.Lambda)
	case s.Lambda == AWS:
		l, err = integration.NewLambda(s.upstream, "", s.LambdaCredentials)
	default:
		l, err = integration.NewLambda(s.upstream, s.Lambda, s.LambdaCredentials)
	}
	if err == nil {
		l.Prefer(s.functions)
	}
	return l, err
}

// longestInvocation is how long a caller of the Invoke API is waited with: as
// long as a function may take, twice for its turn to come.
const longestInvocation = 30 * time.Minute

// invokes reports whether a request is one of Lambda's Invoke API.
func (s *Server) invokes(r *message.Request) bool {
	return len(s.Functions) > 0 &&
		(strings.HasPrefix(r.Path, "/2015-03-31/functions/") || strings.HasPrefix(r.Path, "/2021-11-15/functions/"))
}

// invoke answers the Invoke API for the functions of this machine, so that the
// AWS CLI can try them. Nobody says who of the Users may do that.
func (s *Server) invoke(x *message.Exchange) {
	if s.Users != "" {
		refuseWith(&gatewayresponse.Failure{
			Status: http.StatusForbidden, ErrorType: "AccessDeniedException",
			Message: "Where there are users, functions are invoked through their APIs only.",
		}, &x.Response)
		return
	}
	call := upstream.Call{
		Method: x.Request.Method, Target: x.Request.Path, Header: x.Request.Header,
		Stream: x.Request.Body, StreamLen: x.Request.BodyLen, Timeout: longestInvocation, Caller: x.Request.Caller,
	}
	if x.Request.HasQuery {
		call.Target += "?" + x.Request.Query
	}
	if err := s.functions.Do(&call, &x.Response); err != nil {
		x.Response = message.Response{Status: message.StatusCallerLeft}
	}
}
