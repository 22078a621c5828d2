package gatewright

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gatewright/gatewright/internal/control"
	"github.com/gatewright/gatewright/internal/edge"
	"github.com/gatewright/gatewright/internal/function"
	"github.com/gatewright/gatewright/internal/gateway"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/bolt"
	"github.com/gatewright/gatewright/internal/store/memory"
	"github.com/gatewright/gatewright/internal/upstream"
	"github.com/gatewright/gatewright/internal/users"
)

// What a Server is when its fields say nothing.
const (
	DefaultControl = "127.0.0.1:4566"
	DefaultAccount = "123456789012"
	DefaultRegion  = "us-east-1"
)

const (
	// Memory, as Server.Data, keeps the state in memory and forgets it at the
	// end.
	Memory = "memory"

	// AWS, as Server.Lambda, invokes functions at AWS, in their own region, and as
	// Server.Services calls AWS's other services there; as Server.Limits, it stands
	// for AWS's quotas.
	AWS = "aws"
)

var (
	// ErrOpenControl refuses a control listener that others could reach.
	ErrOpenControl = errors.New("whoever reaches this address could change every API")

	// ErrUsers says that the file of users cannot be read, or says nothing that
	// makes sense.
	ErrUsers = errors.New("the users cannot be read")

	// ErrAddressInUse says that another program listens where we should.
	ErrAddressInUse = errors.New("the address is taken by another program")

	// ErrDataInUse says that another process works on the same data folder.
	ErrDataInUse = bolt.ErrInUse

	// ErrDataCorrupt says that the data file is damaged; it was left as it is.
	ErrDataCorrupt = bolt.ErrCorrupt
)

// A Server is both planes in one process. Its fields are read by Start and must
// not be changed afterwards. The zero value is ready to start.
type Server struct {
	// Control is the address of the control plane, which also answers
	// invocations; "": DefaultControl. Only loopback addresses are accepted
	// unless there are Users, or AllowOpenControl says that somebody else keeps
	// the door.
	Control          string
	AllowOpenControl bool
	ControlHosts     []string // further names that the control plane answers to

	// Users is the file of those who may call the control plane, who then must
	// sign; "": whoever reaches it may. It is followed when it changes.
	Users string

	// Audit is the file of the audit trail; "": none.
	Audit string

	// ExecutionLog is the file of the execution logs that stages ask for, in
	// their method settings; "": there are none.
	ExecutionLog string

	// Gateway is the address of the data plane alone, for the world; "": none.
	Gateway string

	// MaxConnections is how many connections each listener keeps at a time; a
	// newcomer then takes the place of a silent one, or waits. 0: no limit.
	MaxConnections int

	// Data is the folder of the state; "" or Memory: in memory.
	Data string

	Account string // of callers whose credentials name none; "": DefaultAccount
	Region  string // likewise; "": DefaultRegion

	// Functions run on this machine. Those of other names are invoked at the URL
	// Lambda; AWS: at AWS itself; "": nowhere. Calls are signed when there are
	// LambdaCredentials.
	Functions         []Function
	Lambda            string
	LambdaCredentials aws.CredentialsProvider

	// ServiceURLs say where AWS's other services are called, by what follows
	// AWS_ENDPOINT_URL_ in the AWS clients' variables: "SQS", "DYNAMODB". Those
	// without are called at the URL Services; AWS: at AWS itself; "": not at all.
	// Calls are signed when there are ServiceCredentials.
	ServiceURLs        map[string]string
	Services           string
	ServiceCredentials aws.CredentialsProvider

	// VPCLinks are where VPC links lead: host:port, or a host alone, where the
	// integration's URI says the port, by the ARN of a target or by the link's id
	// or name. Links that are not among them lead nowhere.
	VPCLinks map[string]string

	// CAFile has authorities, in PEM, that backends are believed besides those of
	// the system; "": none.
	CAFile string

	// Limits are quotas on how many APIs, stages and so on an account has: AWS
	// for those of AWS, "stages=20" for single ones, or both with a comma between
	// them; "": none.
	Limits string

	// ControlRate is how many calls per second the control plane answers, four
	// times as many at once; 0: all.
	ControlRate float64

	Log *slog.Logger // nil: slog.Default()

	users      *users.Directory // nil: whoever reaches the control plane may call it
	trail      *trail           // nil: there is none
	execution  *lineFile        // the execution log; nil: there is none
	store      store.Store
	upstream   *upstream.Client
	functions  *function.Host
	gateway    *gateway.Gateway
	doors      []*door
	retired    chan struct{}
	retireOnce sync.Once
	serving    sync.WaitGroup
}

