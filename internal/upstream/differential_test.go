package upstream

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/internal/message"
)

// TestSeesWhatOthersSee compares what net/http's server and fasthttp's answer
// with what net/http's client makes of it.
func TestSeesWhatOthersSee(t *testing.T) {
	referee := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	for name, start := range map[string]func(*testing.T) string{"net/http": startNetHTTP, "fasthttp": startFastHTTP} {
		address := start(t)
		o, err := client(t).Origin("http", address, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{200, 201, 204, 301, 304, 404, 413, 500, 503} {
			for _, size := range []int{0, 1, 1024, 8192, 8193, 100000} {
				for _, way := range []string{"length", "chunks", "close"} {
					for _, method := range []string{"GET", "HEAD", "POST"} {
						target := fmt.Sprintf("/?status=%d&size=%d&way=%s", status, size, way)
						got := observe(t, o, method, target)
						want := refer(t, referee, method, "http://"+address+target)
						if !got.equal(want) {
							t.Errorf("%s %s %s: got %.300v; want %.300v", name, method, target, got, want)
						}
					}
				}
			}
		}
	}
}

// A sight is an answer as a client sees it.
type sight struct {
	status int
	fields map[string][]string // by lower-case name, without those about the connection
	body   string
}

func (s sight) equal(other sight) bool {
	return s.status == other.status && s.body == other.body &&
		maps.EqualFunc(s.fields, other.fields, slices.Equal)
}

func newSight(status int, h message.Header, body string) sight {
	s := sight{status, make(map[string][]string), body}
	for _, f := range h {
		switch name := strings.ToLower(f.Name); name {
		case "date", "connection", "transfer-encoding", "trailer":
		default:
			s.fields[name] = append(s.fields[name], f.Value)
		}
	}
	return s
}

func observe(t *testing.T, o *Origin, method, target string) sight {
	t.Helper()
	var a message.Response
	if err := o.Do(call(method, target), &a); err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	r := readAll(&a)
	if r.err != nil {
		t.Fatalf("%s %s: %v", method, target, r.err)
	}
	return newSight(a.Status, a.Header, r.body)
}

func refer(t *testing.T, by http.RoundTripper, method, url string) sight {
	t.Helper()
	r, _ := http.NewRequest(method, url, nil)
	answer, err := by.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return newSight(answer.StatusCode, fields(answer.Header), string(body))
}

func fields(from http.Header) (h message.Header) {
	for name, values := range from {
		for _, v := range values {
			h.Add(name, v)
		}
	}
	return h
}

func startNetHTTP(t *testing.T) string {
	l := listen(t)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		status, size := number(q.Get("status")), number(q.Get("size"))
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Content-Type", "text/x")
		switch q.Get("way") {
		case "length":
			w.Header().Set("Content-Length", strconv.Itoa(size))
		case "close":
			w.Header().Set("Connection", "close")
		}
		w.WriteHeader(status)
		if q.Get("way") == "chunks" {
			w.(http.Flusher).Flush()
		}
		w.Write(bytes.Repeat([]byte("x"), size))
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func startFastHTTP(t *testing.T) string {
	l := listen(t)
	s := &fasthttp.Server{
		IdleTimeout: 100 * time.Millisecond,
		Handler: func(x *fasthttp.RequestCtx) {
			q := x.QueryArgs()
			body := bytes.Repeat([]byte("x"), q.GetUintOrZero("size"))
			x.Response.Header.Add("X-A", "1")
			x.Response.Header.Add("X-A", "2")
			x.SetStatusCode(q.GetUintOrZero("status"))
			switch string(q.Peek("way")) {
			case "chunks":
				x.SetBodyStream(bytes.NewReader(body), -1)
			case "close":
				x.SetConnectionClose()
				x.SetBody(body)
			default:
				x.SetBody(body)
			}
		},
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Shutdown()
		<-done
	})
	return l.Addr().String()
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// FuzzAnswer gives arbitrary answers: what is accepted as whole, net/http reads
// in the same way.
func FuzzAnswer(f *testing.F) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-a: b\r\nX-A: c\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
		"HTTP/1.0 304 \r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 204\r\n\r\n",
		"HTTP/1.1 101 x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		f.Add([]byte(raw), byte(0))
		f.Add([]byte(raw), byte(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, pick byte) {
		method := []string{"GET", "HEAD"}[pick&1]
		c := &Client{Dial: func(context.Context, string, string) (net.Conn, error) {
			return &canned{r: bytes.NewReader(raw), most: 1 + int(pick>>1)*8}, nil
		}}
		defer c.Close()
		o, _ := c.Origin("http", "b", false)
		var a message.Response
		if o.Do(call(method, "/"), &a) != nil {
			return
		}
		body := readAll(&a)
		if body.err != nil {
			return
		}
		got := newSight(a.Status, a.Header, body.body)
		want, err := parse(raw, method)
		if err != nil || !got.equal(want) {
			t.Errorf("%q: got %+v; net/http sees %+v, %v", raw, got, want, err)
		}
	})
}

// parse reads raw as net/http does, without interim answers.
func parse(raw []byte, method string) (sight, error) {
	r := bufio.NewReader(bytes.NewReader(raw))
	for {
		answer, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return sight{}, err
		}
		if answer.StatusCode < 200 {
			continue
		}
		body, err := io.ReadAll(answer.Body)
		return newSight(answer.StatusCode, fields(answer.Header), string(body)), err
	}
}

// A canned connection answers with bytes that were there before, some at a time.
type canned struct {
	net.Conn
	r    io.Reader
	most int
}

func (c *canned) Read(p []byte) (int, error)       { return c.r.Read(p[:min(len(p), c.most)]) }
func (c *canned) Write(p []byte) (int, error)      { return len(p), nil }
func (c *canned) Close() error                     { return nil }
func (c *canned) SetReadDeadline(time.Time) error  { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }
