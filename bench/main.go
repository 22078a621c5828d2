//go:build linux

// Command bench measures what a request costs Gatewright, beside floors that
// are measured in the same minutes: a bare net/http handler, a bare
// httputil.ReverseProxy and raw read and write loops.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const usage = `Bench measures the CPU time that a request costs Gatewright, its memory and how
fast it starts, and compares them with floors and targets.

Example:
  go run ./bench                                    about three minutes
  go run ./bench --rounds 1 --slice 300ms --out ""  a quick look
  go run ./bench --control                          the control plane; about a minute

Flags:
`

// options are the flags.
type options struct {
	binary      string
	rounds      int
	slice       time.Duration
	connections int
	procs       int
	out         string
	json        bool
	control     bool
}

// defaultOut is where results go unless --out says otherwise, and those of
// --control.
const defaultOut, controlOut = "bench/results.txt", "bench/control.txt"

func main() {
	if r := os.Getenv(roleVariable); r != "" {
		exit(play(r))
	}
	var o options
	flag.StringVar(&o.binary, "gatewright", "", "`file` to measure (default: builds cmd/gatewright)")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds in which every contender has one slice")
	flag.DurationVar(&o.slice, "slice", 3*time.Second, "measured time of a slice")
	flag.IntVar(&o.connections, "connections", 32, "connections that ask at once")
	flag.IntVar(&o.procs, "procs", 1, "GOMAXPROCS of the servers while CPU is measured; 0 leaves it to Go")
	flag.StringVar(&o.out, "out", defaultOut, "`file` for the results (with --control: "+controlOut+"); \"\" writes none")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.BoolVar(&o.control, "control", false, "measure the control plane instead")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 || o.rounds < 1 || o.connections < 1 || o.slice <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	if o.control && o.out == defaultOut {
		o.out = controlOut
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(ctx context.Context, o options) error {
	folder, err := os.MkdirTemp("", "gatewright-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if o.binary, err = findBinary(ctx, o.binary, folder); err != nil {
		return err
	}
	measure := measureAll
	if o.control {
		measure = measureControl
	}
	r, err := measure(ctx, o, folder)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(r.text()), 0o644); err != nil {
			return err
		}
		progress("written to %s", o.out)
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Print(r.text())
	return nil
}

// A report is what was measured.
type report interface{ text() string }

// measureAll measures what callers of APIs cost.
func measureAll(ctx context.Context, o options, folder string) (report, error) {
	r := newResults(o)
	if err := r.measureProcess(ctx, o, folder); err != nil {
		return nil, err
	}
	return r, r.measureCPU(ctx, o, folder)
}

// findBinary returns the absolute path of the binary under test, built into
// folder, as it ships, when none was named.
func findBinary(ctx context.Context, named, folder string) (string, error) {
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", err
		}
		return filepath.Abs(named)
	}
	progress("building gatewright")
	binary := filepath.Join(folder, "gatewright")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s", "-o", binary, "github.com/gatewright/gatewright/cmd/gatewright")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return binary, build.Run()
}

// progress tells whoever waits how far things are.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
