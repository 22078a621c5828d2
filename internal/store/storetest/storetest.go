// Package storetest is the contract of store.Store: the test that every
// implementation passes.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/store"
)

// Run tests the stores that open returns: each an empty one, which Run closes.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"keeps what is put and forgets what is deleted", putAndDelete},
		{"keeps values apart from those who read them", values},
		{"refuses keys that cannot be stored", keys},
		{"commits all of a change or nothing", allOrNothing},
		{"shows a change its own writes", ownWrites},
		{"scans what was there when the scan began", scanAndWrite},
		{"scans in order, from after a key, within a prefix", scans},
		{"shows a view one state", isolation},
		{"numbers commits, and changes that write nothing not", versions},
		{"loses no update of many writers", counters},
		{"fails one writer and not those beside it", oneFails},
		{"outlives a change that panics", panics},
		{"yields every commit from any version on", watchFromAny},
		{"yields commits as they are made", watchAsMade},
		{"tells a watcher of another store's version to read anew", watchTooFar},
		{"ends a watch with its context", watchContext},
		{"does nothing when the context has ended", cancelled},
		{"leaves out a change whose context ends before its turn", cancelledInQueue},
		{"answers a change whose context ends after its turn began", cancelledInTurn},
		{"answers nothing once it is closed", closed},
		{"closes when what is under way is done", closeWaits},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close = %v", err)
				}
			})
			c.test(t, s)
		})
	}
}

func putAndDelete(t *testing.T, s store.Store) {
	put(t, s, "/a", "1")
	put(t, s, "/b", "2")
	put(t, s, "/a", "3")
	update(t, s, func(w store.Writer) { w.Put("/empty", nil); w.Put("/c", nil) })
	update(t, s, func(w store.Writer) { w.Delete("/c") })
	update(t, s, func(w store.Writer) { w.Delete("/b"); w.Delete("/nothing") })
	wantState(t, s, "/a=3", "/empty=")

	view(t, s, func(r store.Reader) {
		for _, key := range []string{"/b", "/c", "/nothing", "/", ""} {
			if value, err := r.Get(key); err != store.ErrNotFound || value != nil {
				t.Errorf("Get(%q) = %q, %v, want ErrNotFound", key, value, err)
			}
		}
	})
}

func values(t *testing.T, s store.Store) {
	large := bytes.Repeat([]byte("large"), 100_000)
	update(t, s, func(w store.Writer) {
		w.Put("/a", []byte("aaaa-tail")[:4])
		w.Put("/b", []byte("bbbb"))
		w.Put("/large", large)
	})
	view(t, s, func(r store.Reader) {
		a, _ := r.Get("/a")
		_ = append(a, "over the end"...)
		for _, value := range r.Scan("/", "") {
			_ = append(value, "over the end"...)
		}
		if got, err := r.Get("/large"); err != nil || !bytes.Equal(got, large) {
			t.Errorf("Get(/large) = %d bytes, %v, want the %d that were put", len(got), err, len(large))
		}
	})
	update(t, s, func(w store.Writer) { w.Delete("/large") })
	wantState(t, s, "/a=aaaa", "/b=bbbb")
}

func keys(t *testing.T, s store.Store) {
	longest := "/" + strings.Repeat("k", 32_767)
	for _, key := range []string{"", longest + "k"} {
		_, err := s.Update(t.Context(), func(w store.Writer) error {
			w.Put("/beside", nil)
			w.Put(key, nil)
			return nil
		})
		if err == nil {
			t.Errorf("a key of %d bytes was stored", len(key))
		}
	}
	put(t, s, longest, "v")
	odd := "/odd/\x00/\xff/%2F/é"
	put(t, s, odd, "v")
	wantState(t, s, longest+"=v", odd+"=v")
}

func allOrNothing(t *testing.T, s store.Store) {
	put(t, s, "/kept", "1")
	wrong := errors.New("wrong")
	version, err := s.Update(t.Context(), func(w store.Writer) error {
		w.Put("/kept", []byte("2"))
		w.Put("/new", nil)
		w.Delete("/kept")
		return fmt.Errorf("change: %w", wrong)
	})
	if !errors.Is(err, wrong) {
		t.Errorf("Update = %d, %v, want the error of the change", version, err)
	}
	wantState(t, s, "/kept=1")
}

