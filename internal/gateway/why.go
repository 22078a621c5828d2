package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A why logs why callers got the gateway's own answers: one line for each, and
// no more in a second than a disk can bear. It tells neither bodies nor
// credentials.
type why struct {
	logger *slog.Logger
	second atomic.Int64
	lines  atomic.Int64 // in this second
	unseen atomic.Int64 // lines that were left out since the last one
}

const mostLines = 50 // a second

func (w *why) log(x *exchange, f *gatewayresponse.Failure) {
	level := slog.LevelInfo
	if x.response.Status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !w.logger.Enabled(context.Background(), level) {
		return
	}
	if !w.allow(x.now.Unix()) {
		w.unseen.Add(1)
		return
	}
	w.logger.LogAttrs(context.Background(), level, "gateway response", w.attrs(x, f)...)
}

// loggable is the text of a cause without what callers alone are told: the words
// behind which a payload stops being JSON.
func loggable(cause error) string {
	text := cause.Error()
	var payload *mapping.PayloadError
	if errors.As(cause, &payload) {
		text = strings.ReplaceAll(text, payload.Error(), payload.Place())
	}
	return text
}

func (w *why) allow(second int64) bool {
	if last := w.second.Load(); last != second && w.second.CompareAndSwap(last, second) {
		w.lines.Store(0)
	}
	return w.lines.Add(1) <= mostLines
}

func (w *why) attrs(x *exchange, f *gatewayresponse.Failure) []slog.Attr {
	c := &x.scope.Context
	attrs := []slog.Attr{
		slog.String("request_id", c.RequestID),
		slog.String("api", c.APIID),
		slog.String("stage", c.Stage),
		slog.String("method", x.request.Method),
		slog.String("path", x.request.Path),
		slog.String("resource", c.ResourcePath),
		slog.String("type", f.Type.Error()),
		slog.Int("status", x.response.Status),
	}
	if f.Cause != nil {
		attrs = append(attrs, slog.String("cause", loggable(f.Cause)))
	}
	if x.method != nil && x.method.backend != "" && ofBackend(f) {
		attrs = append(attrs, slog.String("backend", x.method.backend))
	}
	if x.plan != nil && x.plan.refusal == nil && x.method == nil {
		nearest := x.plan.routes.nearest(x.where.rest).routes()
		attrs = append(attrs, slog.String("nearest", strings.Join(nearest, ", ")))
	}
	if unseen := w.unseen.Swap(0); unseen > 0 {
		attrs = append(attrs, slog.Int64("not_logged", unseen))
	}
	return attrs
}

// ofBackend reports whether a failure is one of calling the backend.
func ofBackend(f *gatewayresponse.Failure) bool {
	var network *upstream.NetworkError
	return f.Type == gatewayresponse.IntegrationFailure || f.Type == gatewayresponse.IntegrationTimeout || errors.As(f.Cause, &network)
}
