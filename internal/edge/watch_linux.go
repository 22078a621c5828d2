package edge

import "golang.org/x/sys/unix"

const canWatch = true

// gone reports whether the other side has closed the connection or it broke,
// also where there are bytes to be read before that end.
func gone(fd uintptr) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	for {
		n, err := unix.Poll(fds, 0)
		if err != unix.EINTR {
			return err != nil || n > 0
		}
	}
}
