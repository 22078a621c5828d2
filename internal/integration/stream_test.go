package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatewright/gatewright/internal/eventstream"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// said is a message as the service sends one.
func said(kind, payload string) string {
	return string(eventstream.Append(nil, []eventstream.Header{
		{Name: ":message-type", Value: "event"}, {Name: ":event-type", Value: kind},
	}, []byte(payload)))
}

func chunk(text string) string { return said("PayloadChunk", text) }

var complete = said("InvokeComplete", "{}")

func TestStreamedAnswers(t *testing.T) {
	refused := string(eventstream.Append(nil, []eventstream.Header{
		{Name: ":message-type", Value: "exception"}, {Name: ":exception-type", Value: "ServiceException"},
	}, nil))
	failed := said("InvokeComplete", `{"ErrorCode":"Unhandled","ErrorDetails":"secret"}`)
	for _, c := range []struct {
		name, sent string
		status     int
		header     string // name=value, in order
		body       string
		err        error // before the body
		cut        error // within it
	}{
		{
			"status, header, cookies and a body", chunk(`{"statusCode":201,"headers":{"X-A":"1"},"multiValueHeaders":{"X-B":["2","3"]},"cookies":["c=1","d=2"]}`+delimiter+"hello") + complete,
			201, "X-B=2 X-B=3 Set-Cookie=c=1 Set-Cookie=d=2 X-A=1", "hello", nil, nil,
		},
		{"nothing said but the delimiter", chunk("{}"+delimiter) + complete, 200, "", "", nil, nil},
		{"a delimiter in two chunks", chunk("{}\x00\x00\x00") + chunk("\x00\x00\x00\x00\x00h") + chunk("i") + complete, 200, "", "hi", nil, nil},
		{"zero bytes in the body", chunk("{}"+delimiter+delimiter+"x") + complete, 200, "", delimiter + "x", nil, nil},
		{"empty chunks and unknown events", chunk("") + said("New", "x") + chunk("{}"+delimiter) + chunk("") + chunk("a") + complete, 200, "", "a", nil, nil},
		{"names of the connection's own", chunk(`{"headers":{"Connection":"x","Transfer-Encoding":"chunked","Date":"d"}}`+delimiter) + complete, 200, "x-amzn-Remapped-Connection=x x-amzn-Remapped-Date=d", "", nil, nil},
		{"a long body", chunk("{}"+delimiter) + strings.Repeat(chunk(strings.Repeat("x", 50_000)), 30) + complete, 200, "", strings.Repeat("x", 1_500_000), nil, nil},
		{"cookies null", chunk(`{"cookies":null}`+delimiter) + complete, 200, "", "", nil, nil},
		{"an answer that does not stream", chunk(`{"statusCode":200,"body":"x"}`) + complete, 0, "", "", ErrAnswer, nil},
		{"no delimiter for long", chunk("{"+strings.Repeat(" ", 2*maxPrelude)+"}"+delimiter) + complete, 0, "", "", ErrAnswer, nil},
		{"an unknown member", chunk(`{"body":"x"}`+delimiter) + complete, 0, "", "", ErrAnswer, nil},
		{"no JSON", chunk("hello"+delimiter) + complete, 0, "", "", ErrAnswer, nil},
		{"JSON and more", chunk("{}{}"+delimiter) + complete, 0, "", "", ErrAnswer, nil},
		{"a line break in a cookie", chunk(`{"cookies":["a\r\nb: c"]}`+delimiter) + complete, 0, "", "", ErrAnswer, nil},
		{"a function that fails before", failed, 0, "", "", ErrFunction, nil},
		{"a function that fails within its first words", chunk("{") + failed, 0, "", "", ErrFunction, nil},
		{"the service fails", refused, 0, "", "", ErrInvoke, nil},
		{"a stream that ends too early", chunk("{"), 0, "", "", ErrAnswer, nil},
		{"no event stream", "hello", 0, "", "", ErrAnswer, nil},
		{"a function that fails in the body", chunk("{}"+delimiter+"hel") + failed, 200, "", "hel", nil, ErrFunction},
		{"the service fails in the body", chunk("{}"+delimiter+"hel") + refused, 200, "", "hel", nil, ErrInvoke},
		{"a body that ends too early", chunk("{}" + delimiter + "hel"), 200, "", "hel", nil, io.ErrUnexpectedEOF},
		{"a body of wrong bits", chunk("{}"+delimiter+"hel") + strings.Replace(chunk("zzz"), "zzz", "zzy", 1) + complete, 200, "", "helzzy", nil, eventstream.ErrMalformed},
		{"an end that is no JSON", chunk("{}"+delimiter) + said("InvokeComplete", "x"), 200, "", "", nil, ErrInvoke},
	} {
		for _, pace := range []string{"at once", "byte by byte"} {
			if pace == "byte by byte" && len(c.sent) > 100_000 {
				continue
			}
			t.Run(c.name+", "+pace, func(t *testing.T) {
				var src io.Reader = strings.NewReader(c.sent)
				if pace == "byte by byte" {
					src = iotest.OneByteReader(src)
				}
				res, err := streamed(t, "/2021-11-15/functions/f/response-streaming-invocations", func(w http.ResponseWriter) {
					w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
					flushed(w, src)
				})
				if !errors.Is(err, c.err) || c.err == nil && err != nil {
					t.Fatalf("got %v; want %v", err, c.err)
				}
				if err != nil {
					if strings.Contains(err.Error(), "secret") {
						t.Errorf("%v tells what the function said", err)
					}
					return
				}
				body, err := io.ReadAll(res.Stream)
				var header []string
				for _, f := range res.Header {
					header = append(header, f.Name+"="+f.Value)
				}
				if res.Status != c.status || strings.Join(header, " ") != c.header || string(body) != c.body || !errors.Is(err, c.cut) || c.cut == nil && err != nil {
					t.Errorf("got %d %q %.100q (%v); want %d %q %.100q (%v)", res.Status, header, body, err, c.status, c.header, c.body, c.cut)
				}
			})
		}
	}
}

func TestStreamThatIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   error
	}{
		"another type":    {func(w http.ResponseWriter) { io.WriteString(w, "{}"+delimiter) }, ErrInvoke},
		"another status":  {func(w http.ResponseWriter) { w.WriteHeader(404) }, ErrInvoke},
		"too large":       {func(w http.ResponseWriter) { w.WriteHeader(413) }, ErrEventTooLarge},
		"nothing at all":  {func(w http.ResponseWriter) { w.Header().Set("Content-Type", eventStream) }, ErrAnswer},
		"connection lost": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, nil},
	} {
		_, err := streamed(t, "/2021-11-15/functions/f/response-streaming-invocations", c.answer)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v; want %v", name, err, c.want)
		}
	}
}

// streamed invokes f where path is asked for.
func streamed(t *testing.T, path string, answer func(http.ResponseWriter)) (*message.Response, error) {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); r.URL.Path != path || string(body) != `{"a":1}` || r.Header.Get("Accept") != eventStream {
			t.Errorf("the service was sent %s %q %q", r.URL.Path, body, r.Header)
		}
		answer(w)
	}))
	t.Cleanup(service.Close)
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	l, err := NewLambda(client, service.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Function("arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/f/response-streaming-invocations")
	if err != nil || !f.Streams() {
		t.Fatalf("the function streams: %v (%v); want true", f.Streams(), err)
	}
	in := &Input{Scope: &mapping.Scope{Request: new(message.Request)}}
	res := new(message.Response)
	err = f.Stream(in, []byte(`{"a":1}`), Invocation{Timeout: 5 * time.Second}, res)
	t.Cleanup(func() {
		if res.Stream != nil {
			res.Stream.Close()
		}
	})
	return res, err
}

// flushed passes on each piece as it comes.
func flushed(w http.ResponseWriter, src io.Reader) {
	for b := make([]byte, 32<<10); ; {
		n, err := src.Read(b)
		w.Write(b[:n])
		w.(http.Flusher).Flush()
		if err != nil {
			return
		}
	}
}

// FuzzChunks reads anything as a function's stream: it ends, and with what is
// whole or an error.
func FuzzChunks(f *testing.F) {
	f.Add([]byte(chunk(`{"statusCode":201,"cookies":["c=1"]}`+delimiter+"hello") + complete))
	f.Add([]byte(chunk("{}"+delimiter) + said("InvokeComplete", `{"ErrorCode":"x"}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &chunks{messages: eventstream.NewReader(bytes.NewReader(data)), body: io.NopCloser(nil)}
		prelude, err := c.prelude()
		if err != nil {
			return
		}
		status, header, err := parsePrelude(prelude, nil)
		if err == nil && (status < 200 || status > 599) {
			t.Errorf("status %d", status)
		}
		for _, field := range header {
			if !message.IsToken(field.Name) || !message.ValidValue(field.Value) {
				t.Errorf("field %q", fmt.Sprint(field))
			}
		}
		if _, err := io.ReadAll(c); err == nil && !c.complete {
			t.Error("a stream without its end was taken for whole")
		}
	})
}

// TestReadNothing shows that who reads no bytes of a stream is not kept waiting.
func TestReadNothing(t *testing.T) {
	body := io.NopCloser(strings.NewReader(said("PayloadChunk", "x")))
	c := &chunks{messages: eventstream.NewReader(body), body: body}
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Errorf("got %d, %v; want nothing", n, err)
	}
}
