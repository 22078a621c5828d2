// Package local makes a store of one process out of an engine that can show a
// state and commit to it: it queues writers, lets those who arrive together
// share a commit, and remembers the last commits for watchers.
package local

import (
	"context"
	"iter"
	"sync"

	"github.com/gatewright/gatewright/internal/store"
)

// An Engine keeps a state. View may be called at any time until Close, also
// during Commit; Commit and Close are called one at a time.
type Engine interface {
	// View calls read with the newest state. An error that reading met is
	// returned when read itself returns none.
	View(read func(Snapshot) error) error

	// Commit makes the state with these changes the newest, durably. After an
	// error the state is as it was; where an engine cannot keep to that, the
	// version of the next Snapshot shows it.
	Commit(version uint64, changes []store.Change) error

	Close() error
}

// A Snapshot is a state. Values are valid until View returns.
type Snapshot interface {
	Version() uint64
	Get(key string) (value []byte, err error)  // store.ErrNotFound
	From(key string) iter.Seq2[string, []byte] // key and those after it, in order
}

// A Store is a store.Store of one process. It has no goroutine of its own: a
// writer who finds nobody committing leads, and those who arrive while it does
// lead next or follow who does. A change runs in the goroutine of its caller, so
// that its panics are its caller's. Nothing under way in a View or in a change
// may wait for an Update of the same store: that may be for ever.
type Store struct {
	engine Engine
	leader chan struct{} // holds one while a writer leads
	queue  chan *follower
	broken error // why there can be no more commits; the leader's own
	busy   bool  // whether there are other writers; the leader's own
	recent recent

	calls    sync.WaitGroup // of View and Update
	mu       sync.Mutex     // held to enter a call and to close closing
	closing  chan struct{}
	close    sync.Once
	closeErr error
}

// New returns a store on engine, whose newest state is that of version. Close
// closes the engine.
func New(engine Engine, version uint64) *Store {
	return &Store{
		engine:  engine,
		leader:  make(chan struct{}, 1),
		queue:   make(chan *follower),
		recent:  recent{last: version, grown: make(chan struct{})},
		closing: make(chan struct{}),
	}
}

// View implements store.Store.
func (s *Store) View(ctx context.Context, read func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.enter() {
		return store.ErrClosed
	}
	defer s.calls.Done()
	return s.engine.View(func(base Snapshot) error {
		return read(&view{base: base, version: base.Version()})
	})
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, change func(store.Writer) error) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !s.enter() {
		return 0, store.ErrClosed
	}
	defer s.calls.Done()

	select {
	case s.leader <- struct{}{}:
		return s.lead(leading(ctx, change), s.queue)
	default:
		return s.wait(ctx, change)
	}
}

// wait waits for whichever comes first, to lead or to follow. One who followed
// and was not committed leads, and alone.
func (s *Store) wait(ctx context.Context, change func(store.Writer) error) (uint64, error) {
	f, queue := newFollower(ctx), s.queue
	for {
		select {
		case s.leader <- struct{}{}:
			s.busy = true
			return s.lead(leading(ctx, change), queue)
		case queue <- f:
			if f.follow(change) {
				return f.version, f.err
			}
			queue = nil
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-s.closing:
			return 0, store.ErrClosed
		}
	}
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, from uint64) iter.Seq2[store.Commit, error] {
	return func(yield func(store.Commit, error) bool) {
		for at := from; ctx.Err() == nil && !s.isClosing(); {
			commit, grown, err := s.recent.after(at)
			switch {
			case err != nil:
				yield(store.Commit{}, err)
				return
			case grown != nil:
				select {
				case <-grown:
				case <-ctx.Done():
				case <-s.closing:
				}
			case yield(commit, nil):
				at = commit.Version
			default:
				return
			}
		}
	}
}

// Close implements store.Store. It may be called again and returns the same.
func (s *Store) Close() error {
	s.close.Do(func() {
		s.mu.Lock()
		close(s.closing)
		s.mu.Unlock()
		s.calls.Wait()
		s.closeErr = s.engine.Close()
	})
	return s.closeErr
}

// enter counts a call, or says that the store was closed.
func (s *Store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosing() {
		return false
	}
	s.calls.Add(1)
	return true
}

func (s *Store) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}
