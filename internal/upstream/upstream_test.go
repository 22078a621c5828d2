package upstream

import "testing"

func TestConnectionIsUsedAgain(t *testing.T) {
	b := serve(t, answering(ok))
	o := b.origin(t)
	for range 3 {
		if got := do(o, get("/")); got.body != "ok" || got.err != nil {
			t.Fatal(got)
		}
	}
	if n := b.accepted.Load(); n != 1 {
		t.Error(n)
	}
}
