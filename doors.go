package gatewright

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/edge"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/pattern"
)

// controlDoor answers the control listener: our own pages, invocations, and
// everything else as the control plane. The names that it answers to stay its own,
// whatever custom domain names there are: an API's owner who makes 127.0.0.1 one
// must not lock everybody out.
func (s *Server) controlDoor(api http.Handler) message.Handler {
	control := edge.HTTPHandler(api)
	own := edge.HTTPHandler(s.ownPages())
	return message.HandlerFunc(func(x *message.Exchange) {
		switch {
		case strings.HasPrefix(x.Request.Path, ownPrefix):
			own.Serve(x)
		case s.gateway.Claims(&x.Request), s.gateway.HasDomain(&x.Request) && !s.knownHost(x.Request.Hostname()):
			s.gateway.Serve(x)
		default:
			if why := s.turnedAway(&x.Request); why != "" {
				s.Log.Warn("control plane turned a web page away", "reason", why, "remote", x.Request.Remote)
				refuseWith(&gatewayresponse.Failure{Status: http.StatusForbidden, ErrorType: "AccessDeniedException", Message: why}, &x.Response)
				return
			}
			if s.invokes(&x.Request) {
				s.invoke(x)
				return
			}
			control.Serve(x)
			respell(x.Response.Header)
		}
	})
}

// respell gives the service's own header fields the service's spelling, which
// net/http has forgotten.
func respell(h message.Header) {
	for i := range h {
		for _, name := range []string{"x-amzn-RequestId", "x-amzn-ErrorType"} {
			if message.EqualFold(h[i].Name, name) {
				h[i].Name = name
			}
		}
	}
}

// turnedAway says why a request may not reach the control plane, or "". Against
// programs the listener's address is the guard; this is against web pages in a
// browser on this machine, which reach loopback too: by a request across
// origins, or by a name of theirs that they point at 127.0.0.1. What must be
// signed, no page can send.
func (s *Server) turnedAway(r *message.Request) string {
	if s.Users != "" {
		return ""
	}
	if !s.knownHost(r.Hostname()) {
		return "The control plane does not answer to the host " + r.Host + ". Start it with --control-host to add a name."
	}
	if origin, sent := r.Header.Lookup("Origin"); sent && !s.knownOrigin(origin) {
		return "The control plane does not answer to pages of " + origin + ". Start it with --control-host to add a name."
	}
	return ""
}

var awsHost = pattern.New(`^apigateway(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

// knownHost reports whether a request to name can be meant for the control
// plane. Nobody can point an address elsewhere, only a name. Names without a dot
// belong to the network of containers that --allow-open-control is for.
func (s *Server) knownHost(name string) bool {
	name = strings.ToLower(name)
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || awsHost.MatchString(name) ||
		s.AllowOpenControl && name != "" && !strings.Contains(name, ".") || s.configured(name)
}

// knownOrigin reports whether a page of origin may call the control plane: one
// of this machine or of a configured name. An address elsewhere may not, for
// whoever has one can serve pages from it, nor may a name below localhost, where
// callers find the APIs.
func (s *Server) knownOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.Unmap().IsLoopback() || u.Hostname() == "localhost" || s.configured(u.Hostname())
}

func (s *Server) configured(name string) bool {
	return slices.ContainsFunc(s.ControlHosts, func(h string) bool { return strings.EqualFold(h, name) })
}

// refuse answers a request that was no valid HTTP, or broke a limit before an
// API was known: in the built-in form that no owner can change.
func refuse(status int, cause error, r *message.Response) {
	refuseWith(&gatewayresponse.Failure{Status: status, Message: http.StatusText(status), ErrorType: "BadRequestException", Cause: cause}, r)
}

func refuseWith(f *gatewayresponse.Failure, r *message.Response) {
	gatewayresponse.BuiltIn.Render(f, new(mapping.Scope), r)
}
