package control

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/gatewright/gatewright/internal/store"
)

const (
	requestIDHeader = "x-amzn-RequestId"
	errorTypeHeader = "x-amzn-ErrorType"

	// maxBody is the size of the largest definition that AWS imports.
	maxBody = 6 << 20
)

// An operation is one of the service's, under AWS's name.
type operation struct {
	Name   string
	Route  string // "POST /restapis"; with "?mode=import" only for that query
	Status int
	Body   Body // what it takes; nil: nothing
	URI    []uriMember
	Query  []Member // what the framework demands of the query
	Kind   string   // what it answers, when it stands beside the table; "": nothing

	// Ahead does what takes long and needs no state, once. nil: nothing does.
	Ahead func(c *call) (any, error)

	// Run answers a call in a view of the state or, unless the method is GET,
	// in an update, where it may run more than once.
	Run func(c *call) (answer, error)

	// Then goes on where Run has only read, outside of the state, so that it may
	// take long; nil: Run was all.
	Then func(h *Handler, a answer) (answer, error)

	verb  Verb
	about *descriptor
}

// An answer is one thing, a list, or nothing.
type answer struct {
	item
	list     bool
	items    []item
	position string // where the next page begins; "": this was the last
}

// An item is a thing that a caller sees, and its path.
type item struct {
	path  string
	value any
}

// route fills the table of routes. It panics when two operations want the same.
func (h *Handler) route(kinds []erased, irregular, notYet []operation) {
	h.routes = http.NewServeMux()
	h.kinds = map[string]*descriptor{}
	var all []*operation
	for _, k := range kinds {
		d := k.describe()
		for _, a := range h.kinds {
			if strings.HasPrefix(d.path, a.path+"/") {
				d.ancestors = append(d.ancestors, a)
			}
		}
		sort.Slice(d.ancestors, func(i, j int) bool { return len(d.ancestors[i].path) < len(d.ancestors[j].path) })
		h.kinds[d.name] = d
		all = append(all, k.operations(d)...)
	}
	for _, op := range slices.Concat(irregular, notYet) {
		op.about = h.kinds[op.Kind]
		if op.Run == nil {
			op.Run = func(c *call) (answer, error) { return answer{}, notBuilt(c.op.Name) }
		}
		all = append(all, &op)
	}
	h.handle(all)
}

// handle registers operations. Two that share a route differ in the query.
func (h *Handler) handle(all []*operation) {
	byRoute := map[string]map[string]*operation{}
	for _, op := range all {
		route, query, _ := strings.Cut(op.Route, "?")
		if byRoute[route] == nil {
			byRoute[route] = map[string]*operation{}
		}
		if twin := byRoute[route][query]; twin != nil {
			panic(fmt.Sprintf("%s and %s have the route %s", twin.Name, op.Name, op.Route))
		}
		byRoute[route][query] = op
	}
	for route, byQuery := range byRoute {
		h.routes.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			op := byQuery["mode="+r.URL.Query().Get("mode")]
			if op == nil {
				op = byQuery[""]
			}
			h.serve(op, w, r)
		})
	}
	h.routes.HandleFunc("POST /{$}", h.serveSTS)
	h.routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.fail(w, r, h.noOperation(r)) })
}

// noOperation is the answer to a path that no operation has. Who puts the id of
// an API first means to call it, and learns how that is done.
func (h *Handler) noOperation(r *http.Request) error {
	id, _, _ := strings.Cut(r.URL.Path[1:], "/")
	path := visitOf(r).ns.Key("/restapis/" + url.PathEscape(id))
	err := h.store.View(r.Context(), func(state store.Reader) error {
		_, err := state.Get(path)
		return err
	})
	if err != nil {
		return errNoOperation
	}
	f := *errNoOperation
	f.message += fmt.Sprintf("; API %s is called as /_aws/execute-api/%[1]s/{stage}/..., /restapis/%[1]s/{stage}/_user_request_/... "+
		"or by the host name %[1]s.execute-api.localhost", id)
	return &f
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(requestIDHeader, newRequestID())
	r = withVisit(r, &visit{ns: h.namespace(r)})
	if h.audit != nil && changes(r) {
		h.audited(w, r)
		return
	}
	h.admit(w, r)
}

