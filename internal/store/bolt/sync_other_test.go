//go:build !linux

package bolt_test

import (
	"errors"
	"os"
)

func syncData(f *os.File) error { return f.Sync() }

// unsynced needs a kernel that can be told to fail a system call.
func unsynced(string) error { return errors.ErrUnsupported }
