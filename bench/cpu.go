//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// The contenders, in the order of their slices: those that are compared with
// each other have their turns next to each other.
const (
	rawMock     = "raw loop"
	bareHandler = "bare net/http handler"
	mock        = "MOCK"
	rendered    = "rendered gateway response"
	rawProxy    = "raw proxy loop"
	bareProxy   = "bare httputil.ReverseProxy"
	httpProxy   = "HTTP_PROXY"
	tenRoutes   = "HTTP_PROXY, 10 routes"
	manyRoutes  = "HTTP_PROXY, 1,000 routes"
	posted      = "HTTP_PROXY, 1 KB sent"
	shaped      = "HTTP, validator and two templates"
)

// comparisons are the ratios that are reported; those without a target are
// there for orientation.
var comparisons = []ratio{
	{Of: mock, To: bareHandler, Target: 0.70},
	{Of: httpProxy, To: bareProxy, Target: 0.45},
	{Of: manyRoutes, To: tenRoutes, Target: 1.03},
	{Of: rendered, To: mock, Target: 1.2},
	{Of: shaped, To: posted, Target: 1.6},
	{Of: rawMock, To: bareHandler},
	{Of: rawProxy, To: bareProxy},
}

// measureCPU starts all servers, verifies their answers and gives each its
// slice of load in every round.
func (r *results) measureCPU(ctx context.Context, o options, folder string) error {
	s := &stable{folder: folder, procs: o.procs}
	defer s.stop()
	targets, err := s.contenders(ctx, o.binary)
	if err != nil {
		return err
	}
	var order []string
	for _, t := range targets {
		if err := t.verify(); err != nil {
			return err
		}
		order = append(order, t.name)
	}
	samples := map[string][]sample{}
	for round := range o.rounds {
		for _, t := range targets {
			one, err := t.load(ctx, o.connections, o.slice)
			if err != nil {
				return err
			}
			samples[t.name] = append(samples[t.name], one)
			progress("round %d of %d   %-30s %6.1f µs of CPU a request", round+1, o.rounds, t.name, one.cost())
			if err := s.forget(); err != nil {
				return err
			}
		}
		slices.Reverse(targets) // there and back, so that a slow drift of the machine favours nobody
	}
	r.addCPU(order, samples, comparisons)
	return nil
}

// contenders starts the servers and returns what is asked of each.
func (s *stable) contenders(ctx context.Context, binary string) ([]*target, error) {
	backend, err := s.role(role{Name: "backend"})
	if err != nil {
		return nil, err
	}
	g, err := s.gatewright(ctx, binary, "memory")
	if err != nil {
		return nil, err
	}
	ours, err := g.targets(backend.addr)
	if err != nil {
		return nil, err
	}
	mock, proxy := ours[0], ours[2]
	floors, err := s.floors(mock, proxy, backend.addr)
	if err != nil {
		return nil, err
	}
	return slices.Concat(floors[:2], ours[:2], floors[2:], ours[2:]), nil
}

// targets builds the APIs and returns what is asked of them: the mock, the
// gateway response, the proxy, ten routes, a thousand, and what is sent.
func (g *gatewright) targets(backend string) ([]*target, error) {
	progress("building APIs with 5, 10 and 1,000 routes")
	api, err := g.mainAPI(backend, backend)
	if err != nil {
		return nil, err
	}
	targets := []*target{
		g.target(mock, 200, isJSON(mockBody), api, "/mock"),
		g.target(rendered, 444, isRendered, api, "/nothing/here"),
		g.target(httpProxy, 200, isJSON(item), api, "/pets/42"),
	}
	for _, c := range []struct {
		name   string
		routes int
	}{{tenRoutes, 10}, {manyRoutes, 1000}} {
		api, err := g.routesAPI(c.routes, backend)
		if err != nil {
			return nil, err
		}
		paths := make([]string, c.routes)
		for i := range paths {
			paths[i] = "/" + routePart(i) + "/42"
		}
		targets = append(targets, g.target(c.name, 200, isJSON(item), api, paths...))
	}
	return append(targets,
		g.target(posted, 200, isJSON(item), api, "/posted").sending(order),
		g.target(shaped, 201, isJSON(shapedItem), api, "/shaped").sending(order)), nil
}

// floors starts the servers that Gatewright is compared with. They get the
// same requests; those under MOCK answer what the mock answers, to the byte.
func (s *stable) floors(mock, proxy *target, backend string) ([]*target, error) {
	answer, err := mock.ask(mock.requests[0])
	if err != nil {
		return nil, err
	}
	var floors []*target
	for _, f := range []struct {
		name, role string
		like       *target
	}{
		{rawMock, "raw mock", mock},
		{bareHandler, "net/http", mock},
		{rawProxy, "raw proxy", proxy},
		{bareProxy, "reverse proxy", proxy},
	} {
		p, err := s.role(role{Name: f.role, Answer: answer, Backend: backend})
		if err != nil {
			return nil, err
		}
		t := *f.like
		t.name, t.pid, t.addr = f.name, p.pid(), p.addr
		if f.like == mock {
			got, err := t.ask(t.requests[0])
			if err != nil {
				return nil, err
			}
			if len(got) != len(answer) {
				return nil, fmt.Errorf("%s answers other bytes than the mock:\n%s\n\n%s", f.name, got, answer)
			}
		}
		floors = append(floors, &t)
	}
	return floors, nil
}

// isJSON checks that an answer is JSON and has exactly this body.
func isJSON(want string) func(http.Header, []byte) error {
	return func(h http.Header, body []byte) error {
		if h.Get("Content-Type") != "application/json" {
			return fmt.Errorf("content type is %q", h.Get("Content-Type"))
		}
		if string(body) != want {
			return fmt.Errorf("body is not %s", want)
		}
		return nil
	}
}

// isRendered checks that an answer is the gateway response of mainAPI with
// its variables filled in.
func isRendered(h http.Header, body []byte) error {
	var got struct{ Message, Type, Stage, Request string }
	if err := json.Unmarshal(body, &got); err != nil {
		return err
	}
	request := got.Request
	got.Request = ""
	want := got
	want.Message, want.Type, want.Stage = "Missing Authentication Token", "MISSING_AUTHENTICATION_TOKEN", stageName
	switch {
	case h.Get("Access-Control-Allow-Origin") != "a.b.c":
		return errors.New("the configured header is missing")
	case got != want:
		return fmt.Errorf("body is not like %+v", want)
	case request == "" || request != h.Get("X-Amzn-RequestId"):
		return errors.New("the request id in the body is not the one in the head")
	}
	return nil
}
