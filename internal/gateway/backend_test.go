package gateway

import (
	"bufio"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A backend is a raw HTTP/1.1 server on the loopback: it shows what it was sent,
// byte for byte, and answers what it is told to.
type backend struct {
	address string

	mu   sync.Mutex
	head string // of the last request
	body string
}

// serve starts a backend that answers every request with answer.
func serve(t testing.TB, answer string) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{address: l.Addr().String()}
	var serving sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			serving.Go(func() { b.converse(c, answer) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return b
}

func (b *backend) converse(c net.Conn, answer string) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 1<<20)
	for {
		head, length, err := readHead(r)
		if err != nil {
			return
		}
		body := make([]byte, length)
		if strings.Contains(head, "Transfer-Encoding: chunked\r\n") {
			body, err = io.ReadAll(httputil.NewChunkedReader(r))
			r.Discard(len("\r\n")) // behind the trailers, of which there are none
		} else {
			_, err = io.ReadFull(r, body)
		}
		if err != nil {
			return
		}
		b.mu.Lock()
		b.head, b.body = head, string(body)
		b.mu.Unlock()
		if answer == "" {
			continue // never answers
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

func readHead(r *bufio.Reader) (head string, length int, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", 0, err
		}
		if line == "\r\n" {
			return head, length, nil
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		head += line
	}
}

// sent returns the last request: its head, line by line, and its body.
func (b *backend) sent() (lines []string, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Split(strings.TrimSuffix(b.head, "\r\n"), "\r\n"), b.body
}

// ok is an answer with a body and header lines.
func ok(body string, header ...string) string {
	lines := append([]string{"HTTP/1.1 200 OK", "Content-Length: " + strconv.Itoa(len(body))}, header...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}
