package function

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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
	own   []string // files and folders of this program, which are no code
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
	own := c.ownFiles()
	for _, root := range c.paths {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				fmt.Fprintln(sum, path, err)
				return nil
			}
			if path != root && unwatched(path, d) {
				return skip(d)
			}
			if files++; files > maxFiles {
				return errTooManyFiles
			}
			info, err := d.Info()
			switch {
			case err != nil:
			case path != root && slices.ContainsFunc(own, func(o fs.FileInfo) bool { return os.SameFile(o, info) }):
				return skip(d)
			case !d.IsDir():
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

// skip goes on behind a file or a folder.
func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return filepath.SkipDir
	}
	return nil
}

// ownFiles returns what this program itself writes, if it is there: its files, and
// those that its output goes to.
func (c *code) ownFiles() (all []fs.FileInfo) {
	for _, path := range c.own {
		if info, err := os.Stat(path); err == nil {
			all = append(all, info)
		}
	}
	for _, output := range []*os.File{os.Stdout, os.Stderr} {
		if info, err := output.Stat(); err == nil {
			all = append(all, info)
		}
	}
	return all
}

// What is no code by its name: what package managers, interpreters and editors put
// beside it, and what programs write. All else may be: a function reads templates
// and tables as well.
var (
	otherNames   = []string{"node_modules", "__pycache__", "tmp", "nohup.out"}
	otherEndings = []string{
		".log", ".pid", ".lock", ".tmp", ".db", ".sqlite", ".sqlite3", "-journal", "-wal", "-shm", // programs
		".pyc", "~", ".swp", ".bak", ".orig", // interpreters and editors
	}
)

// unwatched reports whether a file is no code. A log beside the code would
// otherwise start the function anew for each line that the function prints.
func unwatched(path string, d fs.DirEntry) bool {
	name := d.Name()
	if strings.HasPrefix(name, ".") || slices.Contains(otherNames, name) {
		return true
	}
	if d.IsDir() {
		_, err := os.Lstat(filepath.Join(path, "pyvenv.cfg")) // a virtual environment of Python
		return err == nil
	}
	return d.Type()&^fs.ModeSymlink != 0 || // a socket, say
		strings.Contains(name, ".log.") || // one that was rotated
		slices.ContainsFunc(otherEndings, func(ending string) bool { return strings.HasSuffix(name, ending) })
}
