package gatewright

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/control"
)

func TestALineThatCannotBeWrittenIsLogged(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("there is no /dev/full here")
		return
	}
	var log bytes.Buffer
	trail, err := openTrail("/dev/full", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer trail.close()
	trail.record(control.Event{Name: "DeleteRestApi", RequestID: "r1"})
	for _, want := range []string{"level=ERROR", "audit trail cannot be written", "no space left", "DeleteRestApi", "r1"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, &log)
		}
	}
}

func TestALineAfterATornOneIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	trail, err := openTrail(path, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer trail.close()
	if _, err := trail.file.WriteString(`{"eventTime":`); err != nil {
		t.Fatal(err)
	}
	trail.torn = true // as after a write that failed half-way
	trail.record(control.Event{Name: "A"})
	trail.record(control.Event{Name: "B"})
	text, _ := os.ReadFile(path)
	if lines := strings.Split(string(text), "\n"); len(lines) != 4 || !strings.Contains(lines[1], `"A"`) || !strings.Contains(lines[2], `"B"`) {
		t.Errorf("got %q", lines)
	}
}

func TestATrailThatCannotBeOpened(t *testing.T) {
	s := &Server{Control: "127.0.0.1:0", Audit: t.TempDir()}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "audit trail") {
		t.Errorf("got %v", err)
		s.Close()
	}
}
