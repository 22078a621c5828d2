// Package gatewrighttest starts Gatewright for tests.
package gatewrighttest

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/gatewright/gatewright"
)

// Start starts a server on free ports of loopback, with its state in memory,
// and stops it at the end of the test. Each option may change a field of the
// server before it starts.
func Start(t testing.TB, options ...func(*gatewright.Server)) *gatewright.Server {
	t.Helper()
	s := &gatewright.Server{
		Control: "127.0.0.1:0",
		Gateway: "127.0.0.1:0",
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, set := range options {
		set(s)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}
