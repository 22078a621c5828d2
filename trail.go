package gatewright

import (
	"encoding/json"
	"log/slog"
	"os"
	"sync"

	"github.com/gatewright/gatewright/internal/control"
)

// A trail is the file of the audit trail: JSON lines, to which is only added.
type trail struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	file *os.File
	torn bool // the last line is not whole
}

func openTrail(path string, log *slog.Logger) (*trail, error) {
	t := &trail{path: path, log: log}
	return t, t.reopen()
}

// reopen goes on in a new file where somebody has moved the old one away.
func (t *trail) reopen() error {
	file, err := os.OpenFile(t.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.file
	t.file, t.torn = file, false
	if old != nil {
		return old.Close()
	}
	return nil
}

// record writes an event. One that cannot be written is not lost: the log has
// it.
func (t *trail) record(e control.Event) {
	line, err := json.Marshal(e)
	if err == nil {
		err = t.write(append(line, '\n'))
	}
	if err != nil {
		t.log.Error("the audit trail cannot be written", "file", t.path, "error", err, "event", string(line))
	}
}

func (t *trail) write(line []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := t.file.Write(line)
	t.torn = err != nil && (n > 0 || t.torn)
	return err
}

func (t *trail) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}
