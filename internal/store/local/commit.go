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

// An update is a call of Update whose turn has come. Its change runs in the
// goroutine of the caller, who is handed a writer for it and hands back how it
// went.
type update struct {
	ctx     context.Context
	turn    chan *writer
	outcome chan error
	answer  chan answer

	version uint64 // of the state that the change saw
	err     error  // of the change
}

type answer struct {
	version uint64
	err     error
}

func newUpdate(ctx context.Context) *update {
	return &update{
		ctx:     ctx,
		turn:    make(chan *writer),
		outcome: make(chan error),
		answer:  make(chan answer, 1), // the caller may have gone, see errGone
	}
}

// run takes the turns of change, one or more, until the answer comes.
func (u *update) run(change func(store.Writer) error) (uint64, error) {
	for {
		select {
		case w := <-u.turn:
			u.take(w, change)
		case a := <-u.answer:
			return a.version, a.err
		}
	}
}

// errGone is the outcome of a change that panicked or ended its goroutine: there
// is nobody left to be answered.
var errGone = errors.New("the change did not return")

func (u *update) take(w *writer, change func(store.Writer) error) {
	outcome := errGone
	defer func() { u.outcome <- outcome }()
	outcome = change(w)
}

// offer gives u a turn on top of v and keeps in v what was written, if all went
// well.
func (u *update) offer(v *view) {
	if u.err = u.ctx.Err(); u.err != nil {
		return
	}
	w := &writer{view: *v}
	u.turn <- w
	if u.err = <-u.outcome; u.err == nil {
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

// commitAll commits until the store is closed.
func (s *Store) commitAll() {
	defer close(s.stopped)
	for {
		select {
		case u := <-s.queue:
			s.commit(u, s.queue)
		case <-s.closing:
			return
		}
	}
}

// commit commits first together with those who come out of more in the
// meantime. When that cannot be done each has another try on its own, so that
// one who asks for too much does not sink the others.
func (s *Store) commit(first *update, more <-chan *update) {
	together, err := s.tryCommit(first, more)
	for _, u := range together {
		switch {
		case u.err == errGone:
		case err == nil:
			u.answer <- answer{u.version, u.err}
		case len(together) > 1:
			s.commit(u, nil)
		default:
			u.answer <- answer{0, err}
		}
	}
}

func (s *Store) tryCommit(first *update, more <-chan *update) (together []*update, err error) {
	var before uint64
	var changes []store.Change
	err = s.engine.View(func(base Snapshot) error {
		before = base.Version()
		v := &view{base: base, version: before}
		for u := first; u != nil; u = next(more, len(together)) {
			u.offer(v)
			together = append(together, u)
		}
		for key, value := range v.writes.From("") {
			changes = append(changes, store.Change{Key: key, Value: value})
		}
		return nil
	})
	if err != nil || len(changes) == 0 {
		return together, err
	}
	commit := store.Commit{Version: before + 1, Changes: changes}
	if err := s.write(commit); err != nil {
		return together, err
	}
	s.recent.add(commit)
	return together, nil
}

// next returns an update that waits, or nil when none does or enough are
// together. It stands back once, so that those whom the last commit answered
// and who come again at once come in time: eight writers then commit at least
// five times as often as one, and else three times.
func next(more <-chan *update, together int) *update {
	if together == mostTogether {
		return nil
	}
	for range 2 {
		select {
		case u := <-more:
			return u
		default:
			runtime.Gosched()
		}
	}
	return nil
}

// write has the engine commit. When that fails and the new state can be seen all
// the same, nobody knows what a restart will find, so nothing more is built on
// it.
func (s *Store) write(commit store.Commit) error {
	if s.broken != nil {
		return fmt.Errorf("store: commit %d was %w: %w", commit.Version, store.ErrNotWritten, s.broken)
	}
	err := s.engine.Commit(commit.Version, commit.Changes)
	if err == nil {
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