// A door is a listener and the edge that serves it.
type door struct {
	name     string
	listener net.Listener
	edge     *edge.Server
}

// Start opens the state and the listeners and serves until Shutdown or Close.
// It returns once both planes answer. Its errors wrap ErrSetting, ErrOpenControl,
// ErrUsers, ErrAddressInUse, ErrDataInUse or ErrDataCorrupt where those apply.
func (s *Server) Start(ctx context.Context) error {
	s.Control = cmp.Or(s.Control, DefaultControl)
	s.Account = cmp.Or(s.Account, DefaultAccount)
	s.Region = cmp.Or(s.Region, DefaultRegion)
	if s.Log == nil {
		s.Log = slog.Default()
	}
	s.retired = make(chan struct{})
	if err := s.start(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func (s *Server) start(ctx context.Context) error {
	if err := s.check(); err != nil {
		return err
	}
	limits, err := s.limits()
	if err != nil {
		return err
	}
	authorities, err := s.roots()
	if err != nil {
		return err
	}
	if s.functions, err = s.host(); err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	settings := control.Config{Account: s.Account, Region: s.Region, Limits: limits, Rate: s.ControlRate, Log: s.Log}
	if err := s.guard(&settings); err != nil {
		return err
	}
	if s.store, err = s.openStore(); err != nil {
		return err
	}
	s.upstream = &upstream.Client{RootCAs: authorities}
	lambda, err := s.lambda()
	if err != nil {
		return err
	}
	data := gateway.Config{
		Store: s.store, Upstream: s.upstream, Lambda: lambda, Services: s.services(), VPCLinks: s.VPCLinks, Log: s.Log,
	}
	if s.ExecutionLog != "" {
		if s.execution, err = openLines(s.ExecutionLog); err != nil {
			return fmt.Errorf("execution log: %w", err)
		}
		data.Executions = s.execution
	}
	if s.gateway, err = gateway.New(data); err != nil {
		return err
	}
	s.serve("gateway", s.gateway) // callers need not wait for the control plane
	settings.Store, settings.Runtime = s.store, s.gateway
	api, err := control.New(settings)
	if err != nil {
		return err
	}
	s.serve("control", s.controlDoor(api))
	return nil
}

// listen opens the doors before the state, so that a taken port costs nothing.
func (s *Server) listen(ctx context.Context) error {
	if !s.AllowOpenControl && s.Users == "" && !loopback(s.Control) {
		return fmt.Errorf("control listener %s: %w", s.Control, ErrOpenControl)
	}
	for _, d := range []*door{{name: "control"}, {name: "gateway"}} {
		address := s.Control
		if d.name == "gateway" {
			address = s.Gateway
		}
		if address == "" {
			continue
		}
		var err error
		d.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("%s listener %s: %w", d.name, address, ErrAddressInUse)
		}
		if err != nil {
			return fmt.Errorf("%s listener %s: %w", d.name, address, err)
		}
		s.doors = append(s.doors, d)
	}
	return nil
}

// guard adds to the control plane's settings those who may call it, and the
// trail of what they do.
func (s *Server) guard(c *control.Config) (err error) {
	if s.Users != "" {
		if s.users, err = users.Open(s.Users, s.Account, s.Log); err != nil {
			return fmt.Errorf("%w: %w", ErrUsers, err)
		}
		c.Keys = s.users.Key
	}
	if s.Audit != "" {
		if s.trail, err = openTrail(s.Audit, s.Log); err != nil {
			return fmt.Errorf("audit trail: %w", err)
		}
		c.Audit = s.trail.record
	}
	return nil
}

// Reload reads the users anew and goes on in new files of the audit trail and the
// execution log. What fails of that stays as it was.
func (s *Server) Reload() error {
	var errs []error
	if s.users != nil {
		errs = append(errs, s.users.Reload())
	}
	if s.trail != nil {
		errs = append(errs, s.trail.reopen())
	}
	if s.execution != nil {
		errs = append(errs, s.execution.reopen())
	}
	return errors.Join(errs...)
}

// loopback reports whether only this machine reaches a listener on address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (s *Server) openStore() (store.Store, error) {
	if s.Data == "" || s.Data == Memory {
		return memory.New(), nil
	}
	return bolt.Open(filepath.Join(s.Data, "gatewright.db"))
}

