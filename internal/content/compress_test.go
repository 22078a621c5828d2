package content

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatewright/gatewright/internal/message"
)

func TestCompression(t *testing.T) {
	gzip := message.Header{{Name: "Accept-Encoding", Value: "gzip"}}
	long := strings.Repeat("pets ", 20)
	for _, c := range []struct {
		name     string
		request  message.Header
		minimum  Compression
		response message.Response
		encoding string // of the answer
		varies   bool
	}{
		{"a long body", gzip, 100, message.Response{Status: 200, Body: []byte(long)}, "gzip", true},
		{"a shorter body", gzip, 101, message.Response{Status: 200, Body: []byte(long)}, "", false},
		{"no body", gzip, 0, message.Response{Status: 200}, "", false},
		{"a caller who says nothing", nil, 0, message.Response{Status: 200, Body: []byte(long)}, "", true},
		{"a body that is encoded", gzip, 0, message.Response{Status: 200, Body: []byte(long), Header: message.Header{{Name: "content-encoding", Value: "br"}}}, "br", false},
		{"part of a file", gzip, 0, message.Response{Status: 206, Body: []byte(long)}, "", false},
		{"an error", gzip, 0, message.Response{Status: 500, Body: []byte(long)}, "gzip", true},
		{"204", gzip, 0, message.Response{Status: 204}, "", false},
		{"304", gzip, 0, message.Response{Status: 304, OmitBody: true, BodyLen: 1000}, "", false},
		{"HEAD", gzip, 100, message.Response{Status: 200, OmitBody: true, BodyLen: 100}, "gzip", true},
		{"HEAD of a shorter body", gzip, 101, message.Response{Status: 200, OmitBody: true, BodyLen: 100}, "", false},
		{"HEAD of an unknown length", gzip, 1, message.Response{Status: 200, OmitBody: true, BodyLen: -1}, "", false},
		{"a stream", gzip, 100, message.Response{Status: 200, Stream: io.NopCloser(strings.NewReader(long)), StreamLen: 100}, "gzip", true},
		{"a shorter stream", gzip, 101, message.Response{Status: 200, Stream: io.NopCloser(strings.NewReader(long)), StreamLen: 100}, "", false},
		{"a stream of unknown length that is long enough", gzip, 60, unknown(long), "gzip", true},
		{"one that is just long enough", gzip, 100, unknown(long), "gzip", true},
		{"one that is shorter", gzip, 101, unknown(long), "", false},
		{"one that would have to be very long", gzip, maxAhead + 1, unknown(long), "", false},
		{"one of events", gzip, 1, message.Response{
			Status: 200, Stream: io.NopCloser(strings.NewReader(long)), StreamLen: -1,
			Header: message.Header{{Name: "Content-Type", Value: "text/event-stream; charset=utf-8"}},
		}, "", false},
		{"nobody", gzip, 0, message.Response{Status: message.StatusCallerLeft, Body: []byte(long)}, "", false},
		{"one where all is compressed", gzip, 0, unknown(long), "gzip", true},
		{"a stream of text of at least that length", gzip, 100, message.Response{Status: 200, Stream: NewTextReader(strings.NewReader(long), 100), StreamLen: -1}, "gzip", true},
	} {
		r := c.response
		length := r.BodyLen
		spare := c.minimum.Apply(c.request, &r, make([]byte, 3, 10))
		if got := r.Header.Get("Content-Encoding"); got != c.encoding {
			t.Errorf("%s: Content-Encoding %q; want %q", c.name, got, c.encoding)
		}
		if got := r.Header.Get("Vary") == "Accept-Encoding"; got != c.varies {
			t.Errorf("%s: varies: %v; want %v", c.name, got, c.varies)
		}
		switch {
		case c.encoding != "gzip":
			before := len(c.response.Body)
			if r.Stream != nil || c.response.Stream != nil {
				r.Body, before = read(t, &r), len(long)
			}
			if r.BodyLen != length || len(r.Body) != before {
				t.Errorf("%s: a body of %d bytes, %d told; want it left alone", c.name, len(r.Body), r.BodyLen)
			}
			continue
		case r.OmitBody:
			if r.BodyLen != -1 {
				t.Errorf("%s: tells %d bytes; want no length", c.name, r.BodyLen)
			}
			continue
		case r.Stream != nil:
			if r.StreamLen != -1 {
				t.Errorf("%s: a stream of %d bytes; want no length", c.name, r.StreamLen)
			}
			r.Body = read(t, &r)
		case c.response.Stream == nil && &spare[0] != &c.response.Body[0]:
			t.Errorf("%s: the body's memory is lost", c.name)
		}
		if got, err := decodeByStandard(r.Body, Gzip); err != nil || string(got) != long {
			t.Errorf("%s: decodes to %q, %v", c.name, got, err)
		}
	}
}

