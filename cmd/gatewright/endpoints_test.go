package main

import (
	"maps"
	"testing"

	"github.com/gatewright/gatewright"
)

func TestServiceURLs(t *testing.T) {
	for _, c := range []struct {
		name        string
		environment []string
		want        map[string]string
		rest        string
	}{
		{"reads both kinds", []string{"HOME=/", "AWS_ENDPOINT_URL_SQS=http://q", "AWS_ENDPOINT_URL=http://all"}, map[string]string{"SQS": "http://q"}, "http://all"},
		{"leaves out what is empty", []string{"AWS_ENDPOINT_URL_SQS=", "AWS_ENDPOINT_URL="}, nil, ""},
		{"leaves out what it is not for", []string{"AWS_ENDPOINT_URL_API_GATEWAY=http://g", "AWS_ENDPOINT_URLS=http://x"}, nil, ""},
		{"is told to ignore them", []string{"AWS_ENDPOINT_URL_SQS=http://q", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True", "AWS_ENDPOINT_URL=http://all"}, nil, ""},
	} {
		if got, rest := serviceURLs(c.environment); !maps.Equal(got, c.want) || rest != c.rest {
			t.Errorf("%s: %v gives %v, %q; want %v, %q", c.name, c.environment, got, rest, c.want, c.rest)
		}
	}
}

// TestLambdaURL shows where functions are invoked: where the flag says, else the
// variables of AWS clients. --services leaves them alone.
func TestLambdaURL(t *testing.T) {
	for _, c := range []struct{ flag, one, all, want string }{
		{"", "", "", ""},
		{"http://flag", "http://one", "http://all", "http://flag"},
		{"", "http://one", "http://all", "http://one"},
		{"", "", "http://all", "http://all"},
	} {
		t.Setenv("AWS_ENDPOINT_URL_LAMBDA", c.one)
		t.Setenv("AWS_ENDPOINT_URL", c.all)
		s := serving{from: places{}, server: gatewright.Server{Lambda: c.flag, Services: "http://services"}}
		if err := s.reachAWS(t.Context()); err != nil || s.server.Lambda != c.want {
			t.Errorf("%+v: %q (%v)", c, s.server.Lambda, err)
		}
	}
}
