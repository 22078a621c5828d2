package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
)

// Limits say how many things an account may have in a region, or an API or a
// stage may have of them. 0: as many as it likes.
type Limits struct {
	RegionalAPIs, PrivateAPIs, EdgeAPIs int

	Resources, Stages, Authorizers, DocumentationParts int // of an API

	APIKeys, UsagePlans, ClientCertificates, VPCLinks int

	PublicDomainNames, PrivateDomainNames, DomainNameAccessAssociations int
}

// AWSLimits are the service's own quotas, as an account has them that never
// asked for more: developer guide, "Quotas".
var AWSLimits = Limits{
	RegionalAPIs: 600, PrivateAPIs: 600, EdgeAPIs: 120,
	Resources: 300, Stages: 10, Authorizers: 10, DocumentationParts: 2000,
	APIKeys: 10_000, UsagePlans: 300, ClientCertificates: 60, VPCLinks: 20,
	PublicDomainNames: 120, PrivateDomainNames: 50, DomainNameAccessAssociations: 100,
}

// A quota is one limit: on the things whose paths match and, where there are
// several sorts of them, that are of the sort.
type quota struct {
	name string // in settings
	path string // as path.Match has it
	what string
	sort func(endpointTypes []string) bool // nil: all
	most func(*Limits) *int
}

var quotas = []quota{
	{"regional-apis", "/restapis/*", "regional APIs", has("REGIONAL"), func(l *Limits) *int { return &l.RegionalAPIs }},
	{"private-apis", "/restapis/*", "private APIs", has("PRIVATE"), func(l *Limits) *int { return &l.PrivateAPIs }},
	{"edge-apis", "/restapis/*", "edge-optimized APIs", has("EDGE"), func(l *Limits) *int { return &l.EdgeAPIs }},
	{"resources", "/restapis/*/resources/*", "resources for this API", nil, func(l *Limits) *int { return &l.Resources }},
	{"stages", "/restapis/*/stages/*", "stages for this API", nil, func(l *Limits) *int { return &l.Stages }},
	{"authorizers", "/restapis/*/authorizers/*", "authorizers for this API", nil, func(l *Limits) *int { return &l.Authorizers }},
	{"documentation-parts", "/restapis/*/documentation/parts/*", "documentation parts for this API", nil, func(l *Limits) *int { return &l.DocumentationParts }},
	{"api-keys", "/apikeys/*", "API keys", nil, func(l *Limits) *int { return &l.APIKeys }},
	{"usage-plans", "/usageplans/*", "usage plans", nil, func(l *Limits) *int { return &l.UsagePlans }},
	{"client-certificates", "/clientcertificates/*", "client certificates", nil, func(l *Limits) *int { return &l.ClientCertificates }},
	{"vpc-links", "/vpclinks/*", "VPC links", nil, func(l *Limits) *int { return &l.VPCLinks }},
	{"domain-names", "/domainnames/*", "custom domain names", hasNot("PRIVATE"), func(l *Limits) *int { return &l.PublicDomainNames }},
	{"private-domain-names", "/domainnames/*", "private custom domain names", has("PRIVATE"), func(l *Limits) *int { return &l.PrivateDomainNames }},
	{"access-associations", "/domainnameaccessassociations/*", "domain name access associations", nil, func(l *Limits) *int { return &l.DomainNameAccessAssociations }},
}

// ParseLimits reads a list of limits by name, "stages=20,resources=1000", in
// which aws stands for all of AWSLimits. Later ones win; 0 takes a limit away.
func ParseLimits(list string) (*Limits, error) {
	l := new(Limits)
	for item := range strings.SplitSeq(list, ",") {
		name, value, isOne := strings.Cut(strings.TrimSpace(item), "=")
		if name == "aws" && !isOne {
			*l = AWSLimits
			continue
		}
		i := slices.IndexFunc(quotas, func(q quota) bool { return q.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no limit %q: there are aws, %s", name, strings.Join(limitNames(), ", "))
		}
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%q is not like %s=10", item, name)
		}
		*quotas[i].most(l) = int(n)
	}
	return l, nil
}

func limitNames() (names []string) {
	for _, q := range quotas {
		names = append(names, q.name)
	}
	return names
}

func has(endpointType string) func([]string) bool {
	return func(types []string) bool { return slices.Contains(types, endpointType) }
}

func hasNot(endpointType string) func([]string) bool {
	return func(types []string) bool { return !slices.Contains(types, endpointType) }
}

// checkQuota refuses what would be one thing too many at a path where there is
// none yet.
func (c *call) checkQuota(at string, record []byte) error {
	if c.exists(at) {
		return nil
	}
	for i := range quotas {
		q := &quotas[i]
		most := *q.most(c.limits)
		if matched, _ := path.Match(q.path, at); !matched || most == 0 || !q.counts(record) {
			continue
		}
		n := 0
		c.each(collection(at), "", func(_ string, record []byte) bool {
			if q.counts(record) {
				n++
			}
			return n < most
		})
		if n >= most {
			things, _, _ := strings.Cut(q.what, " for ")
			return &failure{
				http.StatusTooManyRequests, "LimitExceededException",
				"Maximum number of " + q.what + " has been reached. Please contact AWS if you need additional " + things + ".",
			}
		}
	}
	return nil
}

// counts reports whether a stored thing is of the sort that the quota is about.
func (q *quota) counts(record []byte) bool {
	if q.sort == nil {
		return true
	}
	var v struct {
		EndpointConfiguration restapi.EndpointConfiguration `json:"endpointConfiguration"`
	}
	json.Unmarshal(record, &v) // what is stored is JSON
	return q.sort(v.EndpointConfiguration.Types)
}

// A bucket lets calls through at a rate, and a burst of them at once. nil lets
// all through.
type bucket struct {
	rate, burst float64 // calls per second, calls

	mu     sync.Mutex
	tokens float64
	filled time.Time
}

// newBucket makes a bucket that is full. Without a rate there is none.
func newBucket(rate float64, now time.Time) *bucket {
	if rate <= 0 {
		return nil
	}
	// The service lets 10 calls a second through, and 40 at once.
	burst := max(4*rate, 1)
	return &bucket{rate: rate, burst: burst, tokens: burst, filled: now}
}

func (b *bucket) take(now time.Time) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if since := now.Sub(b.filled); since > 0 {
		b.tokens = min(b.burst, b.tokens+b.rate*since.Seconds())
		b.filled = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

var errTooManyRequests = &failure{http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests"}
