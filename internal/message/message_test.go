package message

import "testing"

func TestHostname(t *testing.T) {
	for host, want := range map[string]string{
		"a.example": "a.example", "a.example:80": "a.example", "A.example.:80": "A.example", "a.example.": "a.example", "a.example:": "a.example",
		"[::1]:80": "[::1]", "[::1]": "[::1]", "127.0.0.1:4566": "127.0.0.1", "": "",
	} {
		if got := (&Request{Host: host}).Hostname(); got != want {
			t.Errorf("hostname of %q: got %q, want %q", host, got, want)
		}
	}
}
