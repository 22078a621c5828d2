package edge

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

func TestHTTPHandlerRequest(t *testing.T) {
	for _, c := range []struct{ name, request, want string }{
		{
			"has the path as it was sent", "GET /a%2Fb//c?d=%20 HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET "/a%2Fb//c?d=%20" path "/a/b//c" raw "/a%2Fb//c" query "d=%20" host "h" HTTP/1.1 0 map[] body ""`,
		},
		{
			"has a malformed escape as it was sent", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET "/%zz" path "/%zz" raw "/%zz" query "" host "h" HTTP/1.1 0 map[] body ""`,
		},
		{
			"has header names in canonical form", "GET / HTTP/1.1\r\nHost: h\r\nx-a: 1\r\nX-A: 2\r\n\r\n",
			`GET "/" path "/" raw "/" query "" host "h" HTTP/1.1 0 map[X-A:[1 2]] body ""`,
		},
		{
			"has a body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
			`POST "/" path "/" raw "/" query "" host "h" HTTP/1.1 3 map[Content-Length:[3]] body "abc"`,
		},
		{
			"has a body in chunks", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
			`POST "/" path "/" raw "/" query "" host "h" HTTP/1.1 -1 map[] body "abc"`,
		},
		{
			"is of HTTP/1.0", "GET / HTTP/1.0\r\n\r\n",
			`GET "/" path "/" raw "/" query "" host "" HTTP/1.0 0 map[] body ""`,
		},
		{
			"has the authority of a whole URL", "GET http://other/a HTTP/1.1\r\nHost: h\r\n\r\n",
			`GET "http://other/a" path "/a" raw "/a" query "" host "other" HTTP/1.1 0 map[] body ""`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, start(t, &Server{Handler: HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || r.RemoteAddr == "" || r.Context().Err() != nil {
					t.Errorf("body %v, RemoteAddr %q, context %v", err, r.RemoteAddr, r.Context().Err())
				}
				fmt.Fprintf(w, "%s %q path %q raw %q query %q host %q %s %d %v body %q", r.Method, r.RequestURI, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host, r.Proto, r.ContentLength, r.Header, body)
			}))}))
			conn.send(c.request)
			if a := conn.answer("GET"); a.body != c.want {
				t.Errorf("seen %s; want %s", a.body, c.want)
			}
		})
	}
}

func TestHTTPHandlerResponse(t *testing.T) {
	for _, c := range []struct {
		name    string
		method  string
		handler http.HandlerFunc
		want    string
	}{
		{
			"sorts the header", "GET", func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["x-raw"] = []string{"1"}
				w.Header().Set("B", "2")
				w.Header().Add("A", "3")
				w.Header().Add("A", "4")
				w.WriteHeader(201)
				w.WriteHeader(202)
				w.Header().Set("Late", "x")
			},
			"HTTP/1.1 201 Created\r\nA: 3\r\nA: 4\r\nB: 2\r\nx-raw: 1\r\nContent-Length: 0\r\n\r\n",
		},
		{
			"answers 200 where nothing is said", "GET", func(http.ResponseWriter, *http.Request) {},
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		},
		{
			"joins what is written", "GET", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "x/y")
				io.WriteString(w, "a")
				io.WriteString(w, "b")
			},
			"HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nContent-Length: 2\r\n\r\nab",
		},
		{
			"finds a type for a body without one", "GET", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") },
			"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
		},
		{
			"writes no body for a 204", "GET", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(204)
				if _, err := io.WriteString(w, "x"); err != http.ErrBodyNotAllowed {
					panic(err)
				}
			},
			"HTTP/1.1 204 No Content\r\n\r\n",
		},
		{
			"writes no body for HEAD", "HEAD", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "x/y")
				io.WriteString(w, "abc")
			},
			"HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nContent-Length: 3\r\n\r\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, start(t, &Server{Handler: HTTPHandler(c.handler)}))
			conn.send(c.method + " / HTTP/1.1\r\nHost: h\r\n\r\n")
			if got := conn.raw(t, len(c.want), false); got != c.want {
				t.Errorf("answer %q; want %q", got, c.want)
			}
		})
	}
}

func TestHTTPHandlerPanics(t *testing.T) {
	c := dial(t, start(t, &Server{Handler: HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "half an ans")
		panic("boom")
	}))}))
	c.send(get)
	if a := c.answer("GET"); a.status != 500 || a.body != "" || !a.close {
		t.Errorf("answered with %d %q, close %v; want 500 and close", a.status, a.body, a.close)
	}
}

func TestHTTPHandlerLimitsBodies(t *testing.T) {
	c := dial(t, start(t, &Server{MaxBody: 10, Handler: HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != message.ErrBodyTooLarge {
			t.Errorf("reading the body: %v; want %v", err, message.ErrBodyTooLarge)
		}
		w.WriteHeader(413)
	}))}))
	c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world")
	if a := c.answer("POST"); a.status != 413 {
		t.Errorf("answered with %d; want 413", a.status)
	}
}

// The context of a request ends when the caller leaves; with a body, once that
// was read.
func TestHTTPHandlerContext(t *testing.T) {
	for _, head := range []string{"\r\n", "Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"} {
		begun, left := make(chan bool), make(chan error)
		c := dial(t, start(t, &Server{Handler: HTTPHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			begun <- true
			<-r.Context().Done()
			left <- r.Context().Err()
		}))}))
		c.send("POST / HTTP/1.1\r\nHost: h\r\n" + head)
		receive(t, "the request", begun)
		c.Close()
		receive(t, "the end of the context", left)
	}
}

// A caller who sends one request after another keeps his connection though each
// is watched.
func TestHTTPHandlerKeepsConnections(t *testing.T) {
	c := dial(t, start(t, &Server{Handler: HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	}))}))
	c.send(strings.Repeat("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 3) + get)
	for i, want := range []string{"abc", "abc", "abc", ""} {
		if a := c.answer("POST"); a.body != want || a.close {
			t.Errorf("request %d is answered with %q, close %v; want %q", i, a.body, a.close, want)
		}
	}
}
