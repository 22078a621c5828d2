package control

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// HAL says how a kind looks to clients that did not ask for plain JSON. In
// hrefs, ~ is the thing's own path, or the collection's, and .. what is above it; (today)
// and (in 30 days) are days.
type HAL struct {
	Links   Links                                 // of one thing; self where it is more than the path
	Related func(self string, thing object) Links // those that depend on the thing; nil: none
	Embeds  []Embed                               // members that are things themselves
	List    Links                                 // of the collection
	Curies  bool                                  // the collection has its one curie in a list
	Titled  bool                                  // self has the thing's key as title
	Named   bool                                  // and as name
	Spelt   map[string]string                     // members that are spelt otherwise than in plain JSON
	Href    func(path string) string              // how a path is written in a href; nil: as it is
}

// Links are relations and their hrefs. A href with a brace is a URI template.
type Links map[string]string

// An Embed is a member that is a thing, or a map of things by their keys.
type Embed struct {
	Member string
	Rel    string
	Path   string // ~/responses/* is one thing for each key
	Kind   string
}

// A link is one link of a document.
type link struct {
	Href      string `json:"href"`
	Name      string `json:"name,omitempty"`
	Templated bool   `json:"templated,omitempty"`
	Title     string `json:"title,omitempty"`
}

// A document is a JSON object whose members keep their order.
type document []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (d document) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// hal writes an answer in HAL.
func (c *call) hal(a answer) ([]byte, error) {
	h := halWriter{kinds: c.kinds, now: c.now, prefixes: map[string]bool{}}
	var d document
	var err error
	if a.list {
		d, err = h.list(c, a)
	} else {
		d, err = h.thing(c.op.about, a.item, false)
	}
	if err != nil {
		return nil, err
	}
	links := d[0].value.(document)
	if curies := h.curies(); len(curies) == 1 && !(a.list && c.op.about.hal.Curies) {
		links = slices.Insert(links, 0, member{"curies", curies[0]})
	} else if curies != nil {
		links = slices.Insert(links, 0, member{"curies", curies})
	}
	d[0].value = links
	return encode(d)
}

// A halWriter writes one document and remembers the prefixes of its relations.
type halWriter struct {
	now      time.Time
	kinds    map[string]*descriptor
	prefixes map[string]bool
}

// thing writes one thing; those that are embedded under a relation give more in
// their self.
func (h *halWriter) thing(about *descriptor, i item, embedded bool) (document, error) {
	thing, err := members(i.value)
	if err != nil {
		return nil, err
	}
	return h.object(about, i.path, thing, embedded)
}

func (h *halWriter) object(about *descriptor, path string, thing object, embedded bool) (document, error) {
	var hal HAL
	if about != nil {
		hal = *about.hal
	}
	links := h.resolve(&hal, hal.Links, path)
	self := link{Href: hal.href(path)}
	if given, ok := links["self"].(link); ok {
		self = given
		delete(links, "self")
	}
	if hal.Titled || hal.Named {
		self.Title = lastSegment(path)
		if hal.Named || embedded {
			self.Name = self.Title
		}
	}
	for plain, spelt := range hal.Spelt {
		thing[spelt] = thing[plain]
		delete(thing, plain)
	}
	if hal.Related != nil {
		maps.Copy(links, h.resolve(&hal, hal.Related(path, thing), path))
	}
	inner := map[string]any{}
	for _, e := range hal.Embeds {
		if err := h.embed(e, path, thing, links, inner); err != nil {
			return nil, err
		}
	}
	return h.assemble(self, links, inner, thing), nil
}

// embed moves a member of a thing among its links and embedded things.
func (h *halWriter) embed(e Embed, self string, thing object, links, inner map[string]any) error {
	value, ok := thing[e.Member].(object)
	if !ok {
		return nil
	}
	delete(thing, e.Member)
	h.use(e.Rel)
	path := expand(e.Path, self)
	things := object{"": value}
	if base, many := strings.CutSuffix(path, "*"); many {
		path, things = base, value
	}
	var to []link
	var embedded []any
	for _, key := range slices.Sorted(maps.Keys(things)) {
		to = append(to, link{Href: path + url.PathEscape(key), Name: key, Title: key})
		one, _ := things[key].(object)
		if len(one) == 0 {
			continue // known by name alone
		}
		d, err := h.object(h.kinds[e.Kind], path+url.PathEscape(key), one, true)
		if err != nil {
			return err
		}
		embedded = append(embedded, d)
	}
	if len(to) > 0 {
		links[e.Rel] = collapse(to)
	}
	if len(embedded) > 0 {
		inner[e.Rel] = collapse(embedded)
	}
	return nil
}

