package control

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// A call is one request to the control plane while it is answered. Paths given
// to its methods are escaped URL paths in the caller's namespace.
type call struct {
	op      *operation
	request *http.Request
	kinds   map[string]*descriptor
	ns      restapi.Namespace
	now     time.Time
	limits  *Limits // nil: none
	query   url.Values
	body    object
	ahead   any // what the operation's Ahead made

	state  store.Reader
	writes store.Writer // nil while reading
	fault  error        // the first that the store itself met
}

// name returns a member of the URL path, decoded.
func (c *call) name(variable string) string { return c.request.PathValue(variable) }

// path fills the members of a route into it, escaped anew: one thing has one
// path however a client spells it.
func (c *call) path(route string) string { return c.fill(route, url.PathEscape) }

// fill fills the members of a route into it, each as escape writes it.
func (c *call) fill(route string, escape func(string) string) string {
	var b strings.Builder
	for rest := route; rest != ""; {
		fixed, after, found := strings.Cut(rest, "{")
		b.WriteString(fixed)
		if !found {
			break
		}
		variable, tail, _ := strings.Cut(after, "}")
		b.WriteString(escape(c.segment(variable)))
		rest = tail
	}
	return b.String()
}

// segment returns what stands for a member of the URL path in stored paths: the
// member itself, and for a private domain name its id, which comes in the query,
// too.
func (c *call) segment(variable string) string {
	if id := c.query.Get("domainNameId"); id != "" && variable == "domain_name" {
		return c.name(variable) + "+" + id
	}
	return c.name(variable)
}

// arn names something of the caller's region; account is "" for most.
func (c *call) arn(account, path string) string {
	return "arn:" + partition(c.ns.Region) + ":apigateway:" + c.ns.Region + ":" + account + ":" + path
}

// api is the path of the API that the call is about.
func (c *call) api() string { return c.path("/restapis/{restapi_id}") }

func (c *call) get(path string) ([]byte, bool) {
	record, err := c.state.Get(c.ns.Key(path))
	if err != nil && !errors.Is(err, store.ErrNotFound) && c.fault == nil {
		c.fault = err
	}
	return record, err == nil
}

func (c *call) exists(path string) bool {
	_, ok := c.get(path)
	return ok
}

func (c *call) put(path string, v any) error {
	record, err := encode(v)
	if err == nil && c.limits != nil {
		err = c.checkQuota(path, record)
	}
	if err == nil {
		c.writes.Put(c.ns.Key(path), record)
	}
	return err
}

// drop removes the thing at a path and all below it.
func (c *call) drop(path string) {
	c.writes.Delete(c.ns.Key(path))
	c.dropBelow(path)
}

func (c *call) dropBelow(path string) {
	var keys []string
	for key := range c.state.Scan(c.ns.Key(path+"/"), "") {
		keys = append(keys, key)
	}
	for _, key := range keys {
		c.writes.Delete(key)
	}
}

// find reads the thing at a path; nil: there is none.
func find[T any](c *call, path string) (*T, error) {
	record, ok := c.get(path)
	if !ok {
		return nil, nil
	}
	return read[T](record)
}

// each calls visit for every thing of a collection, until it returns false or
// an error. It passes over what lies below the things, however much that is.
func (c *call) each(collection, after string, visit func(name string, record []byte) bool) {
	prefix := c.ns.Key(collection + "/")
	if after != "" {
		after = prefix + after
	}
	for {
		jump := ""
		for key, record := range c.state.Scan(prefix, after) {
			name, _, below := strings.Cut(key[len(prefix):], "/")
			if below {
				jump = prefix + name + "/\xff"
				break
			}
			if !visit(name, record) {
				return
			}
		}
		if jump == "" {
			return
		}
		after = jump
	}
}

// names returns the names of the things of a collection.
func (c *call) names(collection string) (names []string) {
	c.each(collection, "", func(name string, _ []byte) bool {
		name, _ = url.PathUnescape(name)
		names = append(names, name)
		return true
	})
	return names
}

// Pages hold 25 things unless the caller asks for up to 500.
const (
	defaultLimit = 25
	maxLimit     = 500
)

// page reads the page of a collection that the query asks for, and the token of
// the next. choose makes the things of records, and nil of those that are not
// wanted. A limit that makes no sense counts as none: recorded on AWS.
func page[T any](c *call, collection string, choose func(record []byte) (*T, error)) (found []*T, next string, err error) {
	limit, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || limit < 1 || limit > maxLimit {
		limit = defaultLimit
	}
	after, err := fromPosition(c.query.Get("position"))
	if err != nil {
		return nil, "", err
	}
	last := ""
	c.each(collection, after, func(name string, record []byte) bool {
		var v *T
		if v, err = choose(record); err != nil || v == nil {
			return err == nil
		}
		if len(found) == limit {
			next = toPosition(last)
			return false
		}
		found, last = append(found, v), name
		return true
	})
	return found, next, err
}

// A position is what AWS's looks like: "id=S" and the last id, in base64.
const positionPrefix = "id=S"

func toPosition(last string) string {
	return base64.StdEncoding.EncodeToString([]byte(positionPrefix + last))
}

func fromPosition(position string) (after string, err error) {
	if position == "" {
		return "", nil
	}
	token, err := base64.StdEncoding.DecodeString(position)
	after, ok := strings.CutPrefix(string(token), positionPrefix)
	if err != nil || !ok || after == "" {
		return "", errPosition
	}
	return after, nil
}

// checkParents says which of the things above the one that the call is about is
// not there.
func (c *call) checkParents() error {
	above := c.op.about.ancestors
	if len(above) == 0 || c.exists(c.path(above[len(above)-1].path)) {
		return nil
	}
	return c.missing()
}

// missing is the 404 for the outermost thing on the call's path that is not
// there.
func (c *call) missing() error {
	chain := append(append([]*descriptor(nil), c.op.about.ancestors...), c.op.about)
	for i, d := range chain[:len(chain)-1] {
		if c.exists(c.path(d.path)) {
			continue
		}
		if below := chain[i+1]; below.hides&c.op.verb != 0 {
			d = below
		}
		return c.absent(d, c.name(lastVariable(d.path)))
	}
	return c.absent(c.op.about, c.name(lastVariable(c.op.about.path)))
}

// absent is the 404 for a thing of a kind.
func (c *call) absent(d *descriptor, name string) error {
	return notFound("%s", strings.NewReplacer("{account}", c.ns.Account, "{name}", name).Replace(d.missing))
}
