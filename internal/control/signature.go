package control

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/users"
	"github.com/gatewright/gatewright/sigv4"
)

// A visit is one request and what is found out about it on its way.
type visit struct {
	user        *users.User // who signed it; nil: nobody is asked to
	accessKeyID string      // his
	ns          restapi.Namespace
	operation   string // "": it did not come as far as one
}

type visitKey struct{}

// visitOf returns the visit of a request that ServeHTTP was given.
func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

func withVisit(r *http.Request, v *visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// authenticate finds out who signed a request. The user's account and the
// region of the signature are then what it is about.
func (h *Handler) authenticate(r *http.Request) error {
	body, err := readAll(r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	who, err := h.verifier.Verify(sigv4.FromHTTP(r, body))
	if refused, ok := errors.AsType[*sigv4.Error](err); ok {
		return &failure{http.StatusForbidden, refused.Type, refused.Message}
	}
	if err != nil {
		return err
	}
	if (who.Service == "sts") != toSTS(r) {
		return invalidSignature("Credential should be scoped to correct service: 'apigateway'. ")
	}
	if !regionName.MatchString(who.Region) {
		return invalidSignature("Credential should be scoped to a valid region, not '" + who.Region + "'. ")
	}
	v := visitOf(r)
	v.user, v.accessKeyID = who.Owner.(*users.User), who.AccessKeyID
	v.ns = restapi.Namespace{Account: v.user.Account, Region: who.Region}
	return nil
}

func invalidSignature(text string) error {
	return &failure{http.StatusForbidden, sigv4.InvalidSignature, text}
}
