package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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
	gw := start(b, "")
	body := fmt.Sprintf("%01024d", 0)
	gw.deploy(benchDefinition(serve(b, ok(body)).address), prod())
	serveBench(b, gw, sentRequest{target: "/prod/pets/5"}, 200)
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
		if _, err := gw.compiler.plan(context.Background(), s, encode(prod())); err != nil {
			b.Fatal(err)
		}
	}
}
