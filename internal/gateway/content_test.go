package gateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// handling is a method of type HTTP that hands bodies on as contentHandling says,
// the request's and the response's.
func handling(address, request, response string) *restapi.Method {
	m := calling("HTTP", "http://"+address)
	m.MethodResponses = map[string]*restapi.MethodResponse{"200": {}}
	m.MethodIntegration.ContentHandling = request
	m.MethodIntegration.IntegrationResponses = map[string]*restapi.IntegrationResponse{"200": {ContentHandling: response}}
	return m
}

func images() *restapi.RestAPI { return &restapi.RestAPI{BinaryMediaTypes: []string{"image/png"}} }

// contentType is a header with one.
func contentType(v string) message.Header { return message.Header{{Name: "Content-Type", Value: v}} }

func accept(v string) message.Header { return message.Header{{Name: "Accept", Value: v}} }

// TestConversions takes what was recorded on AWS through the gateway to a backend
// and back.
func TestConversions(t *testing.T) {
	type recording struct {
		Name, Direction, ContentHandling, ContentType, Accept, Template string
		Cases                                                           []struct{ Body, Want []byte }
	}
	recordings := vectors[recording](t, "../content/testdata/conversions.json", 26)
	backend := serve(t, ok(""))
	routes := map[string]*restapi.Method{}
	for _, r := range recordings {
		for i, c := range r.Cases {
			m := handling(backend.address, r.ContentHandling, "")
			if r.Template != "" {
				m.MethodIntegration.RequestTemplates = map[string]string{"application/json": r.Template}
			}
			if r.Direction == "response" {
				m = handling(serve(t, ok(string(c.Body), "Content-Type: "+r.ContentType)).address, "", r.ContentHandling)
				if r.Template != "" {
					m.MethodIntegration.IntegrationResponses["200"].ResponseTemplates = map[string]*string{"application/json": &r.Template}
				}
			}
			routes[fmt.Sprintf("POST /%s/%d", r.Name, i)] = m
		}
	}
	b := start(t, "")
	d := methods(routes)
	d.API = images()
	b.deploy(d, prod())
	for _, r := range recordings {
		for i, c := range r.Cases {
			q := sentRequest{method: "POST", target: fmt.Sprintf("/prod/%s/%d", r.Name, i), header: contentType(r.ContentType), body: string(c.Body)}
			if r.Direction == "response" {
				q.header, q.body = accept(r.Accept), ""
			}
			a := b.send(q)
			if got := a.body; c.Want != nil {
				if r.Direction == "request" {
					_, got = backend.sent()
				}
				if a.Status != 200 || got != string(c.Want) {
					t.Errorf("%s: %q becomes %q, status %d; want %q", r.Name, c.Body, got, a.Status, c.Want)
				}
			} else if a.Status != 500 || got != internalServerError {
				t.Errorf("%s: %q gives %d %q; want 500", r.Name, c.Body, a.Status, got)
			}
		}
	}
}

// TestNothingConverted shows that of a body that becomes nothing the backend gets
// nothing.
func TestNothingConverted(t *testing.T) {
	backend := serve(t, ok("fine"))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"POST /x": handling(backend.address, "CONVERT_TO_BINARY", "")}), prod())
	b.send(sentRequest{method: "POST", target: "/prod/x", body: "\n"}).want(t, 200, "fine")
	if _, body := backend.sent(); body != "" {
		t.Errorf("the backend was sent %q, want nothing", body)
	}
}

// TestBinaryMock shows what owners of APIs with "*/*" meet on AWS: what a browser
// asks first fails, until its template is given text.
func TestBinaryMock(t *testing.T) {
	options := mocked("200", "")
	converted := mocked("200", "")
	converted.MethodIntegration.ContentHandling = "CONVERT_TO_TEXT"
	d := methods(map[string]*restapi.Method{"OPTIONS /fails": options, "OPTIONS /works": converted})
	d.API = &restapi.RestAPI{BinaryMediaTypes: []string{"*/*"}}
	b := start(t, "")
	b.deploy(d, prod())
	b.send(sentRequest{method: "OPTIONS", target: "/prod/fails"}).want(t, 500, internalServerError)
	b.send(sentRequest{method: "OPTIONS", target: "/prod/works"}).want(t, 200, "")
	if !strings.Contains(b.log.String(), "unable to transform request: the payload is binary") {
		t.Errorf("the log does not say why:\n%s", b.log)
	}
}

