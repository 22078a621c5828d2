package gatewright

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/edge"
	"github.com/gatewright/gatewright/internal/edge/edgetest"
	"github.com/gatewright/gatewright/internal/message"
)

// Each row of the table of raw requests, sent to an edge, through the data plane
// and an HTTP_PROXY, to a backend that reads bytes. What is refused, or breaks
// off, never reaches the backend as a whole request; what is accepted reaches it
// as exactly what was meant.
func TestRawRequestsThroughHTTPProxy(t *testing.T) {
	backend := &rawBackend{}
	uri := "http://" + backend.start(t)
	callers := proxyEdge(t, uri)
	rows := edgetest.Requests(t)
	if len(rows) < 70 {
		t.Fatalf("the table has %d rows, want 70 and more", len(rows))
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			backend.forget()
			last := send(t, callers, row)
			got := backend.all()
			want := expected(row)
			if len(got) != len(want) {
				t.Fatalf("the backend saw %d whole requests, want %d: %+v", len(got), len(want), got)
			}
			for i := range want {
				compareProxied(t, got[i], want[i])
			}
			if row.Refused != 0 && last != row.Refused {
				t.Errorf("the last answer is %d, want %d", last, row.Refused)
			}
		})
	}
}

// A backend may answer while it still reads a large body. None of either is lost.
func TestBackendAnswersWhileItReads(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		both := http.NewResponseController(w)
		both.EnableFullDuplex()
		both.Flush()
		piece := make([]byte, 32<<10)
		for {
			n, err := r.Body.Read(piece)
			w.Write(piece[:n])
			both.Flush()
			if err != nil {
				return
			}
		}
	}))
	defer backend.Close()
	sent := strings.Repeat("0123456789abcdef", 4<<20/16)
	answer, err := http.Post("http://"+proxyEdge(t, backend.URL)+"/echo", "text/plain", struct{ io.Reader }{strings.NewReader(sent)}) // in chunks
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err != nil || string(got) != sent {
		t.Errorf("got %d bytes back, %v; want the %d that were sent", len(got), err, len(sent))
	}
}

// proxyEdge is the address of an edge that takes every request for one of an API
// whose every path is an HTTP_PROXY to uri.
func proxyEdge(t *testing.T, uri string) string {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s := &Server{Control: "127.0.0.1:0", Log: quiet}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	deployProxy(t, s, uri)
	own := &edge.Server{Log: quiet, Refuse: refuse, Handler: message.HandlerFunc(func(x *message.Exchange) {
		x.Request.Host = ExampleAPI + ".execute-api.localhost"
		x.Request.Path = "/prod" + x.Request.Path
		s.gateway.Serve(x)
	})}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go own.Serve(ln)
	t.Cleanup(func() { own.Close() })
	return ln.Addr().String()
}

func deployProxy(t *testing.T, s *Server, uri string) {
	t.Helper()
	api := awsCaller{ctx: t.Context(), url: s.ControlURL(), ids: strings.NewReplacer()}
	call := func(method, path, body string) map[string]any {
		t.Helper()
		answer, err := api.call(method, path, body)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	base := "/restapis/" + ExampleAPI
	root := call("POST", "/restapis", `{"name": "proxy", "tags": {"gatewright:id": "`+ExampleAPI+`"}}`)["rootResourceId"].(string)
	greedy := call("POST", base+"/resources/"+root, `{"pathPart": "{proxy+}"}`)["id"].(string)
	for resource, integration := range map[string]string{
		root:   `{"type": "HTTP_PROXY", "httpMethod": "ANY", "uri": "` + uri + `/"}`,
		greedy: `{"type": "HTTP_PROXY", "httpMethod": "ANY", "uri": "` + uri + `/{proxy}", "requestParameters": {"integration.request.path.proxy": "method.request.path.proxy"}}`,
	} {
		call("PUT", base+"/resources/"+resource+"/methods/ANY", `{"authorizationType": "NONE", "requestParameters": {"method.request.path.proxy": true}}`)
		call("PUT", base+"/resources/"+resource+"/methods/ANY/integration", integration)
	}
	call("POST", base+"/deployments", `{"stageName": "prod"}`)
}

// send sends the bytes of a row, reads all answers until the connection ends and
// returns the status of the last.
func send(t *testing.T, address string, row edgetest.Request) (last int) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { // an edge that refuses may stop reading
		io.WriteString(c, row.Bytes)
		if row.Refused != 0 && !row.End {
			io.WriteString(c, "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n")
		}
		if row.End {
			c.(*net.TCPConn).CloseWrite()
		}
		if row.Kept {
			io.WriteString(c, "GET /next HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n")
		}
	}()
	answers := bufio.NewReader(c)
	for i := 0; ; i++ {
		method := http.MethodGet
		if i < len(row.Seen) {
			method = row.Seen[i].Method
		}
		answer, err := http.ReadResponse(answers, &http.Request{Method: method})
		if err != nil {
			break
		}
		if answer.StatusCode >= 200 {
			last = answer.StatusCode
		}
		io.Copy(io.Discard, answer.Body)
	}
	if _, err := answers.ReadByte(); err == nil {
		t.Error("the connection goes on behind the last answer")
	}
	return last
}

