package edge

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/gatewright/gatewright/internal/message"
)

// HTTPHandler serves an http.Handler from an edge. The handler's request has the
// target as it was sent in RequestURI and its path, still escaped, in
// URL.RawPath, even where the escapes are malformed: URL.Path is then the same.
// Its context ends when the caller leaves, once the body was read. Its answer is
// buffered whole.
func HTTPHandler(h http.Handler) message.Handler {
	return message.HandlerFunc(func(x *message.Exchange) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		in := &httpBody{request: &x.Request, left: cancel}
		defer in.close()
		w := &httpWriter{response: &x.Response, header: http.Header{}}
		h.ServeHTTP(w, httpRequest(&x.Request, in).WithContext(ctx))
		w.finish()
	})
}

func httpRequest(r *message.Request, in *httpBody) *http.Request {
	q := &http.Request{
		Method:        r.Method,
		URL:           httpURL(r),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    r.Minor,
		Header:        make(http.Header, len(r.Header)),
		Body:          http.NoBody,
		ContentLength: r.BodyLen,
		Host:          r.Host,
		RemoteAddr:    r.Remote.String(),
		RequestURI:    r.Target,
		TLS:           r.TLS,
	}
	if r.Minor == 0 {
		q.Proto = "HTTP/1.0"
	}
	for _, f := range r.Header {
		q.Header.Add(f.Name, f.Value)
	}
	q.Header.Del("Host") // as net/http has it: it is in q.Host
	if r.Body == nil {
		in.watch()
	} else {
		q.Body = in
	}
	if r.BodyLen < 0 {
		q.TransferEncoding = []string{"chunked"}
		q.Header.Del("Transfer-Encoding")
	}
	return q
}

func httpURL(r *message.Request) *url.URL {
	u := &url.URL{Path: r.Path, RawPath: r.Path, RawQuery: r.Query, ForceQuery: r.HasQuery && r.Query == ""}
	if path, err := url.PathUnescape(r.Path); err == nil {
		u.Path = path
	}
	return u
}

// An httpBody is the body of a handler's request. It watches the caller from
// its end on.
type httpBody struct {
	request *message.Request
	left    func()

	mu     sync.Mutex
	stop   func() // ends the watch; nil: there is none
	closed bool
}

func (b *httpBody) Read(p []byte) (int, error) {
	n, err := b.request.Body.Read(p)
	if err == io.EOF {
		b.watch()
	}
	return n, err
}

// Close implements io.Closer. The edge deals with what was not read.
func (b *httpBody) Close() error { return nil }

func (b *httpBody) watch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stop == nil && !b.closed && b.request.Caller != nil {
		b.stop = b.request.Caller.OnLeave(b.left)
	}
}

// close ends the watch when the handler has returned.
func (b *httpBody) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.stop != nil {
		b.stop()
	}
}

// An httpWriter makes what a handler writes the response of an exchange.
type httpWriter struct {
	response *message.Response
	header   http.Header
	body     bytes.Buffer
}

func (w *httpWriter) Header() http.Header { return w.header }

// WriteHeader takes the status and the header as they are now. Only the first
// call counts, and informational answers are not sent.
func (w *httpWriter) WriteHeader(status int) {
	if w.response.Status != 0 || status < 200 {
		return
	}
	w.response.Status = status
	for _, name := range slices.Sorted(maps.Keys(w.header)) {
		for _, value := range w.header[name] {
			w.response.Header.Add(name, value)
		}
	}
}

func (w *httpWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if s := w.response.Status; s == http.StatusNoContent || s == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	return w.body.Write(p)
}

// finish completes the answer. A body without a type is given one, as every
// http.Handler may expect.
func (w *httpWriter) finish() {
	w.WriteHeader(http.StatusOK)
	r := w.response
	r.Body = w.body.Bytes()
	if _, typed := r.Header.Lookup("Content-Type"); !typed && len(r.Body) > 0 {
		r.Header.Add("Content-Type", http.DetectContentType(r.Body))
	}
}
