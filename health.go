package gatewright

import (
	"encoding/json"
	"net/http"
)

// ownPrefix begins the paths that are neither AWS's nor an API's.
const ownPrefix = "/_gatewright/"

// ownPages are the pages for operators.
func (s *Server) ownPages() http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /_gatewright/health", s.health)
	pages.HandleFunc("GET /_gatewright/health/live", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "live"})
	})
	pages.HandleFunc("GET /_gatewright/health/ready", s.health)
	pages.Handle("GET /_gatewright/example/", http.StripPrefix("/_gatewright/example", petStore()))
	return pages
}

// health answers 200 while requests are taken, 503 after Retire or when the state
// cannot be followed.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	status, state := http.StatusOK, "ready"
	select {
	case <-s.retired:
		status, state = http.StatusServiceUnavailable, "draining"
	default:
		if err := s.gateway.Ready(); err != nil {
			status, state = http.StatusServiceUnavailable, "not ready: "+err.Error()
		}
	}
	writeJSON(w, status, map[string]any{"status": state, "version": Version()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // into memory
}
