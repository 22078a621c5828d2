package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
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
	body := strings.NewReader("")
	for b.Loop() {
		if x.Response.Header = x.Response.Header[:0]; r.body != "" {
			body.Reset(r.body)
			x.Request.Body = body
		}
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

// BenchmarkShaped compares a kilobyte that is passed on with one that is
// validated and goes through a template, as the answer does.
func BenchmarkShaped(b *testing.B) {
	items := strings.TrimSuffix(strings.Repeat(`{"sku": "sku-0001", "count": 1, "note": "as long as notes of this kind usually are"}, `, 10), ", ")
	sent := `{"customer": {"name": "Ann", "city": "Oslo"}, "total": 120, "items": [` + items + `]}`
	address := answering(b, ok(`{"id": 42, "name": "Rex", "notes": "`+strings.Repeat("n", 960)+`"}`))
	shaped := calling("HTTP", "http://"+address+"/items")
	shaped.RequestValidatorID, shaped.RequestModels = "bodies", map[string]string{"application/json": "Order"}
	shaped.MethodIntegration.RequestTemplates = map[string]string{
		"application/json": `#set($order = $input.path('$')){"request": "$context.requestId", "name": $input.json('$.customer.name'), "items": [
#foreach($item in $order.items){"sku": "$item.sku", "n": $item.count}#if($foreach.hasNext),#end
#end]}`,
	}
	template := `{"id": $input.path('$.id'), "name": "$input.path('$.name')", "notes": $input.json('$.notes')}`
	shaped.MethodResponses = map[string]*restapi.MethodResponse{"200": {}}
	shaped.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{
		"200": {ResponseTemplates: map[string]*string{"application/json": &template}},
	}
	d := methods(map[string]*restapi.Method{
		"POST /passed": calling("HTTP_PROXY", "http://"+address+"/items"),
		"POST /shaped": shaped,
	})
	d.RequestValidators = []*restapi.RequestValidator{{ID: "bodies", ValidateRequestBody: true}}
	d.Models = []*restapi.Model{{Name: "Order", ContentType: "application/json", Schema: `{"type": "object", "required": ["customer", "items"],
"properties": {"total": {"type": "number", "minimum": 0}, "customer": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 100}}},
"items": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}}}}}`}}
	gw := start(b, "")
	gw.deploy(d, prod())
	for _, name := range []string{"passed", "shaped"} {
		b.Run(name, func(b *testing.B) {
			serveBench(b, gw, sentRequest{method: "POST", target: "/prod/" + name, body: sent}, 200)
		})
	}
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
