//go:build !unix

package function

import (
	"os"
	"syscall"
)

// ownGroup is nothing here: a process is ended alone.
func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(p *os.Process) { _ = p.Kill() } // unless it is over
