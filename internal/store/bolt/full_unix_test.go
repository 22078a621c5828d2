//go:build unix

package bolt_test

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gatewright/gatewright/internal/store"
)

// TestFullDisk lets files grow no further, which a writer sees as it sees a
// full disk.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	defer s.Close()
	want := map[string]string{"/a": "before"}
	version := put(t, s, "/a", "before")

	makeRoom := fillDisk(t, path)
	large := strings.Repeat("large", 1<<20)
	for range 3 {
		_, err := tryPut(s, "/large", large)
		if !errors.Is(err, syscall.EFBIG) && (err == nil || !strings.Contains(err.Error(), syscall.EFBIG.Error())) {
			t.Fatalf("Update on a full disk = %v, want %v", err, syscall.EFBIG)
		}
		if !errors.Is(err, store.ErrNotWritten) || !strings.Contains(err.Error(), "not written, the state is as before") {
			t.Errorf("the error %q does not say what became of the state", err)
		}
		if diff := difference(s, want); diff != "" {
			t.Fatal(diff)
		}
	}
	if got := put(t, s, "/small", "fits"); got != version+1 {
		t.Errorf("commit after those that failed has version %d, want %d", got, version+1)
	}
	makeRoom()
	put(t, s, "/large", large)
	want["/small"], want["/large"] = "fits", large
	if diff := difference(s, want); diff != "" {
		t.Error(diff)
	}
	s.Close()
	s = open(t, path)
	defer s.Close()
	if diff := difference(s, want); diff != "" {
		t.Error("after a restart: " + diff)
	}
}

// fillDisk keeps this process from writing files beyond the size of the one at
// path, until makeRoom is called.
func fillDisk(t *testing.T, path string) (makeRoom func()) {
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // the error is enough
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	makeRoom = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
	t.Cleanup(makeRoom)
	full := limit
	set(&full.Cur, info.Size())
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	return makeRoom
}

// set sets a limit's number, which has the one type here and the other there.
func set[T int64 | uint64](to *T, n int64) { *to = T(n) }
