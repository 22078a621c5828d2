package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright"
)

var errInterrupted = errors.New("stopped by a second signal before all requests had finished")

// serving holds the flags of serve.
type serving struct {
	server  gatewright.Server
	example bool
	delay   time.Duration // between a signal and the drain
	drain   time.Duration
	logForm string
	debug   bool
	config  string
	from    places // of the settings
}

func serveCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the control plane and the data plane",
		Long: `Run the control plane, for AWS clients, and the data plane, for callers.

Each flag has an environment variable, --control GATEWRIGHT_CONTROL, and a key
in the config file, "control". A flag wins over the environment, the
environment over the file.`,
		Example: `  gatewright serve --example
  gatewright serve --function greet="python3 -m awslambdaric greet.handler"`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("serve takes no arguments, got %q; see %s --help", args[0], c.CommandPath())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if s.from, err = fillFlags(c.Flags(), s.config, os.LookupEnv); err == nil {
				err = s.from.explain(s.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()))
			}
			return err
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&s.server.Control, "control", gatewright.DefaultControl, "`ADDRESS` of the control plane; it answers invocations too")
	f.StringVar(&s.server.Gateway, "gateway", "", "`ADDRESS` of the data plane alone, for the world")
	f.StringVar(&s.server.Data, "data", "", "`FOLDER` of the state, or \"memory\" (default: "+displayPath(dataFolder())+")")
	f.Var(functionFlag{&s.server.Functions}, "function", "Lambda function that runs on this machine, by a command that speaks the Lambda Runtime API; may be repeated")
	f.StringVar(&s.server.Lambda, "lambda", "", "`URL` at which all other Lambda functions are invoked, or \"aws\" (default: AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL)")
	f.StringVar(&s.server.Services, "services", "", "`URL` at which AWS services are called that have no AWS_ENDPOINT_URL_…, or \"aws\" (default: AWS_ENDPOINT_URL)")
	f.StringToStringVar(&s.server.VPCLinks, "vpc-link", nil, "where a VPC link leads: `LINK=ADDRESS`, the link by its target's ARN, its id or its name; may be repeated")
	f.Lookup("vpc-link").DefValue = "" // else the help ends in an empty map
	f.StringVar(&s.server.CAFile, "ca-file", "", "PEM `FILE` of authorities that backends are believed besides those of the system")
	f.StringVar(&s.server.Account, "account", gatewright.DefaultAccount, "`ACCOUNT` of callers whose credentials name none")
	f.StringVar(&s.server.Region, "region", gatewright.DefaultRegion, "`REGION` of callers whose credentials name none")
	f.StringVar(&s.server.Users, "users", "", "`FILE` of those who may call the control plane, who then must sign; see gatewright user")
	f.StringVar(&s.server.Audit, "audit", "", "`FILE` to which each call that changes something is added, as a line of JSON")
	f.StringVar(&s.server.ExecutionLog, "execution-log", "", "`FILE` of the execution logs that stages ask for in their method settings")
	f.BoolVar(&s.example, "example", false, "make and deploy a pet store to try")
	f.BoolVar(&s.server.AllowOpenControl, "allow-open-control", false, "accept a --control address that others can reach: somebody else keeps the door")
	f.StringSliceVar(&s.server.ControlHosts, "control-host", nil, "further host `NAME` that the control plane answers to; may be repeated")
	f.StringVar(&s.server.Limits, "limits", "", "`QUOTAS` on how many APIs, stages and so on an account has: \"aws\", or like \"aws,stages=20\" (default: none)")
	f.Float64Var(&s.server.ControlRate, "control-rate", 0, "`NUMBER` of calls per second that the control plane answers, four times as many at once (default: all)")
	f.IntVar(&s.server.MaxConnections, "max-connections", 0, "`NUMBER` of connections that each listener keeps at a time; 0: no limit")
	f.DurationVar(&s.drain, "drain", 30*time.Second, "`TIME` that requests under way may take to finish after SIGTERM")
	f.DurationVar(&s.delay, "drain-delay", 0, "`TIME` for which all is still served after SIGTERM, while readiness checks fail, before the drain begins (default 0s)")
	f.StringVar(&s.logForm, "log", "text", "`FORM` of the log on standard error: text or json")
	f.BoolVar(&s.debug, "debug", false, "log more")
	f.StringVar(&s.config, "config", "", "YAML `FILE` with these settings")
	return c
}

func (s *serving) run(ctx context.Context, out, errOut io.Writer) error {
	log, err := newLog(s.logForm, s.debug, errOut)
	if err != nil {
		return err
	}
	s.server.Log = log
	if s.drain < 0 {
		return &gatewright.SettingError{Setting: "drain", Err: fmt.Errorf("%v is not a time to wait, such as 30s", s.drain)}
	}
	if s.delay < 0 {
		return &gatewright.SettingError{Setting: "drain-delay", Err: fmt.Errorf("%v is not a time to wait, such as 10s", s.delay)}
	}
	if s.server.Data == "" {
		if s.server.Data = dataFolder(); s.server.Data == "" {
			return usageError{errors.New(`there is no home folder to keep the state in: say --data FOLDER, or --data memory`)}
		}
	}
	if s.example && s.server.Users != "" {
		return usageError{errors.New("--example is to try things without signing: it does not go with --users")}
	}
	if err := s.reachAWS(ctx); err != nil {
		return err
	}
	stop := catchInterrupts()
	hangups := make(chan os.Signal, 1)
	if s.server.Users != "" || s.server.Audit != "" || s.server.ExecutionLog != "" { // else SIGHUP ends the program, as it does others
		signal.Notify(hangups, syscall.SIGHUP)
		defer signal.Stop(hangups)
	}

	if err := s.server.Start(ctx); err != nil {
		return withAdvice(err)
	}
	if s.server.AllowOpenControl && s.server.Users == "" {
		log.Warn("the control plane is open to everybody who reaches its address", "address", s.server.Control)
	}
	if err := s.greet(ctx, out); err != nil {
		return errors.Join(err, s.server.Close())
	}
	told := s.untilTold(stop, hangups, nil, log)
	if s.delay > 0 {
		s.server.Retire()
		log.Info("retired", "signal", told.String(), "draining_in", s.delay)
		s.untilTold(stop, hangups, time.After(s.delay), log)
	}
	log.Info("draining", "signal", told.String(), "at_most", s.drain)
	return s.stop(ctx, stop, log)
}

