package control

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// A Verb is something that can be done to the things of a kind.
type Verb uint8

// The verbs.
const (
	List Verb = 1 << iota
	Get
	Create
	Put
	Update
	Delete

	every = List | Get | Create | Put | Update | Delete
)

// verbs says how each verb travels. What differs from kind to kind stands in
// the kind.
var verbs = []struct {
	verb   Verb
	prefix string // of the operation's name
	method string
	status int
}{
	{List, "Get", http.MethodGet, http.StatusOK},
	{Get, "Get", http.MethodGet, http.StatusOK},
	{Create, "Create", http.MethodPost, http.StatusCreated},
	{Put, "Put", http.MethodPut, http.StatusCreated},
	{Update, "Update", http.MethodPatch, http.StatusOK},
	{Delete, "Delete", http.MethodDelete, http.StatusAccepted},
}

// A Kind is one of the service's kinds of things: what is regular about it, and
// functions for what is not. T is how a thing is stored, at the store key of
// its URL path.
type Kind[T any] struct {
	Name   string          // as in operation names
	Path   string          // of one thing; its parent is the path of another kind
	Key    string          // the member whose value ends the path; "": the path has a fixed end
	Verbs  Verb            // what can be done
	At     map[Verb]string // paths of verbs that have one of their own
	Status map[Verb]int    // statuses that are not the usual ones
	Body   Body            // what Create or Put takes
	URI    *Member         // what the framework demands of the last path member
	Query  []Member        // what the framework demands of the query of List

	// Segment is the end of a thing's path where it is more than Key says; nil:
	// the value of Key.
	Segment func(v *T) string

	Tagged  bool   // a thing has a member tags, which is reached by its ARN, too
	Missing string // the text of 404, with {account} and {name}
	Hides   Verb   // the verbs that answer Missing for a missing parent, too
	Orphan  error  // what Create answers without its parent, where that is not the parent's 404
	Taken   string // the text of 409 when Create or Put meets a thing; "": it is replaced

	Patch Patch
	Rules Rules[T]
	HAL   HAL

	// Default is what stands at a path where nothing was put; nil, or if it
	// returns nil: nothing.
	Default func(c *call) *T

	// New completes what a Create or Put read from its body: ids, defaults,
	// what is taken from the URL.
	New func(c *call, v *T) error

	// Check judges what a Create, Put or Update wants to store, and settles
	// what must change with it; an error undoes all. old is nil for what is new.
	Check func(c *call, old, v *T) error

	// Gone judges a Delete and settles what must go with the thing, besides all
	// that lies below its path.
	Gone func(c *call, v *T) error

	// Show is what a caller sees of a thing; nil: the thing as it is stored.
	Show func(c *call, path string, v *T) (any, error)

	// All lists a collection that the service does not page.
	All func(c *call) ([]*T, error)

	// Page lists a collection in another order than that of its paths, or in
	// part; nil: by path, and whole.
	Page func(c *call) (found []*T, position string, err error)
}

// A descriptor is what the engine knows of a kind whatever its type.
type descriptor struct {
	name, path, key string
	missing         string
	tagged          bool
	hides           Verb
	find            func(c *call, path string) (any, error) // nil: it is not there
	hal             *HAL
	ancestors       []*descriptor // from the outermost
}

// An erased kind has forgotten its type.
type erased interface {
	describe() *descriptor
	operations(d *descriptor) []*operation
}

func (k *Kind[T]) describe() *descriptor {
	return &descriptor{
		name: k.Name, path: k.Path, key: k.Key, missing: k.Missing, tagged: k.Tagged, hides: k.Hides, hal: &k.HAL,
		find: func(c *call, path string) (any, error) {
			v, err := find[T](c, path)
			if v == nil {
				return nil, err
			}
			return v, err
		},
	}
}

