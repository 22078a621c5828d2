package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// A follower keeps a world like the store. It is one goroutine, so that commits
// come into the world in their order.
type follower struct {
	store     store.Store
	world     *world
	compiler  *compiler
	inspector *inspector
	log       *slog.Logger

	mu      sync.Mutex
	version uint64        // of the last commit that is served
	moved   chan struct{} // closed when version changes
	away    error         // why the store cannot be followed just now
	done    chan struct{} // closed when follow has returned
}

func newFollower(s store.Store, w *world, c *compiler, in *inspector, log *slog.Logger) *follower {
	return &follower{
		store: s, world: w, compiler: c, inspector: in, log: log,
		moved: make(chan struct{}), done: make(chan struct{}),
	}
}

// retry is how long a store that has failed is left alone.
const retry = time.Second

// follow follows the store until ctx ends. What was served goes on being served
// while the store is away.
func (f *follower) follow(ctx context.Context) {
	defer close(f.done)
	for {
		err := f.watch(ctx)
		for err != nil && ctx.Err() == nil {
			if !errors.Is(err, store.ErrReadAnew) {
				f.lose(err)
				wait(ctx, retry)
			}
			err = f.read(ctx)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// lose notes that the store cannot be followed. The log gets the first cause.
func (f *follower) lose(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away == nil {
		f.log.Error("store is away, serving what is known", "version", f.version, "cause", cause)
	}
	f.away = cause
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// watch brings commits into the world as they are made.
func (f *follower) watch(ctx context.Context) error {
	for commit, err := range f.store.Watch(ctx, f.served()) {
		if err == nil {
			err = f.apply(ctx, commit)
		}
		if err != nil {
			return err
		}
		f.reach(commit.Version)
	}
	return errors.New("watch ended")
}

// apply brings one commit into the world, and has what it deploys inspected.
func (f *follower) apply(ctx context.Context, commit store.Commit) error {
	touched := make(map[string][]string) // of each API, the stages that changed
	moved := make(map[string]bool)
	domains := false
	for _, change := range commit.Changes {
		if escaped, ok := strings.CutPrefix(change.Key, restapi.IndexPrefix); ok {
			f.index(escaped, change.Value)
		} else if isDomain(change.Key) {
			domains = true
		} else if id, name, ok := stageOf(change.Key); ok {
			touched[id] = append(touched[id], name)
		} else if surrounding(change.Key) {
			moved[change.Key] = true
		}
	}
	if domains {
		if err := f.refreshDomains(ctx); err != nil {
			return err
		}
	}
	if len(moved) > 0 {
		for s := range f.world.all {
			if names := s.within(moved); len(names) > 0 {
				touched[s.id] = append(touched[s.id], names...)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		if s := f.world.find(id); s != nil {
			if err := s.refresh(ctx, f.compiler); err != nil {
				return err
			}
			f.inspector.add(s, touched[id])
		}
	}
	return nil
}

// index enters or removes an API.
func (f *follower) index(escaped string, value []byte) {
	id, n, ok := f.readIndex(escaped, value)
	switch {
	case !ok:
	case value == nil:
		f.world.remove(id)
	default:
		f.world.put(id, n)
	}
}

// readIndex reads an index entry. One that cannot be read hides one API, which
// is logged, and not all that come after it.
func (f *follower) readIndex(escaped string, value []byte) (id string, n restapi.Namespace, ok bool) {
	id, err := url.PathUnescape(escaped)
	if err == nil && value != nil {
		err = json.Unmarshal(value, &n)
	}
	if err != nil {
		f.log.Error("index entry cannot be read", "api", escaped, "cause", err)
	}
	return id, n, err == nil
}

// stageOf returns the API and the name of the stage that a key is of. Nothing else
// of an API changes what is served: deployments never change.
func stageOf(key string) (id, name string, ok bool) {
	_, path, ok := restapi.SplitKey(key)
	rest, isAPI := strings.CutPrefix(path, "/restapis/")
	id, rest, _ = strings.Cut(rest, "/")
	name, isStage := strings.CutPrefix(rest, "stages/")
	if !ok || !isAPI || !isStage {
		return "", "", false
	}
	id, err := url.PathUnescape(id)
	if err == nil {
		name, err = url.PathUnescape(name)
	}
	return id, name, err == nil
}

// read reads the APIs that there are and brings those that are served up to
// date.
func (f *follower) read(ctx context.Context) error {
	index := make(map[string]restapi.Namespace)
	var version uint64
	err := f.store.View(ctx, func(r store.Reader) error {
		clear(index)
		version = r.Version()
		for key, value := range r.Scan(restapi.IndexPrefix, "") {
			if id, n, ok := f.readIndex(key[len(restapi.IndexPrefix):], value); ok {
				index[id] = n
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the index of APIs: %w", err)
	}
	f.world.replace(index)
	if err := f.refreshDomains(ctx); err != nil {
		return err
	}
	for s := range f.world.all {
		if err := s.refresh(ctx, f.compiler); err != nil {
			return err
		}
	}
	f.reach(version)
	return nil
}

func (f *follower) served() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version
}

// reach notes that all commits up to version are served.
func (f *follower) reach(version uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away != nil {
		f.log.Info("store is back", "version", version)
	}
	f.version, f.away = version, nil
	close(f.moved)
	f.moved = make(chan struct{})
}

// wait returns when all commits up to version are served.
func (f *follower) wait(ctx context.Context, version uint64) error {
	for {
		f.mu.Lock()
		served, moved := f.version, f.moved
		f.mu.Unlock()
		if served >= version {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("commit %d is not served yet: %w", version, context.Cause(ctx))
		case <-f.done:
			return fmt.Errorf("commit %d is not served: the gateway is closed", version)
		case <-moved:
		}
	}
}
