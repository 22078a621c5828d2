package upstream

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/message"
)

// A backend may answer before it has read the body, and close.
func TestEarlyAnswer(t *testing.T) {
	const refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"
	for _, c := range []struct {
		name  string
		after func(p *peer)
	}{
		{"and go on reading", func(p *peer) { p.untilClosed() }},
		{"and close its side", func(p *peer) {
			p.Conn.(*net.TCPConn).CloseWrite()
			p.untilClosed()
		}},
		{"and read no more", func(p *peer) {
			for {
				time.Sleep(time.Millisecond)
				if _, err := p.Write([]byte("x")); err != nil {
					return
				}
			}
		}},
		{"and close with bytes unread", func(p *peer) {}},
	} {
		for _, kind := range []string{"known length", "chunked", "bytes"} {
			t.Run(c.name+", "+kind, func(t *testing.T) {
				b := serve(t, func(_ int, p *peer) {
					p.head()
					p.say(refused)
					c.after(p)
				})
				o := b.origin(t)
				for range 10 {
					r := call("POST", "/")
					switch kind {
					case "bytes":
						r.Body = make([]byte, 8<<20)
					case "chunked":
						r.Stream, r.StreamLen = io.LimitReader(zeros{}, 8<<20), -1
					default:
						r.Stream, r.StreamLen = io.LimitReader(zeros{}, 8<<20), 8<<20
					}
					if got := do(o, r); got != (result{413, "big", nil}) {
						t.Fatalf("got %+v; want the 413", got)
					}
				}
				within(t, time.Second, "the connections are closed", func() bool { return b.open.Load() == 0 })
			})
		}
	}
}

// An early answer is seen between two pieces of a body that comes slowly, and
// what has come of it does not wait for the body.
func TestEarlyAnswerToSlowBody(t *testing.T) {
	large := strings.Repeat("a", 40000)
	answered := make(chan bool)
	b := serve(t, func(_ int, p *peer) {
		p.head()
		p.say("HTTP/1.1 401 x\r\nContent-Length: 40000\r\n\r\n" + large)
		close(answered)
		p.untilClosed()
	})
	body, caller := io.Pipe()
	var sent sync.WaitGroup
	sent.Go(func() {
		caller.Write(make([]byte, firstPiece))
		<-answered
		caller.Write([]byte("x")) // the last that the caller sends for a long time
	})
	r := call("POST", "/")
	r.Stream, r.StreamLen = body, -1
	var a message.Response
	if err := b.origin(t).Do(r, &a); err != nil {
		t.Fatal(err)
	}
	u := a.Stream.(*stream).c.upload
	within(t, time.Second, "the writer waits for more", func() bool { return !u.isBusy() })
	if got := readAll(&a); got != (result{401, large, nil}) {
		t.Errorf("got %.100v; want the 401", got)
	}
	body.Close()
	sent.Wait()
}

// A backend that sends back what it reads blocks as soon as nobody reads its
// answer: both directions go on at once.
func TestFullDuplex(t *testing.T) {
	const size = 16 << 20
	backends := map[string]func(testing.TB, func(int, *peer)) *Origin{
		"plain": func(t testing.TB, s func(int, *peer)) *Origin { return serve(t, s).origin(t) },
		"TLS":   tlsOrigin,
	}
	for name, start := range backends {
		for kind, length := range map[string]int64{"known length": size, "chunked": -1} {
			t.Run(name+", "+kind, func(t *testing.T) {
				o := start(t, func(_ int, p *peer) { echo(p) })
				sent := sha256.New()
				r := call("POST", "/")
				r.Stream, r.StreamLen = io.TeeReader(&pattern{left: size}, sent), length
				var a message.Response
				if err := o.Do(r, &a); err != nil {
					t.Fatal(err)
				}
				if a.Stream == nil {
					t.Fatal("no Stream")
				}
				got := sha256.New()
				n, err := io.Copy(got, a.Stream)
				if n != size || err != nil || !bytes.Equal(got.Sum(nil), sent.Sum(nil)) {
					t.Errorf("%d bytes came back, %v; want the %d that were sent", n, err, size)
				}
			})
		}
	}
}

