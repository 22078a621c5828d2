package bolt_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/bolt"
)

const (
	kills   = 100
	writers = 8
)

// TestKilledHundredTimes has a child write to one file with all its might, kills
// it, and looks whether the file has all that the child was told is committed,
// and nothing by halves.
func TestKilledHundredTimes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var told [writers]int
	var version uint64
	sum := 0
	for round := range kills {
		c := launch(t, "hammer", path)
		note := func(line string) {
			var writer, n int
			var v uint64
			if _, err := fmt.Sscanf(line, "%d %d %d.", &writer, &n, &v); err != nil {
				t.Fatalf("round %d: the child says %q: %v", round, line, err)
			}
			told[writer], version = max(told[writer], n), max(version, v)
		}
		for range rand.IntN(60) {
			if !c.lines.Scan() {
				t.Fatalf("round %d: the child ended by itself", round)
			}
			note(c.lines.Text())
		}
		for _, line := range c.kill(t) {
			note(line)
		}
		sum = checkAfterKill(t, round, path, told, version)
	}
	t.Logf("%d updates by %d writers outlived %d kills", sum, writers, kills)
}

// hammer has writers count for ever, each under keys of its own and all
// together under another one, and prints each count that was committed.
func hammer(path string) error {
	s, err := bolt.Open(path)
	if err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for writer := range writers {
		go func() {
			for {
				n, version, err := countOn(s, writer)
				if err != nil {
					failed <- err
				}
				out.Lock()
				fmt.Printf("%d %d %d.\n", writer, n, version)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// countOn adds one to the three counts of a writer and to the one of all.
func countOn(s store.Store, writer int) (n int, version uint64, err error) {
	version, err = s.Update(background, func(w store.Writer) error {
		n = count(w, key(writer, 0)) + 1
		for i := range 3 {
			// Ever longer values move through all sizes of pages.
			w.Put(key(writer, i), fmt.Appendf(nil, "%0*d", 1+n*7%5000, n))
		}
		w.Put("/sum", strconv.AppendInt(nil, int64(count(w, "/sum")+1), 10))
		if n > 5 {
			w.Delete(fmt.Sprintf("/past/%d/%d", writer, n-5))
		}
		w.Put(fmt.Sprintf("/past/%d/%d", writer, n), nil)
		return nil
	})
	return n, version, err
}

func key(writer, i int) string { return fmt.Sprintf("/%d/%d", writer, i) }

func count(r store.Reader, key string) int {
	value, err := r.Get(key)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(string(value))
	if err != nil {
		panic(err)
	}
	return n
}

func checkAfterKill(t *testing.T, round int, path string, told [writers]int, version uint64) (sum int) {
	t.Helper()
	s := open(t, path)
	defer s.Close()
	s.View(t.Context(), func(r store.Reader) error {
		if r.Version() < version {
			t.Fatalf("round %d: the state has version %d, and %d was told", round, r.Version(), version)
		}
		past := 0
		for writer, least := range told {
			n := count(r, key(writer, 0))
			if n < least {
				t.Fatalf("round %d: writer %d was told %d, and has %d", round, writer, least, n)
			}
			for i := range 3 {
				if other := count(r, key(writer, i)); other != n {
					t.Fatalf("round %d: writer %d has %d and %d from one change", round, writer, n, other)
				}
			}
			sum += n
			past += min(n, 5)
		}
		if got := count(r, "/sum"); got != sum {
			t.Fatalf("round %d: the sum is %d, and the counts are %d together", round, got, sum)
		}
		for range r.Scan("/past/", "") {
			past--
		}
		if past != 0 {
			t.Fatalf("round %d: of the past %d keys are missing", round, past)
		}
		return nil
	})
	return sum
}
