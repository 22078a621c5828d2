package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/gatewright/gatewright/internal/store"
)

// A failure is one of the service's error answers.
type failure struct {
	status  int
	code    string // of x-amzn-ErrorType
	message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func badRequest(format string, args ...any) error {
	return &failure{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &failure{http.StatusNotFound, "NotFoundException", fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &failure{http.StatusConflict, "ConflictException", fmt.Sprintf(format, args...)}
}

// unreadable is the framework's answer to a body that is not what the model
// says, before anything is looked at.
func unreadable(format string, args ...any) error {
	return &failure{http.StatusBadRequest, "SerializationException", fmt.Sprintf(format, args...)}
}

// notBuilt is the one answer to what AWS does and Gatewright does not do yet.
func notBuilt(operation string) error {
	return &failure{http.StatusNotImplemented, "UnknownOperationException", operation + " is not built into Gatewright yet"}
}

var (
	errNoOperation = &failure{http.StatusNotFound, "UnknownOperationException", "API Gateway has no operation with this method and path"}
	errTooLarge    = &failure{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "Request body exceeds 6 MB"}
	errUnavailable = &failure{http.StatusServiceUnavailable, "ServiceUnavailableException", "The service is shutting down"}
	errNotWritten  = &failure{http.StatusServiceUnavailable, "ServiceUnavailableException", "Changes cannot be stored at the moment; nothing was changed"}
	errInternal    = &failure{http.StatusInternalServerError, "InternalFailure", "An internal error occurred; the log has the request id"}
)

// fail is the only writer of errors. A cause that is no failure of the service
// goes to the log, never to the caller.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := new(failure)
	switch {
	case errors.As(err, &f):
	case errors.Is(err, store.ErrClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		f = errUnavailable
	default:
		f = errInternal
		if errors.Is(err, store.ErrNotWritten) {
			f = errNotWritten
		}
		h.log.Error("control call failed", "request_id", w.Header().Get(requestIDHeader),
			"method", r.Method, "path", r.URL.Path, "error", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set(errorTypeHeader, f.code)
	if f.status == http.StatusServiceUnavailable || f.status == http.StatusTooManyRequests {
		header.Set("Retry-After", "1")
	}
	w.WriteHeader(f.status)
	body, _ := json.Marshal(struct {
		Message string `json:"message"`
	}{f.message})
	w.Write(body)
}
