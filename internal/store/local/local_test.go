package local_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/local"
)

// An engine is one for tests: it keeps keys alone, notes its commits and has
// the errors that it is told to have.
type engine struct {
	mu      sync.Mutex
	version uint64
	keys    []string
	commits [][]string

	refuse func(keys []string) error // asked before a commit
	after  error                     // of a commit that was made all the same
}

func (e *engine) View(read func(local.Snapshot) error) error {
	e.mu.Lock()
	s := &snapshot{e.version, slices.Clone(e.keys)}
	e.mu.Unlock()
	return read(s)
}

func (e *engine) Commit(version uint64, changes []store.Change) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var keys []string
	for _, c := range changes {
		keys = append(keys, c.Key)
	}
	if e.refuse != nil {
		if err := e.refuse(keys); err != nil {
			return err
		}
	}
	e.version = version
	e.keys = append(e.keys, keys...)
	slices.Sort(e.keys)
	e.commits = append(e.commits, keys)
	return e.after
}

func (e *engine) Close() error { return nil }

type snapshot struct {
	version uint64
	keys    []string
}

func (s *snapshot) Version() uint64 { return s.version }

func (s *snapshot) Get(key string) ([]byte, error) {
	if slices.Contains(s.keys, key) {
		return []byte{}, nil
	}
	return nil, store.ErrNotFound
}

func (s *snapshot) From(key string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, k := range s.keys {
			if k >= key && !yield(k, nil) {
				return
			}
		}
	}
}

// together has changes share a commit: the first holds its turn until the
// others wait for theirs. It returns their answers.
func together(t *testing.T, s *local.Store, changes ...func(store.Writer) error) (versions []uint64, errs []error) {
	versions, errs = make([]uint64, len(changes)), make([]error, len(changes))
	began, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for i, change := range changes {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			first := true
			versions[i], errs[i] = s.Update(t.Context(), func(w store.Writer) error {
				if i == 0 && first {
					first = false
					close(began)
					<-release
				}
				return change(w)
			})
		})
		if i == 0 {
			<-began
		}
		synctest.Wait()
	}
	close(release)
	all.Wait()
	return versions, errs
}

func puts(key string) func(store.Writer) error {
	return func(w store.Writer) error {
		w.Put(key, nil)
		return nil
	}
}

func open(t *testing.T, e *engine) *local.Store {
	s := local.New(e, e.version)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestWritersShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{version: 7}
		s := open(t, e)
		wrong := errors.New("wrong")
		versions, errs := together(
			t, s,
			func(w store.Writer) error {
				if w.Version() != 7 {
					t.Errorf("the first sees version %d, want 7", w.Version())
				}
				return nil
			},
			puts("/1"),
			func(w store.Writer) error {
				w.Put("/never", nil)
				return wrong
			},
			func(w store.Writer) error {
				if _, err := w.Get("/1"); err != nil || w.Version() != 8 {
					t.Errorf("a later writer sees /1: %v, version %d, want 8", err, w.Version())
				}
				if _, err := w.Get("/never"); err != store.ErrNotFound {
					t.Errorf("a later writer sees what a failed one wrote: %v", err)
				}
				return nil
			},
			puts("/2"),
		)
		if want := []uint64{7, 8, 8, 8, 8}; !slices.Equal(versions, want) {
			t.Errorf("versions %d, want %d", versions, want)
		}
		if want := []error{nil, nil, wrong, nil, nil}; !slices.Equal(errs, want) {
			t.Errorf("errors %v, want %v", errs, want)
		}
		if got, want := fmt.Sprint(e.commits), "[[/1 /2]]"; got != want {
			t.Errorf("commits %s, want %s", got, want)
		}
	})
}

func TestRefusedCommitIsTriedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		e := &engine{refuse: func(keys []string) error {
			if slices.Contains(keys, "/large") {
				return full
			}
			return nil
		}}
		s := open(t, e)
		_, errs := together(
			t, s,
			puts("/1"),
			puts("/large"),
			func(store.Writer) error { return full },
			func(w store.Writer) error {
				_, err := w.Get("/large")
				if err == nil {
					return errors.New("it saw /large")
				}
				return puts("/2")(w)
			},
		)
		if errs[0] != nil || !errors.Is(errs[1], full) || errs[2] != full || errs[3] != nil {
			t.Errorf("errors %v, want the second refused, and the third its own error", errs)
		}
		if !errors.Is(errs[1], store.ErrNotWritten) {
			t.Errorf("%v is not %v", errs[1], store.ErrNotWritten)
		}
		if got, want := fmt.Sprint(e.commits), "[[/1] [/2]]"; got != want {
			t.Errorf("commits %s, want %s", got, want)
		}
	})
}

func TestPanicSinksNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{refuse: func(keys []string) error {
			if len(keys) > 1 {
				return errors.New("too many") // so that each has another turn
			}
			return nil
		}}
		s := open(t, e)
		_, errs := together(
			t, s,
			puts("/1"),
			func(w store.Writer) error {
				w.Put("/never", nil)
				panic("in the change")
			},
			puts("/2"),
		)
		if errs[0] != nil || fmt.Sprint(errs[1]) != "panic: in the change" || errs[2] != nil {
			t.Errorf("errors %v, want the panic for its own caller alone", errs)
		}
		if got, want := fmt.Sprint(e.commits), "[[/1] [/2]]"; got != want {
			t.Errorf("commits %s, want %s", got, want)
		}
	})
}

func TestLeaderWhoPanicsIsSucceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		s := open(t, e)
		_, errs := together(
			t, s,
			func(w store.Writer) error {
				w.Put("/never", nil)
				panic("in the change")
			},
			puts("/1"),
			puts("/2"),
		)
		if fmt.Sprint(errs[0]) != "panic: in the change" || errs[1] != nil || errs[2] != nil {
			t.Errorf("errors %v, want the panic for its own caller alone", errs)
		}
		if got, want := fmt.Sprint(e.commits), "[[/1 /2]]"; got != want {
			t.Errorf("commits %s, want %s", got, want)
		}
	})
}

// TestEngineThatPanicsEndsCommits: nobody is left waiting, and nothing is built
// on a state that nobody knows.
func TestEngineThatPanicsEndsCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, &engine{refuse: func([]string) error { panic("in the engine") }})
		_, errs := together(t, s, puts("/1"), puts("/2"))
		if fmt.Sprint(errs[0]) != "panic: in the engine" || errs[1] == nil {
			t.Errorf("errors %v, want the panic for the leader and an error for who followed", errs)
		}
		if _, err := s.Update(t.Context(), puts("/3")); err == nil {
			t.Error("Update after a commit that panicked: no error")
		}
	})
}

// TestWaitingEnds: who waits while another leads goes when its context ends or
// the store closes.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, &engine{})
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			s.Update(t.Context(), func(store.Writer) error { <-release; return nil })
		})
		synctest.Wait()
		all.Go(func() {
			if _, err := s.Update(ctx, puts("/1")); err != context.Canceled {
				t.Errorf("Update whose context ended = %v, want %v", err, context.Canceled)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		all.Go(func() {
			if _, err := s.Update(t.Context(), puts("/2")); err != store.ErrClosed {
				t.Errorf("Update while the store closes = %v, want %v", err, store.ErrClosed)
			}
		})
		synctest.Wait()
		all.Go(func() { s.Close() })
		synctest.Wait()
		close(release)
		all.Wait()
	})
}

func TestUnknownOutcomeEndsCommits(t *testing.T) {
	e := &engine{after: errors.New("sync: input/output error")}
	s := open(t, e)
	for i, key := range []string{"/1", "/2"} {
		notWritten := i > 0
		_, err := s.Update(t.Context(), puts(key))
		if !errors.Is(err, e.after) || errors.Is(err, store.ErrNotWritten) != notWritten {
			t.Errorf("Update %s = %v, want %v, known to be not written: %v", key, err, e.after, notWritten)
		}
	}
	if len(e.commits) != 1 {
		t.Errorf("commits %v, want none after one whose outcome nobody knows", e.commits)
	}
}

func TestWatcherWhoFallsBehindReadsAnew(t *testing.T) {
	for _, c := range []struct {
		name          string
		commits, size int
		missed        bool
	}{
		{"by few commits", 100, 10, false},
		{"by many commits", 4097, 10, true},
		{"by many bytes", 10, 1 << 20, true},
		{"by one commit, however large", 1, 9 << 20, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, &engine{})
			value := make([]byte, c.size)
			for range c.commits {
				s.Update(t.Context(), func(w store.Writer) error {
					w.Put("/a", value)
					return nil
				})
			}
			for commit, err := range s.Watch(t.Context(), 0) {
				if c.missed && err != store.ErrReadAnew || !c.missed && (err != nil || commit.Version != 1) {
					t.Errorf("Watch(0) yields version %d, %v", commit.Version, err)
				}
				break
			}
			last := uint64(c.commits)
			for commit, err := range s.Watch(t.Context(), last-1) {
				if err != nil || commit.Version != last {
					t.Errorf("Watch(%d) yields version %d, %v", last-1, commit.Version, err)
				}
				break
			}
		})
	}
}
