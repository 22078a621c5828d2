package control

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

// A scope is what a signature is made for: who calls which service, and where.
type scope struct{ accessKey, region, service string }

var (
	accountID  = pattern.New(`^\d{12}$`)
	regionName = pattern.New(`^[a-z0-9-]{1,64}$`)
)

// namespace returns the account and region that a request is about: those of
// its credential scope, where a 12-digit access key id names its account, else
// our own.
func (h *Handler) namespace(r *http.Request) restapi.Namespace {
	ns := h.home
	s, ok := credentialScope(r)
	if !ok {
		return ns
	}
	if accountID.MatchString(s.accessKey) {
		ns.Account = s.accessKey
	}
	if regionName.MatchString(s.region) {
		ns.Region = s.region
	}
	return ns
}

// credentialScope reads AKID/date/region/service/aws4_request from the
// Authorization header or, in a presigned URL, the query. The signature itself
// is not looked at.
func credentialScope(r *http.Request) (scope, bool) {
	_, credential, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if ok {
		credential, _, _ = strings.Cut(credential, ",")
	} else {
		query, _ := url.ParseQuery(r.URL.RawQuery)
		credential = query.Get("X-Amz-Credential")
	}
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return scope{}, false
	}
	return scope{accessKey: parts[0], region: parts[2], service: parts[3]}, true
}

// foreign refuses a request that was signed for another of AWS's services.
func foreign(r *http.Request) error {
	s, ok := credentialScope(r)
	if !ok || s.service == "apigateway" || s.service == "sts" && toSTS(r) {
		return nil
	}
	return &failure{
		http.StatusNotFound, "UnknownOperationException",
		"This is Gatewright, which answers for Amazon API Gateway (apigateway) and not for the service \"" + s.service + "\"",
	}
}