func (h *halWriter) list(c *call, a answer) (document, error) {
	var hal HAL
	if c.op.about != nil {
		hal = *c.op.about.hal
	}
	links := h.resolve(&hal, hal.List, a.path)
	self := link{Href: a.path}
	if given, ok := links["self"].(link); ok {
		self = given
		delete(links, "self")
	} else if query := c.request.URL.RawQuery; query != "" {
		self.Href = hal.href(self.Href + "?" + query)
	}
	if a.position != "" {
		next := a.path + "?position=" + url.QueryEscape(a.position)
		if limit := c.query.Get("limit"); limit != "" {
			next += "&limit=" + url.QueryEscape(limit)
		}
		links["next"] = link{Href: hal.href(next)}
	}
	inner := map[string]any{}
	var to []link
	var things []any
	for _, i := range a.items {
		d, err := h.thing(c.op.about, i, false)
		if err != nil {
			return nil, err
		}
		to, things = append(to, link{Href: d.self().Href}), append(things, d)
	}
	if len(to) > 0 {
		links["item"], inner["item"] = collapse(to), collapse(things)
	}
	return h.assemble(self, links, inner, nil), nil
}

// assemble puts a document into the service's order: _links with self first,
// _embedded, then the members by name.
func (h *halWriter) assemble(self link, links, inner map[string]any, thing object) document {
	ordered := document{{"self", self}}
	for _, rel := range slices.Sorted(maps.Keys(links)) {
		ordered = append(ordered, member{rel, links[rel]})
	}
	d := document{{"_links", ordered}}
	if len(inner) > 0 {
		d = append(d, member{"_embedded", inner})
	}
	for _, name := range slices.Sorted(maps.Keys(thing)) {
		d = append(d, member{name, halValue(name, thing[name])})
	}
	return d
}

// self returns the first link of a document that assemble made.
func (d document) self() link { return d[0].value.(document)[0].value.(link) }

// resolve makes links of hrefs.
func (h *halWriter) resolve(hal *HAL, hrefs Links, self string) map[string]any {
	links := make(map[string]any, len(hrefs))
	for rel, href := range hrefs {
		href = hal.href(h.dated(expand(href, self)))
		links[rel] = link{Href: href, Templated: strings.Contains(href, "{")}
		h.use(rel)
	}
	return links
}

// href writes a path as clients call it.
func (h *HAL) href(path string) string {
	if h.Href == nil {
		return path
	}
	return h.Href(path)
}

// dated puts days into a href.
func (h *halWriter) dated(href string) string {
	if !strings.Contains(href, "(") {
		return href
	}
	day := func(n int) string { return h.now.UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	return strings.NewReplacer("(today)", day(0), "(in 30 days)", day(30)).Replace(href)
}

// expand puts the thing's own path, or what is above it, into a href.
func expand(href, self string) string {
	if rest, own := strings.CutPrefix(href, "~"); own {
		return self + rest
	}
	if href == ".." {
		return collection(self)
	}
	rest, up := strings.CutPrefix(href, "../")
	if !up {
		return href
	}
	for up {
		self, href = collection(self), rest
		rest, up = strings.CutPrefix(href, "../")
	}
	return self + "/" + href
}

// use remembers the prefix of a relation.
func (h *halWriter) use(rel string) {
	if prefix, _, ok := strings.Cut(rel, ":"); ok {
		h.prefixes[prefix] = true
	}
}

// A curie is a link to the documentation of the relations with one prefix.
type curie struct {
	Href      string `json:"href"`
	Name      string `json:"name"`
	Templated bool   `json:"templated"`
}

// curies are those of the relations that a document uses, by name.
func (h *halWriter) curies() (all []any) {
	for _, prefix := range slices.Sorted(maps.Keys(h.prefixes)) {
		page, odd := oddPages[prefix]
		if !odd {
			page = "restapi-" + prefix
		}
		all = append(all, curie{"https://docs.aws.amazon.com/apigateway/latest/developerguide/" + page + "-{rel}.html", prefix, true})
	}
	return all
}

// oddPages are the documentation pages whose names do not follow from the
// relation's prefix.
var oddPages = map[string]string{
	"account":                     "account-apigateway",
	"domainnameaccessassociation": "domainnameaccessassociation-domainname",
	"integrationresponse":         "restapi-integration-response",
	"methodresponse":              "restapi-method-response",
}

// collapse writes a list of one as the one.
func collapse[T any](list []T) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// dates are the members that plain JSON has as seconds and HAL as text.
var dates = map[string]bool{"createdDate": true, "lastUpdatedDate": true, "certificateUploadDate": true, "expirationDate": true}

// halValue is a member's value as HAL has it: dates as text, lists of one
// collapsed, however deep.
func halValue(name string, value any) any {
	switch value := value.(type) {
	case json.Number:
		if seconds, err := value.Int64(); err == nil && dates[name] {
			return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
		}
	case []any:
		for i := range value {
			value[i] = halValue("", value[i])
		}
		return collapse(value)
	case object:
		for key := range value {
			value[key] = halValue("", value[key])
		}
	}
	return value
}

// members returns a thing as the members of its JSON.
func members(v any) (object, error) {
	b, err := encode(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var o object
	return o, d.Decode(&o)
}

func lastSegment(path string) string {
	s, _ := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	return s
}