// TestProxyContent shows that HTTP_PROXY hands bytes on where types are binary,
// and text elsewhere.
func TestProxyContent(t *testing.T) {
	const bytes, text = "\x89PNG\xff", "\uFFFDPNG\uFFFD"
	for _, c := range []struct {
		name                  string
		binary                []string
		contentType, accept   string
		toBackend, fromBefore string // of bytes
	}{
		{"no binary types", nil, "image/png", "image/png", text, text},
		{"binary types that match", []string{"image/png"}, "image/png", "image/png", bytes, bytes},
		{"all types", []string{"*/*"}, "text/plain", "text/plain", bytes, bytes},
		{"text for one who accepts bytes", []string{"image/png"}, "text/plain", "image/png", text, text},
		{"bytes for one who accepts text", []string{"image/png"}, "image/png", "text/plain", bytes, "iVBOR/8="},
	} {
		t.Run(c.name, func(t *testing.T) {
			backend := serve(t, ok(bytes, "Content-Type: "+c.contentType))
			b := start(t, "")
			d := methods(map[string]*restapi.Method{"ANY /x": calling("HTTP_PROXY", "http://"+backend.address)})
			d.API = &restapi.RestAPI{BinaryMediaTypes: c.binary}
			b.deploy(d, prod())
			r := sentRequest{method: "POST", target: "/prod/x", header: append(contentType(c.contentType), accept(c.accept)...), body: bytes}
			b.send(r).want(t, 200, c.fromBefore)
			if _, got := backend.sent(); got != c.toBackend {
				t.Errorf("the backend was sent %q; want %q", got, c.toBackend)
			}
		})
	}
}

// TestProxyLengths shows when a length goes on: it does with bytes and with short
// texts. A long one is read as it comes, and nobody knows how long it will be.
func TestProxyLengths(t *testing.T) {
	long := strings.Repeat("long text ", maxWhole/10+1)
	for _, c := range []struct {
		name, body, contentType string
		length                  bool
	}{
		{"short text", "pets", "text/plain", true},
		{"long text", long, "text/plain", false},
		{"long malformed text", long + "\xff", "text/plain", false},
		{"long bytes", long + "\xff", "image/png", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			backend := serve(t, ok(c.body, "Content-Type: "+c.contentType))
			b := start(t, "")
			d := methods(map[string]*restapi.Method{"POST /x": calling("HTTP_PROXY", "http://"+backend.address)})
			d.API = images()
			b.deploy(d, prod())
			a := b.send(sentRequest{method: "POST", target: "/prod/x", header: append(contentType(c.contentType), accept(c.contentType)...), body: c.body})
			want := c.body
			if c.contentType != "image/png" {
				want = strings.ToValidUTF8(c.body, "\uFFFD")
			}
			lines, sent := backend.sent()
			if a.body != want || sent != want {
				t.Errorf("%d bytes went out and %d came back; want %d", len(sent), len(a.body), len(want))
			}
			if told := !slices.Contains(lines, "Transfer-Encoding: chunked"); told != c.length {
				t.Errorf("the backend was told a length: %v; want %v", told, c.length)
			}
			if told := a.Stream == nil || a.StreamLen >= 0; told != c.length {
				t.Errorf("the caller was told a length: %v; want %v", told, c.length)
			}
		})
	}
}

