// Package control is the control plane: API Gateway's own API, spoken exactly
// as AWS's clients expect it. What is regular stands in a table of kinds that
// looks like AWS's documentation (table.go); what is not is a plain function
// beside its kind.
package control

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/sigv4"
)

// A Runtime is the data plane, as far as the control plane needs it.
type Runtime interface {
	// Served returns once this process serves the commit of that version.
	Served(ctx context.Context, version uint64) error

	// TestInvoke runs a method of a draft, as if it were deployed.
	TestInvoke(t *restapi.TestInvocation) *restapi.TestInvocationResult
}

// A Config says what a control plane works on.
type Config struct {
	Store   store.Store
	Runtime Runtime          // nil: nothing to wait for
	Account string           // of callers whose credentials name none; "": 123456789012
	Region  string           // likewise; "": us-east-1
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: slog.Default()
	Limits  *Limits          // nil: none
	Rate    float64          // of calls per second that are answered; 0: all

	// Keys finds the access keys of users: the owner of each is a *users.User.
	// With it, calls must be signed and allowed by a policy; nil: anybody may.
	Keys func(accessKeyID string) (sigv4.Key, error)

	// Audit is told of every call that changes something, or would, before it
	// is answered. nil: nobody is.
	Audit func(Event)
}

// A Handler answers the whole of AWS's API at "/". It may be used by many
// callers at once.
type Handler struct {
	store   store.Store
	runtime Runtime
	home    restapi.Namespace // of callers whose credentials name none
	now     func() time.Time
	log     *slog.Logger
	limits  *Limits // nil: none
	rate    *bucket
	audit   func(Event)

	verifier *sigv4.Verifier // nil: signatures are not looked at

	routes *http.ServeMux
	kinds  map[string]*descriptor
}

// New makes the control plane. It panics when the table of kinds is wrong.
func New(c Config) (*Handler, error) {
	if c.Store == nil {
		return nil, errors.New("control plane without a store")
	}
	h := &Handler{
		store: c.Store, runtime: c.Runtime, now: c.Now, log: c.Log, limits: c.Limits, audit: c.Audit,
		home: restapi.Namespace{Account: c.Account, Region: c.Region},
	}
	if h.home.Account == "" {
		h.home.Account = "123456789012"
	}
	if h.home.Region == "" {
		h.home.Region = "us-east-1"
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	h.rate = newBucket(c.Rate, h.now())
	if c.Keys != nil {
		h.verifier = &sigv4.Verifier{Keys: c.Keys, Services: []string{"apigateway", "sts"}, Now: h.now}
	}
	h.route(kinds, irregular, notYet)
	return h, nil
}
