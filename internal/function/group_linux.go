package function

import (
	"os"
	"syscall"
)

// ownGroup lets a process be ended with all that it starts, and end with us
// however we end.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) } // unless it is over
