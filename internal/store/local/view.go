package local

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/tree"
)

// mostKeyBytes is the longest key: what bbolt takes, for all engines alike.
const mostKeyBytes = 32768

// A view is a snapshot with writes over it that are not committed yet.
type view struct {
	base    Snapshot
	version uint64
	writes  tree.Tree[[]byte] // nil: deleted
}

func (v *view) Version() uint64 { return v.version }

func (v *view) Get(key string) ([]byte, error) {
	value, written := v.writes.Get(key)
	switch {
	case !written:
		return v.base.Get(key)
	case value == nil:
		return nil, store.ErrNotFound
	}
	return value, nil
}

// Scan yields what was there when it began: writes made on the way do not move
// it.
func (v *view) Scan(prefix, after string) iter.Seq2[string, []byte] {
	writes := v.writes
	return func(yield func(string, []byte) bool) {
		for key, value := range merge(v.base, writes, max(prefix, after)) {
			if !strings.HasPrefix(key, prefix) {
				return
			}
			if value == nil || key == after {
				continue
			}
			if !yield(key, value) {
				return
			}
		}
	}
}

// merge yields the keys from start on of both, in order; where both have a key,
// that of writes.
func merge(base Snapshot, writes tree.Tree[[]byte], start string) iter.Seq2[string, []byte] {
	if writes.Empty() {
		return base.From(start)
	}
	return func(yield func(string, []byte) bool) {
		next, stop := iter.Pull2(writes.From(start))
		defer stop()
		written, write, more := next()
		for key, value := range base.From(start) {
			for more && written < key {
				if !yield(written, write) {
					return
				}
				written, write, more = next()
			}
			if more && written == key {
				value = write
				written, write, more = next()
			}
			if !yield(key, value) {
				return
			}
		}
		for more && yield(written, write) {
			written, write, more = next()
		}
	}
}

// A writer is the view of one change, and what it writes.
type writer struct {
	view
	err error // of the first write that cannot be committed
}

func (w *writer) Put(key string, value []byte) {
	if key == "" || len(key) > mostKeyBytes {
		w.refuse(fmt.Errorf("key of %d bytes, not 1 to %d: %.50q…", len(key), mostKeyBytes, key))
		return
	}
	if value == nil {
		value = []byte{}
	}
	w.writes = w.writes.With(key, value[:len(value):len(value)])
}

// Delete writes nothing where there is nothing, as that would cost a commit.
func (w *writer) Delete(key string) {
	_, err := w.Get(key)
	switch {
	case err == nil:
		w.writes = w.writes.With(key, nil)
	case !errors.Is(err, store.ErrNotFound):
		w.refuse(err)
	}
}

func (w *writer) refuse(err error) {
	if w.err == nil {
		w.err = err
	}
}
