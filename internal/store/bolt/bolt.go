// Package bolt is a store in one file, by bbolt: copy-on-write pages that
// neither a killed process nor a torn write can half apply.
//
// The file is checked from end to end before it is used, and every value again
// when it is read. What is not complete is refused and left as it is.
package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/local"
)

var (
	// ErrInUse says that another process has the file open.
	ErrInUse = errors.New("in use by another process")

	// ErrCorrupt says that a file is not the whole state that was written to
	// it: torn, damaged, or not a file of this store.
	ErrCorrupt = errors.New("not a complete state")
)

// Open opens the store in the file of that path, or makes it, together with its
// folder. It returns ErrInUse while another process has the file open, and
// ErrCorrupt, leaving every byte as it is, when not all that was committed is
// there.
func Open(path string) (store.Store, error) {
	e, version, err := open(path)
	switch {
	case err == nil:
		return local.New(e, version), nil
	case errors.Is(err, ErrInUse):
		return nil, fmt.Errorf("store: %s is %w: stop that one, or choose another data folder", path, err)
	case errors.Is(err, ErrCorrupt):
		return nil, fmt.Errorf("store: %s is %w; it was left untouched: bring it back from a copy, or move it away to begin anew", path, err)
	default:
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
}

func open(path string) (*engine, uint64, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, 0, err
		}
	}
	var at uint64
	db, err := openDB(path, func(name string, _ int, _ os.FileMode) (f *os.File, err error) {
		f, at, err = openVerified(name)
		return f, err
	})
	if err != nil {
		return nil, 0, err
	}
	return &engine{db}, at, nil
}

// openVerified opens the file for bbolt once it is ours alone and known to be
// whole: bbolt itself maps what it finds into memory, trusts it, and crashes.
func openVerified(path string) (*os.File, uint64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	var at uint64
	if err = lock(f); err == nil {
		at, err = verify(f)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, at, nil
}

// create makes an empty state under another name and then gives it its own, so
// that a file of that name is whole from its first moment: an empty file is
// what is left of a state, never the beginning of one.
func create(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	if err := initialize(f.Name()); err != nil {
		return err
	}
	// Link leaves alone what another process put there first. Where files
	// cannot have two names the new one moves.
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(f.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

func initialize(path string) error {
	db, err := openDB(path, os.OpenFile)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(stateBucket)
		return err
	})
	return errors.Join(err, db.Close())
}

// syncFolder makes a new name in folder durable.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

const (
	// mapped is how much of the address space is set aside for the file, so
	// that it seldom has to be mapped anew: that waits for all readers.
	mapped = 1 << 30

	// step is by how much the file grows when it is full.
	step = 1 << 20
)

func openDB(path string, openFile func(string, int, os.FileMode) (*os.File, error)) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         time.Nanosecond, // a lock is held for long, or not at all
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true, // a page less to write, and open reads all pages anyway
		InitialMmapSize: mapped,
		NoStatistics:    true,
		OpenFile:        openFile,
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, ErrInUse
	}
	if err == nil {
		db.AllocSize = step
	}
	return db, err
}

// An engine is the local.Engine of one file.
type engine struct {
	db *bbolt.DB
}

func (e *engine) View(read func(local.Snapshot) error) error {
	return e.db.View(func(tx *bbolt.Tx) error {
		s := &snapshot{version: version(uint64(tx.ID())), values: tx.Bucket(stateBucket)}
		if err := read(s); err != nil {
			return err
		}
		return s.err
	})
}

// Commit writes the changes and the digest that tells of them. bbolt returns when
// it has synced first the pages and then the root that leads to them.
func (e *engine) Commit(_ uint64, changes []store.Change) error {
	return e.db.Update(func(tx *bbolt.Tx) error {
		values := tx.Bucket(stateBucket)
		d := digest(values.Sequence()) + 1 // the next version
		for _, c := range changes {
			if err := apply(values, c, &d); err != nil {
				return fmt.Errorf("%s: %w", c.Key, err)
			}
		}
		return values.SetSequence(uint64(d))
	})
}

func apply(values *bbolt.Bucket, c store.Change, d *digest) error {
	key := []byte(c.Key)
	if old := values.Get(key); old != nil {
		d.remove(old)
	}
	if c.Value == nil {
		return values.Delete(key)
	}
	record := seal(key, c.Value)
	d.add(record)
	return values.Put(key, record)
}

func (e *engine) Close() error { return e.db.Close() }

// A snapshot is a local.Snapshot of one read transaction.
type snapshot struct {
	version uint64
	values  *bbolt.Bucket
	err     error // the first record that was damaged
}

func (s *snapshot) Version() uint64 { return s.version }

func (s *snapshot) Get(key string) ([]byte, error) {
	k := []byte(key)
	record := s.values.Get(k)
	if record == nil {
		return nil, store.ErrNotFound
	}
	return s.unseal(k, record)
}

func (s *snapshot) From(key string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		c := s.values.Cursor()
		for k, record := c.Seek([]byte(key)); k != nil; k, record = c.Next() {
			value, err := s.unseal(k, record)
			if err != nil || !yield(string(k), value) {
				return
			}
		}
	}
}

func (s *snapshot) unseal(key, record []byte) ([]byte, error) {
	value, ok := unseal(key, record)
	if ok {
		return value, nil
	}
	err := fmt.Errorf("store: %s: %w: its checksum is wrong", strings.ToValidUTF8(string(key), "?"), ErrCorrupt)
	if s.err == nil {
		s.err = err
	}
	return nil, err
}
