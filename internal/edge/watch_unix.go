//go:build unix && !linux

package edge

import "syscall"

const canWatch = true

// gone reports whether the other side has closed the connection or it broke.
func gone(fd uintptr) bool {
	var b [1]byte
	n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return n <= 0 && err != syscall.EAGAIN && err != syscall.EINTR
}