func zipped(t testing.TB, coding, body string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if coding == "deflate" {
		w = zlib.NewWriter(&b)
	}
	io.WriteString(w, body)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestRequestCodings shows that what callers have compressed is decoded wherever
// somebody looks at it. [developer guide, "Call an API method with a compressed
// payload"]
func TestRequestCodings(t *testing.T) {
	testRequestCodings(t, prod())
	logged := prod() // the body is read for the log
	logged.MethodSettings = map[string]*restapi.MethodSetting{"*/*": {
		LoggingLevel: "INFO", DataTraceEnabled: true, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1,
	}}
	testRequestCodings(t, logged)
}

func testRequestCodings(t *testing.T, st *restapi.Stage) {
	backend := serve(t, ok(""))
	lambda := serve(t, ok(`{"statusCode": 200}`))
	b := start(t, "http://"+lambda.address, func(c *Config) { c.Executions = io.Discard })
	pass := handling(backend.address, "", "")
	pass.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.Content-Encoding": "method.request.header.Content-Encoding"}
	mock := mocked("200", "fine")
	mock.MethodIntegration.RequestTemplates = nil
	mapped := calling("HTTP_PROXY", "http://"+backend.address)
	mapped.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.X-Name": "method.request.body.name"}
	function := calling("AWS_PROXY", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:hello/invocations")
	function.MethodIntegration.HTTPMethod = "POST"
	d := methods(map[string]*restapi.Method{
		"POST /template": templated("http://"+backend.address, `{"name": $input.json('$.name')}`, "fine"),
		"POST /pass":     pass,
		"POST /mock":     mock,
		"POST /function": function,
		"POST /mapped":   mapped,
		"POST /static":   templated("http://"+backend.address, `{}`, "fine"),
	})
	d.API = images()
	b.deploy(d, st)
	post := func(path, coding, body string) answer {
		t.Helper()
		return b.send(sentRequest{
			method: "POST", target: "/prod/" + path, body: body,
			header: message.Header{{Name: "content-encoding", Value: coding}, {Name: "Content-Type", Value: "application/json"}},
		})
	}
	for _, coding := range []string{"gzip", "deflate", "identity"} {
		encode := func(s string) string {
			if coding == "identity" {
				return s
			}
			return zipped(t, coding, s)
		}
		post("template", coding, encode(`{"name": "Rex"}`)).want(t, 200, "fine")
		if _, body := backend.sent(); body != `{"name": "Rex"}` {
			t.Errorf("%s: the template made %q", coding, body)
		}
		post("pass", coding, encode("plain text")).want(t, 200, "")
		lines, body := backend.sent()
		if body != "plain text" || !slices.Contains(lines, "Content-Length: 10") {
			t.Errorf("%s: the backend was sent %q, %q", coding, lines, body)
		}
		if coding != "identity" && strings.Contains(strings.Join(lines, "\n"), "Content-Encoding") {
			t.Errorf("%s: the backend was told a coding: %q", coding, lines)
		}
		post("mock", coding, encode(`{"statusCode": 200}`)).want(t, 200, "fine")
		post("function", coding, encode("plain text")).want(t, 200, "")
		var event struct {
			Body    string
			Headers map[string]string
		}
		if _, sent := lambda.sent(); json.Unmarshal([]byte(sent), &event) != nil || event.Body != "plain text" || coding != "identity" && event.Headers["content-encoding"] != "" {
			t.Errorf("%s: the function was sent %s", coding, sent)
		}
	}

	b.send(sentRequest{
		method: "POST", target: "/prod/mapped", body: zipped(t, "gzip", `{"name": "Rex"}`),
		header: message.Header{{Name: "Content-Encoding", Value: "gzip"}},
	}).want(t, 200, "")
	if lines, body := backend.sent(); body != `{"name": "Rex"}` || !slices.Contains(lines, "X-Name: Rex") || slices.Contains(lines, "Content-Encoding: gzip") {
		t.Errorf("a proxy that maps from the body sent %q, %q", lines, body)
	}
	long := strings.Repeat("pets ", maxWhole/5+1)
	post("pass", "gzip", zipped(t, "gzip", long)).want(t, 200, "")
	if _, body := backend.sent(); body != long {
		t.Errorf("the backend was sent %d bytes; want %d", len(body), len(long))
	}
	b.send(sentRequest{
		method: "POST", target: "/prod/function", body: zipped(t, "gzip", "image"),
		header: message.Header{{Name: "Content-Encoding", Value: "gzip"}, {Name: "Content-Type", Value: "image/png"}},
	}).want(t, 200, "")
	if _, sent := lambda.sent(); !strings.Contains(sent, `"Content-Encoding":"gzip"`) || !strings.Contains(sent, `"body":"H4sI`) {
		t.Errorf("bytes reach a function as %s; want them as they were sent", sent)
	}

	whole := zipped(t, "gzip", `{"name": "Rex"}`)
	for _, path := range []string{"template", "pass", "mock", "function", "static"} {
		for coding, body := range map[string]string{
			"br": "x", "gzip, gzip": "x", "compress": "x", "gzip": whole[:len(whole)-6], "deflate": whole, "GZIP": "{}",
		} {
			post(path, coding, body).want(t, 415, `{"message":"Unsupported Media Type"}`)
		}
	}
	for _, cause := range []string{`unsupported content encoding \"br\"`, "unsupported content encoding: the body is no gzip: unexpected EOF"} {
		if log := b.log.String(); !strings.Contains(log, `cause="`+cause+`"`) {
			t.Errorf("the log lacks %q:\n%s", cause, log)
		}
	}
}

// A repeated is text again and again.
type repeated struct {
	text string
	read int64
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], r.text[(r.read+int64(n))%int64(len(r.text)):])
	}
	r.read += int64(n)
	return n, nil
}

