package local

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/gatewright/gatewright/internal/store"
)

// mostTogether is how many writers may share a commit. It only keeps the first
// of them from waiting without end where more keep coming.
const mostTogether = 256

// An update is a call of Update.
type update struct {
	ctx    context.Context
	change func(*writer) error

	version uint64 // of the state that the change saw
	err     error  // of the change
}

func leading(ctx context.Context, change func(store.Writer) error) *update {
	return &update{ctx: ctx, change: func(w *writer) error { return change(w) }}
}

// offer gives u its turn on top of v and keeps in v what was written, if all
// went well.
func (u *update) offer(v *view) {
	if u.err = u.ctx.Err(); u.err != nil {
		return
	}
	w := &writer{view: *v}
	if u.err = u.change(w); u.err == nil {
		u.err = w.err
	}
	if u.err == nil {
		v.writes = w.writes
	}
	if !v.writes.Empty() {
		v.version = v.base.Version() + 1
	}
	u.version = v.version
}

// A follower is an update that another writer, the leader, commits together
// with its own. Its change runs in its own goroutine all the same, which is
// handed a writer for it and hands back how it went.
type follower struct {
	update
	turn    chan *writer
	outcome chan error
	answer  chan bool // whether the commit was made
}

func newFollower(ctx context.Context) *follower {
	f := &follower{
		update:  update{ctx: ctx},
		turn:    make(chan *writer),
		outcome: make(chan error),
		answer:  make(chan bool, 1), // the caller may have gone, see errGone
	}
	f.change = func(w *writer) error {
		f.turn <- w
		return <-f.outcome
	}
	return f
}

// follow takes the turn of change, unless ctx has ended by then, and says
// whether the commit was made.
func (f *follower) follow(change func(store.Writer) error) bool {
	for {
		select {
		case w := <-f.turn:
			f.take(w, change)
		case made := <-f.answer:
			return made
		}
	}
}

// errGone is the outcome of a change that panicked or ended its goroutine: there
// is nobody left to be answered.
var errGone = errors.New("the change did not return")

func (f *follower) take(w *writer, change func(store.Writer) error) {
	outcome := errGone
	defer func() { f.outcome <- outcome }()
	outcome = change(w)
}

// lead commits u, and with it those who come out of more in the meantime. When
// that cannot be done each has another try on its own, so that one who asks for
// too much does not sink the others. The caller leads until lead returns, or
// panics in its change.
func (s *Store) lead(u *update, more <-chan *follower) (uint64, error) {
	defer func() { <-s.leader }()
	shared, err := s.commit(u, more)
	if err != nil && shared {
		_, err = s.commit(u, nil)
	}
	if err != nil {
		return 0, err
	}
	return u.version, u.err
}

// commit answers the followers whatever happens: one whose leader was cut short
// tries alone.
func (s *Store) commit(u *update, more <-chan *follower) (shared bool, err error) {
	var followers []*follower
	made := false
	defer func() {
		for _, f := range followers {
			f.answer <- made
		}
	}()

	var before uint64
	var changes []store.Change
	err = s.engine.View(func(base Snapshot) error {
		before = base.Version()
		v := &view{base: base, version: before}
		u.offer(v)
		for f := s.next(more, 1); f != nil; f = s.next(more, 1+len(followers)) {
			followers = append(followers, f)
			f.offer(v)
		}
		for key, value := range v.writes.From("") {
			changes = append(changes, store.Change{Key: key, Value: value})
		}
		return nil
	})
	if err == nil && len(changes) > 0 {
		err = s.write(store.Commit{Version: before + 1, Changes: changes})
	}
	made, shared = err == nil, len(followers) > 0
	s.busy = shared
	return shared, err
}

// next returns a follower that waits, or nil when none does or enough are
// together. Where there are other writers it stands back once, so that those
// whom the last commit answered and who come again at once come in time: eight
// writers then commit at least five times as often as one, and else three times.
// A lone writer does not, as that wakes a thread.
func (s *Store) next(more <-chan *follower, together int) *follower {
	if together == mostTogether {
		return nil
	}
	select {
	case f := <-more:
		return f
	default:
	}
	if !s.busy {
		return nil
	}
	runtime.Gosched()
	select {
	case f := <-more:
		return f
	default:
		return nil
	}
}

// errCutShort is what there is to say while the engine commits, and afterwards
// if it panicked.
var errCutShort = errors.New("store: a commit was cut short; restart to write again")

// write has the engine commit. When that fails and the new state can be seen all
// the same, nobody knows what a restart will find, so nothing more is built on
// it.
func (s *Store) write(commit store.Commit) error {
	if s.broken != nil {
		return fmt.Errorf("store: commit %d was %w: %w", commit.Version, store.ErrNotWritten, s.broken)
	}
	s.broken = errCutShort
	err := s.engine.Commit(commit.Version, commit.Changes)
	s.broken = nil
	if err == nil {
		s.recent.add(commit)
		return nil
	}
	s.engine.View(func(now Snapshot) error {
		if now.Version() == commit.Version {
			s.broken = fmt.Errorf("store: commit %d may or may not be on disk; restart to write again: %w", commit.Version, err)
		}
		return nil
	})
	if s.broken != nil {
		return s.broken
	}
	return fmt.Errorf("store: commit %d was %w, the state is as before: %w", commit.Version, store.ErrNotWritten, err)
}
