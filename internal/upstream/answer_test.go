package upstream

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// TestAnswers gives raw bytes, after which the backend closes.
func TestAnswers(t *testing.T) {
	const (
		lengthHead  = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
		chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	)
	cut, malformed := io.ErrUnexpectedEOF, ErrProtocol
	big := strings.Repeat("0123456789abcdef", 1<<10) // more than the buffer
	for _, c := range []struct {
		name, method, raw string
		want              result
	}{
		{"known length", "GET", lengthHead + "hello", result{200, "hello", nil}},
		{"length nought", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", result{200, "", nil}},
		{"chunked", "GET", chunkedHead + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", result{200, "hello", nil}},
		{"chunked with trailers", "GET", chunkedHead + "5\r\nhello\r\n0\r\nA: b\r\n\r\n", result{200, "hello", nil}},
		{"chunked, large", "GET", chunkedHead + "4000\r\n" + big + "\r\n0\r\n\r\n", result{200, big, nil}},
		{"large", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n" + big, result{200, big, nil}},
		{"until the connection's end", "GET", "HTTP/1.1 200 OK\r\n\r\nhello", result{200, "hello", nil}},
		{"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\n\r\nhello", result{200, "hello", nil}},
		{"HTTP/1.0 with a length", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", result{200, "hello", nil}},
		{"no reason phrase", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", result{200, "", nil}},
		{"no space behind the status", "GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", result{200, "", nil}},
		{"status 599", "GET", "HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n", result{599, "", nil}},

		{"interim answers passed over", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + lengthHead + "hello", result{200, "hello", nil}},
		{"only an interim answer", "GET", "HTTP/1.1 100 Continue\r\n\r\n", result{0, "", cut}},
		{"switching protocols", "GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", result{0, "", malformed}},
		{"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", result{204, "", nil}},
		{"204 with a length", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", result{204, "", nil}},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", result{304, "", nil}},
		{"HEAD", "HEAD", lengthHead, result{200, "", nil}},
		{"HEAD, chunked", "HEAD", chunkedHead, result{200, "", nil}},

		{"cut by length", "GET", lengthHead + "hell", result{0, "", cut}},
		{"cut by length, large", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 16385\r\n\r\n" + big, result{200, big, cut}},
		{"cut in a chunk", "GET", chunkedHead + "5\r\nhell", result{200, "hell", cut}},
		{"cut behind a chunk", "GET", chunkedHead + "5\r\nhello", result{200, "hello", cut}},
		{"cut between chunks", "GET", chunkedHead + "5\r\nhello\r\n", result{200, "hello", cut}},
		{"cut in the size of a chunk", "GET", chunkedHead + "5\r\nhello\r\n0", result{200, "hello", cut}},
		{"cut before the last line", "GET", chunkedHead + "5\r\nhello\r\n0\r\n", result{200, "hello", cut}},
		{"cut in the last line", "GET", chunkedHead + "5\r\nhello\r\n0\r\n\r", result{200, "hello", cut}},
		{"cut in the trailers", "GET", chunkedHead + "5\r\nhello\r\n0\r\nA: b\r\n", result{200, "hello", cut}},
		{"looks ended and is not", "GET", chunkedHead + "a\r\nhel0\r\n\r\n", result{200, "hel0\r\n\r\n", cut}},
		{"nothing", "GET", "", result{0, "", cut}},
		{"cut in the head", "GET", "HTTP/1.1 200 OK\r\nContent-Le", result{0, "", cut}},
		{"cut in the status line", "GET", "HTT", result{0, "", cut}},

		{"length and chunked", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", result{0, "", malformed}},
		{"two lengths", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", result{0, "", malformed}},
		{"negative length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", result{0, "", malformed}},
		{"unknown encoding", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", result{0, "", malformed}},
		{"chunks in HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", result{0, "", malformed}},
		{"bad chunk size", "GET", chunkedHead + "5\r\nhello\r\nx\r\n\r\n", result{200, "hello", malformed}},
		{"chunk too long", "GET", chunkedHead + "5\r\nhello!\r\n0\r\n\r\n", result{200, "hello", malformed}},
		{"folded field", "GET", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", result{0, "", malformed}},
		{"field without a colon", "GET", "HTTP/1.1 200 OK\r\nA\r\n\r\n", result{0, "", malformed}},
		{"space before the colon", "GET", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", result{0, "", malformed}},
		{"bare LF", "GET", "HTTP/1.1 200 OK\nA: b\r\n\r\n", result{0, "", malformed}},
		{"NUL in a value", "GET", "HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n", result{0, "", malformed}},
		{"HTTP/2.0", "GET", "HTTP/2.0 200 OK\r\n\r\n", result{0, "", malformed}},
		{"HTTP/1.2", "GET", "HTTP/1.2 200 OK\r\n\r\n", result{0, "", malformed}},
		{"HTTP/0.9", "GET", "hello", result{0, "", malformed}},
		{"another protocol", "GET", "SSH-2.0-x\r\n", result{0, "", malformed}},
		{"status of two digits", "GET", "HTTP/1.1 20 OK\r\n\r\n", result{0, "", malformed}},
		{"status of four digits", "GET", "HTTP/1.1 2000 OK\r\n\r\n", result{0, "", malformed}},
		{"status above 599", "GET", "HTTP/1.1 600 x\r\nContent-Length: 0\r\n\r\n", result{0, "", malformed}},
		{"status 999", "GET", "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", result{0, "", malformed}},
		{"status below 100", "GET", "HTTP/1.1 099 x\r\n\r\n", result{0, "", malformed}},
		{"signed status", "GET", "HTTP/1.1 +20 x\r\n\r\n", result{0, "", malformed}},
		{"control in the reason", "GET", "HTTP/1.1 200 \x01\r\n\r\n", result{0, "", malformed}},
		{"empty line first", "GET", "\r\nHTTP/1.1 200 OK\r\n\r\n", result{0, "", malformed}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := serve(t, func(_ int, p *peer) {
				if p.request() != nil {
					p.say(c.raw)
				}
			})
			got := do(b.origin(t), call(c.method, "/"))
			if got.status != c.want.status || got.body != c.want.body || !errors.Is(got.err, c.want.err) {
				t.Errorf("%q: got %.200v; want %.200v", c.raw, got, c.want)
			}
		})
	}
}

func TestAnswerInPieces(t *testing.T) {
	const raw = "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n"
	b := serve(t, func(_ int, p *peer) {
		p.request()
		for i := range len(raw) {
			p.say(raw[i : i+1])
		}
		p.untilClosed()
	})
	if got := do(b.origin(t), get("/")); got.body != "hello" || got.err != nil {
		t.Errorf("got %+v; want hello", got)
	}
}

func TestHeaderIsKeptAsSent(t *testing.T) {
	b := serve(t, answering("HTTP/1.1 200 OK\r\nx-b:1\r\nSet-cookie: a\r\nServer:\t x \t\r\nX-A: \r\nset-Cookie: b\r\ncontent-length: 0\r\nConnection: keep-alive\r\n\r\n"))
	a := message.Response{Header: message.Header{{Name: "Old", Value: "x"}}, Body: []byte("old"), OmitBody: true, BodyLen: 7, StreamLen: 7}
	if err := b.origin(t).Do(get("/"), &a); err != nil {
		t.Fatal(err)
	}
	want := message.Header{{Name: "x-b", Value: "1"}, {Name: "Set-cookie", Value: "a"}, {Name: "Server", Value: "x"}, {Name: "X-A", Value: ""}, {Name: "set-Cookie", Value: "b"}, {Name: "content-length", Value: "0"}, {Name: "Connection", Value: "keep-alive"}}
	if !slices.Equal(a.Header, want) {
		t.Errorf("got %v; want %v", a.Header, want)
	}
	if len(a.Body) != 0 || a.Stream != nil || a.StreamLen != 0 || a.OmitBody || a.BodyLen != 0 {
		t.Errorf("of the answer before is left: %+v", a)
	}
}

func TestOmittedBody(t *testing.T) {
	for _, c := range []struct {
		method, raw string
		omit        bool
		length      int64
	}{
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, 5},
		{"HEAD", "HTTP/1.1 200 OK\r\n\r\n", true, -1},
		{"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, -1},
		{"GET", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", true, 5},
		{"GET", "HTTP/1.1 304 x\r\n\r\n", true, -1},
		{"GET", "HTTP/1.1 204 x\r\n\r\n", false, 0},
	} {
		b := serve(t, answering(c.raw))
		o := b.origin(t)
		for range 2 {
			var a message.Response
			if err := o.Do(call(c.method, "/"), &a); err != nil || a.OmitBody != c.omit || a.BodyLen != c.length {
				t.Errorf("%s %q: got %v, %v, %v; want %v, %v", c.method, c.raw, a.OmitBody, a.BodyLen, err, c.omit, c.length)
			}
		}
		if b.accepted.Load() != 1 {
			t.Errorf("%s %q: connection was not used again", c.method, c.raw)
		}
	}
}

func TestWholeOrStreamed(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		length    int64 // of the Stream; 0: a Body
	}{
		{"known length that fits the buffer", "HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n" + strings.Repeat("a", 8192), 0},
		{"a byte more", "HTTP/1.1 200 OK\r\nContent-Length: 8193\r\n\r\n" + strings.Repeat("a", 8193), 8193},
		{"chunks at hand", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 0},
		{"no chunk at hand", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", -1},
		{"some chunks at hand", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", -1},
		{"until the end", "HTTP/1.1 200 OK\r\n\r\na", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := serve(t, answering(c.raw)).origin(t)
			var a message.Response
			if err := o.Do(get("/"), &a); err != nil {
				t.Fatal(err)
			}
			if a.StreamLen != c.length || (a.Stream != nil) != (c.length != 0) {
				t.Errorf("got Stream %v of length %d; want %d", a.Stream, a.StreamLen, c.length)
			}
			if a.Stream != nil {
				a.Stream.Close()
				if _, err := a.Stream.Read(make([]byte, 1)); err != net.ErrClosed {
					t.Errorf("Read after Close: %v; want net.ErrClosed", err)
				}
			}
		})
	}
}

func TestHeadsAreBounded(t *testing.T) {
	for _, c := range []struct {
		name, begin, again string
		times              int // 0: for ever
		ok                 bool
	}{
		{"a head of 48 KiB", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "A: " + strings.Repeat("a", 1019) + "\r\n", 48, true},
		{"an endless head", "HTTP/1.1 200 OK\r\n", "A: b\r\n", 0, false},
		{"an endless line", "HTTP/1.1 200 OK\r\nA: ", "bbbbbbbb", 0, false},
		{"an endless status line", "HTTP/1.1 200 ", "bbbbbbbb", 0, false},
		{"interim answers for ever", "", "HTTP/1.1 100 Continue\r\n\r\n", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := 0
			b := serve(t, func(_ int, p *peer) {
				p.request()
				p.say(c.begin)
				piece := strings.Repeat(c.again, 64)
				for i := 0; c.times == 0 || i < c.times/64; i++ {
					if n, err := io.WriteString(p, piece); err != nil {
						return
					} else {
						sent += n
					}
				}
				p.say(strings.Repeat(c.again, c.times%64) + "\r\n")
				p.untilClosed()
			})
			got := do(b.origin(t), get("/"))
			if c.ok && got != (result{200, "", nil}) || !c.ok && !errors.Is(got.err, ErrProtocol) {
				t.Errorf("got %+v; want ok=%v", got, c.ok)
			}
			within(t, time.Second, "the connection is closed", func() bool { return c.ok || b.open.Load() == 0 })
		})
	}
}

// A backend that sends piece by piece is passed on so: nothing waits until
// something is full.
func TestStreamIsPassedOnAtOnce(t *testing.T) {
	next := make(chan string)
	b := serve(t, func(_ int, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		for s := range next {
			p.say(s)
		}
	})
	o := b.origin(t)
	var a message.Response
	if err := o.Do(get("/"), &a); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 100)
	for range 3 {
		next <- "4\r\ntick\r\n"
		if n, err := a.Stream.Read(p); string(p[:n]) != "tick" || err != nil {
			t.Fatalf("got %q, %v; want tick", p[:n], err)
		}
	}
	next <- http1LastChunk
	if n, err := a.Stream.Read(p); n != 0 || err != io.EOF {
		t.Errorf("got %q, %v; want io.EOF", p[:n], err)
	}
	if len(o.idle) != 1 {
		t.Error("the connection is not back before Close")
	}
	a.Stream.Close()
	if len(o.idle) != 1 {
		t.Error("Close after the end closed the connection")
	}
	close(next)
}

const http1LastChunk = "0\r\n\r\n"

func TestStreamClosedEarlyClosesConnection(t *testing.T) {
	b := serve(t, func(_ int, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
		io.Copy(p, bytes.NewReader(make([]byte, 50000)))
		p.untilClosed()
	})
	o := b.origin(t)
	var a message.Response
	if err := o.Do(get("/"), &a); err != nil {
		t.Fatal(err)
	}
	a.Stream.Read(make([]byte, 10))
	a.Stream.Close()
	within(t, time.Second, "the connection is closed", func() bool { return b.open.Load() == 0 })
}
