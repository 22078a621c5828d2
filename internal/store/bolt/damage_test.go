package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/bolt"
)

// TestDamagedFiles breaks a good file in a thousand ways. Each file is either
// refused and left as it is, or has everything and goes on having it when it is
// written to.
func TestDamagedFiles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	good, want := goodFile(t, random)

	folder, refused := t.TempDir(), 0
	for i := range 1000 {
		name, b := damage(random, good)
		path := filepath.Join(folder, fmt.Sprint(i))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(path)
		if err != nil {
			refused++
			checkRefusal(t, name, path, err, b)
		} else {
			checkWhole(t, name, path, s, want)
		}
		os.Remove(path)
	}
	t.Logf("%d refused, %d whole", refused, 1000-refused)
	if refused < 100 || refused > 990 {
		t.Errorf("%d of 1000 files were refused: the damage is not what it should be", refused)
	}
}

// goodFile returns a file with pages of all kinds, and what it holds.
func goodFile(t *testing.T, random *rand.Rand) ([]byte, map[string]string) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	want := map[string]string{}
	for range 30 {
		_, err := s.Update(background, func(w store.Writer) error {
			for range 20 {
				key := fmt.Sprintf("/%s%d", strings.Repeat("long", random.IntN(40)), random.IntN(100))
				if random.IntN(4) == 0 {
					w.Delete(key)
					delete(want, key)
					continue
				}
				want[key] = strings.Repeat("v", random.IntN(300))
				if random.IntN(40) == 0 {
					want[key] = strings.Repeat("large", 3000)
				}
				w.Put(key, []byte(want[key]))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The file has grown in advance, and most damage would hit nothing.
	const page = 4096
	used := len(bytes.TrimRight(b, "\x00"))
	return b[:min(len(b), (used+page-1)/page*page+page)], want
}

func damage(random *rand.Rand, good []byte) (name string, b []byte) {
	b = bytes.Clone(good)
	switch random.IntN(4) {
	case 0:
		b = b[:random.IntN(len(b))]
		return fmt.Sprintf("cut off after %d bytes", len(b)), b
	case 1:
		at := random.IntN(len(b)/512) * 512
		copy(b[at:at+512], make([]byte, 512))
		return fmt.Sprintf("sector at %d not written", at), b
	default:
		var flips []int
		for range 1 + random.IntN(3) {
			bit := random.IntN(len(b) * 8)
			if random.IntN(4) == 0 { // heads of pages say more than their rest
				bit = bit/(4096*8)*(4096*8) + random.IntN(100*8)
			}
			b[bit/8] ^= 1 << (bit % 8)
			flips = append(flips, bit)
		}
		return fmt.Sprintf("bits %d flipped", flips), b
	}
}

func checkRefusal(t *testing.T, name, path string, err error, was []byte) {
	t.Helper()
	if !errors.Is(err, bolt.ErrCorrupt) {
		t.Errorf("%s: Open = %v, want ErrCorrupt", name, err)
	}
	for _, part := range []string{path, "left untouched", "bring it back from a copy"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: the error %q does not say %q", name, err, part)
		}
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, was) {
		t.Errorf("%s: the refused file was changed (%v)", name, err)
	}
}

func checkWhole(t *testing.T, name, path string, s store.Store, want map[string]string) {
	t.Helper()
	if diff := difference(s, want); diff != "" {
		t.Errorf("%s: it was opened, and %s", name, diff)
	}
	put(t, s, "/added", name)
	s.Close()
	s, err := bolt.Open(path)
	if err != nil {
		t.Errorf("%s: it was opened, written to, and is broken: %v", name, err)
		return
	}
	defer s.Close()
	want["/added"] = name
	defer delete(want, "/added")
	if diff := difference(s, want); diff != "" {
		t.Errorf("%s: it was opened, written to, and %s", name, diff)
	}
}

// bboltFile returns a file of bbolt's with a bucket of that name.
func bboltFile(t *testing.T, bucket string, noFreelist bool) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: noFreelist})
	if err != nil {
		t.Fatal(err)
	}
	db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte(bucket)); return err })
	db.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOtherFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	for name, b := range map[string][]byte{
		"empty":           {},
		"a few bytes":     []byte("hello"),
		"zeros":           make([]byte, 1<<16),
		"a text":          bytes.Repeat([]byte("hello, world\n"), 10_000),
		"another program": bboltFile(t, "members", false),
		"without a list":  bboltFile(t, "members", true),
		"format 1":        bboltFile(t, "state", false),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(folder, "state.db")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := bolt.Open(path)
			if err == nil {
				t.Fatal("it was opened")
			}
			checkRefusal(t, name, path, err, b)
		})
	}
	if _, err := bolt.Open(folder); err == nil || errors.Is(err, bolt.ErrCorrupt) {
		t.Errorf("Open of a folder = %v, want the system's error", err)
	}
}