func ownWrites(t *testing.T, s store.Store) {
	update(t, s, func(w store.Writer) {
		for _, key := range []string{"/a", "/c", "/e", "/g"} {
			w.Put(key, []byte("old"))
		}
	})
	update(t, s, func(w store.Writer) {
		w.Put("/b", []byte("new"))
		w.Put("/c", []byte("new"))
		w.Delete("/e")
		w.Put("/h", []byte("new"))
		w.Put("/x", []byte("new"))
		w.Delete("/x")
		want := []string{"/a=old", "/b=new", "/c=new", "/g=old", "/h=new"}
		if got := collect(w.Scan("/", "")); !slices.Equal(got, want) {
			t.Errorf("Scan in the change yields %q, want %q", got, want)
		}
		if got, err := w.Get("/c"); string(got) != "new" {
			t.Errorf("Get(/c) in the change = %q, %v, want new", got, err)
		}
		if got, err := w.Get("/e"); err != store.ErrNotFound {
			t.Errorf("Get(/e) in the change = %q, %v, want ErrNotFound", got, err)
		}
	})
	wantState(t, s, "/a=old", "/b=new", "/c=new", "/g=old", "/h=new")
}

func scanAndWrite(t *testing.T, s store.Store) {
	update(t, s, func(w store.Writer) {
		for i := range 10 {
			w.Put(fmt.Sprintf("/api/%d", i), nil)
		}
		w.Put("/other", nil)
	})
	update(t, s, func(w store.Writer) {
		n := 0
		for key := range w.Scan("/api/", "") {
			w.Delete(key)
			w.Put("/api/x"+key, nil)
			n++
		}
		if n != 10 {
			t.Errorf("Scan yields %d keys, want the 10 that were there", n)
		}
		for key := range w.Scan("/api/", "") {
			w.Delete(key)
		}
	})
	wantState(t, s, "/other=")
}

func isolation(t *testing.T, s store.Store) {
	first := put(t, s, "/a", "1")
	view(t, s, func(r store.Reader) {
		done := make(chan struct{})
		go func() { // a view waits for nobody, and nobody for a view
			defer close(done)
			put(t, s, "/a", "2")
			put(t, s, "/b", "2")
		}()
		<-done
		if got := collect(r.Scan("/", "")); !slices.Equal(got, []string{"/a=1"}) {
			t.Errorf("Scan in a view yields %q, want /a=1 alone, which was there when it began", got)
		}
		if r.Version() != first {
			t.Errorf("Version in a view = %d, want %d still", r.Version(), first)
		}
	})
	wantState(t, s, "/a=2", "/b=2")
}

func versions(t *testing.T, s store.Store) {
	last := versionOf(t, s)
	for i := range 5 {
		version := put(t, s, "/a", "same value")
		if version <= last {
			t.Fatalf("commit %d has version %d, not above %d", i, version, last)
		}
		last = version
	}
	nothing := map[string]func(store.Writer){
		"nothing":                    func(store.Writer) {},
		"reading":                    func(w store.Writer) { w.Get("/a") },
		"deleting what is not there": func(w store.Writer) { w.Delete("/nothing") },
	}
	for name, change := range nothing {
		if version := update(t, s, change); version != last {
			t.Errorf("%s has version %d, want %d, that of the state", name, version, last)
		}
	}
	if got := versionOf(t, s); got != last {
		t.Errorf("Version in a view = %d, want %d", got, last)
	}
}

func counters(t *testing.T, s store.Store) {
	const writers, each = 16, 20
	var versions sync.Map
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				var mine int
				version, err := s.Update(t.Context(), func(w store.Writer) error {
					value, _ := w.Get("/counter")
					n, _ := strconv.Atoi(string(value))
					mine = n + 1
					w.Put("/counter", []byte(strconv.Itoa(mine)))
					return nil
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
				versions.Store(mine, version)
			}
		})
	}
	all.Wait()
	wantState(t, s, fmt.Sprintf("/counter=%d", writers*each))
	last := uint64(0)
	for i := range writers * each {
		version, ok := versions.Load(i + 1)
		if !ok || version.(uint64) < last {
			t.Fatalf("count %d has version %v (%v), and the one before %d", i+1, version, ok, last)
		}
		last = version.(uint64)
	}
}

