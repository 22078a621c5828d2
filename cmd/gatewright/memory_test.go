//go:build linux && !race

// The race detector needs memory of its own, so that these figures would not be
// the program's.

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Eight bodies of 10 MB at once, there and back, through a backend that takes its
// time.
func TestLargeBodiesAreNotHeld(t *testing.T) {
	const bodies, size, most = 8, 10 << 20, 40 << 10
	var all sync.WaitGroup
	all.Add(bodies) // all are under way before one is answered
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.ReadFull(r.Body, make([]byte, 64<<10))
		all.Done()
		all.Wait()
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", fmt.Sprint(n+64<<10))
		io.CopyN(w, zeros{}, n+64<<10)
	}))
	defer backend.Close()
	p := start(t, "--data", "memory")
	url := proxyTo(t, p, backend.URL)
	var callers sync.WaitGroup
	for range bodies {
		callers.Go(func() {
			answer, err := http.Post(url, "application/octet-stream", io.LimitReader(zeros{}, size))
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if n, err := io.Copy(io.Discard, answer.Body); answer.StatusCode != 200 || n != size || err != nil {
				t.Errorf("%s, %d bytes, %v; want 200 and %d bytes", answer.Status, n, err, size)
			}
		})
	}
	callers.Wait()
	if peak := p.memory(t, "VmHWM"); peak > most {
		t.Errorf("the process held up to %d KiB; want at most %d", peak, most)
	}
}

// Ten thousand callers who say nothing, or as many as this machine admits.
func TestIdleConnectionsAreCheap(t *testing.T) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	callers := int(min(10_000, files.Cur-500))
	most := 200 << 10 * callers / 10_000
	p := start(t, "--data", "memory")
	address := strings.TrimPrefix(p.control, "http://")
	for range callers {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	get(t, p.control+"/_gatewright/health") // the last of them is accepted
	time.Sleep(100 * time.Millisecond)      // and at rest
	if now := p.memory(t, "VmRSS"); now > most {
		t.Errorf("the process holds %d KiB for %d idle connections; want at most %d", now, callers, most)
	}
}

// proxyTo deploys an API whose root is an HTTP_PROXY to a backend, and returns
// its URL.
func proxyTo(t *testing.T, p *program, backend string) string {
	t.Helper()
	api := call(t, "POST", p.control+"/restapis", `{"name": "proxy"}`)
	base := p.control + "/restapis/" + api["id"].(string)
	method := base + "/resources/" + api["rootResourceId"].(string) + "/methods/ANY"
	call(t, "PUT", method, `{"authorizationType": "NONE"}`)
	call(t, "PUT", method+"/integration", `{"type": "HTTP_PROXY", "httpMethod": "ANY", "uri": "`+backend+`"}`)
	call(t, "POST", base+"/deployments", `{"stageName": "test"}`)
	return p.control + "/_aws/execute-api/" + api["id"].(string) + "/test"
}

// memory returns a figure of the process in KiB.
func (p *program) memory(t *testing.T, figure string) (kib int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(status), figure+":")
	if _, err := fmt.Sscan(rest, &kib); err != nil || !ok {
		t.Fatalf("no %s in %s", figure, status)
	}
	return kib
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
