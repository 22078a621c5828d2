package edge

import (
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/edge/edgetest"
	"github.com/gatewright/gatewright/internal/message"
)

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
	all := edgetest.Requests(t)
	if len(all) < 170 {
		t.Errorf("%d requests in the table; some were lost", len(all))
	}
	for _, r := range all {
		t.Run(r.Name, func(t *testing.T) { testRequest(t, r) })
	}
}

func testRequest(t *testing.T, r edgetest.Request) {
	h := &recorder{}
	c := dial(t, start(t, &Server{Handler: h}))
	go func() { // a server that refuses may stop reading
		io.WriteString(c, r.Bytes)
		if r.Refused != 0 && !r.End && !r.Wait {
			io.WriteString(c, "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n")
		}
		if r.End {
			c.Conn.(*net.TCPConn).CloseWrite()
		}
		if r.Kept {
			io.WriteString(c, "GET /next HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n")
		}
	}()
	want := r.Seen
	if r.Kept {
		want = append(want, &edgetest.Sight{Method: "GET", Target: "/next"})
	}
	for _, s := range want {
		if s.Broken {
			continue
		}
		if a := c.answer(s.Method); a.status != 200 {
			t.Errorf("%s is answered with %d; want 200", s.Target, a.status)
		}
	}
	if r.Refused != 0 {
		if a := c.answer("GET"); a.status != r.Refused || !a.close {
			t.Errorf("refused with %d, close %v; want %d and close", a.status, a.close, r.Refused)
		}
	}
	c.ended()
	seen := h.all()
	if len(seen) != len(want) {
		t.Fatalf("%d requests seen; want %d: %+v", len(seen), len(want), seen)
	}
	for i, s := range want {
		compare(t, s, seen[i])
	}
}

func compare(t *testing.T, s *edgetest.Sight, got seenRequest) {
	t.Helper()
	if got.Method != s.Method || got.Target != s.Target {
		t.Errorf("seen %s %q; want %s %q", got.Method, got.Target, s.Method, s.Target)
	}
	if (got.err != nil) != s.Broken {
		t.Errorf("reading the body: %v; want an error %v", got.err, s.Broken)
	}
	parts := map[string]string{
		"host": got.Host, "path": got.Path, "query": got.Query, "body": got.body,
		"minor": strconv.Itoa(got.Minor),
	}
	for part, want := range s.Has {
		if parts[part] != want {
			t.Errorf("%s %q; want %q", part, parts[part], want)
		}
	}
	if _, want := s.Has["query"]; got.HasQuery != want && s.Has["path"] != "" {
		t.Errorf("HasQuery %v; want %v", got.HasQuery, want)
	}
	if len(s.Header) > 0 && !slices.Equal(got.Header, s.Header) {
		t.Errorf("header %q; want %q", got.Header, s.Header)
	}
}
