package edge

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// A stream is an answer's body that remembers whether it was closed.
type stream struct {
	io.Reader
	closed chan struct{}
}

func newStream(r io.Reader) *stream { return &stream{r, make(chan struct{})} }

func (s *stream) Close() error {
	close(s.closed) // twice would panic
	return nil
}

var dateLine = regexp.MustCompile(`Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n`)

func TestResponses(t *testing.T) {
	broken := func(s string) io.Reader {
		return io.MultiReader(strings.NewReader(s), iotest.ErrReader(errors.New("broken")))
	}
	header := message.Header{{Name: "x-B", Value: "1"}, {Name: "X-A", Value: "2"}, {Name: "x-b", Value: "3"}}
	for _, c := range []struct {
		name    string
		request string // method and version; GET HTTP/1.1 if empty
		close   bool   // the caller asks for it
		answer  message.Response
		stream  io.Reader
		want    string
		reset   bool // the connection ends so that nobody takes it for clean
	}{
		{
			name:   "writes the header in its order, then the body",
			answer: message.Response{Status: 200, Header: header, Body: []byte("abc")},
			want:   "HTTP/1.1 200 OK\r\nx-B: 1\r\nX-A: 2\r\nx-b: 3\r\nContent-Length: 3\r\n\r\nabc",
		},
		{
			name:   "tells an empty body",
			answer: message.Response{Status: 500},
			want:   "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:   "writes a status without a name",
			answer: message.Response{Status: 444},
			want:   "HTTP/1.1 444 \r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:  "says that it closes",
			close: true, answer: message.Response{Status: 200},
			want: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			name: "leaves out the body for HEAD", request: "HEAD HTTP/1.1",
			answer: message.Response{Status: 200, Body: []byte("abc")},
			want:   "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		},
		{
			name: "tells the length of another's answer to HEAD", request: "HEAD HTTP/1.1",
			answer: message.Response{Status: 200, OmitBody: true, BodyLen: 7},
			want:   "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
		},
		{
			name: "tells no length that it does not know", request: "HEAD HTTP/1.1",
			answer: message.Response{Status: 200, OmitBody: true, BodyLen: -1},
			want:   "HTTP/1.1 200 OK\r\n\r\n",
		},
		{
			name: "closes a stream that HEAD leaves out", request: "HEAD HTTP/1.1",
			answer: message.Response{Status: 200, StreamLen: 3}, stream: strings.NewReader("abc"),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		},
		{
			name:   "leaves out the body of a 204",
			answer: message.Response{Status: 204, Body: []byte("abc")},
			want:   "HTTP/1.1 204 No Content\r\n\r\n",
		},
		{
			name:   "leaves out the body of a 304",
			answer: message.Response{Status: 304, Body: []byte("abc")},
			want:   "HTTP/1.1 304 Not Modified\r\n\r\n",
		},
		{
			name:   "tells the length of a 304 that has one",
			answer: message.Response{Status: 304, OmitBody: true, BodyLen: 7},
			want:   "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
		},
		{
			name:   "never promises a body that it leaves out",
			answer: message.Response{Status: 200, OmitBody: true, BodyLen: 7},
			want:   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:   "sends a stream of a length",
			answer: message.Response{Status: 200, StreamLen: 3}, stream: strings.NewReader("abc"),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
		},
		{
			name:   "sends an empty stream",
			answer: message.Response{Status: 200, StreamLen: 0}, stream: strings.NewReader(""),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:   "sends a stream without a length in chunks",
			answer: message.Response{Status: 200, StreamLen: -1}, stream: iotest.OneByteReader(strings.NewReader("ab")),
			want: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
		},
		{
			name:   "sends what comes with the end in one piece",
			answer: message.Response{Status: 200, StreamLen: -1}, stream: iotest.DataErrReader(strings.NewReader("ab")),
			want: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
		},
		{
			name: "sends no chunks to HTTP/1.0", request: "GET HTTP/1.0",
			answer: message.Response{Status: 200, StreamLen: -1}, stream: strings.NewReader("ab"),
			want: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab",
		},
		{
			name:   "drops the fields that it writes itself",
			answer: message.Response{Status: 200, Header: message.Header{{Name: "connection", Value: "x"}, {Name: "CONTENT-LENGTH", Value: "9"}, {Name: "Transfer-encoding", Value: "chunked"}, {Name: "date", Value: "x"}, {Name: "X", Value: "y"}}},
			want:   "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:   "drops what would split the answer",
			answer: message.Response{Status: 200, Header: message.Header{{Name: "A", Value: "b\r\nSet-Cookie: evil"}, {Name: "A", Value: "b\nc"}, {Name: "A\r\nB", Value: "c"}, {Name: "A", Value: "\x00"}, {Name: "", Value: "x"}, {Name: "A b", Value: "x"}, {Name: "X", Value: "y"}}},
			want:   "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n",
		},
		{
			name:   "cuts a stream that fails between chunks",
			answer: message.Response{Status: 200, StreamLen: -1}, stream: broken("ab"),
			want: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", reset: true,
		},
		{
			name:   "cuts a stream that fails at once",
			answer: message.Response{Status: 200, StreamLen: 3}, stream: broken(""),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", reset: true,
		},
		{
			name:   "cuts a stream that is too short",
			answer: message.Response{Status: 200, StreamLen: 3}, stream: strings.NewReader("ab"),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", reset: true,
		},
		{
			name:   "ends a stream that is too long at its length",
			answer: message.Response{Status: 200, StreamLen: 3}, stream: strings.NewReader("abcd"),
			want: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", reset: true,
		},
		{
			name: "resets the connection to HTTP/1.0 when a stream fails", request: "GET HTTP/1.0",
			answer: message.Response{Status: 200, StreamLen: -1}, stream: broken(""),
			want: "", reset: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(c.stream)
			address := start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
				own := x.Response.Header
				x.Response = c.answer
				x.Response.Header = append(own, c.answer.Header...)
				if c.stream != nil {
					x.Response.Stream = s
				}
			})})
			conn := dial(t, address)
			method, version, _ := strings.Cut(c.request, " ")
			if c.request == "" {
				method, version = "GET", "HTTP/1.1"
			}
			request := method + " / " + version + "\r\nHost: h\r\n"
			if c.close {
				request += "Connection: close\r\n"
			}
			conn.send(request + "\r\n")
			got := conn.raw(t, len(c.want), c.reset || version == "HTTP/1.0" || c.close)
			if got != c.want {
				t.Errorf("answer %q; want %q", got, c.want)
			}
			if c.stream != nil {
				receive(t, "closing of the stream", s.closed)
			}
		})
	}
}

