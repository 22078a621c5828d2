//go:build unix

package upstream

import (
	"net"
	"syscall"
)

// A peeker looks at a socket without waiting and without taking anything.
type peeker struct {
	raw   syscall.RawConn
	look  func(fd uintptr) // made once, so that a look costs no memory
	buf   [1]byte
	quiet bool
}

// newPeeker returns nil for a connection that has no socket.
func newPeeker(nc net.Conn) *peeker {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	p := &peeker{raw: raw}
	p.look = func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), p.buf[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		p.quiet = err == syscall.EAGAIN
	}
	return p
}

// idle reports whether the connection is open and nothing has come.
func (p *peeker) idle() bool {
	p.quiet = false
	return p.raw.Control(p.look) == nil && p.quiet
}