func (k *Kind[T]) operations(d *descriptor) []*operation {
	var all []*operation
	for _, v := range verbs {
		if k.Verbs&v.verb == 0 {
			continue
		}
		op := &operation{
			Name: v.prefix + k.Name, Route: v.method + " " + k.route(v.verb), Status: v.status,
			verb: v.verb, about: d, Run: k.runner(v.verb, d),
		}
		if v.verb == List {
			op.Name += "s"
			op.Query = k.Query
		}
		if v.verb&(Create|Put) != 0 {
			op.Body = k.Body
		}
		if v.verb == Update {
			op.Body = patchBody
		}
		if k.URI != nil && v.verb&(Get|Put|Update|Delete) != 0 {
			op.URI = []uriMember{{*k.URI, lastVariable(k.Path)}}
		}
		if s, ok := k.Status[v.verb]; ok {
			op.Status = s
		}
		all = append(all, op)
	}
	return all
}

func (k *Kind[T]) route(v Verb) string {
	if at, ok := k.At[v]; ok {
		return at
	}
	if v&(List|Create) != 0 {
		return collection(k.Path)
	}
	return k.Path
}

func (k *Kind[T]) runner(v Verb, d *descriptor) func(*call) (answer, error) {
	switch v {
	case List:
		return k.list
	case Get:
		return k.get
	case Create:
		return k.create
	case Put:
		return k.put
	case Update:
		p := compilePatch(d.name, k.Patch, k.Rules)
		return func(c *call) (answer, error) { return k.update(c, p) }
	default:
		return k.delete
	}
}

func (k *Kind[T]) list(c *call) (answer, error) {
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	if err := c.checkParents(); err != nil {
		return answer{}, err
	}
	return k.listed(c)
}

// listed answers the page of a collection that the query asks for.
func (k *Kind[T]) listed(c *call) (answer, error) {
	path := c.path(collection(k.Path))
	found, position, err := k.page(c, path)
	if err != nil {
		return answer{}, err
	}
	a := answer{item: item{path: path}, list: true, position: position, items: make([]item, len(found))}
	for i, v := range found {
		a.items[i].path = path + "/" + k.segment(v)
		if a.items[i].value, err = k.show(c, a.items[i].path, v); err != nil {
			return answer{}, err
		}
	}
	return a, nil
}

func (k *Kind[T]) page(c *call, path string) ([]*T, string, error) {
	if k.sharable() && c.query.Get(resourceOwner.Name) == otherAccounts {
		return nil, "", nil
	}
	if k.All != nil {
		found, err := k.All(c)
		return found, "", err
	}
	if k.Page != nil {
		return k.Page(c)
	}
	return page(c, path, read[T])
}

// resourceOwner is what List takes of kinds that accounts can share. There is
// nothing of others: accounts do not know each other here.
var resourceOwner = Member{Name: "resourceOwner", Enum: []string{"SELF", otherAccounts}}

const otherAccounts = "OTHER_ACCOUNTS"

func (k *Kind[T]) sharable() bool {
	return slices.ContainsFunc(k.Query, func(m Member) bool { return m.Name == resourceOwner.Name })
}

func (k *Kind[T]) get(c *call) (answer, error) {
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	path := c.path(k.Path)
	v, _, err := k.stored(c, path)
	if err != nil {
		return answer{}, err
	}
	return k.answer(c, path, v)
}

func (k *Kind[T]) create(c *call) (answer, error) {
	v := new(T)
	if err := c.read(v); err != nil {
		return answer{}, err
	}
	if err := c.checkParents(); err != nil {
		return answer{}, cmp.Or(k.Orphan, err)
	}
	if err := k.New(c, v); err != nil {
		return answer{}, err
	}
	return k.add(c, c.path(collection(k.Path))+"/"+k.segment(v), v)
}

func (k *Kind[T]) put(c *call) (answer, error) {
	v := new(T)
	if err := c.read(v); err != nil {
		return answer{}, err
	}
	if err := c.checkParents(); err != nil {
		return answer{}, err
	}
	if err := k.New(c, v); err != nil {
		return answer{}, err
	}
	return k.add(c, c.path(k.Path), v)
}

