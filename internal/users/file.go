package users

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.yaml.in/yaml/v4"
)

// Read reads a file of users.
func Read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s holds secrets and is open to others (%v): chmod 600 %[1]s", path, mode)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	users, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return users, nil
}

func parse(text []byte) (*File, error) {
	f := &File{}
	if len(bytes.TrimSpace(text)) == 0 {
		return f, nil
	}
	if err := yaml.Load(text, f, yaml.WithKnownFields()); err != nil {
		return nil, withoutValues(err)
	}
	return f, f.check()
}

// withoutValues keeps of an error of the YAML package the lines and not the
// text, which may be a secret.
func withoutValues(err error) error {
	var all *yaml.LoadErrors
	if errors.As(err, &all) && len(all.Errors) > 0 {
		return fmt.Errorf("line %d cannot be read: it has a name that is not known, or a value of another kind", all.Errors[0].Mark.Line)
	}
	return errors.New("no valid YAML")
}

const header = "# Who may call the control plane. Written by gatewright user; may be edited by\n" +
	"# hand, but the next gatewright user drops comments.\n"

// Edit changes the file of users at path, which is made if it is not there. Two
// that edit at once do not both succeed.
func Edit(path string, change func(*File) error) (err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	next := path + ".new"
	w, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there: another gatewright user is at work, or was cut off and left it behind", next)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			w.Close()
			os.Remove(next)
		}
	}()
	f, err := Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = &File{}, nil
	}
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := f.write(w); err != nil {
		return err
	}
	return os.Rename(next, path)
}

func (f *File) write(w *os.File) error {
	text, err := yaml.Dump(f)
	if err != nil {
		return err
	}
	if _, err := w.WriteString(header + string(text)); err != nil {
		return err
	}
	if err := w.Sync(); err != nil {
		return err
	}
	return w.Close()
}
