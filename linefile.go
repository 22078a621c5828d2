package gatewright

import (
	"os"
	"sync"
)

// A lineFile is a file of lines, to which is only added.
type lineFile struct {
	path string

	mu   sync.Mutex
	file *os.File
	torn bool // the last line is not whole
}

func openLines(path string) (*lineFile, error) {
	l := &lineFile{path: path}
	return l, l.reopen()
}

// reopen goes on in a new file where somebody has moved the old one away.
func (l *lineFile) reopen() error {
	file, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.file
	l.file, l.torn = file, false
	if old != nil {
		return old.Close()
	}
	return nil
}

// Write adds whole lines. Behind one that a failure has cut they begin anew.
func (l *lineFile) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.torn {
		if _, err := l.file.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		l.torn = false
	}
	n, err := l.file.Write(lines)
	l.torn = err != nil && n > 0
	return n, err
}

// close closes the file, if it is open.
func (l *lineFile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
