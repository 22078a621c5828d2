//go:build !unix

package edge

func (c *conn) awaitSocket() func() error { return c.awaitByte }
