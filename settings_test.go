package gatewright

import (
	"cmp"
	"errors"
	"math"
	"path/filepath"
	"testing"
)

func TestSettingsAreCheckedBeforeAnythingIsOpened(t *testing.T) {
	for _, c := range []struct {
		name string
		s    *Server
	}{
		{"an account with a slash", &Server{Account: "a/b"}},
		{"an account that is too short", &Server{Account: "12345"}},
		{"a region with a slash", &Server{Region: "eu/west"}},
		{"a region in capitals", &Server{Region: "EU-WEST-1"}},
		{"an address without a port", &Server{Control: "127.0.0.1"}},
		{"a port that is none", &Server{Control: "127.0.0.1:99999"}},
		{"a port by name", &Server{Gateway: "127.0.0.1:http"}},
		{"one address for both listeners", &Server{Control: "127.0.0.1:4577", Gateway: "127.0.0.1:4577"}},
		{"functions at an address that is no URL", &Server{Lambda: "localhost:3001"}},
		{"functions by a protocol that is not HTTP", &Server{Lambda: "ftp://127.0.0.1"}},
		{"services at an address that is no URL", &Server{Services: "localhost:4566"}},
		{"a service at an address that is no URL", &Server{ServiceURLs: map[string]string{"SQS": "localhost:9324"}}},
		{"a VPC link that leads to a URL", &Server{VPCLinks: map[string]string{"payments": "http://10.0.0.7"}}},
		{"a VPC link to a port that is none", &Server{VPCLinks: map[string]string{"payments": "10.0.0.7:0"}}},
		{"a control host that is a URL", &Server{ControlHosts: []string{"http://gateway.internal"}}},
		{"a control host with a port", &Server{ControlHosts: []string{"gateway.internal:80"}}},
		{"control hosts by a pattern", &Server{ControlHosts: []string{"*.internal"}}},
		{"a rate below none", &Server{ControlRate: -1}},
		{"a rate that is no number", &Server{ControlRate: math.NaN()}},
		{"connections below none", &Server{MaxConnections: -1}},
		{"authorities that are not there", &Server{CAFile: filepath.Join(t.TempDir(), "none.pem")}},
		{"authorities without a certificate", &Server{CAFile: "settings.go"}},
	} {
		c.s.Control = cmp.Or(c.s.Control, "127.0.0.1:0")
		if err := c.s.Start(t.Context()); !errors.Is(err, ErrSetting) {
			t.Errorf("%s: %v; want ErrSetting", c.name, err)
			c.s.Close()
		}
	}
}

// Port 0 is a free port for each of the listeners.
func TestListenersOnFreePorts(t *testing.T) {
	s := &Server{Control: "127.0.0.1:0", Gateway: "127.0.0.1:0"}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
