package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// serveBench calls one exchange again and again, as a connection of the edge
// does.
func serveBench(b *testing.B, gw *bench, r sentRequest, status int) {
	x := exchangeOf(r)
	x.Request.Header = append(x.Request.Header,
		message.Field{Name: "User-Agent", Value: "bench"}, message.Field{Name: "Accept", Value: "*/*"})
	b.ReportAllocs()
	for b.Loop() {
		x.Response.Header = x.Response.Header[:0]
		gw.Serve(x)
		if x.Response.Status != status {
			b.Fatalf("status %d %s", x.Response.Status, x.Response.Body)
		}
		if x.Response.Stream != nil {
			io.Copy(io.Discard, x.Response.Stream)
			x.Response.Stream.Close()
			x.Response.Stream = nil
		}
	}
}

func benchDefinition(backend string) *restapi.Definition {
	routes := map[string]*restapi.Method{
		"GET /mock":           mocked("200", `{"message":"hello"}`),
		"ANY /pets/{proxy+}":  calling("HTTP_PROXY", "http://"+backend+"/{p}"),
		"GET /users/{userId}": mocked("200", "user"),
	}
	routes["ANY /pets/{proxy+}"].MethodIntegration.RequestParameters = map[string]string{
		"integration.request.path.p": "method.request.path.proxy",
	}
	return methods(routes)
}

func BenchmarkMock(b *testing.B) {
	gw := start(b, "")
	gw.deploy(benchDefinition("127.0.0.1:1"), prod())
	serveBench(b, gw, sentRequest{target: "/prod/mock"}, 200)
}

func BenchmarkGatewayResponse(b *testing.B) {
	gw := start(b, "")
	gw.compiler.log, gw.why.logger = slog.New(slog.DiscardHandler), slog.New(slog.DiscardHandler)
	d := benchDefinition("127.0.0.1:1")
	d.GatewayResponses = []*restapi.GatewayResponse{{
		ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "404",
		ResponseParameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
		ResponseTemplates:  map[string]string{"application/json": `{"message":$context.error.messageString,"at":"$context.stage"}`},
	}}
	gw.deploy(d, prod())
	serveBench(b, gw, sentRequest{target: "/prod/nope"}, 404)
}

func BenchmarkHTTPProxy(b *testing.B) {
	address := answering(b, ok(fmt.Sprintf("%01024d", 0)))
	gw := start(b, "")
	gw.deploy(benchDefinition(address), prod())
	serveBench(b, gw, sentRequest{target: "/prod/pets/5"}, 200)
}

// answering starts a backend that answers each request without a body, which
// must come in one piece, and costs no memory. It returns its address.
func answering(b *testing.B, answer string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				buf, out := make([]byte, 4<<10), []byte(answer)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
					c.Write(out)
				}
			})
		}
	})
	b.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return l.Addr().String()
}

func BenchmarkCompile(b *testing.B) {
	gw := start(b, "")
	routes := make(map[string]*restapi.Method)
	for _, path := range table(300) {
		routes["GET "+path] = mocked("200", "x")
	}
	d := methods(routes)
	d.API = &restapi.RestAPI{ID: api}
	gw.deploy(d, prod())
	s := gw.world.find(api)
	b.ReportAllocs()
	for b.Loop() {
		if err := gw.compiler.load(context.Background(), s, "prod", new(stage)); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocations shows what the gateway itself costs in memory.
func TestAllocations(t *testing.T) {
	gw := start(t, "")
	gw.deploy(benchDefinition("127.0.0.1:1"), prod())
	x := exchangeOf(sentRequest{target: "/prod/mock"})
	n := testing.AllocsPerRun(100, func() {
		x.Response.Header = x.Response.Header[:0]
		gw.Serve(x)
	})
	if n > 2 {
		t.Errorf("a MOCK answer allocates %v times; want at most 2", n)
	}
}