func (s *Server) limits() (*control.Limits, error) {
	if s.Limits == "" {
		return nil, nil
	}
	limits, err := control.ParseLimits(s.Limits)
	if err != nil {
		return nil, invalid("limits", "%w", err)
	}
	return limits, nil
}

// serve opens the door of that name, if there is one.
func (s *Server) serve(name string, h message.Handler) {
	for _, d := range s.doors {
		if d.name != name {
			continue
		}
		d.edge = &edge.Server{Handler: h, Refuse: refuse, Log: s.Log.With("listener", d.name), MaxConnections: s.MaxConnections}
		s.serving.Go(func() {
			if err := d.edge.Serve(d.listener); !errors.Is(err, edge.ErrServerClosed) {
				s.Log.Error("listener ended", "listener", d.name, "error", err)
			}
		})
	}
}

// ControlURL is where AWS clients find the control plane, "http://127.0.0.1:4566".
func (s *Server) ControlURL() string { return s.url("control") }

// GatewayURL is where callers find the data plane alone; "" when it has no
// listener of its own.
func (s *Server) GatewayURL() string { return s.url("gateway") }

func (s *Server) url(name string) string {
	for _, d := range s.doors {
		if d.name == name {
			address := d.listener.Addr().(*net.TCPAddr)
			host := address.IP.String()
			if address.IP.IsUnspecified() {
				host = "localhost"
			}
			return "http://" + net.JoinHostPort(host, fmt.Sprint(address.Port))
		}
	}
	return ""
}

// InvokeURL is where callers find a stage of an API on this machine.
func (s *Server) InvokeURL(apiID, stage string) string {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.ControlURL(), "http://"))
	return "http://" + apiID + ".execute-api.localhost:" + port + "/" + stage
}

// Retire makes readiness checks fail, so that load balancers turn to others, while
// everything is still served until Shutdown.
func (s *Server) Retire() {
	s.retireOnce.Do(func() { close(s.retired) })
}

// Shutdown stops accepting connections, lets requests that are under way finish,
// and functions that nobody waits for, and closes the state. When ctx ends
// first, what is left is cut and the error says so.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Retire()
	errs := make([]error, len(s.doors))
	var all sync.WaitGroup
	for i, d := range s.doors {
		if d.edge != nil {
			all.Go(func() { errs[i] = d.edge.Shutdown(ctx) })
		}
	}
	all.Wait()
	if s.functions != nil {
		errs = append(errs, s.functions.Shutdown(ctx))
	}
	return errors.Join(append(errs, s.Close())...)
}

// Close cuts all connections and closes the state.
func (s *Server) Close() error {
	var errs []error
	for _, d := range s.doors {
		if d.edge != nil {
			errs = append(errs, d.edge.Close())
		} else {
			errs = append(errs, d.listener.Close())
		}
	}
	s.serving.Wait()
	if s.gateway != nil {
		errs = append(errs, s.gateway.Close())
	}
	if s.functions != nil {
		errs = append(errs, s.functions.Close())
	}
	if s.upstream != nil {
		errs = append(errs, s.upstream.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.trail != nil {
		errs = append(errs, s.trail.close())
	}
	if s.execution != nil {
		errs = append(errs, s.execution.close())
	}
	s.doors, s.gateway, s.functions, s.upstream, s.store = nil, nil, nil, nil, nil
	s.trail, s.execution = nil, nil
	return errors.Join(errs...)
}

// APIs is how many APIs the state holds, over all accounts and regions.
func (s *Server) APIs(ctx context.Context) (n int, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		n = 0
		for range r.Scan(restapi.IndexPrefix, "") {
			n++
		}
		return nil
	})
	return n, err
}
