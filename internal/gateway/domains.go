package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// domains are the custom domain names by their names in lower case. They act at
// once, and are all read anew when one changes: there are few, and they seldom
// do.
type domains map[string]*domain

// A domain is a custom domain name: its base path mappings, the longest path
// first.
type domain struct {
	mappings []basePath
	refusal  error // why nobody is served under the name; nil: somebody may be
}

type basePath struct {
	path       string // "/orders/v1"; "": all that no other has
	api, stage string // stage "": the path's next segment names it
}

// readDomains reads all public domain names. Private ones belong to private APIs,
// which are not served. A record that cannot be read hides one name, which is
// logged, and not all.
func readDomains(r store.Reader, log *slog.Logger) domains {
	all := make(domains)
	for key, value := range r.Scan(restapi.DomainIndexPrefix, "") {
		escaped, _, _ := strings.Cut(key[len(restapi.DomainIndexPrefix):], "/")
		name, err := url.PathUnescape(escaped)
		var n restapi.Namespace
		if err == nil {
			err = json.Unmarshal(value, &n)
		}
		if name = strings.ToLower(name); err == nil && all[name] != nil {
			continue // of another region: the first one has the name here
		}
		var d *domain
		if err == nil {
			d, err = readDomain(r, n.Key("/domainnames/"+escaped))
		}
		if err != nil {
			log.Error("domain name cannot be read", "domain", escaped, "cause", err)
			continue
		}
		all[name] = d
	}
	return all
}

func readDomain(r store.Reader, key string) (*domain, error) {
	d := new(domain)
	record, err := r.Get(key)
	if err != nil {
		return nil, err
	}
	var stored restapi.DomainName
	if err := json.Unmarshal(record, &stored); err != nil {
		return nil, err
	}
	if stored.MutualTLSAuthentication != nil {
		d.refusal = fmt.Errorf("%w: mutual TLS is not supported yet", gatewayresponse.Type(0))
	}
	if stored.RoutingMode == "ROUTING_RULE_ONLY" {
		return d, nil // and there is no way to make rules
	}
	for _, value := range r.Scan(key+"/basepathmappings/", "") {
		var m restapi.BasePathMapping
		if err := json.Unmarshal(value, &m); err != nil {
			return nil, err
		}
		b := basePath{api: m.RestAPIID, stage: m.Stage}
		if m.BasePath != "(none)" && m.BasePath != "" {
			b.path = "/" + m.BasePath
		}
		d.mappings = append(d.mappings, b)
	}
	slices.SortFunc(d.mappings, func(a, b basePath) int { return cmp.Compare(len(b.path), len(a.path)) })
	return d, nil
}

// isDomain reports whether a key is a domain name's, or something below it.
func isDomain(key string) bool {
	_, path, ok := restapi.SplitKey(key)
	return ok && strings.HasPrefix(path, "/domainnames/")
}

// refreshDomains brings the custom domain names up to date.
func (f *follower) refreshDomains(ctx context.Context) error {
	return f.store.View(ctx, func(r store.Reader) error {
		all := readDomains(r, f.log)
		f.world.domains.Store(&all)
		return nil
	})
}

// find returns the domain of a host name, that of a wildcard if none has the name
// itself, and nil if there is neither.
func (d domains) find(host string) *domain {
	if len(d) == 0 {
		return nil
	}
	host = strings.ToLower(host)
	if found := d[host]; found != nil {
		return found
	}
	_, parent, _ := strings.Cut(host, ".")
	return d["*."+parent]
}

// locate finds the API and stage that a path is mapped to. What it cannot find is
// an invocation all the same.
func (d *domain) locate(l location, path string) location {
	l.custom, l.refusal = true, d.refusal
	l.path = oneSlash(path)
	for _, m := range d.mappings {
		rest, ok := strings.CutPrefix(l.path, m.path)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		l.api, l.stage, l.basePath = m.api, m.stage, strings.TrimPrefix(m.path, "/")
		if l.stage == "" {
			l.stage, rest = first(rest)
		}
		l.rest = oneSlash(rest)
		return l
	}
	return l
}