// A proxied request is one that a backend saw whole.
type proxied struct {
	method, target, body string
	header               message.Header
}

// expected is what a backend is to see of a row.
func expected(row edgetest.Request) (all []proxied) {
	seen := row.Seen
	if row.Kept {
		seen = append(slices.Clone(seen), &edgetest.Sight{Method: "GET", Target: "/next"})
	}
	for _, s := range seen {
		target := originForm(s.Target)
		if s.Broken || !slices.Contains([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}, s.Method) || !strings.HasPrefix(target, "/") {
			continue
		}
		target = "/" + strings.TrimLeft(target, "/")
		all = append(all, proxied{s.Method, target, s.Has["body"], s.Header})
	}
	return all
}

// originForm is a target without the scheme and host of its absolute form.
func originForm(target string) string {
	_, rest, absolute := strings.Cut(target, "://")
	if !absolute {
		return target
	}
	path := rest[len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz0123456789.:")):]
	return "/" + strings.TrimPrefix(path, "/")
}

func compareProxied(t *testing.T, got, want proxied) {
	t.Helper()
	if got.method != want.method || got.target != want.target {
		t.Errorf("the backend saw %s %q, want %s %q", got.method, got.target, want.method, want.target)
	}
	if got.body != want.body {
		t.Errorf("the backend saw the body %q, want %q", got.body, want.body)
	}
	if len(want.header) == 0 {
		return
	}
	theirs, ours := callersOwn(got.header), callersOwn(want.header)
	if !slices.Equal(theirs, ours) {
		t.Errorf("the backend saw the fields %q, want %q", theirs, ours)
	}
}

// callersOwn leaves out what belongs to the connection and what the gateway adds.
func callersOwn(h message.Header) message.Header {
	return slices.DeleteFunc(slices.Clone(h), func(f message.Field) bool {
		name := strings.ToLower(f.Name)
		return strings.HasPrefix(name, "x-forwarded-") || slices.Contains([]string{
			"host", "connection", "content-length", "transfer-encoding", "expect", "te", "trailer", "upgrade",
			"x-amzn-trace-id", "x-amzn-apigateway-api-id",
		}, name)
	})
}

// A rawBackend keeps the whole requests that reach it. It reads them with as
// little understanding as can be.
type rawBackend struct {
	mu   sync.Mutex
	seen []proxied
}

func (b *rawBackend) start(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go b.serve(c)
		}
	}()
	return ln.Addr().String()
}

func (b *rawBackend) serve(c net.Conn) {
	defer c.Close()
	for in := bufio.NewReader(c); ; {
		r, err := readProxied(in)
		if err != nil {
			return
		}
		b.mu.Lock()
		b.seen = append(b.seen, r)
		b.mu.Unlock()
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
}

func readProxied(in *bufio.Reader) (r proxied, err error) {
	line := func() string {
		s, e := in.ReadString('\n')
		if e != nil {
			err = e
		}
		return strings.TrimSuffix(s, "\r\n")
	}
	first := line()
	r.method, r.target, _ = strings.Cut(strings.TrimSuffix(first, " HTTP/1.1"), " ")
	for s := line(); s != "" && err == nil; s = line() {
		name, value, _ := strings.Cut(s, ": ")
		r.header.Add(name, value)
	}
	if err != nil {
		return r, err
	}
	var body []byte
	if r.header.Get("Transfer-Encoding") != "" {
		body, err = io.ReadAll(httputil.NewChunkedReader(in))
		line() // behind the last chunk
	} else if n, _ := strconv.Atoi(r.header.Get("Content-Length")); n > 0 {
		body = make([]byte, n)
		_, err = io.ReadFull(in, body)
	}
	r.body = string(body)
	return r, err
}

func (b *rawBackend) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = nil
}

func (b *rawBackend) all() []proxied {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.seen)
}
