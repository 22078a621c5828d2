package bolt

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/local"
)

// TestEveryHealthyFileIsWhole verifies the file after each of many commits of
// all sizes, with bbolt's own check as a referee: damage must be refused, but
// refusing a good file would be worse.
func TestEveryHealthyFileIsWhole(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "state.db")
	e, version, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	s := local.New(e, version)
	defer s.Close()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	for i := range 400 {
		version, err := s.Update(context.Background(), func(w store.Writer) error {
			write(random, w)
			return nil
		})
		if err != nil {
			t.Fatalf("commit %d: %v", i, err)
		}
		at, err := verify(f)
		if err != nil || at != version {
			t.Fatalf("commit %d: verify finds version %d, %v, want %d", i, at, err, version)
		}
		if i%20 == 0 {
			e.db.View(func(tx *bbolt.Tx) error {
				for err := range tx.Check() {
					t.Fatalf("commit %d: bbolt's own check: %v", i, err)
				}
				return nil
			})
		}
	}
}

// write makes few or many changes: one key, a whole API put or deleted, values
// longer than pages.
func write(random *rand.Rand, w store.Writer) {
	api := fmt.Sprintf("/api%d/", random.IntN(40))
	switch random.IntN(5) {
	case 0:
		for key := range w.Scan(api, "") {
			w.Delete(key)
		}
	case 1:
		for i := range random.IntN(200) {
			w.Put(fmt.Sprintf("%s%d%0*d", api, i, 1+random.IntN(60), 0), make([]byte, random.IntN(300)))
		}
	case 2:
		w.Put(api, make([]byte, random.IntN(100_000)))
	case 3:
		for key := range w.Scan("/", "/api2") {
			if random.IntN(3) == 0 {
				w.Delete(key)
			}
		}
	}
	w.Put(fmt.Sprintf("%s%d", api, random.IntN(100)), make([]byte, random.IntN(2000)))
}

// FuzzVerify breaks a file wherever the fuzzer likes: verify may say what it
// will, and must neither crash nor take more memory than the file is long.
func FuzzVerify(f *testing.F) {
	path := filepath.Join(f.TempDir(), "state.db")
	s, err := Open(path)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 20 {
		s.Update(context.Background(), func(w store.Writer) error {
			w.Put(fmt.Sprintf("/%d", i*37%20), make([]byte, i*400))
			return nil
		})
	}
	s.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	good = bytes.TrimRight(good, "\x00")
	good = append(good, make([]byte, 2*4096-len(good)%4096)...)
	for page := range uint8(len(good) / 4096) {
		f.Add(page, uint8(10), []byte{0xff, 0xff})                         // count
		f.Add(page, uint8(12), []byte{0xff, 0xff, 0xff, 0x7f})             // overflow
		f.Add(page, uint8(16), []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}) // the first element
	}
	f.Fuzz(func(t *testing.T, page, at uint8, damage []byte) {
		b := bytes.Clone(good)
		copy(b[(int(page)*4096+int(at))%len(b):], damage) // at: heads and elements
		v := &verifier{file: bytes.NewReader(b), size: int64(len(b))}
		v.verify()
	})
}
