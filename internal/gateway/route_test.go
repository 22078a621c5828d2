package gateway

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// TestRouting runs what is known of AWS's routing.
func TestRouting(t *testing.T) {
	type vector struct {
		Name, Method, Path string
		Routes             []string
		Header             map[string]string
		Want               string // "": MISSING_AUTHENTICATION_TOKEN
		Params             map[string]string
	}
	for _, v := range vectors[vector](t, "testdata/routing.json", 42) {
		t.Run(v.Name, func(t *testing.T) {
			p := &plan{}
			for _, route := range v.Routes {
				verb, path, _ := strings.Cut(route, " ")
				path, _, _ = strings.Cut(path, " ")
				p.routes.add(path, verb, &method{path: route})
			}
			x := &exchange{
				plan: p, request: &message.Request{Method: v.Method},
				sent: sent{override: v.Header["X-HTTP-Method-Override"]}, where: location{rest: oneSlash(v.Path)},
			}
			got := ""
			if err := route(x); err == nil {
				got = x.method.path
			}
			if got != v.Want {
				t.Fatalf("%s %s among %q is routed to %q; want %q", v.Method, v.Path, v.Routes, got, v.Want)
			}
			if params := paramMap(x.scope.Params); got != "" && !maps.Equal(params, v.Params) {
				t.Errorf("%s %s has parameters %v; want %v", v.Method, v.Path, params, v.Params)
			}
		})
	}
}

func paramMap(params []mapping.Param) map[string]string {
	m := make(map[string]string)
	for _, p := range params {
		m[p.Name] = p.Value
	}
	return m
}

// TestNearest shows how far gateway responses know a path that has no method.
// From the developer guide, the walkthrough of gateway responses.
func TestNearest(t *testing.T) {
	var r router
	for _, route := range []string{"GET /pets", "POST /pets", "GET /pets/{petId}", "GET /orders/{id}/lines/{line}", "GET /files/{path+}"} {
		verb, path, _ := strings.Cut(route, " ")
		r.add(path, verb, &method{path: path})
	}
	for _, c := range []struct{ path, params, routes string }{
		{"/pets/5/type", "map[petId:5]", "GET /pets/{petId}"},
		{"/pets/5", "map[petId:5]", "GET /pets/{petId}"},
		{"/orders/7/lines", "map[id:7]", "GET /orders/{id}/lines/{line}"},
		{"/files/a//b", "map[path:a//b]", "GET /files/{path+}"},
		{"/petz", "map[]", "GET /pets, POST /pets, GET /pets/{petId}"},
		{"/", "map[]", "GET /files/{path+}, GET /orders/{id}/lines/{line}, GET /pets"},
	} {
		m := r.nearest(c.path)
		params, routes := fmt.Sprint(paramMap(m.params)), strings.Join(m.routes(), ", ")
		if params != c.params || routes != c.routes {
			t.Errorf("nearest to %s: %s, %s; want %s, %s", c.path, params, routes, c.params, c.routes)
		}
	}
}

// TestVerbs shows that the table of verbs and the switch agree.
func TestVerbs(t *testing.T) {
	for i, name := range verbs {
		if v, ok := verbOf(name); int(v) != i || !ok {
			t.Errorf("verb %s is %d, %v; want %d", name, v, ok, i)
		}
	}
	for _, name := range []string{"", "ANY", "TRACE", "get", "CONNECT"} {
		if _, ok := verbOf(name); ok {
			t.Errorf("%q is a verb", name)
		}
	}
}

