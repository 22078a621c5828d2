package sigv4

import (
	"net/http"
	"strconv"
	"strings"
)

// A Request is what was sent, as far as a signature covers it. Nothing in it is
// decoded, cleaned or sorted.
type Request struct {
	Method string
	Path   string // escaped: "/a%2Fb//c"
	Query  string // escaped, without "?"
	Host   string // of the Host field, or the authority where that takes its place

	// Header has all fields in the order sent, names in any case. Fields named
	// Host are not looked at.
	Header []Field

	// Body is the whole body, and PayloadHash the lower-case hex of its SHA-256.
	// Where PayloadHash is set, Body is not looked at.
	Body        []byte
	PayloadHash string
}

// A Field is one header field.
type Field struct{ Name, Value string }

// FromHTTP returns the Request that a server received as r, whose body was body.
// It puts back the fields that net/http takes out of the header.
func FromHTTP(r *http.Request, body []byte) Request {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	path, query, _ := strings.Cut(origin(target), "?")
	fields := make([]Field, 0, len(r.Header)+2)
	for name, values := range r.Header {
		for _, value := range values {
			fields = append(fields, Field{name, value})
		}
	}
	if r.ContentLength >= 0 && r.Header["Content-Length"] == nil {
		fields = append(fields, Field{"Content-Length", strconv.FormatInt(r.ContentLength, 10)})
	}
	for _, coding := range r.TransferEncoding {
		fields = append(fields, Field{"Transfer-Encoding", coding})
	}
	return Request{Method: r.Method, Path: path, Query: query, Host: r.Host, Header: fields, Body: body}
}

// origin returns target without the scheme and authority of the absolute form.
func origin(target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	_, rest, absolute := strings.Cut(target, "://")
	if !absolute {
		return target
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// field returns the first value of name.
func (r *Request) field(name string) (value string, found bool) {
	for i := range r.Header {
		if strings.EqualFold(r.Header[i].Name, name) {
			return r.Header[i].Value, true
		}
	}
	return "", false
}
