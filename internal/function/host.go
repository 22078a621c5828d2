// Package function runs Lambda functions on this machine. A function is a command
// whose processes speak the Lambda Runtime API; callers reach it by Lambda's
// Invoke API.
package function

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// What a function is when its Config says nothing.
const (
	DefaultTimeout     = 30 * time.Second
	DefaultMemory      = 128 // MB
	DefaultConcurrency = 10
)

// A Config says how a function is run. Name and Command are needed.
type Config struct {
	Name    string
	Command []string // the program and its arguments; no shell sees them
	Dir     string   // the folder that it runs in; "": the current one

	// Environment is added to what Lambda sets and to PATH, HOME, LANG and
	// TMPDIR; nothing else of this process's own environment is handed on.
	Environment map[string]string

	Timeout     time.Duration // for an invocation; 0: DefaultTimeout
	Memory      int           // MB that the function is told it has; 0: DefaultMemory
	Concurrency int           // how many processes there are at most; 0: DefaultConcurrency

	// Watch are the files and folders that the function's code is in: when they
	// change, new processes take over. nil: Dir; empty: none.
	Watch []string
}

// A Setting is what all functions have in common.
type Setting struct {
	Account, Region string
	Log             *slog.Logger

	// Own are files and folders that this program writes, which are no code
	// wherever they lie.
	Own []string
}

// A Host runs functions, each on demand and in processes of its own, until it is
// shut down or closed.
type Host struct {
	Setting
	functions map[string]*function
	running   sync.WaitGroup // processes
	behind    sync.WaitGroup // asynchronous invocations
}

// New returns a Host of functions. No process is started before it is needed.
func New(functions []Config, s Setting) (*Host, error) {
	h := &Host{Setting: s, functions: make(map[string]*function, len(functions))}
	for _, c := range functions {
		if h.functions[c.Name] != nil {
			return nil, &ConfigError{c.Name, errors.New("there are two of that name")}
		}
		if err := c.check(); err != nil {
			return nil, &ConfigError{c.Name, err}
		}
		h.functions[c.Name] = newFunction(h, c)
	}
	return h, nil
}

// A ConfigError says what is wrong with the configuration of a function.
type ConfigError struct {
	Function string // its name
	Err      error
}

func (e *ConfigError) Error() string {
	return "function " + cmp.Or(e.Function, "without a name") + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *ConfigError) Unwrap() error { return e.Err }

var functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// check judges a configuration and fills in what it leaves out.
func (c *Config) check() (err error) {
	if !functionName.MatchString(c.Name) {
		return errors.New("a name is 1 to 64 letters, digits, - and _")
	}
	if len(c.Command) == 0 {
		return errors.New("there is no command")
	}
	if c.Timeout < 0 || c.Timeout > 15*time.Minute {
		return fmt.Errorf("timeout %v is not above 0 and within 15 minutes", c.Timeout)
	}
	if c.Memory < 0 {
		return fmt.Errorf("memory %d is not a number of MB above 0", c.Memory)
	}
	if c.Concurrency < 0 {
		return fmt.Errorf("concurrency %d is not a number of processes above 0", c.Concurrency)
	}
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Memory = cmp.Or(c.Memory, DefaultMemory)
	c.Concurrency = cmp.Or(c.Concurrency, DefaultConcurrency)
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return err
	}
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s", c.Dir)
	}
	program := c.Command[0]
	if strings.ContainsRune(program, filepath.Separator) && !filepath.IsAbs(program) {
		program = filepath.Join(c.Dir, program)
	}
	if _, err = exec.LookPath(program); err != nil {
		if of, ok := err.(*exec.Error); ok {
			err = of.Err
		}
		return fmt.Errorf("program %s: %w", c.Command[0], err)
	}
	if c.Watch == nil {
		c.Watch = []string{"."}
	}
	paths := make([]string, len(c.Watch))
	for i, path := range c.Watch {
		if !filepath.IsAbs(path) {
			path = filepath.Join(c.Dir, path)
		}
		if paths[i], err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	c.Watch = paths
	return nil
}

// Has reports whether a function, named as the Invoke API names it, is one of
// the Host's.
func (h *Host) Has(function string) bool {
	name, _ := parseFunction(function)
	return h.functions[name] != nil
}

// parseFunction takes apart what the Invoke API calls a function: a name, or an
// ARN, whole or without its beginning; and behind that perhaps a version or an
// alias.
func parseFunction(function string) (name, qualifier string) {
	if _, rest, ok := strings.Cut(function, ":function:"); ok {
		function = rest
	}
	name, qualifier, _ = strings.Cut(function, ":")
	return name, qualifier
}

// Shutdown waits until asynchronous invocations have ended, or ctx has, and
// closes the Host. Nobody may invoke a function any more.
func (h *Host) Shutdown(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return errors.Join(err, h.Close())
	}
	done := make(chan struct{})
	go func() {
		h.behind.Wait()
		close(done)
	}()
	select {
	case <-done:
		return h.Close()
	case <-ctx.Done():
		return errors.Join(ctx.Err(), h.Close())
	}
}

// Close ends all processes and returns when they have ended.
func (h *Host) Close() error {
	for _, f := range h.functions {
		f.close()
	}
	h.running.Wait()
	return nil
}
