//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process is a server that runs until it is stopped. Its log is a file, as
// it would be in real life: what writing it costs is part of the picture.
type process struct {
	cmd  *exec.Cmd
	log  string
	addr string        // where it serves the load
	gone chan struct{} // closed when it has ended
}

// A stable starts the servers of a run and stops them all at its end.
type stable struct {
	folder    string // for logs and data
	procs     int    // GOMAXPROCS of every server; 0 leaves it to Go
	processes []*process
}

// role starts this program again in the given role.
func (s *stable) role(r role) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Env = append(s.environment(), roleVariable+"="+string(text))
	if _, err := cmd.StdinPipe(); err != nil { // its end ends the process
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p, err := s.start(strings.NewReplacer("/", "-", " ", "-").Replace(r.Name), cmd)
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not start:\n%s", r.Name, p.logged())
	}
	p.addr = strings.TrimSpace(line)
	return p, nil
}

// environment is all that a server sees of ours: settings of the person who
// runs the benchmark must not decide what comes out.
func (s *stable) environment() []string {
	env := []string{"HOME=" + s.folder}
	if s.procs > 0 {
		env = append(env, fmt.Sprintf("GOMAXPROCS=%d", s.procs))
	}
	return env
}

// start starts a server whose log has the given name.
func (s *stable) start(name string, cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, log: filepath.Join(s.folder, name+".log"), gone: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stderr = log
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		cmd.Wait()
		close(p.gone)
	}()
	s.processes = append(s.processes, p)
	return p, nil
}

// stop stops all servers.
func (s *stable) stop() {
	for _, p := range s.processes {
		p.stop()
	}
	s.processes = nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks the server to end, waits for it, and after a while ends it.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	impatience := time.AfterFunc(5*time.Second, func() { p.cmd.Process.Kill() })
	defer impatience.Stop()
	<-p.gone
}

// forget empties all logs, so that a server that logs every request does not
// fill the disk.
func (s *stable) forget() error {
	for _, p := range s.processes {
		if err := os.Truncate(p.log, 0); err != nil {
			return err
		}
	}
	return nil
}

// logged returns the end of the server's log.
func (p *process) logged() string {
	text, _ := os.ReadFile(p.log)
	return string(text[max(0, len(text)-4096):])
}
