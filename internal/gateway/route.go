package gateway

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/mapping"
)

// A verb is one of the HTTP methods that a REST API can have.
type verb uint8

// verbs are all of them: those that ANY stands for.
var verbs = [...]string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// verbOf returns the verb of a request's method; ok is false where no API can
// have it.
func verbOf(method string) (v verb, ok bool) {
	switch method {
	case "DELETE":
		return 0, true
	case "GET":
		return 1, true
	case "HEAD":
		return 2, true
	case "OPTIONS":
		return 3, true
	case "PATCH":
		return 4, true
	case "POST":
		return 5, true
	case "PUT":
		return 6, true
	}
	return 0, false
}

// A router finds the method that serves a path. What is matched is resource and
// verb together: a resource that matches but lacks the verb is passed over for
// the next one, down to the greedy ones of any ancestor. At each level static
// goes before {param} before {proxy+}. Paths are compared with case and as they
// were sent, percent signs and all.
type router struct{ root node }

// A node is a resource: one segment of a path.
type node struct {
	static  map[string]*node
	params  []*node // AWS admits one variable child; who imports otherwise gets their order
	greedy  []*node
	name    string // of the parameter that this node is
	methods [len(verbs)]*method
}

// add enters a method under the path of its resource and its verb, or ANY, which
// stands behind the verbs that a resource has.
func (r *router) add(path, verb string, m *method) {
	n := &r.root
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segment != "" {
			n = n.child(segment)
		}
	}
	for v, name := range verbs {
		if name == verb || verb == "ANY" && n.methods[v] == nil {
			n.methods[v] = m
		}
	}
}

func (n *node) child(segment string) *node {
	name, variable := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !variable || !closed {
		if n.static[segment] == nil {
			if n.static == nil {
				n.static = make(map[string]*node)
			}
			n.static[segment] = new(node)
		}
		return n.static[segment]
	}
	siblings := &n.params
	if greedy, ok := strings.CutSuffix(name, "+"); ok {
		name, siblings = greedy, &n.greedy
	}
	for _, c := range *siblings {
		if c.name == name {
			return c
		}
	}
	c := &node{name: name}
	*siblings = append(*siblings, c)
	return c
}

// find returns the method that serves a path, or nil, and appends the path's
// parameters to params.
func (r *router) find(path string, v verb, params []mapping.Param) (*method, []mapping.Param) {
	return r.root.find(segments(path), v, params)
}

// segments returns a path as the trie is walked: each segment with the slash
// before it. Slashes in front count as one, and one at the end does not count.
func segments(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return strings.TrimSuffix(path, "/")
}

// cut splits the first segment off.
func cut(rest string) (segment, next string) {
	if i := strings.IndexByte(rest[1:], '/'); i >= 0 {
		return rest[1 : i+1], rest[i+1:]
	}
	return rest[1:], ""
}

func (n *node) find(rest string, v verb, params []mapping.Param) (*method, []mapping.Param) {
	if rest == "" {
		return n.methods[v], params
	}
	segment, next := cut(rest)
	if c := n.static[segment]; c != nil {
		if m, all := c.find(next, v, params); m != nil {
			return m, all
		}
	}
	for _, c := range n.params {
		if segment == "" {
			break
		}
		if m, all := c.find(next, v, append(params, mapping.Param{Name: c.name, Value: segment})); m != nil {
			return m, all
		}
	}
	for _, c := range n.greedy {
		if m := c.methods[v]; m != nil && rest != "/" {
			return m, append(params, mapping.Param{Name: c.name, Value: rest[1:]})
		}
	}
	return nil, params
}

// A match is how far a path can be followed whatever the verb.
type match struct {
	node   *node
	left   string // of the path, behind the node
	params []mapping.Param
}

// nearest follows a path that find did not find as far as there are resources.
// Its parameters are those that gateway responses can refer to.
func (r *router) nearest(path string) match {
	return r.root.nearest(match{left: segments(path)})
}

func (n *node) nearest(m match) match {
	m.node = n
	if m.left == "" {
		return m
	}
	best := m
	try := func(c *node, left string, params []mapping.Param) {
		if found := c.nearest(match{left: left, params: params}); len(found.left) < len(best.left) {
			best = found
		}
	}
	segment, next := cut(m.left)
	if c := n.static[segment]; c != nil {
		try(c, next, m.params)
	}
	for _, c := range n.params {
		if segment != "" {
			try(c, next, with(m.params, c.name, segment))
		}
	}
	for _, c := range n.greedy {
		if m.left != "/" {
			try(c, "", with(m.params, c.name, m.left[1:]))
		}
	}
	return best
}

func with(params []mapping.Param, name, value string) []mapping.Param {
	return append(slices.Clip(params), mapping.Param{Name: name, Value: value})
}

// mostSuggested is how many routes the log names for a path that has none.
const mostSuggested = 3

// routes names the routes that the caller may have meant: those at the node, or
// below the children whose names begin most like what he sent.
func (m match) routes() []string {
	if m.left != "" {
		segment, _ := cut(m.left)
		if below := m.node.collectBelow(nil, segment); len(below) > 0 {
			return below
		}
	}
	return m.node.collect(nil)
}

func (n *node) collect(routes []string) []string {
	for v, m := range n.methods {
		if m != nil && len(routes) < mostSuggested {
			routes = append(routes, verbs[v]+" "+m.path)
		}
	}
	return n.collectBelow(routes, "")
}

func (n *node) collectBelow(routes []string, like string) []string {
	names := slices.SortedFunc(maps.Keys(n.static), func(a, b string) int {
		return cmp.Or(common(b, like)-common(a, like), strings.Compare(a, b))
	})
	for _, name := range names[:min(len(names), mostSuggested)] {
		routes = n.static[name].collect(routes)
	}
	for _, c := range slices.Concat(n.params, n.greedy) {
		routes = c.collect(routes)
	}
	return routes[:min(len(routes), mostSuggested)]
}

// common returns how many bytes two names have in common at their beginning.
func common(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}