// raw reads an answer without its date: n bytes, or, if it ends the connection,
// all there is.
func (c *client) raw(t *testing.T, n int, ends bool) string {
	t.Helper()
	const date = "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
	if !ends {
		b := make([]byte, n+len(date))
		if _, err := io.ReadFull(c.in, b); err != nil {
			t.Fatalf("reading an answer: %q, %v", b, err)
		}
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") // still in step
		if again, err := c.in.Peek(len("HTTP/1.1 ")); string(again) != "HTTP/1.1 " {
			t.Errorf("the next answer begins with %q, %v", again, err)
		}
		return dateLine.ReplaceAllString(string(b), "")
	}
	b, err := io.ReadAll(c.in)
	if n == 0 && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the connection ended with %v; want a reset", err)
	}
	if n == 0 {
		return ""
	}
	if err != nil {
		t.Errorf("reading an answer: %v", err)
	}
	return dateLine.ReplaceAllString(string(b), "")
}

func TestLargeBodies(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, answer := range map[string]func() message.Response{
		"bytes": func() message.Response { return message.Response{Status: 200, Body: large} },
		"stream": func() message.Response {
			return message.Response{Status: 200, Stream: newStream(bytes.NewReader(large)), StreamLen: int64(len(large))}
		},
		"stream in chunks": func() message.Response {
			return message.Response{Status: 200, Stream: newStream(bytes.NewReader(large)), StreamLen: -1}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) { x.Response = answer() })}))
			for range 2 {
				c.send(get)
				if a := c.answer("GET"); a.body != string(large) || a.err != nil {
					t.Errorf("%d bytes, %v; want %d", len(a.body), a.err, len(large))
				}
			}
		})
	}
}

// Each piece of a stream is with the caller before the next one is there, and the
// head before the first where the handler says so.
func TestPiecesAsTheyCome(t *testing.T) {
	for _, eager := range []bool{false, true} {
		for version, frame := range map[string]struct{ piece, end string }{
			"HTTP/1.1": {"1\r\n%\r\n", "0\r\n\r\n"},
			"HTTP/1.0": {"%", ""},
		} {
			pieces, sender := io.Pipe()
			s := newStream(pieces)
			c := dial(t, start(t, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
				x.Response = message.Response{Status: 200, Stream: s, StreamLen: -1, Eager: eager}
			})}))
			c.send("GET / " + version + "\r\nHost: h\r\n\r\n")
			for i, piece := range []string{"a", "b", "c"} {
				if !eager || i > 0 {
					sender.Write([]byte(piece))
				}
				if i == 0 {
					for c.line() != "" {
						continue
					}
				}
				if eager && i == 0 {
					sender.Write([]byte(piece))
				}
				want := strings.Replace(frame.piece, "%", piece, 1)
				got := make([]byte, len(want))
				if _, err := io.ReadFull(c.in, got); err != nil || string(got) != want {
					t.Fatalf("%s, eager %v: piece %d is %q (%v); want %q", version, eager, i, got, err, want)
				}
			}
			sender.Close()
			got := make([]byte, len(frame.end))
			if _, err := io.ReadFull(c.in, got); err != nil || string(got) != frame.end {
				t.Errorf("%s, eager %v: ends with %q (%v); want %q", version, eager, got, err, frame.end)
			}
			receive(t, "closing of the stream", s.closed)
		}
	}
}

func TestDate(t *testing.T) {
	c := dial(t, start(t, &Server{Handler: text("")}))
	c.send(get)
	sent, err := http.ParseTime(c.answer("GET").header.Get("Date"))
	if off := time.Since(sent).Abs(); err != nil || off > time.Minute {
		t.Errorf("Date is off by %v, %v", off, err)
	}
}

func TestStatusOfNoAnswer(t *testing.T) {
	for _, status := range []int{0, 101, 199, 1000} {
		log := &memo{}
		c := dial(t, start(t, &Server{Log: logTo(log), Handler: message.HandlerFunc(func(x *message.Exchange) {
			x.Response.Status = status
		})}))
		c.send(get)
		if a := c.answer("GET"); a.status != 500 || !a.close {
			t.Errorf("a handler's status %d is answered with %d, close %v; want 500 and close", status, a.status, a.close)
		}
		if !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("a handler's status %d is not logged: %s", status, log)
		}
	}
}
