//go:build !unix

package edge

const canWatch = false

func gone(uintptr) bool { return true }
