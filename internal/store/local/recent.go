package local

import (
	"sync"

	"github.com/gatewright/gatewright/internal/store"
)

// How much of the past is kept for watchers. One that falls further behind does
// better to read the state than to be told its history.
const (
	mostCommits = 4096
	mostBytes   = 8 << 20
)

// recent holds the last commits for those who follow.
type recent struct {
	mu      sync.Mutex
	commits []store.Commit // the last is of version last, without gaps
	last    uint64
	bytes   int
	grown   chan struct{} // closed by the next commit
}

// add appends commit and wakes those who wait for it. The newest commit is kept
// however large it is, so that a watcher who is up to date never misses it.
func (r *recent) add(commit store.Commit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commits = append(r.commits, commit)
	r.last = commit.Version
	r.bytes += size(commit)
	for len(r.commits) > 1 && (len(r.commits) > mostCommits || r.bytes > mostBytes) {
		r.bytes -= size(r.commits[0])
		r.commits[0] = store.Commit{} // lets go of its values
		r.commits = r.commits[1:]
	}
	close(r.grown)
	r.grown = make(chan struct{})
}

// after returns the commit that follows version; if it is not there yet, a
// channel that is closed when it is; and if it is no longer there, or version is
// not of this store, ErrReadAnew.
func (r *recent) after(version uint64) (store.Commit, <-chan struct{}, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := r.last - uint64(len(r.commits))
	switch {
	case version == r.last:
		return store.Commit{}, r.grown, nil
	case version < oldest || version > r.last:
		return store.Commit{}, nil, store.ErrReadAnew
	}
	return r.commits[version-oldest], nil, nil
}

func size(commit store.Commit) int {
	n := 0
	for _, c := range commit.Changes {
		n += len(c.Key) + len(c.Value)
	}
	return n
}
