package control

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/policy"
)

// permit asks the caller's policies whether he may make a call: the action is
// the verb, the resource the path, as an ARN.
func (h *Handler) permit(c *call) error {
	if h.verifier == nil {
		return nil
	}
	user := visitOf(c.request).user
	facts := &facts{handler: h, call: c}
	arn := user.ARN(partition(c.ns.Region))
	for _, action := range c.actions() {
		decision := user.Decide(policy.Request{
			Action: action, Resource: c.resourceARN(), Context: facts.values,
			Principal: policy.Principal{ARN: arn, Account: user.Account},
		})
		if facts.fault != nil {
			return facts.fault
		}
		why := "because no identity-based policy allows the " + action + " action"
		switch decision.Outcome {
		case policy.Allow:
			continue
		case policy.ExplicitDeny:
			why = "with an explicit deny in an identity-based policy"
		}
		return &failure{
			http.StatusForbidden, "AccessDeniedException",
			fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", arn, action, c.resourceARN(), why),
		}
	}
	return nil
}

// sensitive are the members that it takes a permission of their own to set.
// (Service authorization reference, "Actions defined by Amazon API Gateway
// Management".)
var sensitive = []struct{ kind, member, action string }{
	{"RestApi", "policy", "apigateway:UpdateRestApiPolicy"},
	{"DomainName", "mutualTlsAuthentication", "apigateway:AddCertificateToDomain"},
	{"DomainName", "policy", "apigateway:UpdateDomainNamePolicy"},
	{"DomainName", "managementPolicy", "apigateway:UpdateDomainNameManagementPolicy"},
}

// actions are what the caller must be allowed to do.
func (c *call) actions() []string {
	all := []string{"apigateway:" + c.request.Method}
	for _, s := range sensitive {
		if (c.op.Name == "Create"+s.kind || c.op.Name == "Update"+s.kind) && c.touches(s.member) {
			all = append(all, s.action)
		}
	}
	return all
}

// touches reports whether the body sets, or patches, a member of the thing.
func (c *call) touches(member string) bool {
	if c.body[member] != nil {
		return true
	}
	patch, _ := c.body["patchOperations"].([]any)
	return slices.ContainsFunc(patch, func(o any) bool {
		operation, _ := o.(object)
		path, _ := operation["path"].(string)
		return strings.HasPrefix(strings.TrimLeft(path, "/"), member)
	})
}

// resourceARN names what the call is about, however its path was spelt. An ARN
// within the path is escaped where tags are meant, and is all there is of an
// association. (Service authorization reference, "Resource types".)
func (c *call) resourceARN() string {
	route := c.op.path()
	if arn := c.name("domain_name_access_association_arn"); strings.HasPrefix(arn, "arn:") {
		return arn
	}
	account := ""
	if c.query.Get("domainNameId") != "" || strings.HasPrefix(route, associationsPath) {
		account = c.ns.Account
	}
	path := "/tags/" + url.QueryEscape(c.name("resource_arn"))
	if !strings.HasPrefix(route, "/tags/") {
		path = c.fill(route, inARN.Replace)
	}
	return "arn:" + partition(c.ns.Region) + ":apigateway:" + c.ns.Region + ":" + account + ":" + path
}

// inARN escapes what would make two names one. That the rest stays is our
// choice.
var inARN = strings.NewReplacer("/", "%2F", "%", "%25")

// path is the path of the operation's route.
func (o *operation) path() string {
	_, path, _ := strings.Cut(o.Route, " ")
	path, _, _ = strings.Cut(path, "?")
	return path
}

// partition is the part of AWS that a region lies in.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// facts are what the conditions of policies ask about a call.
type facts struct {
	handler *Handler
	call    *call
	tags    map[string]string // of the resource; nil: not looked up yet
	fault   error
}

