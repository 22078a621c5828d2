//go:build unix && !linux

package function

import (
	"os"
	"syscall"
)

// ownGroup lets a process be ended with all that it starts. If we are killed, it
// notices by its connection to the Runtime API.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) } // unless it is over
