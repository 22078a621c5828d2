package main

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"control", "control-host", "data", "drain", "region", "log"}
	for given, want := range map[string]string{
		"regoin": "region", "Region": "region", "controll": "control", "controlhost": "control-host", "date": "data", "lo": "log",
		"port": "", "listen": "", "x": "", "": "",
	} {
		if got := nearest(given, names); got != want {
			t.Errorf("nearest to %q: %q, want %q", given, got, want)
		}
	}
}