// values is a policy.Context.
func (f *facts) values(key string) []string {
	c := f.call
	if of, ok := simpleFacts[key]; ok {
		if value := of(c); value != "" {
			return []string{value}
		}
		return nil
	}
	if tag, ok := strings.CutPrefix(key, "aws:requesttag/"); ok {
		return tagValues(c.sentTags(), tag)
	}
	if tag, ok := strings.CutPrefix(key, "aws:resourcetag/"); ok {
		return tagValues(f.resourceTags(), tag)
	}
	if key == "aws:tagkeys" {
		return append(sortedKeys(c.sentTags()), c.query["tagKeys"]...)
	}
	return nil
}

// simpleFacts are the keys with one value, or, where it is "", none.
var simpleFacts = map[string]func(c *call) string{
	"aws:sourceip":         func(c *call) string { return host(c.request.RemoteAddr) },
	"aws:currenttime":      func(c *call) string { return c.now.UTC().Format(time.RFC3339) },
	"aws:epochtime":        func(c *call) string { return strconv.FormatInt(c.now.Unix(), 10) },
	"aws:securetransport":  func(c *call) string { return strconv.FormatBool(c.request.TLS != nil) },
	"aws:useragent":        func(c *call) string { return c.request.UserAgent() },
	"aws:referer":          func(c *call) string { return c.request.Referer() },
	"aws:requestedregion":  func(c *call) string { return c.ns.Region },
	"aws:resourceaccount":  func(c *call) string { return c.ns.Account },
	"aws:principalaccount": func(c *call) string { return c.ns.Account },
	"aws:principalarn":     func(c *call) string { return visitOf(c.request).user.ARN(partition(c.ns.Region)) },
	"aws:principaltype":    func(*call) string { return "User" },
	"aws:username":         func(c *call) string { return visitOf(c.request).user.Name },

	"aws:principalisawsservice": func(*call) string { return "false" },
	"aws:viaawsservice":         func(*call) string { return "false" },
}

// host is the address in "address:port".
func host(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	return at.Addr().Unmap().WithZone("").String()
}

// tagValues returns the values of the tags that a condition key names: case is
// lost in it.
func tagValues(tags map[string]string, folded string) (values []string) {
	for _, key := range sortedKeys(tags) {
		if strings.EqualFold(key, folded) {
			values = append(values, tags[key])
		}
	}
	return values
}

// sentTags are the tags in the body.
func (c *call) sentTags() map[string]string {
	tags := map[string]string{}
	sent, _ := c.body["tags"].(object)
	for key, value := range sent {
		tags[key], _ = value.(string)
	}
	return tags
}

// resourceTags are the tags of what the call is about and of all above it, of
// which the nearest counts. (Developer guide, "API Gateway resources that can
// be tagged".)
func (f *facts) resourceTags() map[string]string {
	if f.tags != nil {
		return f.tags
	}
	f.tags = map[string]string{}
	err := f.handler.store.View(f.call.request.Context(), func(r store.Reader) (err error) {
		f.call.state, f.call.fault = r, nil
		if f.tags, err = f.call.inheritedTags(); err == nil {
			err = f.call.fault
		}
		return err
	})
	if err != nil {
		f.fault = err
	}
	return f.tags
}

func (c *call) inheritedTags() (map[string]string, error) {
	tags := map[string]string{}
	segments := c.taggedSegments()
	for i := range segments {
		kind := c.taggedKind(segments[:i+1])
		if kind == nil {
			continue
		}
		path := ""
		for _, s := range segments[:i+1] {
			path += "/" + url.PathEscape(s)
		}
		thing, err := kind.find(c, path)
		if err != nil {
			return nil, err
		}
		if thing != nil {
			maps.Copy(tags, *field(thing, "tags").Addr().Interface().(*map[string]string))
		}
	}
	return tags, nil
}

// taggedSegments are the segments of the path of what the call is about or, when
// it is about tags, of what those are on.
func (c *call) taggedSegments() []string {
	if arn := taggedARN.FindStringSubmatch(c.name("resource_arn")); arn != nil {
		return arnSegments(arn)
	}
	var segments []string
	for s := range strings.SplitSeq(c.path(c.op.path())[1:], "/") {
		s, _ = url.PathUnescape(s)
		segments = append(segments, s)
	}
	return segments
}
