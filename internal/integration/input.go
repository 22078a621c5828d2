// Package integration calls what answers a method: HTTP backends, Lambda
// functions, or nobody at all. It knows what each kind is sent and what its
// answer becomes; how the gateway goes on from there is not its business.
package integration

import (
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/upstream"
)

// An Input is what a call is made of: one request and what the gateway has
// found out about it. Call is reused from request to request.
type Input struct {
	Scope    *mapping.Scope
	Method   string // what the caller asked for, after any override
	Resource string // the rest of the path behind the stage
	Trace    string // X-Amzn-Trace-Id as the backend gets it
	Port     string // of the listener; "": the owner tests his method, and nothing came by any
	Secure   bool   // the caller speaks TLS
	Call     upstream.Call

	scratch []byte
	fields  []namedField
	links   []link
}

// Reset forgets the request and keeps the memory.
func (in *Input) Reset() {
	header := in.Call.Header
	clear(header)
	clear(in.fields)
	*in = Input{
		Call:    upstream.Call{Header: header[:0]},
		scratch: in.scratch[:0],
		fields:  in.fields[:0],
		links:   in.links[:0],
	}
	if cap(in.scratch) > maxKept {
		in.scratch = nil
	}
}

// maxKept is how large a buffer may be to be kept for the next request.
const maxKept = 64 << 10

// proto is the X-Forwarded-Proto of the request.
func (in *Input) proto() string {
	if in.Secure {
		return "https"
	}
	return "http"
}

// forwardedFor is the X-Forwarded-For that goes on: whom the caller named, and
// then the caller.
func (in *Input) forwardedFor() string {
	source := in.Scope.Context.SourceIP
	var all []string
	for _, f := range in.Scope.Request.Header {
		if len(f.Name) == len("X-Forwarded-For") && strings.EqualFold(f.Name, "X-Forwarded-For") && f.Value != "" {
			all = append(all, f.Value)
		}
	}
	if len(all) == 0 {
		return source
	}
	return strings.Join(append(all, source), ", ")
}
