package integration

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A wire is a backend that keeps the bytes of what it is sent.
type wire struct {
	URL      string
	requests chan string
}

// listen starts a wire that answers everything with the same bytes.
func listen(t *testing.T, answer string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{"http://" + listener.Addr().String(), make(chan string, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			w.serve(c, answer)
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return w
}

// serve answers one request and ends the connection.
func (w *wire) serve(c net.Conn, answer string) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	var sent bytes.Buffer
	r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &sent)))
	if err != nil {
		return
	}
	io.Copy(io.Discard, r.Body)
	w.requests <- sent.String()
	io.WriteString(c, answer)
}

const emptyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

// read makes a request of its bytes.
func read(t *testing.T, sent string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(sent)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}
