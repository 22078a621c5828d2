package function

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// maxFiles is how many files of a function's code are looked at.
	maxFiles = 2000

	// lookEvery is how long a look at the code is good for. One that takes long
	// is good for longer.
	lookEvery = 100 * time.Millisecond
)

// code is the files of a function, looked at when it is invoked: what was saved
// before a request is what answers it.
type code struct {
	paths []string
	log   *slog.Logger

	mu   sync.Mutex
	sum  uint64 // of names, sizes and times
	next time.Time

	often often // its function's mu guards it
}

// often notices changes that come faster than anybody writes code: the function
// writes a file there itself.
type often struct {
	since   time.Time
	changes int
	said    bool
}

// again counts a change, and reports once that there were many within moments.
func (o *often) again(now time.Time) bool {
	const many, moments = 4, 10 * time.Second
	if now.Sub(o.since) > moments {
		o.since, o.changes = now, 0
	}
	o.changes++
	if o.said || o.changes < many {
		return false
	}
	o.said = true
	return true
}

var errTooManyFiles = fmt.Errorf("there are more than %d files", maxFiles)

// changed reports whether the code is not what it was when last looked at, and
// which file was written last. While one looks, others go by what they know.
func (c *code) changed() (newest string, changed bool) {
	if len(c.paths) == 0 || !c.mu.TryLock() {
		return "", false
	}
	defer c.mu.Unlock()
	begin := time.Now()
	if begin.Before(c.next) {
		return "", false
	}
	sum, newest, err := c.look()
	if errors.Is(err, errTooManyFiles) {
		c.log.Warn("the function's code is not watched; watch says which files and folders it is in", "cause", err)
		c.paths = nil
		return "", false
	}
	now := time.Now()
	c.next = now.Add(max(lookEvery, 20*now.Sub(begin)))
	changed = c.sum != sum
	c.sum = sum
	return newest, changed
}

// look sums up all files that are watched, and says which was written last. What
// goes away meanwhile is a change as well.
func (c *code) look() (_ uint64, newest string, _ error) {
	sum, files, written := fnv.New64a(), 0, time.Time{}
	for _, root := range c.paths {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				fmt.Fprintln(sum, path, err)
				return nil
			}
			if path != root && unwatched(d.Name()) {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			if files++; files > maxFiles {
				return errTooManyFiles
			}
			if info, err := d.Info(); err == nil && !d.IsDir() {
				fmt.Fprintln(sum, path, info.Size(), info.ModTime().UnixNano())
				if info.ModTime().After(written) {
					newest, written = path, info.ModTime()
				}
			}
			return nil
		})
		if err != nil {
			return 0, "", err
		}
	}
	return sum.Sum64(), newest, nil
}

// unwatched reports whether a file is no code: it is hidden, or package managers,
// interpreters or this program itself put it there. A log beside the code would
// otherwise start the function anew for each line that the function prints.
func unwatched(name string) bool {
	switch name {
	case "node_modules", "__pycache__", "gatewright.db":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".log")
}
