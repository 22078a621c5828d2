// Package gateway is the data plane: it answers the callers of APIs from plans,
// which it compiles from deployments and their stages and swaps when they
// change.
package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A Config is what a Gateway is made of. Store and Upstream are needed.
type Config struct {
	Store    store.Store
	Upstream *upstream.Client      // calls HTTP backends
	Lambda   *integration.Lambda   // invokes functions; nil: they cannot be reached
	Services *integration.Services // calls other services of AWS; nil: they cannot be reached
	VPCLinks map[string]string     // where links lead, by target ARN, link id or link name: host:port, or host
	Log      *slog.Logger          // nil: none

	// Executions is where the execution logs go that stages ask for; nil:
	// nowhere. It is written to by one goroutine.
	Executions io.Writer
	Now        func() time.Time // nil: time.Now

	// Idle is how long an API that nobody calls is kept compiled; 0: an hour.
	Idle time.Duration
}

// A Gateway serves the invocations of all APIs of a store. It follows the store
// until Close, and goes on with what it knows while the store is away.
type Gateway struct {
	world      *world
	compiler   *compiler
	follower   *follower
	inspector  *inspector
	why        why
	executions *executions // nil: none are logged
	now        func() time.Time
	exchanges  sync.Pool

	stop    context.CancelFunc
	running sync.WaitGroup
}

// New reads which APIs there are and begins to follow the store.
func New(c Config) (*Gateway, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Lambda == nil {
		c.Lambda = new(integration.Lambda)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Idle == 0 {
		c.Idle = time.Hour
	}
	if c.Services == nil {
		c.Services = integration.NewServices(c.Upstream, integration.Endpoints{}, nil)
	}
	g := &Gateway{
		world:      newWorld(),
		executions: newExecutions(c.Executions, c.Log),
		now:        c.Now,
		why:        why{logger: c.Log},
	}
	g.compiler = &compiler{
		store: c.Store, upstream: c.Upstream, lambda: c.Lambda, services: c.Services, vpcLinks: c.VPCLinks,
		log: c.Log, executions: g.executions,
	}
	g.exchanges.New = func() any { return &exchange{gateway: g} }
	g.inspector = newInspector(g.compiler, c.Log)
	g.follower = newFollower(c.Store, g.world, g.compiler, g.inspector, c.Log)
	ctx, stop := context.WithCancel(context.Background())
	if err := g.follower.read(ctx); err != nil {
		stop()
		return nil, err
	}
	g.stop = stop
	g.running.Go(func() { g.follower.follow(ctx) })
	g.running.Go(func() { g.inspector.inspect(ctx) })
	g.running.Go(func() { g.sweep(ctx, c.Idle) })
	if g.executions != nil {
		g.running.Go(func() { g.executions.write(ctx) })
	}
	return g, nil
}

// Serve answers an invocation.
func (g *Gateway) Serve(e *message.Exchange) {
	x := g.exchanges.Get().(*exchange)
	defer func() {
		if x != nil { // a panic: nobody else waits for this exchange
			x.scope.Settle()
		}
	}()
	x.begin(e, g.now())
	err := x.run()
	if err != nil {
		x.fail(err)
	}
	if x.story != nil {
		x.tellEnd(err)
		g.executions.add(x.story.text.String())
	}
	x.compress()
	x.watch()
	x.end()
	g.exchanges.Put(x)
	x = nil
}

func (x *exchange) run() error {
	for i := range arrival {
		if err := arrival[i].run(x); err != nil {
			return err
		}
	}
	if x.method.logging != nil {
		x.story = x.method.logging.begin(x)
		return x.runTold()
	}
	for i := range x.method.steps {
		if err := x.method.steps[i].run(x); err != nil {
			return err
		}
	}
	return nil
}

// Claims reports whether a request is an invocation in one of the service's own
// forms: by its host, or by its path on any host.
func (g *Gateway) Claims(r *message.Request) bool {
	_, ok := locate(r)
	return ok
}

// HasDomain reports whether a request's host is a custom domain name.
func (g *Gateway) HasDomain(r *message.Request) bool {
	return (*g.world.domains.Load()).find(r.Hostname()) != nil
}

// Served returns when all commits up to version are served, or when ctx ends.
func (g *Gateway) Served(ctx context.Context, version uint64) error {
	return g.follower.wait(ctx, version)
}

// Ready returns why the gateway may be behind the store, or nil.
func (g *Gateway) Ready() error {
	g.follower.mu.Lock()
	defer g.follower.mu.Unlock()
	if g.follower.away != nil {
		return fmt.Errorf("serving the state of commit %d: %w", g.follower.version, g.follower.away)
	}
	return nil
}

// Stats are the numbers of a Gateway.
type Stats struct {
	APIs    int    // that it knows
	Plans   int    // stages that are compiled
	Version uint64 // of the last commit that is served
}

// Stats counts what the gateway holds.
func (g *Gateway) Stats() Stats {
	n := Stats{Version: g.follower.served()}
	for s := range g.world.all {
		n.APIs++
		if stages := s.stages.Load(); stages != nil {
			for _, st := range *stages {
				if st.plan.Load() != nil {
					n.Plans++
				}
			}
		}
	}
	return n
}

// Close ends the following of the store. Requests are still answered, from what
// is known.
func (g *Gateway) Close() error {
	g.stop()
	g.running.Wait()
	return nil
}

// sweep forgets what is compiled for APIs that nobody calls.
func (g *Gateway) sweep(ctx context.Context, idle time.Duration) {
	t := time.NewTicker(max(idle/4, time.Minute))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			since := g.now().Add(-idle).Unix() / 60
			for s := range g.world.all {
				s.drop(since)
			}
		}
	}
}
