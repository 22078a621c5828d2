package edge

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/internal/edge/edgetest"
	"github.com/gatewright/gatewright/internal/message"
)

// A script is a connection by which a caller has sent all that he will send. What
// he is answered is lost.
type script struct {
	in     io.Reader
	once   sync.Once
	closed chan struct{}
}

func newScript(in string) *script {
	return &script{in: strings.NewReader(in), closed: make(chan struct{})}
}

func (s *script) Read(p []byte) (int, error)       { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error)      { return len(p), nil }
func (s *script) Close() error                     { s.once.Do(func() { close(s.closed) }); return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// A view is a request as a server has understood it, in a form in which servers
// can be compared: fields by canonical name, without those that net/http takes
// out of the header.
type view struct {
	method, target, host string
	minor                int
	header               http.Header
	body                 string
	whole                bool // the body was read to its end
}

func (v view) equal(w view) bool {
	return v.method == w.method && v.target == w.target && v.host == w.host && v.minor == w.minor && v.body == w.body && v.whole == w.whole &&
		maps.EqualFunc(v.header, w.header, slices.Equal)
}

// without takes out of h what net/http takes out of it, and what it adds.
func without(h http.Header) http.Header {
	for _, name := range []string{"Host", "Transfer-Encoding", "Trailer"} {
		h.Del(name)
	}
	if h.Get("Pragma") == "no-cache" { // from which net/http makes another
		h.Del("Cache-Control")
	}
	return h
}

// ourViews are what our server understands.
func ourViews(in string) (views []view) {
	s := &Server{Log: slog.New(slog.DiscardHandler), Handler: message.HandlerFunc(func(x *message.Exchange) {
		r := &x.Request
		v := view{r.Method, r.Target, r.Host, r.Minor, http.Header{}, "", true}
		for _, f := range r.Header {
			v.header.Add(f.Name, f.Value)
		}
		v.header = without(v.header)
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			v.body, v.whole = string(body), err == nil
		}
		views = append(views, v)
		x.Response.Status = 200
	})}
	s.prepare()
	newConn(s, newScript(in)).serve()
	return views
}

// nethttp serves scripts by net/http, one at a time.
type nethttp struct {
	*pipes
	views []view
}

func newNetHTTP(t testing.TB) *nethttp {
	n := &nethttp{pipes: listenPipes()}
	s := &http.Server{Handler: n, DisableGeneralOptionsHandler: true, ErrorLog: log.New(io.Discard, "", 0)}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(n.pipes) })
	t.Cleanup(func() {
		s.Close()
		serving.Wait()
	})
	return n
}

func (n *nethttp) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	n.views = append(n.views, view{r.Method, r.RequestURI, r.Host, r.ProtoMinor, without(r.Header), string(body), err == nil})
}

func (n *nethttp) understands(in string) []view {
	n.views = nil
	s := newScript(in)
	n.conns <- s
	<-s.closed
	return n.views
}

// fasthttpViews are what fasthttp understands. It has no whole header to compare.
func fasthttpViews(in string) (views []view) {
	s := &fasthttp.Server{NoDefaultDate: true, Logger: log.New(io.Discard, "", 0), Handler: func(c *fasthttp.RequestCtx) {
		views = append(views, view{method: string(c.Method()), target: string(c.Request.Header.RequestURI()), body: string(c.PostBody()), whole: true})
	}}
	s.ServeConn(newScript(in))
	return views
}

// explained says why net/http does not take a request that we take.
func explained(in string, v view) string {
	_, err := url.ParseRequestURI(v.target)
	switch {
	case err != nil:
		return "its URL has to be parsed: malformed escapes, odd ports"
	case strings.HasPrefix(in, "\r\n") || strings.Contains(in, "\r\n\r\n\r\n"):
		return "it knows no empty line before a request"
	case strings.Contains(strings.ToLower(in), "\r\ntrailer:"):
		return "it checks which trailers are announced"
	}
	return ""
}

// FuzzRequests has net/http and fasthttp as referees. What we understand, net/http
// understands in the same way; or, where it is known why it refuses, fasthttp
// does. So what both refuse, we refuse.
func FuzzRequests(f *testing.F) {
	for _, r := range edgetest.Requests(f) {
		f.Add(r.Bytes)
	}
	referee := newNetHTTP(f)
	f.Fuzz(func(t *testing.T, in string) {
		ours := ourViews(in)
		theirs := referee.understands(in)
		for i, v := range ours {
			if !v.whole {
				return
			}
			if i < len(theirs) {
				if !v.equal(theirs[i]) {
					t.Fatalf("%q\nwe understand %+v\nnet/http      %+v", in, v, theirs[i])
				}
				continue
			}
			if explained(in, v) == "" {
				t.Fatalf("%q\nwe understand %+v\nnet/http refuses it", in, v)
			}
			second := fasthttpViews(in)
			if i >= len(second) || second[i].method != v.method || second[i].target != v.target || second[i].body != v.body {
				t.Fatalf("%q\nwe understand %+v\nfasthttp      %+v", in, v, second)
			}
		}
	})
}

// FuzzParseRequest checks what holds for every request that is accepted.
func FuzzParseRequest(f *testing.F) {
	for _, r := range edgetest.Requests(f) {
		if head, _, ok := strings.Cut(r.Bytes, "\r\n\r\n"); ok && len(head) < 1000 {
			f.Add(head + "\r\n\r\n")
		}
	}
	f.Fuzz(func(t *testing.T, head string) {
		var r message.Request
		if _, err := parseRequest(head, &r); err != nil {
			return
		}
		rest := r.Path
		if r.HasQuery {
			rest += "?" + r.Query
		}
		if !strings.HasSuffix(r.Target, rest) && r.Path != "/" {
			t.Errorf("target %q became %q and %q", r.Target, r.Path, r.Query)
		}
		if bytes.ContainsFunc([]byte(r.Target+r.Method+r.Host), func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
			t.Errorf("control or space in %q %q %q", r.Method, r.Target, r.Host)
		}
		if host, _ := r.Header.Lookup("Host"); host != r.Host && r.Minor > 0 {
			t.Errorf("Host is %q in the header and %q beside it", host, r.Host)
		}
		if r.BodyLen != 0 && r.Header.Get("Content-Length") == "" && r.Header.Get("Transfer-Encoding") == "" {
			t.Errorf("a body of %d without a field that says so", r.BodyLen)
		}
	})
}