// admit guards the routes. A trailing slash is dropped, as AWS's own examples
// send one; what ServeMux would redirect or answer with text of its own goes to
// the writer of errors. Who signs signs the path as he sent it, and means the
// one that is looked up.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request) {
	escaped := r.URL.EscapedPath()
	path := escaped
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	if r.Method == http.MethodHead || r.Method == http.MethodConnect || !clean(path) {
		h.fail(w, r, errNoOperation)
		return
	}
	if err := foreign(r); err != nil {
		h.fail(w, r, err)
		return
	}
	if h.verifier != nil {
		if err := h.authenticate(r); err != nil {
			h.fail(w, r, err)
			return
		}
	}
	if !h.rate.take(h.now()) {
		h.fail(w, r, errTooManyRequests)
		return
	}
	if path != escaped {
		r = withPath(r, path)
	}
	h.routes.ServeHTTP(w, r)
}

// clean reports whether a path is one that ServeMux takes as it is.
func clean(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	for segment := range strings.SplitSeq(path[1:], "/") {
		if segment == "." || segment == ".." || segment == "" && path != "/" {
			return false
		}
	}
	return true
}

// withPath returns the request with another escaped path.
func withPath(r *http.Request, path string) *http.Request {
	u := *r.URL
	u.RawPath = path
	u.Path, _ = url.PathUnescape(path)
	r = r.WithContext(r.Context())
	r.URL = &u
	return r
}

func (h *Handler) serve(op *operation, w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	v.operation = op.Name
	c := &call{op: op, request: r, kinds: h.kinds, ns: v.ns, now: h.now(), limits: h.limits, query: r.URL.Query()}
	err := c.readBody()
	if err == nil {
		err = h.permit(c)
	}
	if err == nil && op.Ahead != nil {
		c.ahead, err = op.Ahead(c)
	}
	var a answer
	if err == nil {
		a, err = h.run(c)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.log.Debug("control call", "operation", op.Name, "path", r.URL.Path,
		"account", c.ns.Account, "region", c.ns.Region, "request_id", w.Header().Get(requestIDHeader))
	h.write(w, r, c, a)
}

// readBody parses the body of an operation that takes one.
func (c *call) readBody() error {
	if c.op.Body == nil {
		return nil
	}
	body, err := c.document()
	if err == nil {
		c.body, err = parse(body)
	}
	return err
}

// document reads the body as it is.
func (c *call) document() ([]byte, error) { return readAll(c.request) }

func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case len(body) > maxBody:
		return nil, errTooLarge
	case err != nil:
		return nil, unreadable("Could not read request body: %v", err)
	}
	return body, nil
}

// run answers a call in one view or one update of the state. A change is
// answered once this process serves it.
func (h *Handler) run(c *call) (answer, error) {
	var a answer // set by the last run, and read only when there was no error
	ctx := c.request.Context()
	if c.request.Method == http.MethodGet || c.op.Then != nil {
		err := h.store.View(ctx, func(r store.Reader) (err error) {
			c.state = r
			a, err = c.answer()
			return err
		})
		if err != nil {
			return answer{}, err
		}
		if c.op.Then != nil {
			return c.op.Then(h, a)
		}
		return a, nil
	}
	version, err := h.store.Update(ctx, func(w store.Writer) (err error) {
		c.state, c.writes = w, w
		a, err = c.answer()
		return err
	})
	if err != nil {
		return answer{}, err
	}
	if h.runtime == nil {
		return a, nil
	}
	if err := h.runtime.Served(ctx, version); err != nil {
		// The change is made and stays made, so the answer is yes all the same.
		h.log.Warn("change not yet served", "operation", c.op.Name, "version", version, "error", err)
	}
	return a, nil
}

// answer runs the operation. When the store met an error, what the operation
// made of it is void.
func (c *call) answer() (answer, error) {
	c.fault = nil
	a, err := c.op.Run(c)
	if c.fault != nil {
		return answer{}, c.fault
	}
	return a, err
}

// write is the only writer of answers that are no errors.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, c *call, a answer) {
	if a.value == nil && !a.list {
		w.WriteHeader(c.op.Status)
		return
	}
	contentType, render := "application/hal+json", c.hal
	if wantsPlain(r.Header.Values("Accept")) {
		contentType, render = "application/json", plain
	}
	body, err := render(a)
	if err != nil {
		h.fail(w, r, fmt.Errorf("write answer of %s: %w", c.op.Name, err))
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(c.op.Status)
	w.Write(body)
}

// plain writes an answer in the form that the SDKs ask for.
func plain(a answer) ([]byte, error) {
	if !a.list {
		return encode(a.value)
	}
	page := struct {
		Item     []any  `json:"item"`
		Position string `json:"position,omitempty"`
	}{make([]any, len(a.items)), a.position}
	for i := range a.items {
		page.Item[i] = a.items[i].value
	}
	return encode(page)
}

// errPosition is the answer to a page token that is none of ours.
var errPosition = badRequest("Invalid position parameter")