// echo answers a request with its own body, as it comes.
func echo(p *peer) {
	line := ""
	length, chunked := "", false
	for line != "\r\n" {
		var err error
		if line, err = p.r.ReadString('\n'); err != nil {
			return
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length = v
		}
		chunked = chunked || line == "Transfer-Encoding: chunked\r\n"
	}
	if chunked {
		p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
	} else {
		p.say("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n")
	}
	io.Copy(p.Conn, p.r) // a chunked body is a chunked body
}

// A pattern is a body in which no two places look alike.
type pattern struct{ at, left int }

func (r *pattern) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	for i := range p[:n] {
		p[i] = byte((r.at + i) * 0x9e3779b1 >> 13)
	}
	r.at, r.left = r.at+n, r.left-n
	return n, nil
}

// The request's body breaks while the answer is passed on: the answer breaks.
func TestBrokenStreamCutsAnswer(t *testing.T) {
	b := serve(t, func(_ int, p *peer) { echo(p) })
	r := call("POST", "/")
	r.Stream, r.StreamLen = &breaking{left: 8 << 20}, -1
	if got := do(b.origin(t), r); !errors.Is(got.err, message.ErrBodyTooLarge) {
		t.Errorf("got %d bytes, %v; want ErrBodyTooLarge", len(got.body), got.err)
	}
	within(t, time.Second, "the connection is closed", func() bool { return b.open.Load() == 0 })
}

type breaking struct{ left int }

func (r *breaking) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, message.ErrBodyTooLarge
	}
	r.left -= len(p)
	return len(p), nil
}

// Who reads the answer closes it while the request is still being sent.
func TestCloseDuringUpload(t *testing.T) {
	b := serve(t, func(_ int, p *peer) { echo(p) })
	r := call("POST", "/")
	r.Stream, r.StreamLen = zeros{}, -1
	var a message.Response
	if err := b.origin(t).Do(r, &a); err != nil {
		t.Fatal(err)
	}
	io.CopyN(io.Discard, a.Stream, 1<<20)
	a.Stream.Close()
	within(t, time.Second, "the connection is closed", func() bool { return b.open.Load() == 0 })
}

// Bodies of any size pass in a fixed amount of memory.
func TestLargeBodiesTakeLittleMemory(t *testing.T) {
	const size, calls = 10 << 20, 8
	b := serve(t, func(_ int, p *peer) { echo(p) })
	o := b.origin(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			r := call("POST", "/")
			r.Stream, r.StreamLen = io.LimitReader(zeros{}, size), size
			var a message.Response
			if err := o.Do(r, &a); err != nil {
				t.Error(err)
				return
			}
			if n, err := io.Copy(io.Discard, a.Stream); n != size || err != nil {
				t.Errorf("got %d bytes, %v; want %d", n, err, size)
			}
		})
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > calls*256<<10 {
		t.Errorf("%d KiB allocated for %d bodies of %d MiB", used>>10, calls, size>>20)
	}
}

// A slow reader of a large answer holds the backend back.
func TestSlowReader(t *testing.T) {
	const size = 32 << 20
	stalled := make(chan int, 1)
	b := serve(t, func(_ int, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n")
		n := 0
		for n < size {
			p.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
			m, err := p.Write(make([]byte, 64<<10))
			n += m
			if err != nil {
				stalled <- n
				return
			}
		}
		stalled <- n
	})
	var a message.Response
	if err := b.origin(t).Do(get("/"), &a); err != nil {
		t.Fatal(err)
	}
	if n := <-stalled; n == size {
		t.Error("the backend could send everything though nobody read")
	}
	if _, err := io.Copy(io.Discard, a.Stream); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v; want io.ErrUnexpectedEOF", err)
	}
}
