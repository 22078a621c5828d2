package users

import (
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"github.com/gatewright/gatewright/sigv4"
)

// A Directory follows a file of users. It looks whether the file has changed
// whenever a key is asked for, so that who was removed is out with his next
// request. While a file cannot be read, those of the last one stay.
type Directory struct {
	path, account string
	log           *slog.Logger

	mu    sync.Mutex
	seen  fs.FileInfo // the file that keys are from, or that could not be read
	keys  map[string]sigv4.Key
	fault string // of the last look, to be logged once
}

// Open reads the file at path. Users that name no account belong to the one
// given.
func Open(path, account string, log *slog.Logger) (*Directory, error) {
	d := &Directory{path: path, account: account, log: log}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
}

// Key is for sigv4.Verifier. The owner of a key is a *User, which never changes.
func (d *Directory) Key(id string) (sigv4.Key, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.follow()
	key, ok := d.keys[id]
	if !ok {
		return sigv4.Key{}, sigv4.ErrUnknownKey
	}
	return key, nil
}

// Reload reads the file whether or not it seems to have changed.
func (d *Directory) Reload() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read()
}

func (d *Directory) follow() {
	info, err := os.Stat(d.path)
	if err == nil && same(info, d.seen) {
		return
	}
	if err == nil {
		err = d.read()
	}
	if err == nil {
		d.log.Info("users read anew", "file", d.path)
		return
	}
	if fault := err.Error(); fault != d.fault {
		d.fault = fault
		d.log.Error("the users stay as they were: their file cannot be read", "file", d.path, "error", err)
	}
}

func same(a, b fs.FileInfo) bool {
	return b != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}

// read remembers the file as it was before it was read, so that what is written
// meanwhile is not missed.
func (d *Directory) read() (err error) {
	if d.seen, err = os.Stat(d.path); err != nil {
		return err
	}
	f, err := Read(d.path)
	if err != nil {
		return err
	}
	d.keys, d.fault = f.keys(d.account), ""
	return nil
}
