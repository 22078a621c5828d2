package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A fault is something wrong with a deployment or its stage: what its operator
// is told when it is deployed, and callers find out when they call.
type fault struct {
	message  string // short and constant
	method   string // "GET /pets"; "": it is the whole stage's
	template string // "request", "response 200"; "": it is no template's
	cause    error
}

// faults are those of one plan.
type faults struct {
	first []fault
	more  int // that came behind them
}

const mostFaults = 100 // of a plan, that are told

func (f *faults) add(one fault) {
	if len(f.first) == mostFaults {
		f.more++
		return
	}
	f.first = append(f.first, one)
}

// An inspector tells the operator what is wrong with what was deployed, before
// the first caller finds out. It looks at one stage at a time, apart from who
// deploys and who calls. A plan that nobody needed yet is compiled for it and
// not kept, so that stages without callers take no memory.
type inspector struct {
	compiler *compiler
	log      *slog.Logger

	mu      sync.Mutex
	waiting map[inspection]bool // a stage is in it once, however often it is deployed
	added   chan struct{}
}

// An inspection is of one stage, as it is when its turn comes.
type inspection struct {
	slot  *slot
	stage string
}

func newInspector(c *compiler, log *slog.Logger) *inspector {
	return &inspector{compiler: c, log: log, waiting: make(map[inspection]bool), added: make(chan struct{}, 1)}
}

// add has stages of an API inspected. It waits for nothing.
func (in *inspector) add(s *slot, stages []string) {
	in.mu.Lock()
	for _, name := range stages {
		in.waiting[inspection{s, name}] = true
	}
	in.mu.Unlock()
	select {
	case in.added <- struct{}{}:
	default: // it wakes up already
	}
}

// settling is how long what was deployed is left alone, so that a stage that is
// changed again and again is looked at now and then.
const settling = time.Second / 2

// inspect inspects what is added until ctx ends.
func (in *inspector) inspect(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.added:
		}
		wait(ctx, settling)
		for one := range in.take() {
			if ctx.Err() != nil {
				return
			}
			in.tell(ctx, one)
		}
	}
}

// take takes out all that waits.
func (in *inspector) take() map[inspection]bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := in.waiting
	in.waiting = make(map[inspection]bool)
	return all
}

// tell logs the faults of a stage. One that is gone has none, and nor has one
// that the store does not give: who follows the store says that it is away.
func (in *inspector) tell(ctx context.Context, one inspection) {
	p := one.slot.compiled(one.stage)
	if p == nil {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		var st stage
		if err := in.compiler.load(ctx, one.slot, one.stage, &st); err != nil {
			return
		}
		p = st.plan.Load()
	}
	level := slog.LevelWarn
	if p.refusal != nil {
		level = slog.LevelError
	}
	for _, f := range p.faults.first {
		attrs := []slog.Attr{slog.String("api", one.slot.id), slog.String("stage", one.stage)}
		if f.method != "" {
			attrs = append(attrs, slog.String("method", f.method))
		}
		if f.template != "" {
			attrs = append(attrs, slog.String("template", f.template))
		}
		in.log.LogAttrs(ctx, level, f.message, append(attrs, slog.String("cause", f.cause.Error()))...)
	}
	if n := p.faults.more; n > 0 {
		in.log.Warn("the stage has further faults", "api", one.slot.id, "stage", one.stage, "not_logged", n)
	}
}