// reachAWS finds where services of AWS are called and what calls are signed with.
// Without any address for them nothing is called, and nobody asked for
// credentials.
func (s *serving) reachAWS(ctx context.Context) (err error) {
	urls, rest := serviceURLs(os.Environ())
	if s.server.Lambda == "" {
		s.from["lambda"] = "environment variable AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL"
	}
	if s.server.Services == "" {
		s.from["services"] = "environment variable AWS_ENDPOINT_URL"
	}
	s.server.Lambda = cmp.Or(s.server.Lambda, urls["LAMBDA"], rest)
	s.server.ServiceURLs, s.server.Services = urls, cmp.Or(s.server.Services, rest)
	if s.server.LambdaCredentials, err = signingCredentials(ctx, s.server.Lambda); err != nil {
		return err
	}
	at := s.server.Services
	for _, url := range urls {
		at = cmp.Or(at, url)
	}
	s.server.ServiceCredentials, err = signingCredentials(ctx, at)
	return err
}

// untilTold waits for a signal to stop, nil when the time is over before, and reads
// anew what SIGHUP asks for.
func (s *serving) untilTold(stop *interrupts, hangups <-chan os.Signal, over <-chan time.Time, log *slog.Logger) os.Signal {
	for {
		select {
		case sig := <-stop.signals:
			if stop.another() {
				return sig
			}
		case <-over:
			return nil
		case <-hangups:
			if err := s.server.Reload(); err != nil {
				log.Error("not everything was read anew", "error", err)
				continue
			}
			log.Info("read anew")
		}
	}
}

// stop drains until all requests have finished, the time is over or another
// interrupt comes.
func (s *serving) stop(ctx context.Context, stop *interrupts, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, s.drain)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- s.server.Shutdown(ctx) }()
	err := stop.wait(drained)
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// greet tells where everything is, with lines to copy.
func (s *serving) greet(ctx context.Context, out io.Writer) error {
	if s.example {
		if err := s.server.AddExample(ctx); err != nil {
			return err
		}
	}
	apis, err := s.server.APIs(ctx)
	if err != nil {
		return err
	}
	state := "state in memory, gone at the end"
	if s.server.Data != gatewright.Memory {
		state = "state in " + displayPath(s.server.Data)
	}
	fmt.Fprintf(out, "gatewright %s   %s, %s\n", gatewright.Version(), plural(apis, "API"), state)
	fmt.Fprintf(out, "  AWS clients   export AWS_ENDPOINT_URL_API_GATEWAY=%s\n", s.server.ControlURL())
	fmt.Fprintf(out, "  callers       %s\n", s.server.InvokeURL("{api}", "{stage}/"))
	if u := s.server.GatewayURL(); u != "" {
		fmt.Fprintf(out, "  the world     %s/restapis/{api}/{stage}/_user_request_/\n", u)
	}
	if !s.example {
		return nil
	}
	base := s.server.ControlURL() + "/_aws/execute-api/" + gatewright.ExampleAPI + "/prod"
	fmt.Fprintf(out, "\nThe example is deployed. A pet, and its owner's answer to an unknown path:\n")
	fmt.Fprintf(out, "  curl -i %s/pets/2\n", base)
	fmt.Fprintf(out, "  curl -i %s/birds\n", base)
	return nil
}

func newLog(form string, debug bool, w io.Writer) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if debug {
		o.Level = slog.LevelDebug
	}
	switch form {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, &gatewright.SettingError{Setting: "log", Err: fmt.Errorf("%q is not text or json", form)}
}

// withAdvice adds to an error of Start what to try next.
func withAdvice(err error) error {
	switch {
	case errors.Is(err, gatewright.ErrAddressInUse):
		return fmt.Errorf("%w\nstop that program, or choose another address with --control or --gateway, 127.0.0.1:0 for any free port", err)
	case errors.Is(err, gatewright.ErrUsers) && errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w\ngatewright user add NAME --admin --users FILE makes it", err)
	case errors.Is(err, gatewright.ErrOpenControl):
		return fmt.Errorf("%w\nlisten on 127.0.0.1 and serve the world with --gateway, say with --users who may call, or with --allow-open-control that somebody else keeps the door", err)
	}
	return err
}

// dataFolder is where the platform keeps the data of a user's programs; "" when
// he has no home.
func dataFolder() string {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "gatewright")
	}
	if d := os.Getenv("LocalAppData"); d != "" {
		return filepath.Join(d, "gatewright")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "share", "gatewright")
}

// displayPath writes the home folder as ~.
func displayPath(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); err == nil && ok {
		return "~/" + filepath.ToSlash(rest)
	}
	return path
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
