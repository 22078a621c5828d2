package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// A world holds all APIs. Requests read it without a lock; its owner alone adds
// and removes APIs. The ids are in memory, what is behind them once it is
// needed.
type world struct {
	seed   maphash.Seed
	shards [256]atomic.Pointer[map[string]*slot] // by id; a shard is copied when it changes

	domains atomic.Pointer[domains]
}

func newWorld() *world {
	w := &world{seed: maphash.MakeSeed()}
	w.domains.Store(new(domains))
	for i := range w.shards {
		w.shards[i].Store(new(map[string]*slot))
	}
	return w
}

func (w *world) shard(id string) *atomic.Pointer[map[string]*slot] {
	return &w.shards[maphash.String(w.seed, id)%uint64(len(w.shards))]
}

// find returns the slot of an API, or nil.
func (w *world) find(id string) *slot { return (*w.shard(id).Load())[id] }

// put enters an API, unless it is there already.
func (w *world) put(id string, n restapi.Namespace) {
	if s := w.find(id); s != nil && s.namespace == n {
		return
	}
	w.change(id, func(m map[string]*slot) { m[id] = &slot{id: id, namespace: n} })
}

func (w *world) remove(id string) {
	w.change(id, func(m map[string]*slot) { delete(m, id) })
}

func (w *world) change(id string, change func(map[string]*slot)) {
	shard := w.shard(id)
	m := maps.Clone(*shard.Load())
	if m == nil {
		m = make(map[string]*slot)
	}
	change(m)
	shard.Store(&m)
}

// replace makes the APIs of index those of the world; slots of APIs that stay
// stay.
func (w *world) replace(index map[string]restapi.Namespace) {
	var next [len(w.shards)]map[string]*slot
	for id, n := range index {
		i := maphash.String(w.seed, id) % uint64(len(w.shards))
		if next[i] == nil {
			next[i] = make(map[string]*slot)
		}
		s := w.find(id)
		if s == nil || s.namespace != n {
			s = &slot{id: id, namespace: n}
		}
		next[i][id] = s
	}
	for i := range next {
		w.shards[i].Store(&next[i])
	}
}

// all yields the slots of the world.
func (w *world) all(yield func(*slot) bool) {
	for i := range w.shards {
		for _, s := range *w.shards[i].Load() {
			if !yield(s) {
				return
			}
		}
	}
}

// A slot is the place of one API.
type slot struct {
	id        string
	namespace restapi.Namespace
	stages    atomic.Pointer[map[string]*stage] // by name; nil: not needed yet
	used      atomic.Int64                      // when a request was here last, in minutes

	mu     sync.Mutex // held while stages are read and plans compiled
	failed time.Time  // when the store could not be read last
	cause  error      // why
}

// A stage is a stage as it is stored, and what it was compiled to.
type stage struct {
	record []byte               // guarded by the slot's mu
	plan   atomic.Pointer[plan] // nil: not needed yet
}

// errNoStage says that an API has no stage of a name.
var errNoStage = errors.New("no such stage")

// plan returns the plan that serves a stage. It is compiled when it is first
// needed, once however many ask.
func (s *slot) plan(ctx context.Context, name string, c *compiler) (*plan, error) {
	if stages := s.stages.Load(); stages != nil {
		st := (*stages)[name]
		if st == nil {
			return nil, errNoStage
		}
		if p := st.plan.Load(); p != nil {
			return p, nil
		}
	}
	return s.compile(ctx, name, c)
}

// compiled returns the plan of a stage that has one already, or nil.
func (s *slot) compiled(name string) *plan {
	if stages := s.stages.Load(); stages != nil {
		if st := (*stages)[name]; st != nil {
			return st.plan.Load()
		}
	}
	return nil
}

// readTimeout is how long callers wait for the store. Where it has failed, the
// next ones are told so at once, until retry has passed.
const readTimeout = 5 * time.Second