// TestBodyBombs shows that bodies which would never end cost little and end in
// the right gateway response.
func TestBodyBombs(t *testing.T) {
	backend := serve(t, ok(""))
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{
		"POST /template": templated("http://"+backend.address, `{"name": $input.json('$.name')}`, "fine"),
		"POST /pass":     handling(backend.address, "", ""),
	}), prod())
	zeros := zipped(t, "gzip", strings.Repeat("\x00", 10<<20)) // a thousand of these are 10 GB
	head := zipped(t, "deflate", "")[:2]
	for _, c := range []struct {
		name, coding string
		body         io.Reader
		length       int64
		status       int
		most         int64 // of the body that is read
	}{
		{"10 GB of zeros", "gzip", &repeated{text: zeros}, 10 << 20, 413, 64 << 10},
		{"10 GB of zeros of unknown length", "gzip", &repeated{text: zeros}, -1, 413, 64 << 10},
		{"blocks of nothing", "deflate", io.MultiReader(strings.NewReader(head), io.LimitReader(&repeated{text: "\x00\x00\x00\xff\xff"}, 1<<20), iotest.ErrReader(message.ErrBodyTooLarge)), -1, 413, 2 << 20},
		{"a slow body", "gzip", io.MultiReader(strings.NewReader(zeros[:100]), iotest.ErrReader(message.ErrBodySlow)), 1000, 408, 1000},
		{"a broken chunk", "gzip", io.MultiReader(strings.NewReader(zeros[:100]), iotest.ErrReader(message.ErrBodyMalformed)), -1, 400, 1000},
	} {
		for _, path := range []string{"template", "pass"} {
			if r, again := c.body.(*repeated); again {
				r.read = 0
			} else if path != "template" {
				continue
			}
			x := exchangeOf(sentRequest{method: "POST", target: "/prod/" + path, header: message.Header{{Name: "Content-Encoding", Value: c.coding}}})
			x.Request.Body, x.Request.BodyLen = c.body, c.length
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			b.Serve(x)
			runtime.ReadMemStats(&after)
			if x.Response.Status != c.status {
				t.Errorf("%s to /%s: %d %s; want %d", c.name, path, x.Response.Status, x.Response.Body, c.status)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 80<<20 {
				t.Errorf("%s to /%s took %d bytes of memory", c.name, path, used)
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("%s to /%s took %v", c.name, path, took)
			}
			if r, ok := c.body.(*repeated); ok && r.read > c.most {
				t.Errorf("%s to /%s: %d bytes were read", c.name, path, r.read)
			}
		}
	}
}

func size(n int) *int { return &n }

