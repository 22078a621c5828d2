package gatewright

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

func TestWebPagesAreTurnedAway(t *testing.T) {
	for _, c := range []struct {
		name, host, origin string
		open               bool
		away               bool
	}{
		{"an AWS client", "127.0.0.1:4566", "", false, false},
		{"by name", "localhost:4566", "", false, false},
		{"by a name under localhost", "api.localhost:4566", "", false, false},
		{"by IPv6", "[::1]:4566", "", false, false},
		{"by AWS's name", "apigateway.eu-west-1.amazonaws.com", "", false, false},
		{"by a configured name", "gateway.internal:4566", "", false, false},
		{"no host", "", "", false, true},
		{"a name that somebody points at loopback", "evil.example:4566", "", false, true},
		{"a name that begins like ours", "localhost.evil.example:4566", "", false, true},
		{"a page of ours", "127.0.0.1:4566", "http://localhost:4566", false, false},
		{"a page from elsewhere", "127.0.0.1:4566", "https://evil.example", false, true},
		{"a page without an origin", "127.0.0.1:4566", "null", false, true},
		{"a page from an address elsewhere", "127.0.0.1:4566", "http://203.0.113.7", false, true},
		{"a page from an IPv6 address elsewhere", "127.0.0.1:4566", "http://[2001:db8::1]:80", false, true},
		{"a page of this machine by its address", "localhost:4566", "http://[::1]:3000", false, false},
		{"a page of an API on this machine", "localhost:4566", "http://a1.execute-api.localhost:4566", false, true},
		{"a page of a configured name", "gateway.internal:4566", "https://gateway.internal", false, false},
		{"a page of a name like AWS's", "127.0.0.1:4566", "http://apigateway.evil.example", false, true},
		{"a name like AWS's that somebody points at loopback", "apigateway.evil.example", "", false, true},
		{"by AWS's name in China", "apigateway.cn-north-1.amazonaws.com.cn", "", false, false},
		{"a container's name, door closed", "gatewright:4566", "", false, true},
		{"a container's name, door open", "gatewright:4566", "", true, false},
		{"a page from elsewhere, door open", "gatewright:4566", "https://evil.example", true, true},
	} {
		s := &Server{ControlHosts: []string{"Gateway.internal"}, AllowOpenControl: c.open}
		r := &message.Request{Host: c.host}
		if c.origin != "" {
			r.Header.Add("Origin", c.origin)
		}
		if why := s.turnedAway(r); (why != "") != c.away {
			t.Errorf("%s: host %q, origin %q: turned away %q, want %v", c.name, c.host, c.origin, why, c.away)
		}
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:4566": true, "127.9.9.9:1": true, "localhost:4566": true, "[::1]:0": true, "[::ffff:127.0.0.1]:1": true,
		":4566": false, "0.0.0.0:4566": false, "[::]:4566": false, "192.168.1.2:4566": false, "example.com:80": false, "4566": false,
	} {
		if got := loopback(address); got != want {
			t.Errorf("loopback(%q) = %v", address, got)
		}
	}
}

func TestControlPlaneSpellsItsFieldsAsAWSDoes(t *testing.T) {
	s := &Server{Control: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.ControlURL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /restapis/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"\r\nx-amzn-ErrorType: NotFoundException\r\n", "\r\nx-amzn-RequestId: "} {
		if !strings.Contains(string(answer), field) {
			t.Errorf("no %q in\n%s", field, answer)
		}
	}
}