func (s *slot) compile(ctx context.Context, name string, c *compiler) (*plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil && time.Since(s.failed) < retry {
		return nil, s.cause
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	p, err := s.compileNow(ctx, name, c)
	if s.cause = nil; err != nil && !errors.Is(err, errNoStage) {
		s.failed, s.cause = time.Now(), err
	}
	return p, err
}

// compileNow does so. The caller holds s.mu.
func (s *slot) compileNow(ctx context.Context, name string, c *compiler) (*plan, error) {
	stages := s.stages.Load()
	if stages == nil {
		read, err := c.stages(ctx, s)
		if err != nil {
			return nil, err
		}
		stages = &read
		s.stages.Store(stages)
	}
	st := (*stages)[name]
	if st == nil {
		return nil, errNoStage
	}
	if st.plan.Load() == nil {
		if err := c.load(ctx, s, name, st); err != nil {
			return nil, err
		}
	}
	return st.plan.Load(), nil
}

// refresh reads the stages anew, if they were needed before. What changed and
// has a plan gets its new plan before callers see it, so that none of them
// waits.
func (s *slot) refresh(ctx context.Context, c *compiler) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.stages.Load()
	if old == nil {
		return nil
	}
	stages, err := c.stages(ctx, s)
	if err != nil {
		return err
	}
	for name, st := range stages {
		was := (*old)[name]
		if was == nil || was.plan.Load() == nil {
			continue
		}
		stale, err := c.stale(ctx, was.plan.Load())
		if err != nil {
			return err
		}
		if !stale && string(was.record) == string(st.record) {
			stages[name] = was
			continue
		}
		switch err := c.load(ctx, s, name, st); {
		case errors.Is(err, errNoStage):
			delete(stages, name)
		case err != nil:
			return err
		}
	}
	s.stages.Store(&stages)
	return nil
}

// drop forgets the stages and plans of an API that nobody called since a minute.
func (s *slot) drop(since int64) {
	if s.stages.Load() == nil || s.used.Load() > since {
		return
	}
	s.mu.Lock()
	s.stages.Store(nil)
	s.mu.Unlock()
}

// use notes that a request came in a minute. It writes once a minute, so that
// callers of one API do not wait for each other's memory.
func (s *slot) use(minute int64) {
	if s.used.Load() != minute {
		s.used.Store(minute)
	}
}

// stages reads the stages of an API.
func (c *compiler) stages(ctx context.Context, s *slot) (map[string]*stage, error) {
	prefix := s.stageKey("")
	stages := make(map[string]*stage)
	err := c.store.View(ctx, func(r store.Reader) error {
		clear(stages)
		for key, value := range r.Scan(prefix, "") {
			name, err := url.PathUnescape(key[len(prefix):])
			if err != nil || strings.Contains(key[len(prefix):], "/") {
				continue
			}
			stages[name] = &stage{record: append([]byte(nil), value...)}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read stages of API %s: %w", s.id, err)
	}
	return stages, nil
}

func (s *slot) stageKey(name string) string {
	return s.namespace.Key("/restapis/" + url.PathEscape(s.id) + "/stages/" + url.PathEscape(name))
}

// load reads a stage anew, together with its deployment, which may have been
// deleted since the stage was read first, and compiles both. It fails only where
// the store does and where the stage is gone: what is wrong with the deployment
// is in the plan.
func (c *compiler) load(ctx context.Context, s *slot, name string, st *stage) error {
	var frozen []byte
	parsed := new(restapi.Stage)
	var broken error
	err := c.store.View(ctx, func(r store.Reader) error {
		record, err := r.Get(s.stageKey(name))
		if errors.Is(err, store.ErrNotFound) {
			return errNoStage
		} else if err != nil {
			return err
		}
		st.record = append([]byte(nil), record...)
		*parsed = restapi.Stage{}
		if broken = json.Unmarshal(record, parsed); broken != nil {
			broken = fmt.Errorf("read stage: %w", broken)
			return nil
		}
		value, err := r.Get(s.namespace.Key(restapi.SnapshotPath(s.id, parsed.DeploymentID)))
		if errors.Is(err, store.ErrNotFound) {
			broken = fmt.Errorf("deployment %q: %w", parsed.DeploymentID, err)
			return nil
		}
		frozen = append(frozen[:0], value...)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("read stage %s of API %s: %w", name, s.id, err)
	case broken != nil:
		st.plan.Store(c.broken(s, parsed, broken))
	default:
		p, err := c.plan(ctx, s, parsed, frozen)
		if err != nil {
			return err
		}
		st.plan.Store(p)
	}
	return nil
}

// plan compiles a stage and its deployment. Like load it fails only where the
// store does.
func (c *compiler) plan(ctx context.Context, s *slot, st *restapi.Stage, frozen []byte) (*plan, error) {
	d, err := restapi.Thaw(frozen)
	if err == nil && d.API == nil {
		err = errors.New("deployment without an API")
	}
	if err != nil {
		return c.broken(s, st, err), nil
	}
	around, err := c.around(ctx, s.namespace, st, d)
	if err != nil {
		return nil, err
	}
	return c.compile(s, st, d, around), nil
}
