package gatewright_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// A held backend answers in steps that a test takes.
type held struct {
	*httptest.Server
	say  chan string   // what it says next, at once; closed: it has said all
	left chan struct{} // closed when its caller has left
}

// hold starts a backend that says pieces as they are framed.
func hold(t testing.TB, contentType string, frame func(string) []byte) *held {
	b := &held{say: make(chan string), left: make(chan struct{})}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		w.(http.Flusher).Flush()
		for {
			select {
			case piece, more := <-b.say:
				if !more {
					return
				}
				w.Write(frame(piece))
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				close(b.left)
				return
			}
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func plain(piece string) []byte { return []byte(piece) }

// written frames what a function writes; one that begins with an exclamation
// mark ends it, with an error if one is named.
func written(piece string) []byte {
	kind, payload := "PayloadChunk", piece
	if end, ok := strings.CutPrefix(piece, "!"); ok {
		kind, payload = "InvokeComplete", `{"ErrorCode": "`+end+`"}`
	}
	return eventstream.Append(nil, []eventstream.Header{{Name: ":message-type", Value: "event"}, {Name: ":event-type", Value: kind}}, []byte(payload))
}

const (
	delimiter         = "\x00\x00\x00\x00\x00\x00\x00\x00"
	streamingFunction = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:123456789012:function:f/response-streaming-invocations"
)

// next reads as many bytes as the text has, which must be the text.
func next(t *testing.T, r io.Reader, text string) {
	t.Helper()
	b := make([]byte, len(text))
	if _, err := io.ReadFull(r, b); err != nil || string(b) != text {
		t.Fatalf("got %q (%v); want %q", b, err, text)
	}
}

// begin calls and returns the answer once its head is there.
func begin(t *testing.T, url string) *http.Response {
	t.Helper()
	answer, err := (&http.Client{Timeout: 10 * time.Second}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// receive waits for an event.
func receive(t *testing.T, what string, from <-chan struct{}) {
	t.Helper()
	select {
	case <-from:
	case <-time.After(5 * time.Second):
		t.Fatalf("%s has not happened", what)
	}
}

// Every piece is with the caller while the backend still holds the next one, the
// head first of all.
func TestStreamFromHTTP(t *testing.T) {
	backend := hold(t, "text/event-stream", plain)
	s := gatewrighttest.Start(t, func(s *gatewright.Server) {
		s.VPCLinks = map[string]string{"link": backend.Listener.Addr().String()}
	})
	link := gatewrighttest.Call(t, s, "POST", "/vpclinks", `{"name": "link", "targetArns": ["`+balancer+`"]}`)["id"].(string)
	api := gatewrighttest.NewAPI(t, s)
	api.Method("GET", "/x", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://backend.internal/", "responseTransferMode": "STREAM",
		"timeoutInMillis": 900000, "connectionType": "VPC_LINK", "connectionId": "`+link+`"}`)
	at := api.Deploy()

	answer := begin(t, at+"/x")
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("x-amzn-RequestId") == "" {
		t.Errorf("got %s %v", answer.Status, answer.Header)
	}
	for _, piece := range []string{"data: 1\n\n", "data: 2\n\n"} {
		backend.say <- piece
		next(t, answer.Body, piece)
	}
	const size = 12 << 20 // more than a whole answer may have
	backend.say <- strings.Repeat("x", size)
	if n, err := io.Copy(io.Discard, io.LimitReader(answer.Body, size)); n != size || err != nil {
		t.Errorf("%d bytes (%v); want %d", n, err, size)
	}
	answer.Body.Close()
	receive(t, "the backend's learning that its caller has left", backend.left)
}

// A backend that is silent when its time is over has its answer cut, so that it
// is seen.
func TestStreamTimesOut(t *testing.T) {
	backend := hold(t, "text/plain", plain)
	s := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, s)
	api.Method("GET", "/x", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "`+backend.URL+`", "responseTransferMode": "STREAM", "timeoutInMillis": 300}`)
	answer := begin(t, api.Deploy()+"/x")
	backend.say <- "hel"
	if body, err := io.ReadAll(answer.Body); string(body) != "hel" || err != io.ErrUnexpectedEOF {
		t.Errorf("got %q (%v); want hel and io.ErrUnexpectedEOF", body, err)
	}
	receive(t, "the backend's being let go", backend.left)
}

// lambdaAPI deploys a streaming function at /x.
func lambdaAPI(t *testing.T, service *held) (api *gatewrighttest.API, method, url string) {
	s := gatewrighttest.Start(t, func(s *gatewright.Server) { s.Lambda = service.URL })
	api = gatewrighttest.NewAPI(t, s)
	method = api.Method("GET", "/x", `{"type": "AWS_PROXY", "httpMethod": "POST", "uri": "`+streamingFunction+`", "responseTransferMode": "STREAM"}`)
	return api, method, api.Deploy() + "/x"
}

// A function is heard while it still speaks.
func TestStreamFromFunction(t *testing.T) {
	service := hold(t, "application/vnd.amazon.eventstream", written)
	_, _, url := lambdaAPI(t, service)
	go func() {
		service.say <- `{"statusCode": 201, "headers": {"X-A": "1"}, "cookies": ["a=1", "b=2"]}` + delimiter
	}()
	answer := begin(t, url)
	if cookies := answer.Header.Values("Set-Cookie"); answer.StatusCode != 201 || answer.Header.Get("X-A") != "1" || fmt.Sprint(cookies) != "[a=1 b=2]" {
		t.Errorf("got %s %v", answer.Status, answer.Header)
	}
	for _, piece := range []string{"hello", "\x00world"} {
		service.say <- piece
		next(t, answer.Body, piece)
	}
	service.say <- "!"
	close(service.say)
	if rest, err := io.ReadAll(answer.Body); len(rest) > 0 || err != nil {
		t.Errorf("it ends with %q (%v)", rest, err)
	}
}

func TestStreamFromFunctionFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []string
		status int
		body   string
		cut    bool
	}{
		{"before it has said anything", []string{"!Unhandled"}, 502, serverError, false},
		{"after its first words", []string{"{}" + delimiter + "hel", "!Unhandled"}, 200, "hel", true},
		{"by ending too early", []string{"{}" + delimiter + "hel"}, 200, "hel", true},
		{"by not streaming at all", []string{`{"statusCode": 200, "body": "x"}`, "!"}, 502, serverError, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := hold(t, "application/vnd.amazon.eventstream", written)
			_, _, url := lambdaAPI(t, service)
			go func() {
				for _, piece := range c.pieces {
					service.say <- piece
				}
				close(service.say)
			}()
			answer := begin(t, url)
			body, err := io.ReadAll(answer.Body)
			if answer.StatusCode != c.status || string(body) != c.body || (err == io.ErrUnexpectedEOF) != c.cut {
				t.Errorf("got %d %q (%v); want %d %q, cut %v", answer.StatusCode, body, err, c.status, c.body, c.cut)
			}
		})
	}
}

