package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatewright/gatewright/internal/store"
)

// scans compares the store with a map, in views and in changes half made.
func scans(t *testing.T, s store.Store) {
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := model{root: fmt.Sprintf("/%d/", run), state: map[string]string{}}
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			m.change(rt, t, s)
		}
		view(t, s, func(r store.Reader) { m.compare(rt, r, m.state) })
	})
}

// A model is what the part of a store below root should hold.
type model struct {
	root  string
	state map[string]string
}

var (
	keyParts     = rapid.StringMatching(`[ab/]{0,3}`)
	errUnwritten = errors.New("unwritten")
)

// change makes writes in one Update and looks at the state after each of them;
// some changes fail at the end.
func (m *model) change(rt *rapid.T, t *testing.T, s store.Store) {
	_, err := s.Update(t.Context(), func(w store.Writer) error {
		now := maps.Clone(m.state)
		for i := range rapid.IntRange(0, 6).Draw(rt, "writes") {
			key := m.root + keyParts.Draw(rt, "key")
			if rapid.IntRange(0, 2).Draw(rt, "delete") == 0 {
				w.Delete(key)
				delete(now, key)
			} else {
				now[key] = fmt.Sprint(i)
				w.Put(key, []byte(now[key]))
			}
			m.compare(rt, w, now)
		}
		if rapid.IntRange(0, 3).Draw(rt, "fail") == 0 {
			return errUnwritten
		}
		m.state = now
		return nil
	})
	if err != nil && err != errUnwritten {
		rt.Fatalf("Update = %v", err)
	}
}

func (m *model) compare(t *rapid.T, r store.Reader, state map[string]string) {
	prefix := m.root + keyParts.Draw(t, "prefix")
	after := rapid.SampledFrom([]string{"", m.root, prefix, prefix + keyParts.Draw(t, "more"), m.root + keyParts.Draw(t, "after"), "~"}).Draw(t, "scan after")
	var want []string
	for _, key := range slices.Sorted(maps.Keys(state)) {
		if strings.HasPrefix(key, prefix) && key > after {
			want = append(want, key+"="+state[key])
		}
	}
	got := collect(r.Scan(prefix, after))
	if !slices.Equal(got, want) {
		t.Fatalf("Scan(%q, %q) yields %q, want %q of %v", prefix, after, got, want, state)
	}
	for range r.Scan(prefix, after) {
		break // ends a scan before its end
	}
	key := m.root + keyParts.Draw(t, "get")
	value, err := r.Get(key)
	if have, ok := state[key]; ok != (err == nil) || string(value) != have {
		t.Fatalf("Get(%q) = %q, %v, want %q of %v", key, value, err, have, state)
	}
}