// TestCompression shows which answers are compressed.
func TestCompression(t *testing.T) {
	long := strings.Repeat(`{"pet": "dog"} `, 100)
	stream := strings.Repeat(long, 2000)
	plain := serve(t, ok(long, "Content-Type: application/json"))
	large := serve(t, ok(stream, "Content-Type: application/json"))
	done := serve(t, ok(zipped(t, "gzip", long), "Content-Encoding: gzip"))
	event, _ := json.Marshal(map[string]string{"body": long})
	b := start(t, "http://"+serve(t, ok(string(event))).address)
	function := calling("AWS_PROXY", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/hello/invocations")
	function.MethodIntegration.HTTPMethod = "POST"
	d := methods(map[string]*restapi.Method{
		"ANY /mock":       mocked("200", long),
		"GET /short":      mocked("200", "short"),
		"GET /empty":      mocked("204", long),
		"GET /http":       handling(plain.address, "", ""),
		"GET /proxy":      calling("HTTP_PROXY", "http://"+plain.address),
		"GET /large":      calling("HTTP_PROXY", "http://"+large.address),
		"GET /compressed": calling("HTTP_PROXY", "http://"+done.address),
		"GET /function":   function,
	})
	d.API = &restapi.RestAPI{MinimumCompressionSize: size(1000)}
	d.GatewayResponses = []*restapi.GatewayResponse{{
		ResponseType: "MISSING_AUTHENTICATION_TOKEN", ResponseTemplates: map[string]string{"application/json": long},
	}}
	b.deploy(d, prod())
	for _, c := range []struct {
		path, encoding, body string
	}{
		{"mock", "gzip", long},
		{"short", "", "short"},
		{"empty", "", ""},
		{"http", "gzip", long},
		{"proxy", "gzip", long},
		{"large", "gzip", stream},
		{"compressed", "gzip", long},
		{"function", "gzip", long},
		{"nothing", "gzip", long}, // a gateway response
	} {
		a := b.get("/prod/"+c.path, "Accept-Encoding", "gzip")
		a.wantHeader(t, "Content-Encoding", c.encoding)
		body := a.body
		if c.encoding == "gzip" {
			r, err := gzip.NewReader(strings.NewReader(a.body))
			if err != nil {
				t.Fatalf("/%s: %v", c.path, err)
			}
			all, err := io.ReadAll(r)
			if body = string(all); err != nil {
				t.Errorf("/%s: %v", c.path, err)
			}
		}
		if body != c.body {
			t.Errorf("/%s answers %.100q; want %.100q", c.path, body, c.body)
		}
		plain := b.get("/prod/" + c.path)
		if c.path != "compressed" && (plain.body != c.body || plain.Header.Get("Content-Encoding") != "") {
			t.Errorf("/%s answers who does not ask for it %q, %.100q", c.path, plain.Header, plain.body)
		}
		if varies := plain.Header.Get("Vary") == "Accept-Encoding"; varies != (c.encoding != "" && c.path != "compressed") {
			t.Errorf("/%s varies: %v", c.path, varies)
		}
	}
	head := b.send(sentRequest{method: "HEAD", target: "/prod/mock", header: message.Header{{Name: "Accept-Encoding", Value: "gzip"}}})
	head.wantHeader(t, "Content-Encoding", "gzip")
	if !head.OmitBody || head.BodyLen != -1 {
		t.Errorf("HEAD is told a length of %d; want none", head.BodyLen)
	}
}

// TestStepsForContent shows that what is not configured is no step of anybody's.
func TestStepsForContent(t *testing.T) {
	steps := func(api *restapi.RestAPI, m *restapi.Method) (names []string) {
		b := start(t, "")
		d := methods(map[string]*restapi.Method{"GET /x": m})
		d.API = api
		b.deploy(d, prod())
		b.get("/prod/x")
		p, err := b.world.find(api.ID).plan(t.Context(), "prod", b.compiler)
		if err != nil {
			t.Fatal(err)
		}
		verb, _ := verbOf("GET")
		found, _ := p.routes.find("/x", verb, nil)
		for _, s := range found.steps {
			names = append(names, s.name)
		}
		return names
	}
	for _, name := range steps(&restapi.RestAPI{}, mocked("200", "")) {
		if strings.HasPrefix(name, "convert") {
			t.Errorf("a MOCK that needs none of it has the step %q", name)
		}
	}
	got := steps(&restapi.RestAPI{BinaryMediaTypes: []string{"image/png"}}, mocked("200", ""))
	if !slices.Contains(got, "convert request body") {
		t.Errorf("a MOCK with binary types has the steps %q", got)
	}
}

// TestTestInvokeOfContent shows that a test converts, and does not compress.
func TestTestInvokeOfContent(t *testing.T) {
	backend := serve(t, ok("\x89PNG", "Content-Type: image/png"))
	b := start(t, "")
	d := methods(map[string]*restapi.Method{"POST /x": handling(backend.address, "CONVERT_TO_BINARY", "CONVERT_TO_TEXT")})
	d.API = images()
	d.API.ID, d.API.MinimumCompressionSize = api, size(0)
	r := b.TestInvoke(&restapi.TestInvocation{
		Namespace: here, Definition: d, ResourceID: "r/x", HTTPMethod: "POST", Body: "aGVsbG8=",
		MultiValueHeaders: map[string][]string{"Accept-Encoding": {"gzip"}, "Content-Type": {"text/plain"}},
	})
	if _, sent := backend.sent(); sent != "hello" || r.Status != 200 || r.Body != "iVBORw==" {
		t.Errorf("the backend was sent %q, the result is %d %q\n%s", sent, r.Status, r.Body, r.Log)
	}
	for _, line := range []string{"Endpoint request body after transformations: hello", "Method response body after transformations: iVBORw=="} {
		if !strings.Contains(r.Log, line) {
			t.Errorf("the log lacks %q:\n%s", line, r.Log)
		}
	}
}
