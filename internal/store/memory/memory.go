// Package memory is a store that forgets everything at the end.
package memory

import (
	"iter"
	"sync/atomic"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/local"
	"github.com/gatewright/gatewright/internal/store/tree"
)

// New returns an empty store.
func New() store.Store {
	e := &engine{}
	e.newest.Store(&state{})
	return local.New(e, 0)
}

type engine struct {
	newest atomic.Pointer[state]
}

// A state never changes.
type state struct {
	version uint64
	values  tree.Tree[[]byte]
}

func (e *engine) View(read func(local.Snapshot) error) error {
	return read(e.newest.Load())
}

func (e *engine) Commit(version uint64, changes []store.Change) error {
	values := e.newest.Load().values
	for _, c := range changes {
		if c.Value == nil {
			values = values.Without(c.Key)
		} else {
			values = values.With(c.Key, c.Value)
		}
	}
	e.newest.Store(&state{version, values})
	return nil
}

func (e *engine) Close() error { return nil }

func (s *state) Version() uint64 { return s.version }

func (s *state) Get(key string) ([]byte, error) {
	if value, ok := s.values.Get(key); ok {
		return value, nil
	}
	return nil, store.ErrNotFound
}

func (s *state) From(key string) iter.Seq2[string, []byte] { return s.values.From(key) }
