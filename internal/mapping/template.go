package mapping

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// ErrOverride says that a template has set an override twice, which fails on
// AWS. [developer guide, "Override your API's request and response parameters"]
var ErrOverride = errors.New("an override was set twice")

// A Template is a compiled body mapping template. It never changes.
type Template struct {
	text  string        // all that it prints, if vtl is nil
	vtl   *vtl.Template // nil: it has neither references nor directives
	paths paths
}

// CompileTemplate reads a template. The name stands in errors, which are of type
// *vtl.Error. warn, if it is not nil, is told once of a condition that tests a
// missing reference: it is true, which surprises.
func CompileTemplate(name, text string, warn func(error)) (*Template, error) {
	if !strings.ContainsAny(text, "$#") {
		return &Template{text: text}, nil
	}
	var config vtl.Config
	if warn != nil {
		var once sync.Once
		config.Warn = func(w *vtl.Error) { once.Do(func() { warn(w) }) }
	}
	t, err := config.Parse(name, text)
	return &Template{vtl: t}, err
}

// Static returns what the template prints if that is always the same.
func (t *Template) Static() (text string, ok bool) { return t.text, t.vtl == nil }

// Append renders the template for a payload, that of the request or of the
// backend's answer. It fails with what is wrong with the payload, a
// *PayloadError, with ErrOverride, or else with a *vtl.Error.
func (t *Template) Append(dst []byte, s *Scope, p *Payload) ([]byte, error) {
	if t.vtl == nil {
		return append(dst, t.text...), nil
	}
	r := &s.rendering
	*r = rendering{scope: s, payload: p, paths: &t.paths, scratch: r.scratch}
	s.overrides.begin()
	out, err := t.vtl.Execute(dst, r)
	switch {
	case p.err != nil && errors.Is(err, p.err):
		return dst, p.err
	case err != nil:
		return dst, err
	case s.overrides.twice():
		return dst, ErrOverride
	}
	return out, nil
}

// A rendering is what the variables of a template lead to while it runs.
type rendering struct {
	scope   *Scope
	payload *Payload
	paths   *paths
	context *vtl.Map
	params  *vtl.Map
	scratch []byte
	parsed  int // by $util.parseJson
}

// Var implements vtl.Vars.
func (r *rendering) Var(name string) vtl.Value {
	switch name {
	case "input":
		return vtl.ObjectValue((*input)(r))
	case "context":
		return vtl.MapValue(r.contextMap())
	case "stageVariables":
		return vtl.MapValue(vtl.MapOf(variables(r.scope.Variables)))
	case "util":
		return vtl.ObjectValue((*util)(r))
	}
	return vtl.Value{}
}

// paths are the JSON paths that a template has used. Most are written in it and
// are compiled the first time that they are met.
type paths struct {
	known atomic.Pointer[map[string]*jsonpath.Path]
	grow  sync.Mutex
}

// maxPaths bounds how many paths are kept: a template can make up any number.
const maxPaths = 256

func (p *paths) compile(text string) (*jsonpath.Path, error) {
	known := p.known.Load()
	if known != nil {
		if path := (*known)[text]; path != nil {
			return path, nil
		}
	}
	path, err := jsonpath.Compile(text)
	if err == nil && (known == nil || len(*known) < maxPaths) {
		p.add(strings.Clone(text), path)
	}
	return path, err
}

func (p *paths) add(text string, path *jsonpath.Path) {
	p.grow.Lock()
	defer p.grow.Unlock()
	all := map[string]*jsonpath.Path{text: path}
	if known := p.known.Load(); known != nil {
		for text, path := range *known {
			all[text] = path
		}
	}
	p.known.Store(&all)
}