func oneFails(t *testing.T, s store.Store) {
	wrong := errors.New("wrong")
	var all sync.WaitGroup
	var want []string
	for i := range 40 {
		key := fmt.Sprintf("/%02d", i)
		if i%5 != 0 {
			want = append(want, key+"=")
		}
		all.Go(func() {
			_, err := s.Update(t.Context(), func(w store.Writer) error {
				w.Put(key, nil)
				if i%5 == 0 {
					return wrong
				}
				return nil
			})
			if (err == wrong) != (i%5 == 0) {
				t.Errorf("Update %d = %v", i, err)
			}
		})
	}
	all.Wait()
	wantState(t, s, want...)
}

func panics(t *testing.T, s store.Store) {
	func() {
		defer func() {
			if p := recover(); p != "in the change" {
				t.Errorf("Update panicked with %v, want the panic of the change", p)
			}
		}()
		s.Update(t.Context(), func(w store.Writer) error {
			w.Put("/a", nil)
			panic("in the change")
		})
	}()
	put(t, s, "/b", "")
	wantState(t, s, "/b=")
}

func watchFromAny(t *testing.T, s store.Store) {
	from := versionOf(t, s)
	var commits []store.Commit
	record := func(change func(store.Writer), changes ...store.Change) {
		commits = append(commits, store.Commit{Version: update(t, s, change), Changes: changes})
	}
	record(func(w store.Writer) { w.Put("/a", []byte("1")) }, store.Change{Key: "/a", Value: []byte("1")})
	record(func(w store.Writer) {
		w.Put("/c", []byte("2"))
		w.Put("/b", []byte("first"))
		w.Put("/b", nil)
		w.Delete("/a")
	}, store.Change{Key: "/a"}, store.Change{Key: "/b", Value: []byte{}}, store.Change{Key: "/c", Value: []byte("2")})
	update(t, s, func(store.Writer) {})
	record(func(w store.Writer) { w.Delete("/c") }, store.Change{Key: "/c"})

	for i := range commits {
		want := commits[i:]
		for got, err := range s.Watch(t.Context(), from) {
			if err != nil || !equal(got, want[0]) {
				t.Fatalf("Watch(%d) yields %v, %v, want %v", from, got, err, want[0])
			}
			if want = want[1:]; len(want) == 0 {
				break
			}
		}
		from = commits[i].Version
	}
}

func watchAsMade(t *testing.T, s store.Store) {
	const commits = 50
	from := versionOf(t, s)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			at, seen := from, 0
			for c, err := range s.Watch(t.Context(), from) {
				if err != nil || c.Version != at+1 {
					t.Errorf("Watch yields version %d, %v after %d", c.Version, err, at)
					return
				}
				at = c.Version
				for _, change := range c.Changes {
					if want := fmt.Sprintf("/%02d", seen); change.Key != want {
						t.Errorf("Watch yields %s, want %s", change.Key, want)
					}
					seen++
				}
				view(t, s, func(r store.Reader) {
					if r.Version() < at {
						t.Errorf("a view has version %d after %d was yielded", r.Version(), at)
					}
				})
				if seen == commits {
					return
				}
			}
			t.Errorf("Watch ended after %d of %d commits", seen, commits)
		})
	}
	for i := range commits {
		put(t, s, fmt.Sprintf("/%02d", i), "")
	}
	all.Wait()
}

func watchTooFar(t *testing.T, s store.Store) {
	put(t, s, "/a", "")
	n := 0
	for c, err := range s.Watch(t.Context(), versionOf(t, s)+1) {
		if n++; err != store.ErrReadAnew {
			t.Fatalf("Watch yields %v, %v, want ErrReadAnew", c, err)
		}
	}
	if n != 1 {
		t.Errorf("Watch yields %d times, want once", n)
	}
}

func watchContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	from := versionOf(t, s)
	put(t, s, "/a", "")
	put(t, s, "/b", "")
	n := 0
	for range s.Watch(ctx, from) {
		n++
		cancel()
	}
	if n != 1 {
		t.Errorf("Watch yields %d commits, want none after its context ended", n)
	}

	ctx, cancel = context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for c, err := range s.Watch(ctx, versionOf(t, s)) {
			t.Errorf("Watch yields %v, %v, want nothing", c, err)
		}
	}()
	cancel()
	<-ended
}

func cancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(store.Writer) error { t.Error("the change ran"); return nil }
	if _, err := s.Update(ctx, never); err != context.Canceled {
		t.Errorf("Update = %v, want context.Canceled", err)
	}
	err := s.View(ctx, func(store.Reader) error { t.Error("the view was read"); return nil })
	if err != context.Canceled {
		t.Errorf("View = %v, want context.Canceled", err)
	}
}