// add stores a thing that is new, or that takes the place of another and of all
// that was below it.
func (k *Kind[T]) add(c *call, path string, v *T) (answer, error) {
	if k.Check != nil {
		if err := k.Check(c, nil, v); err != nil {
			return answer{}, err
		}
	}
	if c.exists(path) {
		if k.Taken != "" {
			return answer{}, conflict("%s", k.Taken)
		}
		c.dropBelow(path)
	}
	if err := c.put(path, v); err != nil {
		return answer{}, err
	}
	return k.answer(c, path, v)
}

func (k *Kind[T]) update(c *call, p *patcher[T]) (answer, error) {
	operations, err := c.patchOperations()
	if err != nil {
		return answer{}, err
	}
	path := c.path(k.Path)
	v, old, err := k.stored(c, path)
	if err != nil {
		return answer{}, err
	}
	if len(operations) == 0 {
		return k.answer(c, path, v)
	}
	if err := p.apply(v, operations); err != nil {
		return answer{}, err
	}
	if k.Check != nil {
		if err := k.Check(c, old, v); err != nil {
			return answer{}, err
		}
	}
	to, err := k.replace(c, path, v)
	if err != nil {
		return answer{}, err
	}
	return k.answer(c, to, v)
}

// replace stores what a thing has become. One that got another key moves.
func (k *Kind[T]) replace(c *call, path string, v *T) (to string, err error) {
	to = path
	if k.Key != "" {
		to = collection(path) + "/" + k.segment(v)
	}
	if to != path {
		if c.exists(to) {
			return "", conflict("%s", k.Taken)
		}
		c.drop(path)
	}
	return to, c.put(to, v)
}

func (k *Kind[T]) delete(c *call) (answer, error) {
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	path := c.path(k.Path)
	record, ok := c.get(path)
	if !ok {
		return answer{}, c.missing()
	}
	if k.Gone != nil {
		v, err := read[T](record)
		if err != nil {
			return answer{}, err
		}
		if err := k.Gone(c, v); err != nil {
			return answer{}, err
		}
	}
	c.drop(path)
	return answer{}, nil
}

// stored returns what stands at a path twice, so that one copy can be changed.
func (k *Kind[T]) stored(c *call, path string) (v, old *T, err error) {
	record, ok := c.get(path)
	switch {
	case ok:
		if v, err = read[T](record); err == nil {
			old, err = read[T](record)
		}
		return v, old, err
	case k.Default == nil:
		return nil, nil, c.missing()
	}
	if err := c.checkParents(); err != nil {
		return nil, nil, err
	}
	if v = k.Default(c); v == nil {
		return nil, nil, c.missing()
	}
	return v, k.Default(c), nil
}

func (k *Kind[T]) answer(c *call, path string, v *T) (answer, error) {
	shown, err := k.show(c, path, v)
	return answer{item: item{path, shown}}, err
}

func (k *Kind[T]) show(c *call, path string, v *T) (any, error) {
	if k.Show == nil {
		return v, nil
	}
	return k.Show(c, path, v)
}

// segment is the end of a thing's path.
func (k *Kind[T]) segment(v *T) string {
	if k.Segment != nil {
		return url.PathEscape(k.Segment(v))
	}
	return url.PathEscape(key(v, k.Key))
}

// read decodes a record.
func read[T any](record []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(record, v); err != nil {
		return nil, fmt.Errorf("stored %T: %w", v, err)
	}
	return v, nil
}

// key returns the member of a thing that ends its path.
func key(v any, member string) string { return field(v, member).String() }

// field returns a member of the thing that v points to.
func field(v any, member string) reflect.Value {
	s := reflect.ValueOf(v).Elem()
	return s.Field(fields(s.Type())[member])
}

// encode writes JSON as the service does, without HTML's escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// collection is the path of all things of a kind: "/restapis/{restapi_id}/stages".
func collection(path string) string { return path[:strings.LastIndexByte(path, '/')] }

// lastVariable is the name of the path member that names a thing; "" for a
// fixed end.
func lastVariable(path string) string {
	return strings.Trim(path[strings.LastIndexByte(path, '/')+1:], "{}")
}
