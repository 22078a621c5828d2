package main

import (
	"maps"
	"testing"
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
		{"leaves out what it is not for", []string{"AWS_ENDPOINT_URL_API_GATEWAY=http://g", "AWS_ENDPOINT_URL_LAMBDA=http://l", "AWS_ENDPOINT_URLS=http://x"}, nil, ""},
		{"is told to ignore them", []string{"AWS_ENDPOINT_URL_SQS=http://q", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True", "AWS_ENDPOINT_URL=http://all"}, nil, ""},
	} {
		if got, rest := serviceURLs(c.environment); !maps.Equal(got, c.want) || rest != c.rest {
			t.Errorf("%s: %v gives %v, %q; want %v, %q", c.name, c.environment, got, rest, c.want, c.rest)
		}
	}
}