func TestLocate(t *testing.T) {
	for _, c := range []struct {
		host, path string
		want       string // "api stage path rest"; "": none
	}{
		// Slashes as recorded on AWS.
		{"a1.execute-api.localhost:4566", "/prod/x", "a1 prod /prod/x /x"},
		{"a1.execute-api.localhost", "//prod/x/", "a1 prod /prod/x/ /x/"},
		{"a1.execute-api.localhost", "/prod//x//y", "a1 prod /prod//x//y /x//y"},
		{"a1.execute-api.localhost", "/prod", "a1 prod /prod /"},
		{"a1.execute-api.localhost", "/prod/", "a1 prod /prod/ /"},
		{"a1.execute-api.localhost", "/", "a1  / /"},
		{"A1.Execute-API.eu-west-1.amazonaws.com.", "/prod/X", "a1 prod /prod/X /X"},
		{"a1.execute-api.localhost.localstack.cloud:4566", "/prod", "a1 prod /prod /"},
		// Paths, our choice.
		{"h", "/_aws/execute-api/A1/prod", "A1 prod /prod /"},
		{"h", "/_aws/execute-api/a1/prod//x", "a1 prod /prod//x /x"},
		{"h", "/_aws/execute-api/a1", ""},
		{"h", "/_aws/execute-api/a1/", ""},
		{"h", "/_aws/execute-apix/a1/prod", ""},
		{"[::1]:4566", "/restapis/a1/prod/_user_request_", "a1 prod /prod /"},
		{"h", "/restapis/a1/prod/_user_request_//x/", "a1 prod /prod//x/ /x/"},
		{"h", "/restapis/a1/prod/_user_request_x", ""},
		{"h", "/restapis/a1/stages/prod", ""},
		{"h", "/restapis", ""},
		{"execute-api.localhost", "/prod/x", ""},
		{"a1.execute-api", "/prod/x", ""},
		{".execute-api.localhost", "/prod/x", ""},
		{"vpce-1.execute-api.eu-west-1.vpce.amazonaws.com", "/prod/x", ""},
	} {
		l, ok := locate(&message.Request{Host: c.host, Path: c.path})
		got := ""
		if ok {
			got = strings.Join([]string{l.api, l.stage, l.path, l.rest}, " ")
		}
		if got != c.want {
			t.Errorf("%s%s is %q; want %q", c.host, c.path, got, c.want)
		}
	}
}

// FuzzLocateRoute looks for paths that are lost: the stage and the rest make up
// the path, parameters are parts of it, and what is served has its verb.
func FuzzLocateRoute(f *testing.F) {
	for _, path := range []string{"/prod/a/b", "//prod//a/", "/prod/a/b/c//d/", "/restapis/a1/prod/_user_request_/a"} {
		f.Add(path, "GET")
	}
	var r router
	for _, route := range []string{"GET /", "GET /a", "POST /a/{x}", "ANY /a/{x}/c/{rest+}", "GET /{proxy+}", "GET /a/b/{y}"} {
		verb, path, _ := strings.Cut(route, " ")
		r.add(path, verb, &method{path: path})
	}
	f.Fuzz(func(t *testing.T, path, name string) {
		l, ok := locate(&message.Request{Host: api + ".execute-api.localhost", Path: path})
		if !ok || l.rest == "" || l.rest[0] != '/' || strings.HasPrefix(l.rest, "//") {
			t.Fatalf("%q is located at %+v, %v", path, l, ok)
		}
		v, known := verbOf(name)
		if !known {
			return
		}
		m, params := r.find(l.rest, v, nil)
		for _, p := range params {
			if !strings.Contains(path, p.Value) || p.Value == "" {
				t.Errorf("%q has parameter %s = %q", path, p.Name, p.Value)
			}
		}
		if near := r.nearest(l.rest); m != nil && near.left != "" {
			t.Errorf("%q is served by %s, yet the nearest leaves %q", path, m.path, near.left)
		}
	})
}

// table makes n routes, every tenth with a parameter.
func table(n int) []string {
	routes := make([]string, n)
	for i := range routes {
		routes[i] = fmt.Sprintf("/service%d/items/{id}/part%d", i/10, i%10)
	}
	return routes
}

func BenchmarkRoute(b *testing.B) {
	for _, n := range []int{10, 1000} {
		var r router
		mux := http.NewServeMux()
		for _, path := range table(n) {
			r.add(path, "GET", &method{path: path})
			mux.HandleFunc("GET "+path, func(http.ResponseWriter, *http.Request) {})
		}
		const path = "/service0/items/42/part5"
		b.Run(fmt.Sprintf("trie-%d", n), func(b *testing.B) {
			b.ReportAllocs()
			params := make([]mapping.Param, 0, 4)
			for b.Loop() {
				if m, _ := r.find(path, 1, params[:0]); m == nil {
					b.Fatal("no route")
				}
			}
		})
		b.Run(fmt.Sprintf("ServeMux-%d", n), func(b *testing.B) {
			b.ReportAllocs()
			request := httptest.NewRequest("GET", path, nil)
			for b.Loop() {
				mux.Handler(request)
			}
		})
	}
}

// TestRouteAllocates shows that a look-up costs no memory.
func TestRouteAllocates(t *testing.T) {
	var r router
	for _, path := range table(1000) {
		r.add(path, "GET", &method{path: path})
	}
	params := make([]mapping.Param, 0, 4)
	n := testing.AllocsPerRun(100, func() { r.find("/service50/items/42/part5", 1, params[:0]) })
	if n != 0 {
		t.Errorf("a look-up allocates %v times; want 0", n)
	}
	if !slices.Contains(table(1000), "/service50/items/{id}/part5") {
		t.Error("the test looks for a path that is not in the table")
	}
}
