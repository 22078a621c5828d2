package edge

import (
	"net"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

const typicalHead = "GET /prod/pets/42?type=dog&page=1 HTTP/1.1\r\n" +
	"Host: abcdef1234.execute-api.us-east-1.amazonaws.com\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: application/json, text/plain, */*\r\n" +
	"Accept-Language: en-US,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\n" +
	"Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N\r\n" +
	"Origin: https://pets.example\r\n" +
	"X-Forwarded-For: 192.0.2.1\r\n" +
	"Connection: keep-alive\r\n\r\n"

// BenchmarkParse parses a typical head. Its one allocation is the string that all
// of the request is part of.
func BenchmarkParse(b *testing.B) {
	in := []byte(typicalHead)
	var r message.Request
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		r = message.Request{Header: r.Header[:0]}
		if _, err := parseRequest(string(in), &r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeepAlive is a request and its answer on loopback.
func BenchmarkKeepAlive(b *testing.B) {
	hello := []byte("hello, world")
	address := start(b, &Server{Handler: message.HandlerFunc(func(x *message.Exchange) {
		x.Response.Status = 200
		x.Response.Header.Add("Content-Type", "text/plain")
		x.Response.Body = hello
	})})
	nc, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	request, buf := []byte(typicalHead), make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nc.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := nc.Read(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func TestParseAllocatesOnce(t *testing.T) {
	in := []byte(typicalHead)
	r := message.Request{Header: make(message.Header, 0, 16)}
	if n := testing.AllocsPerRun(100, func() {
		r = message.Request{Header: r.Header[:0]}
		if _, err := parseRequest(string(in), &r); err != nil {
			t.Fatal(err)
		}
	}); n != 1 {
		t.Errorf("%v allocations to parse a head; want 1", n)
	}
}
