package gatewright

import (
	"encoding/json"
	"log/slog"

	"github.com/gatewright/gatewright/internal/control"
)

// A trail is the file of the audit trail: JSON lines.
type trail struct {
	*lineFile
	log *slog.Logger
}

func openTrail(path string, log *slog.Logger) (*trail, error) {
	lines, err := openLines(path)
	return &trail{lines, log}, err
}

// record writes an event. One that cannot be written is not lost: the log has
// it.
func (t *trail) record(e control.Event) {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = t.Write(append(line, '\n'))
	}
	if err != nil {
		t.log.Error("the audit trail cannot be written", "file", t.path, "error", err, "event", string(line))
	}
}
