package gatewright

import (
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/integration"
)

// services is where services of AWS are called. A URL of our own, which somebody
// set for his AWS clients, is left out: a call there would come back.
func (s *Server) services() *integration.Services {
	e := integration.Endpoints{URLs: make(map[string]string, len(s.ServiceURLs)), AWS: s.Services == AWS}
	for _, id := range slices.Sorted(maps.Keys(s.ServiceURLs)) {
		if s.elsewhere(id, s.ServiceURLs[id]) {
			e.URLs[id] = s.ServiceURLs[id]
		}
	}
	if u := s.Lambda; e.URLs["LAMBDA"] == "" && u != "" && u != AWS && !s.own(u) {
		e.URLs["LAMBDA"] = u // where functions are invoked
	}
	if s.Services != "" && s.Services != AWS && s.elsewhere("all others", s.Services) {
		e.Rest = s.Services
	}
	return integration.NewServices(s.upstream, e, s.ServiceCredentials)
}

func (s *Server) elsewhere(service, address string) bool {
	if !s.own(address) {
		return true
	}
	s.Log.Warn("left out where a service of AWS is called: it is an address of gatewright itself", "service", service, "url", address)
	return false
}

// own reports whether a URL is that of one of our listeners, as far as that can be
// seen without asking anybody.
func (s *Server) own(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	port := u.Port()
	switch {
	case port == "" && u.Scheme == "https":
		port = "443"
	case port == "":
		port = "80"
	}
	return slices.ContainsFunc(s.doors, func(d *door) bool {
		at := d.listener.Addr().(*net.TCPAddr).AddrPort()
		_, listens, _ := net.SplitHostPort(at.String())
		return listens == port && s.reaches(u.Hostname(), at.Addr().Unmap())
	})
}

// reaches reports whether a host is one under which a listener on ip is reached.
func (s *Server) reaches(host string, ip netip.Addr) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	named, err := netip.ParseAddr(host)
	if err != nil {
		machine, _ := os.Hostname()
		return s.configured(name) || name == strings.ToLower(machine)
	}
	named = named.Unmap().WithZone("")
	return named == ip || named.IsUnspecified() || ip.IsUnspecified() && (named.IsLoopback() || ofThisMachine(named))
}

func ofThisMachine(ip netip.Addr) bool {
	addresses, _ := net.InterfaceAddrs() // nil: none can be told
	return slices.ContainsFunc(addresses, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap().WithZone("") == ip
	})
}
