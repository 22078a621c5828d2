// Package store keeps the state of Gatewright: small JSON values under keys that
// are paths, committed atomically and numbered, so that others can follow.
//
// Keys are "/{account}/{region}" followed by the URL path of the thing, with
// path members escaped; "~index/…" keys find things by another name.
package store

import (
	"context"
	"errors"
	"iter"
)

var (
	// ErrNotFound says that a key holds nothing.
	ErrNotFound = errors.New("not found")

	// ErrReadAnew ends a Watch that cannot be continued without a gap: the
	// watcher reads the whole state again and watches from its version.
	ErrReadAnew = errors.New("commits were missed: read the state anew")

	// ErrNotWritten says that a commit could not be made, and that the state is
	// as it was: the disk is full, say. Another time it may go well.
	ErrNotWritten = errors.New("not written")

	// ErrClosed is returned by a store that was closed.
	ErrClosed = errors.New("store is closed")
)

// A Store holds the state. All methods may be called at the same time.
type Store interface {
	// View calls read with a consistent view of the state. An error that a
	// Scan met is returned when read itself returns none.
	View(ctx context.Context, read func(Reader) error) error

	// Update calls change and commits what it wrote, all or nothing. change
	// may run more than once and sees its own writes; what it does outside the
	// Writer must bear that. Its error is returned and nothing of it written;
	// writers that share a commit do not share errors. When Update returns
	// version and no error, the commit is on disk and of this number, or, if
	// change wrote nothing, version is that of the state which it saw.
	Update(ctx context.Context, change func(Writer) error) (version uint64, err error)

	// Watch yields the commits after version from, in order and without gaps,
	// as they are made, until ctx ends or the store is closed. It ends with
	// ErrReadAnew when it can no longer do so.
	Watch(ctx context.Context, from uint64) iter.Seq2[Commit, error]

	// Close ends watches, waits for calls that are under way and lets go of
	// the store.
	Close() error
}

// A Reader reads one consistent view of the state. Values must not be changed
// and are valid until the call of View or Update that handed out the Reader
// returns.
type Reader interface {
	// Get returns the value of key, or ErrNotFound.
	Get(key string) ([]byte, error)

	// Scan yields the keys that begin with prefix and come after the key
	// after, in order of bytes. An empty after yields all.
	Scan(prefix, after string) iter.Seq2[string, []byte]

	// Version is the number of the last commit that the view holds.
	Version() uint64
}

// A Writer reads and changes the state.
type Writer interface {
	Reader

	// Put sets the value of key. The store keeps value: it must not be changed
	// afterwards.
	Put(key string, value []byte)

	// Delete removes key. A key that holds nothing is no error.
	Delete(key string)
}

// A Commit is what one Update, or several that were committed together, did.
type Commit struct {
	Version uint64
	Changes []Change // one per key, the last write
}

// A Change is the new value of a key; nil: it was deleted.
type Change struct {
	Key   string
	Value []byte
}