func cancelledInQueue(t *testing.T, s store.Store) {
	began, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		update(t, s, func(w store.Writer) {
			close(began)
			<-release
			w.Put("/first", nil)
		})
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, err := s.Update(ctx, func(w store.Writer) error { w.Put("/second", nil); return nil })
		answered <- err
	}()
	cancel()
	if err := <-answered; err != context.Canceled {
		t.Errorf("Update = %v, want context.Canceled while another has its turn", err)
	}
	close(release)
	<-done
	wantState(t, s, "/first=")
}

func cancelledInTurn(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Update(ctx, func(w store.Writer) error {
		cancel()
		w.Put("/a", nil)
		return nil
	})
	if err != nil {
		t.Errorf("Update = %v, want what became of it", err)
	}
	wantState(t, s, "/a=")
}

func closed(t *testing.T, s store.Store) {
	version := put(t, s, "/a", "")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for c, err := range s.Watch(t.Context(), version) {
			t.Errorf("Watch yields %v, %v, want nothing", c, err)
		}
	}()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close = %v", err)
		}
	}
	<-ended
	for c, err := range s.Watch(t.Context(), version-1) {
		t.Errorf("Watch yields %v, %v, want nothing", c, err)
	}
	if _, err := s.Update(t.Context(), func(store.Writer) error { return nil }); err != store.ErrClosed {
		t.Errorf("Update = %v, want ErrClosed", err)
	}
	if err := s.View(t.Context(), func(store.Reader) error { return nil }); err != store.ErrClosed {
		t.Errorf("View = %v, want ErrClosed", err)
	}
}

func closeWaits(t *testing.T, s store.Store) {
	put(t, s, "/a", "1")
	began, release := make(chan struct{}, 2), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		view(t, s, func(r store.Reader) {
			began <- struct{}{}
			<-release
			if got := collect(r.Scan("/", "")); !slices.Equal(got, []string{"/a=1"}) {
				t.Errorf("Scan in a view while the store closes yields %q", got)
			}
		})
	})
	all.Go(func() {
		update(t, s, func(w store.Writer) {
			began <- struct{}{}
			<-release
			w.Put("/b", nil)
		})
	})
	<-began
	<-began
	all.Go(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	close(release)
	all.Wait()
}

func put(t *testing.T, s store.Store, key, value string) uint64 {
	t.Helper()
	return update(t, s, func(w store.Writer) { w.Put(key, []byte(value)) })
}

func update(t *testing.T, s store.Store, change func(store.Writer)) uint64 {
	t.Helper()
	version, err := s.Update(t.Context(), func(w store.Writer) error {
		change(w)
		return nil
	})
	if err != nil {
		t.Errorf("Update = %v", err)
	}
	return version
}

func view(t *testing.T, s store.Store, read func(store.Reader)) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		read(r)
		return nil
	})
	if err != nil {
		t.Errorf("View = %v", err)
	}
}

func versionOf(t *testing.T, s store.Store) (version uint64) {
	t.Helper()
	view(t, s, func(r store.Reader) { version = r.Version() })
	return version
}

// wantState compares the whole state with "key=value" pairs in order.
func wantState(t *testing.T, s store.Store, want ...string) {
	t.Helper()
	view(t, s, func(r store.Reader) {
		if got := collect(r.Scan("", "")); !slices.Equal(got, want) {
			t.Errorf("the state is %.200q, want %.200q", got, want)
		}
		for _, pair := range want {
			key, value, _ := strings.Cut(pair, "=")
			if got, err := r.Get(key); err != nil || string(got) != value {
				t.Errorf("Get(%.50q) = %q, %v, want %q", key, got, err, value)
			}
		}
	})
}

func collect(scan iter.Seq2[string, []byte]) []string {
	var pairs []string
	for key, value := range scan {
		pairs = append(pairs, key+"="+string(value))
	}
	return pairs
}

// equal compares commits; a nil value, which deletes, is not an empty one.
func equal(a, b store.Commit) bool {
	return a.Version == b.Version && slices.EqualFunc(a.Changes, b.Changes, func(a, b store.Change) bool {
		return a.Key == b.Key && (a.Value == nil) == (b.Value == nil) && bytes.Equal(a.Value, b.Value)
	})
}
