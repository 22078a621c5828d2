//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"time"
)

// A role is a server that this program becomes when it starts itself again:
// every server has a process, and with it a CPU clock, of its own.
type role struct {
	Name    string
	Answer  []byte // the whole message that a mock answers
	Backend string // the address that a proxy sends to
}

var roles = map[string]func(net.Listener, role) error{
	"backend":       serveRaw(backendAnswer),
	"bodies":        serveBodies,
	"net/http":      serveNetHTTP,
	"reverse proxy": serveReverseProxy,
	"raw mock":      serveRaw(func(r role) []byte { return r.Answer }),
	"raw proxy":     serveRawProxy,
}

// roleVariable holds the role, as JSON, in the environment of the process
// that is to play it.
const roleVariable = "GATEWRIGHT_BENCH_ROLE"

// play serves as what the environment asks for, until the process that
// started this one closes our standard input or is gone. It reports its
// address in a line on standard output.
func play(text string) error {
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("%s: %w", roleVariable, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr())
	return roles[r.Name](listener, r)
}

// serveNetHTTP is the floor under MOCK: a bare net/http handler that answers
// the same status, headers and body.
func serveNetHTTP(l net.Listener, r role) error {
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(r.Answer)), nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	answer.Header.Del("Content-Length") // these two net/http writes by itself
	answer.Header.Del("Date")
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), answer.Header)
		w.WriteHeader(answer.StatusCode)
		w.Write(body)
	}))
}

// serveReverseProxy is the floor under HTTP_PROXY: a bare ReverseProxy with
// enough idle connections to its backend.
func serveReverseProxy(l net.Listener, r role) error {
	backend := &url.URL{Scheme: "http", Host: r.Backend}
	return http.Serve(l, &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Path = "/items/" + p.In.URL.Path[strings.LastIndexByte(p.In.URL.Path, '/')+1:]
			p.SetURL(backend)
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true},
	})
}

// serveRaw is the least that Go can do: read a message, write a message. What
// it costs is nearly all system calls.
func serveRaw(answer func(role) []byte) func(net.Listener, role) error {
	return func(l net.Listener, r role) error {
		message := answer(r)
		return eachConnection(l, func(w *wire) error {
			for {
				if _, err := w.message(); err != nil {
					return err
				}
				if _, err := w.Write(message); err != nil {
					return err
				}
			}
		})
	}
}

// serveRawProxy is the least that a proxy in Go can do. A connection to the
// backend belongs to each of its callers, and nothing is rewritten.
func serveRawProxy(l net.Listener, r role) error {
	return eachConnection(l, func(w *wire) error {
		c, err := net.Dial("tcp", r.Backend)
		if err != nil {
			return err
		}
		defer c.Close()
		for backend := newWire(c); ; {
			if err := pass(w, backend); err != nil {
				return err
			}
			if err := pass(backend, w); err != nil {
				return err
			}
		}
	})
}

// pass hands one message on.
func pass(from, to *wire) error {
	message, err := from.message()
	if err != nil {
		return err
	}
	_, err = to.Write(message)
	return err
}

// eachConnection serves every connection in a goroutine until serve returns,
// which it does when the other side has gone.
func eachConnection(l net.Listener, serve func(*wire) error) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			serve(newWire(c))
		}()
	}
}

// item is the kilobyte of JSON that the backend answers.
var item = func() string {
	const begin, end = `{"id":42,"name":"Rex","kind":"dog","notes":"`, `"}`
	return begin + strings.Repeat("0123456789abcdef", 64)[:1024-len(begin)-len(end)] + end
}()

func backendAnswer(role) []byte {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\nContent-Length: %d\r\n\r\n%s"
	return fmt.Appendf(nil, head, len(item), item)
}

// bodySize is the size of a large body, just under the 10 MiB that the
// service admits.
const bodySize = 10_000_000

// serveBodies is the backend for large bodies. It reads them slowly, so that
// whoever cannot pass them on must hold them or hold the caller back, and
// then answers with as much.
func serveBodies(l net.Listener, _ role) error {
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, slowly{r.Body})
		if err != nil || n != bodySize {
			http.Error(w, fmt.Sprintf("read %d bytes: %v", n, err), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(bodySize))
		io.CopyN(w, zeros{}, bodySize)
	}))
}

// slowly takes a second or more for a large body.
type slowly struct{ from io.Reader }

func (s slowly) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.from.Read(p[:min(len(p), 32<<10)])
}

// zeros is a reader without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
