package upstream

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatewright/gatewright/internal/message"
)

// TestRequestsOnTheWire shows what a backend gets, byte by byte.
func TestRequestsOnTheWire(t *testing.T) {
	host := message.Header{{Name: "host", Value: "b"}, {Name: "X-b", Value: ""}, {Name: "x-B", Value: "\xe4"}}
	const head = "host: b\r\nX-b: \r\nx-B: \xe4\r\n"
	large := strings.Repeat("0123456789abcdef", firstPiece/16)
	for _, c := range []struct {
		name string
		call Call
		want string
	}{
		{"no body", Call{Method: "GET", Target: "/a//b/../%2F;?x=%zz&?"}, "GET /a//b/../%2F;?x=%zz&? HTTP/1.1\r\n" + head + "\r\n"},
		{"a lone question mark", Call{Method: "GET", Target: "/?"}, "GET /? HTTP/1.1\r\n" + head + "\r\n"},
		{"no body where one belongs", Call{Method: "POST", Target: "/"}, "POST / HTTP/1.1\r\n" + head + "Content-Length: 0\r\n\r\n"},
		{"a body", Call{Method: "PUT", Target: "/", Body: []byte("abc")}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 3\r\n\r\nabc"},
		{"a body with GET", Call{Method: "GET", Target: "/", Body: []byte("abc")}, "GET / HTTP/1.1\r\n" + head + "Content-Length: 3\r\n\r\nabc"},
		{"a large body", Call{Method: "PUT", Target: "/", Body: []byte(large + "a")}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 16385\r\n\r\n" + large + "a"},
		{"a stream of known length", Call{Method: "PUT", Target: "/", Stream: strings.NewReader("abc"), StreamLen: 3}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 3\r\n\r\nabc"},
		{"a stream byte by byte", Call{Method: "PUT", Target: "/", Stream: iotest.OneByteReader(strings.NewReader("abc")), StreamLen: 3}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 3\r\n\r\nabc"},
		{"an empty stream", Call{Method: "POST", Target: "/", Stream: strings.NewReader("")}, "POST / HTTP/1.1\r\n" + head + "Content-Length: 0\r\n\r\n"},
		{"a stream as long as the first piece", Call{Method: "PUT", Target: "/", Stream: strings.NewReader(large), StreamLen: firstPiece}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 16384\r\n\r\n" + large},
		{"a long stream", Call{Method: "PUT", Target: "/", Stream: iotest.DataErrReader(strings.NewReader(large + large + large + "a")), StreamLen: 3*firstPiece + 1}, "PUT / HTTP/1.1\r\n" + head + "Content-Length: 49153\r\n\r\n" + large + large + large + "a"},
		{"a stream in chunks", Call{Method: "PUT", Target: "/", Stream: strings.NewReader("abc"), StreamLen: -1}, "PUT / HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
		{"an empty stream in chunks", Call{Method: "PUT", Target: "/", Stream: strings.NewReader(""), StreamLen: -1}, "PUT / HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"a long stream in chunks", Call{Method: "PUT", Target: "/", Stream: strings.NewReader(large + large + large + "a"), StreamLen: -1}, "PUT / HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n4000\r\n" + large + "\r\n8000\r\n" + large + large + "\r\n1\r\na\r\n0\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make(chan string, 1)
			b := serve(t, func(_ int, p *peer) {
				b := make([]byte, len(c.want))
				n, _ := io.ReadFull(p, b)
				p.say("HTTP/1.1 204 x\r\nConnection: close\r\n\r\n")
				rest, _ := io.ReadAll(p)
				got <- string(b[:n]) + string(rest)
			})
			c.call.Header = host
			if r := do(b.origin(t), &c.call); r.status != 204 || r.err != nil {
				t.Errorf("got %+v; want 204", r)
			}
			if s := <-got; s != c.want {
				t.Errorf("backend got %.300q; want %.300q", s, c.want)
			}
		})
	}
}

func TestConnectionIsUsedAgainAfterUpload(t *testing.T) {
	for name, length := range map[string]int64{"known length": 1 << 20, "chunked": -1} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, answering(ok))
			o := b.origin(t)
			for range 3 {
				c := call("PUT", "/")
				c.Stream, c.StreamLen = io.LimitReader(zeros{}, 1<<20), length
				if got := do(o, c); got.body != "ok" || got.err != nil {
					t.Fatalf("got %+v; want ok", got)
				}
			}
			// The writer may not have been seen to end before the answer came.
			if n := b.accepted.Load(); n > 2 {
				t.Errorf("%d connections; want one as a rule", n)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestInvalidCallsAreRefused(t *testing.T) {
	b := serve(t, answering(ok))
	o := b.origin(t)
	for _, c := range []struct {
		name, method, target string
		field                message.Field
	}{
		{"no method", "", "/", message.Field{}},
		{"space in the method", "GET /", "/", message.Field{}},
		{"no target", "GET", "", message.Field{}},
		{"space in the target", "GET", "/a b", message.Field{}},
		{"line end in the target", "GET", "/a\r\nb", message.Field{}},
		{"DEL in the target", "GET", "/a\x7f", message.Field{}},
		{"no name", "GET", "/", message.Field{Name: "", Value: "b"}},
		{"colon in a name", "GET", "/", message.Field{Name: "a:", Value: "b"}},
		{"space in a name", "GET", "/", message.Field{Name: "a b", Value: "b"}},
		{"line end in a value", "GET", "/", message.Field{Name: "a", Value: "b\r\nc: d"}},
		{"LF in a value", "GET", "/", message.Field{Name: "a", Value: "b\nc"}},
		{"NUL in a value", "GET", "/", message.Field{Name: "a", Value: "\x00"}},
		{"a length", "GET", "/", message.Field{Name: "content-length", Value: "5"}},
		{"an encoding", "GET", "/", message.Field{Name: "Transfer-encoding", Value: "chunked"}},
		{"a connection option", "GET", "/", message.Field{Name: "connection", Value: "close"}},
	} {
		r := call(c.method, c.target)
		if c.field != (message.Field{}) || c.name == "no name" {
			r.Header = append(r.Header, c.field)
		}
		if got := do(o, r); got.err == nil || !strings.HasPrefix(got.err.Error(), "invalid ") {
			t.Errorf("%s: got %+v; want it refused", c.name, got)
		}
	}
	if n := b.accepted.Load(); n != 0 {
		t.Errorf("the backend was called %d times", n)
	}
}

// A request whose body breaks off never looks whole to the backend.
func TestBrokenStreams(t *testing.T) {
	large := strings.Repeat("a", 3*nextPiece)
	broken := func(s string, err error) io.Reader {
		return io.MultiReader(strings.NewReader(s), iotest.ErrReader(err))
	}
	for _, c := range []struct {
		name   string
		stream io.Reader
		length int64
		want   error
	}{
		{"short of its length", strings.NewReader("ab"), 3, io.ErrUnexpectedEOF},
		{"short of its length, large", strings.NewReader(large), 3*nextPiece + 1, io.ErrUnexpectedEOF},
		{"longer than declared", strings.NewReader("abcd"), 3, errLonger},
		{"longer than declared, large", strings.NewReader(large), 3*nextPiece - 1, errLonger},
		{"fails at once", broken("", message.ErrBodySlow), -1, message.ErrBodySlow},
		{"fails in the first piece", broken("abc", message.ErrBodyMalformed), -1, message.ErrBodyMalformed},
		{"fails later", broken(large, message.ErrBodyTooLarge), -1, message.ErrBodyTooLarge},
		{"fails at its end", broken("abc", message.ErrBodyTooLarge), 3, message.ErrBodyTooLarge},
		{"fails at its end, large", broken(large, message.ErrBodyTooLarge), 3 * nextPiece, message.ErrBodyTooLarge},
		{"never brings anything", stuck{}, 3, io.ErrNoProgress},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole := make(chan bool, 2)
			b := serve(t, func(_ int, p *peer) {
				whole <- p.request() != nil
				p.say(ok)
			})
			o := b.origin(t)
			r := call("GET", "/")
			r.Stream, r.StreamLen = c.stream, c.length
			if got := do(o, r); !errors.Is(got.err, c.want) {
				t.Errorf("got %+v; want %v", got, c.want)
			}
			within(t, 5e9, "the connection is closed", func() bool { return b.open.Load() == 0 })
			if b.accepted.Load() > 0 && <-whole {
				t.Error("the backend saw a whole request")
			}
		})
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