// unknown is an answer of unknown length.
func unknown(body string) message.Response {
	return message.Response{Status: 200, Stream: io.NopCloser(iotest.HalfReader(strings.NewReader(body))), StreamLen: -1}
}

// read returns the body of an answer, whether it is a stream or not.
func read(t *testing.T, r *message.Response) []byte {
	if r.Stream == nil {
		return r.Body
	}
	body, err := io.ReadAll(r.Stream)
	if err != nil {
		t.Error(err)
	}
	r.Stream.Close()
	return body
}

// A stream that breaks early is handed on as it is, to where it breaks.
func TestBrokenStreamIsNotCompressed(t *testing.T) {
	cut := io.MultiReader(strings.NewReader("some pets"), iotest.ErrReader(io.ErrUnexpectedEOF))
	r := message.Response{Status: 200, Stream: io.NopCloser(cut), StreamLen: -1}
	Compression(100).Apply(message.Header{{Name: "Accept-Encoding", Value: "gzip"}}, &r, nil)
	got, err := io.ReadAll(r.Stream)
	if string(got) != "some pets" || err != io.ErrUnexpectedEOF || len(r.Header) > 0 {
		t.Errorf("%q, %v, header %q", got, err, r.Header)
	}
}

func TestVary(t *testing.T) {
	for _, c := range []struct{ before, want string }{
		{"", "Accept-Encoding"},
		{"Origin", "Origin|Accept-Encoding"},
		{"Origin, accept-encoding", "Origin, accept-encoding"},
		{"*", "*"},
	} {
		var h message.Header
		if c.before != "" {
			h.Add("vary", c.before)
		}
		vary(&h)
		var values []string
		for _, f := range h {
			values = append(values, f.Value)
		}
		if got := strings.Join(values, "|"); got != c.want {
			t.Errorf("Vary %q becomes %q; want %q", c.before, got, c.want)
		}
	}
}

// An event that a backend has sent reaches the caller before the next one.
func TestStreamOfUnknownLengthComesAtOnce(t *testing.T) {
	events, backend := io.Pipe()
	r := message.Response{Status: 200, Stream: events, StreamLen: -1}
	Compression(0).Apply(message.Header{{Name: "Accept-Encoding", Value: "deflate"}}, &r, nil)
	caller := Decode(r.Stream, Deflate, 100)
	p := make([]byte, 100)
	for _, event := range []string{"first", "second"} {
		go io.WriteString(backend, event)
		n, err := caller.Read(p)
		if string(p[:n]) != event || err != nil {
			t.Fatalf("read %q, %v; want %q", p[:n], err, event)
		}
	}
	if err := r.Stream.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Stream.Read(p); err != io.ErrClosedPipe {
		t.Errorf("after Close: %v", err)
	}
}

func BenchmarkCompress(b *testing.B) {
	body := bytes.Repeat([]byte(`{"id": 12, "type": "dog", "name": "Rex", "price": 249.99},`), 35)
	var dst []byte
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		dst = Compress(dst[:0], body, Gzip)
	}
}

func BenchmarkDecode(b *testing.B) {
	sent := Compress(nil, bytes.Repeat([]byte(`{"id": 12, "type": "dog", "name": "Rex", "price": 249.99},`), 35), Gzip)
	source := bytes.NewReader(nil)
	b.SetBytes(int64(len(sent)))
	b.ReportAllocs()
	for b.Loop() {
		source.Reset(sent)
		if _, err := io.Copy(io.Discard, Decode(source, Gzip, 1<<20)); err != nil {
			b.Fatal(err)
		}
	}
}
