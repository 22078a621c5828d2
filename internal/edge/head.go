package edge

import (
	"bytes"
	"errors"
	"net/http"
	"os"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

var (
	errHeadTooLarge = errors.New("request line and header are too large")
	errHeadSlow     = errors.New("request line and header took too long")
	errBareLineFeed = http1.Malformed("line feed without a carriage return")
)

// readHead reads until a head is at hand and returns its length; 0 when the
// caller sent no more than the empty line that may come before a request.
func (c *conn) readHead() (int, error) {
	src := &c.work.src
	for seen := 0; ; {
		if bytes.HasPrefix(src.Buffered(), []byte("\r\n")) && !c.blank {
			c.blank = true
			src.Discard(2)
			if len(src.Buffered()) == 0 {
				return 0, nil
			}
			seen = 0
		}
		b := src.Buffered()
		end := http1.HeadEnd(b, seen)
		if end > c.server.MaxHead || end < 0 && len(b) >= c.server.MaxHead {
			return 0, &refusal{http.StatusRequestHeaderFieldsTooLarge, errHeadTooLarge}
		}
		if end > 0 {
			c.blank = false
			return end, nil
		}
		if err := plausible(b, seen); err != nil {
			return 0, err
		}
		if seen == 0 {
			c.readWithin(c.server.HeadTimeout)
		}
		seen = len(b)
		if err := c.fillHead(); err != nil {
			return 0, err
		}
	}
}

// fillHead reads more of a head, in a buffer that grows.
func (c *conn) fillHead() error {
	src := &c.work.src
	err := src.Fill()
	if err == http1.ErrBufferFull {
		grown := make([]byte, c.server.MaxHead+1)
		src.W = copy(grown, src.Buffered())
		src.R = 0
		src.Buf = grown
		err = src.Fill()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &refusal{http.StatusRequestTimeout, errHeadSlow}
	}
	return err
}

// plausible reports what can be known to be wrong with a head that is not
// complete, of which an earlier call has seen the first bytes: who does not
// speak HTTP is not waited for.
func plausible(b []byte, seen int) error {
	if b[0] != '\r' && !message.IsToken(string(b[:1])) {
		return errMethod
	}
	for i := seen; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return nil
		}
		if i += n; i == 0 || b[i-1] != '\r' {
			return errBareLineFeed
		}
	}
	return nil
}
