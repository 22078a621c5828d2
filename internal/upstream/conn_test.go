package upstream

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

// A connection that is reset ends the answer with what happened.
func TestReset(t *testing.T) {
	for _, c := range []struct {
		name, says, body string
	}{
		{"before the answer", "", ""},
		{"in the head", "HTTP/1.1 200 OK\r\n", ""},
		{"in a body until the end", "HTTP/1.1 200 OK\r\n\r\nhel", "hel"},
		{"in a chunked body", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", "hel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			read := make(chan bool)
			b := serve(t, func(_ int, p *peer) {
				p.request()
				p.say(c.says)
				if c.body != "" {
					<-read
				}
				p.Conn.(*net.TCPConn).SetLinger(0)
			})
			o := b.origin(t)
			var a message.Response
			err := o.Do(call("POST", "/"), &a)
			got := make([]byte, len(c.body))
			if err == nil {
				io.ReadFull(a.Stream, got)
				close(read)
				_, err = a.Stream.Read(make([]byte, 1))
			}
			var broken *NetworkError
			if string(got) != c.body || !errors.As(err, &broken) || broken.Op != "read" {
				t.Errorf("got %q, %v; want %q and a NetworkError of read", got, err, c.body)
			}
		})
	}
}
