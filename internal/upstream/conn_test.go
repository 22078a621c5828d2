package upstream

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

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

// A write may fail although the backend has answered before.
func TestFailedWrite(t *testing.T) {
	lost := errors.New("lost")
	for _, c := range []struct {
		name, answer, want string
	}{
		{"with an answer", ok, "ok"},
		{"without an answer", "", ""},
	} {
		for _, size := range []int{3, 2 * firstPiece} {
			t.Run(c.name, func(t *testing.T) {
				b := serve(t, func(_ int, p *peer) {
					p.head()
					p.say(c.answer)
					if c.answer != "" {
						p.untilClosed()
					}
				})
				o := b.origin(t)
				o.client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					nc, err := new(net.Dialer).DialContext(ctx, network, address)
					return &losing{nc.(*net.TCPConn), lost}, err
				}
				r := call("PUT", "/")
				r.Body = make([]byte, size)
				got := do(o, r)
				var network *NetworkError
				if got.body != c.want || c.want == "" && (!errors.As(got.err, &network) || network.Op != "write" || !errors.Is(got.err, lost)) {
					t.Errorf("got %+v; want %q or a NetworkError of write", got, c.want)
				}
				within(t, time.Second, "the connection is closed", func() bool { return b.open.Load() == 0 })
			})
		}
	}
}

// A losing connection says that it could not write what it has written.
type losing struct {
	*net.TCPConn
	err error
}

func (l *losing) Write(p []byte) (int, error) {
	l.TCPConn.Write(p)
	return 0, l.err
}