func TestCallerLeavesStreamingFunction(t *testing.T) {
	service := hold(t, "application/vnd.amazon.eventstream", written)
	_, _, url := lambdaAPI(t, service)
	go func() { service.say <- "{}" + delimiter + "hello" }()
	answer := begin(t, url)
	next(t, answer.Body, "hello")
	answer.Body.Close()
	receive(t, "the function's being let go", service.left)
}

// A test of what streams answers once, with all that has come.
func TestTestOfStream(t *testing.T) {
	service := hold(t, "application/vnd.amazon.eventstream", written)
	api, method, _ := lambdaAPI(t, service)
	go func() {
		for _, piece := range []string{`{"statusCode": 203}` + delimiter, "hello ", "world", "!"} {
			service.say <- piece
		}
		close(service.say)
	}()
	if got := api.Call("POST", method, "{}"); got["status"] != 203.0 || got["body"] != "hello world" {
		t.Errorf("got %v", got)
	}
}

// A function's URI and its integration's transfer mode must ask for the same.
func TestTransferModeAndURI(t *testing.T) {
	s := gatewrighttest.Start(t, func(s *gatewright.Server) { s.Lambda = "http://127.0.0.1:1" })
	for uri, mode := range map[string]string{
		streamingFunction: "BUFFERED",
		strings.NewReplacer("2021-11-15", "2015-03-31", "response-streaming-", "").Replace(streamingFunction): "STREAM",
	} {
		api := gatewrighttest.NewAPI(t, s)
		api.Method("GET", "/x", `{"type": "AWS_PROXY", "httpMethod": "POST", "uri": "`+uri+`", "responseTransferMode": "`+mode+`"}`)
		if got := fetch(t, api.Deploy()+"/x"); got != badlySet {
			t.Errorf("%s of %s: %s; want %s", mode, uri, got, badlySet)
		}
	}
}
