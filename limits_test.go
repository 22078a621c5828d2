package gatewright

import (
	"net/http"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	s := &Server{Control: "127.0.0.1:0", Limits: "some"}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), `limits: there is no limit "some"`) {
		t.Errorf("started with limits that there are not: %v", err)
	}
	s = &Server{Control: "127.0.0.1:0", Limits: AWS, ControlRate: 0.25}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got []int
	for range 2 {
		res, err := http.Get(s.ControlURL() + "/account")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		got = append(got, res.StatusCode)
	}
	if got[0] != http.StatusOK || got[1] != http.StatusTooManyRequests {
		t.Errorf("got %v, want one call let through", got)
	}
}
