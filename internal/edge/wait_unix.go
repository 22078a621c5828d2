//go:build unix

package edge

import (
	"io"
	"syscall"
)

// awaitSocket makes a function that waits until the socket has bytes, and reads
// them into a buffer that is borrowed only then: ten thousand silent connections
// hold none.
func (c *conn) awaitSocket() func() error {
	var n int
	var err error
	read := func(fd uintptr) (done bool) {
		w := c.borrow()
		for {
			n, err = syscall.Read(int(fd), w.in[:])
			if err != syscall.EINTR {
				break
			}
		}
		if n <= 0 {
			works.Put(w)
			return err != syscall.EAGAIN
		}
		w.src.W = n
		c.work = w
		return true
	}
	return func() error {
		if failed := c.socket.Read(read); failed != nil {
			return failed
		}
		if n == 0 {
			return io.EOF
		}
		return err
	}
}
