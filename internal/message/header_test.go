package message

import (
	"slices"
	"testing"
)

func TestHeader(t *testing.T) {
	h := Header{{"X-A", "1"}, {"x-b", "2"}, {"X-a", "3"}}
	if v, ok := h.Lookup("x-A"); v != "1" || !ok {
		t.Errorf("Lookup = %q, %v; want the first field's value", v, ok)
	}
	if v, _ := h.Last("x-A"); v != "3" {
		t.Errorf("Last = %q; want 3", v)
	}
	if v, _ := h.LastExact("X-A"); v != "1" {
		t.Errorf("LastExact = %q; want 1: names differ in case", v)
	}
	h.Set("X-A", "4")
	if want := (Header{{"X-A", "4"}, {"x-b", "2"}}); !slices.Equal(h, want) {
		t.Errorf("after Set %v; want %v", h, want)
	}
	h.Del("X-B")
	h.Add("X-C", "5")
	if want := (Header{{"X-A", "4"}, {"X-C", "5"}}); !slices.Equal(h, want) {
		t.Errorf("after Del and Add %v; want %v", h, want)
	}
}

func TestEqualFold(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Content-Type", "content-TYPE", true},
		{"a", "ab", false},
		{"@", "`", false}, // differ in bit 0x20 and are no letters
		{"-", "\r", false},
	} {
		if got := EqualFold(c.a, c.b); got != c.want {
			t.Errorf("EqualFold(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
