package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gatewright/gatewright/internal/store/bolt"
)

// TestNothingIsCommittedWithoutASync makes fdatasync fail in a child: if its
// updates fail, then they waited for it and believed it.
func TestNothingIsCommittedWithoutASync(t *testing.T) {
	c := launch(t, "unsynced", filepath.Join(t.TempDir(), "state.db"))
	var said []string
	for c.lines.Scan() {
		said = append(said, c.lines.Text())
	}
	if err := c.command.Wait(); err != nil || !slices.Equal(said, []string{"not committed", "state as before"}) {
		t.Errorf("the child says %q, %v", said, err)
	}
}

func unsynced(path string) error {
	s, err := bolt.Open(path)
	if err != nil {
		return err
	}
	if _, err := tryPut(s, "/a", "before"); err != nil {
		return err
	}
	if err := failSystemCall(unix.SYS_FDATASYNC, unix.EIO); err != nil {
		return err
	}
	_, err = tryPut(s, "/a", "after")
	if !errors.Is(err, unix.EIO) {
		return fmt.Errorf("update without a sync: %w", err)
	}
	fmt.Println("not committed")
	if diff := difference(s, map[string]string{"/a": "before"}); diff != "" {
		return errors.New(diff)
	}
	fmt.Println("state as before")
	return nil
}

// failSystemCall makes a system call fail from now on, in all threads, by a
// filter of the kernel's (seccomp).
func failSystemCall(number uint32, errno unix.Errno) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if e != 0 {
		return fmt.Errorf("seccomp: %w", e)
	}
	return nil
}

func syncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }
