package edge

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

// A rawRequest is one file of testdata/requests.txtar.
type rawRequest struct {
	name    string
	bytes   string
	end     bool
	wait    bool
	seen    []*sight
	refused int
	kept    bool
}

// A sight is what a handler is to see of a request.
type sight struct {
	method, target string
	has            map[string]string // host, path, query, minor, body: where they are told
	header         message.Header
	broken         bool
}

func rawRequests(t testing.TB) (all []rawRequest) {
	data, err := os.ReadFile("testdata/requests.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range strings.Split("\n"+string(data), "\n-- ")[1:] {
		name, lines, _ := strings.Cut(file, " --\n")
		r, err := parseRaw(lines)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.name = name
		all = append(all, r)
	}
	return all
}

func parseRaw(lines string) (r rawRequest, err error) {
	for line := range strings.Lines(lines) {
		verb, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text, err := unescape(rest)
		if err != nil {
			return r, fmt.Errorf("%q: %w", line, err)
		}
		var last *sight
		if len(r.seen) > 0 {
			last = r.seen[len(r.seen)-1]
		}
		switch verb {
		case "send":
			r.bytes += text
		case "repeat":
			n, text, _ := strings.Cut(text, " ")
			times, err := strconv.Atoi(n)
			if err != nil {
				return r, err
			}
			r.bytes += strings.Repeat(text, times)
		case "end":
			r.end = true
		case "wait":
			r.wait = true
		case "seen":
			method, target, _ := strings.Cut(text, " ")
			r.seen = append(r.seen, &sight{method: method, target: target, has: map[string]string{}})
		case "host", "path", "query", "minor", "body":
			last.has[verb] = text
		case "field":
			name, value, _ := strings.Cut(text, ":")
			last.header.Add(name, strings.TrimPrefix(value, " "))
		case "broken":
			last.broken = true
		case "refused":
			if r.refused, err = strconv.Atoi(text); err != nil {
				return r, err
			}
		case "kept":
			r.kept = true
		case "closed":
		default:
			return r, fmt.Errorf("unknown line %q", line)
		}
	}
	return r, nil
}

// unescape undoes the escapes of a Go string. Quotes stand for themselves.
func unescape(s string) (string, error) {
	var b strings.Builder
	for s != "" {
		c, wide, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return "", err
		}
		if wide {
			b.WriteRune(c)
		} else {
			b.WriteByte(byte(c))
		}
		s = rest
	}
	return b.String(), nil
}

// A recorder is a handler that reads bodies and keeps what it sees.
type recorder struct {
	mu   sync.Mutex
	seen []seenRequest
}

type seenRequest struct {
	message.Request
	body string
	err  error
}

func (h *recorder) Serve(x *message.Exchange) {
	s := seenRequest{Request: x.Request}
	s.Header = slices.Clone(x.Request.Header)
	if x.Request.Body != nil {
		body, err := io.ReadAll(x.Request.Body)
		s.body, s.err = string(body), err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, s)
	x.Response.Status = 200
	if s.err != nil {
		x.Response.Status = 502
	}
}

func (h *recorder) all() []seenRequest {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.seen)
}

func TestRequests(t *testing.T) {
	all := rawRequests(t)
	if len(all) < 170 {
		t.Errorf("%d requests in the table; some were lost", len(all))
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) { r.test(t) })
	}
}

func (r rawRequest) test(t *testing.T) {
	h := &recorder{}
	c := dial(t, start(t, &Server{Handler: h}))
	go func() { // a server that refuses may stop reading
		io.WriteString(c, r.bytes)
		if r.refused != 0 && !r.end && !r.wait {
			io.WriteString(c, "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n")
		}
		if r.end {
			c.Conn.(*net.TCPConn).CloseWrite()
		}
		if r.kept {
			io.WriteString(c, "GET /next HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n")
		}
	}()
	want := r.seen
	if r.kept {
		want = append(want, &sight{method: "GET", target: "/next"})
	}
	for _, s := range want {
		if s.broken {
			continue
		}
		if a := c.answer(s.method); a.status != 200 {
			t.Errorf("%s is answered with %d; want 200", s.target, a.status)
		}
	}
	if r.refused != 0 {
		if a := c.answer("GET"); a.status != r.refused || !a.close {
			t.Errorf("refused with %d, close %v; want %d and close", a.status, a.close, r.refused)
		}
	}
	c.ended()
	seen := h.all()
	if len(seen) != len(want) {
		t.Fatalf("%d requests seen; want %d: %+v", len(seen), len(want), seen)
	}
	for i, s := range want {
		s.compare(t, seen[i])
	}
}

func (s *sight) compare(t *testing.T, got seenRequest) {
	t.Helper()
	if got.Method != s.method || got.Target != s.target {
		t.Errorf("seen %s %q; want %s %q", got.Method, got.Target, s.method, s.target)
	}
	if (got.err != nil) != s.broken {
		t.Errorf("reading the body: %v; want an error %v", got.err, s.broken)
	}
	parts := map[string]string{
		"host": got.Host, "path": got.Path, "query": got.Query, "body": got.body,
		"minor": strconv.Itoa(got.Minor),
	}
	for part, want := range s.has {
		if parts[part] != want {
			t.Errorf("%s %q; want %q", part, parts[part], want)
		}
	}
	if _, want := s.has["query"]; got.HasQuery != want && s.has["path"] != "" {
		t.Errorf("HasQuery %v; want %v", got.HasQuery, want)
	}
	if len(s.header) > 0 && !slices.Equal(got.Header, s.header) {
		t.Errorf("header %q; want %q", got.Header, s.header)
	}
}
