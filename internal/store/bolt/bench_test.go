package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/gatewright/gatewright/internal/store"
)

const valueBytes = 1024

// BenchmarkCommit commits a value of 1 KB at a time, by one writer, and in turn
// writes as much to a bare file and syncs that, and commits it to bbolt alone.
// "x-bare" and "x-bbolt" compare the medians of the store with those of the two,
// "bbolt-x-bare" those of the two with each other. It begins when the files have
// their size: growing costs a tenth more.
func BenchmarkCommit(b *testing.B) {
	folder := b.TempDir()
	s := open(b, filepath.Join(folder, "state.db"))
	defer s.Close()
	alone := openAlone(b, filepath.Join(folder, "alone.db"))
	defer alone.Close()
	bare, err := os.Create(filepath.Join(folder, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	value := make([]byte, valueBytes)
	if _, err := bare.Write(value); err != nil {
		b.Fatal(err)
	}

	for i := range 1300 {
		commitOne(s, i, value)
		commitAlone(alone, i, value)
	}
	var commits, writes, alones []time.Duration
	for i := 0; b.Loop(); i++ {
		commits = append(commits, took(b, func() error { return commitOne(s, i, value) }))
		writes = append(writes, took(b, func() error {
			if _, err := bare.WriteAt(value, 0); err != nil {
				return err
			}
			return syncData(bare)
		}))
		alones = append(alones, took(b, func() error { return commitAlone(alone, i, value) }))
	}
	commit, write, bolt := median(commits), median(writes), median(alones)
	b.ReportMetric(float64(commit.Microseconds()), "µs-commit")
	b.ReportMetric(float64(write.Microseconds()), "µs-bare")
	b.ReportMetric(float64(commit)/float64(write), "x-bare")
	b.ReportMetric(float64(commit)/float64(bolt), "x-bbolt")
	b.ReportMetric(float64(bolt)/float64(write), "bbolt-x-bare")
}

// openAlone opens bbolt with the options that make it fastest.
func openAlone(b *testing.B, path string) *bbolt.DB {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: 1 << 30,
		NoStatistics:    true,
	})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("alone"))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func commitAlone(db *bbolt.DB, i int, value []byte) error {
	return db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("alone")).Put(slot(i), value)
	})
}

func took(b *testing.B, do func() error) time.Duration {
	start := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// BenchmarkEightWriters compares the rate of eight writers with that of one.
func BenchmarkEightWriters(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	defer s.Close()
	const period = 100 * time.Millisecond
	var one, eight int64
	for b.Loop() {
		one += commitFor(b, s, 1, period)
		eight += commitFor(b, s, 8, period)
	}
	b.ReportMetric(float64(eight)/(float64(b.N)*period.Seconds()), "commits/s")
	b.ReportMetric(float64(eight)/float64(one), "x-one-writer")
}

// BenchmarkOpen opens a state of 20,000 APIs with 20 keys each.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "state.db")
	s := open(b, path)
	value := make([]byte, 300)
	for api := 0; api < 20_000; api += 500 {
		_, err := s.Update(background, func(w store.Writer) error {
			for i := range 500 * 20 {
				w.Put(fmt.Sprintf("/123456789012/us-east-1/restapis/a%09d/resources/r%05d", api+i/20, i%20), value)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	s.Close()
	for b.Loop() {
		open(b, path).Close()
	}
	if info, err := os.Stat(path); err == nil {
		b.ReportMetric(float64(info.Size()>>20), "MiB")
	}
}

func commitOne(s store.Store, i int, value []byte) error {
	_, err := s.Update(background, func(w store.Writer) error {
		w.Put(string(slot(i)), value)
		return nil
	})
	return err
}

func slot(i int) []byte { return fmt.Appendf(nil, "/%d", i%1000) }

func commitFor(b *testing.B, s store.Store, writers int, period time.Duration) int64 {
	var n atomic.Int64
	var all sync.WaitGroup
	end := time.Now().Add(period)
	for writer := range writers {
		all.Go(func() {
			value := make([]byte, valueBytes)
			for i := writer; time.Now().Before(end); i += writers {
				if err := commitOne(s, i, value); err != nil {
					b.Error(err)
				}
				n.Add(1)
			}
		})
	}
	all.Wait()
	return n.Load()
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
