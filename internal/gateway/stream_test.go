package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

const streamingURI = "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/f/response-streaming-invocations"

// framed is an event of a function's stream, as a chunk of HTTP.
func framed(kind, payload string) string {
	m := eventstream.Append(nil, []eventstream.Header{{Name: ":message-type", Value: "event"}, {Name: ":event-type", Value: kind}}, []byte(payload))
	return fmt.Sprintf("%x\r\n%s\r\n", len(m), m)
}

const (
	streamHead = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n"
	delimiter  = "\x00\x00\x00\x00\x00\x00\x00\x00"
)

func streaming200() *restapi.Definition {
	m := calling("AWS_PROXY", streamingURI)
	m.MethodIntegration.HTTPMethod, m.MethodIntegration.ResponseTransferMode = "POST", "STREAM"
	return methods(map[string]*restapi.Method{"POST /x": m})
}

// A function may begin to answer before it has read its event, which is then
// still sent while other requests come: it has memory of its own.
func TestEventsOfStreamsAreApart(t *testing.T) {
	b := start(t, "http://lambda.test")
	var functions sync.WaitGroup
	defer functions.Wait()
	bodies := make(chan string, 2)
	b.compiler.upstream.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe() // nothing is written that nobody reads
		functions.Go(func() {
			defer far.Close()
			r, err := http.ReadRequest(bufio.NewReader(far))
			if err != nil {
				t.Error(err)
				return
			}
			io.WriteString(far, streamHead+framed("PayloadChunk", "{}"+delimiter))
			var event struct{ Body string }
			if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
				t.Error(err)
			}
			bodies <- event.Body
			io.WriteString(far, framed("InvokeComplete", "{}")+"0\r\n\r\n")
		})
		return near, nil
	}
	b.deploy(streaming200(), prod())
	sent := []string{strings.Repeat("a", 40_000), strings.Repeat("b", 40_000)}
	var answers []*message.Exchange
	for _, body := range sent {
		x := exchangeOf(sentRequest{method: "POST", target: "/prod/x", body: body})
		b.Serve(x)
		answers = append(answers, x)
	}
	for i, x := range answers {
		readAnswer(x).want(t, 200, "")
		if got := <-bodies; got != sent[i] {
			t.Errorf("function %d was sent %d bytes, %.20q…; want %.20q…", i, len(got), got, sent[i])
		}
	}
}

// What cuts an answer whose head has gone out is in the log, with the names that
// an operator looks for.
func TestCutAnswersAreLogged(t *testing.T) {
	service := serve(t, streamHead+framed("PayloadChunk", "{}"+delimiter+"hel")+framed("InvokeComplete", `{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorType\":\"Broken\"}"}`)+"0\r\n\r\n")
	b := start(t, "http://"+service.address)
	b.deploy(streaming200(), prod())
	a := b.send(sentRequest{method: "POST", target: "/prod/x"})
	if a.Status != 200 || a.body != "hel" || a.err == nil {
		t.Errorf("got %d %q (%v); want hel and an error", a.Status, a.body, a.err)
	}
	log := b.log.String()
	for _, part := range []string{"answer cut", "request_id=" + a.Header.Get("x-amzn-RequestId"), "api=" + api, "stage=prod", "resource=/x", "customer function error (Unhandled): Broken"} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %q:\n%s", part, log)
		}
	}
}

// So it is with answers that are handed on as they come because they are long.
func TestCutBodiesAreLogged(t *testing.T) {
	backend := serve(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nno chunk\r\n")
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": calling("HTTP_PROXY", "http://"+backend.address)}), prod())
	a := b.get("/prod/x")
	if a.Status != 200 || a.body != "hel" || a.err == nil {
		t.Errorf("got %d %q (%v); want hel and an error", a.Status, a.body, a.err)
	}
	want := "answer cut\" request_id=" + a.Header.Get("x-amzn-RequestId") + " api=" + api + " stage=prod method=GET resource=/x cause="
	if log := b.log.String(); !strings.Contains(log, want) || !strings.Contains(log, "backend="+backend.address) {
		t.Errorf("got log\n%s\nwant %q and the backend", log, want)
	}
}

// A stream is bounded by nothing but its time, and an answer that is whole at
// once passes through as well.
func TestStreamsOfHTTP(t *testing.T) {
	small := serve(t, ok("small", "Date: d", "Via: v"))
	large := serve(t, ok(strings.Repeat("x", 11<<20)))
	for _, c := range []struct {
		address string
		mode    string
		status  int
		size    int
	}{
		{small.address, "STREAM", 200, len("small")},
		{large.address, "STREAM", 200, 11 << 20},
		{large.address, "BUFFERED", 500, len(internalServerError)},
	} {
		b := start(t, "")
		m := calling("HTTP_PROXY", "http://"+c.address)
		m.MethodIntegration.ResponseTransferMode = c.mode
		b.deploy(methods(map[string]*restapi.Method{"GET /x": m}), prod())
		a := b.get("/prod/x")
		if a.Status != c.status || len(a.body) != c.size || a.err != nil {
			t.Errorf("%s: got %d, %d bytes (%v); want %d, %d", c.mode, a.Status, len(a.body), a.err, c.status, c.size)
		}
		if c.size == len("small") && (a.Header.Get("x-amzn-Remapped-Date") != "d" || a.Header.Get("Via") != "") {
			t.Errorf("the header is %v", a.Header)
		}
	}
}
