package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/bolt"
	"github.com/gatewright/gatewright/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, filepath.Join(t.TempDir(), "state.db"))
	})
}

func TestStateOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	want := map[string]string{}
	var last uint64
	for i := range 5 {
		s := open(t, path)
		for j := range 5 {
			key, value := fmt.Sprintf("/%d/%d", i, j), strings.Repeat("v", 3000*j)
			version := put(t, s, key, value)
			if version != last+1 {
				t.Fatalf("commit has version %d after %d", version, last)
			}
			last, want[key] = version, value
		}
		s.Close()
	}
	s := open(t, path)
	defer s.Close()
	if diff := difference(s, want); diff != "" {
		t.Error(diff)
	}
	for _, err := range s.Watch(t.Context(), last-1) {
		if err != store.ErrReadAnew {
			t.Errorf("Watch from before the restart: %v, want ErrReadAnew", err)
		}
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	root := t.TempDir()
	open(t, filepath.Join(root, "new", "folder", "state.db")).Close()
	for path, want := range map[string]fs.FileMode{
		"new": 0o700 | fs.ModeDir, "new/folder": 0o700 | fs.ModeDir, "new/folder/state.db": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	if files, err := os.ReadDir(filepath.Join(root, "new", "folder")); err != nil || len(files) != 1 {
		t.Errorf("the folder has %v, %v, want the one file", files, err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	child := start(t, "hold", path)
	for range 2 { // and stays so
		s, err := bolt.Open(path)
		if s != nil || !errors.Is(err, bolt.ErrInUse) {
			t.Fatalf("Open while another process has it = %v, %v, want ErrInUse", s, err)
		}
		if want := path + " is in use by another process"; !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not say %q", err, want)
		}
	}
	child.kill(t)
	s := open(t, path)
	defer s.Close()
	if diff := difference(s, map[string]string{"/held": ""}); diff != "" {
		t.Error(diff)
	}
}

// hold has the store open until it is killed, or the test has gone.
func hold(path string) error {
	s, err := bolt.Open(path)
	if err != nil {
		return err
	}
	if _, err := tryPut(s, "/held", ""); err != nil {
		return err
	}
	fmt.Println("open")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// TestDamageUnderAnOpenStore changes a value in the file while it is in use.
func TestDamageUnderAnOpenStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	defer s.Close()
	put(t, s, "/a", "good")
	put(t, s, "/b", "to be damaged")
	put(t, s, "/c", "good")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at := 0; ; { // older pages have it too
		i := bytes.Index(b[at:], []byte("to be damaged"))
		if i < 0 {
			break
		}
		f.WriteAt([]byte("T"), int64(at+i))
		at += i + 1
	}

	for name, read := range map[string]func(store.Reader) error{
		"Get": func(r store.Reader) error { _, err := r.Get("/b"); return err },
		"Scan": func(r store.Reader) error {
			for key := range r.Scan("/", "") {
				if key != "/a" {
					t.Errorf("Scan yields %s after the damage", key)
				}
			}
			return nil
		},
	} {
		if err := s.View(t.Context(), read); !errors.Is(err, bolt.ErrCorrupt) {
			t.Errorf("%s in a View = %v, want ErrCorrupt", name, err)
		}
		_, err := s.Update(t.Context(), func(w store.Writer) error { return read(w) })
		if !errors.Is(err, bolt.ErrCorrupt) {
			t.Errorf("%s in an Update = %v, want ErrCorrupt", name, err)
		}
	}
	put(t, s, "/d", "good still")
}

func open(t testing.TB, path string) store.Store {
	t.Helper()
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, s store.Store, key, value string) uint64 {
	t.Helper()
	version, err := tryPut(s, key, value)
	if err != nil {
		t.Fatalf("Update %s = %v", key, err)
	}
	return version
}

func tryPut(s store.Store, key, value string) (version uint64, err error) {
	return s.Update(background, func(w store.Writer) error {
		w.Put(key, []byte(value))
		return nil
	})
}

// difference says how the state of s differs from want.
func difference(s store.Store, want map[string]string) (diff string) {
	err := s.View(background, func(r store.Reader) error {
		n := 0
		for key, value := range r.Scan("", "") {
			n++
			if w, ok := want[key]; !ok || string(value) != w {
				diff = fmt.Sprintf("%s has %d bytes, want %d (%v): %.40q", key, len(value), len(w), ok, value)
			}
			if _, err := r.Get(key); err != nil {
				diff = fmt.Sprintf("Get(%s) = %v, which Scan yields", key, err)
			}
		}
		if n != len(want) {
			diff = fmt.Sprintf("the state has %d keys, want %d", n, len(want))
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return diff
}
