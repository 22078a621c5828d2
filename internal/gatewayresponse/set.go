package gatewayresponse

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/restapi"
)

// MaxTemplate is how long a template may be, in bytes.
const MaxTemplate = 300 << 10

// A Set is the gateway responses of one deployment, each type resolved to what
// it answers: the owner's entry for it, else his entry for its family, else the
// built-in one. Entries are not merged. A Set never changes.
type Set struct{ answers [count]*answer }

// An answer is a compiled gateway response.
type answer struct {
	status       int // 0: the cause's own or the type's default
	headers      []mapping.Target
	contentTypes []string // in order
	templates    []template
}

// BuiltIn is the set of an API whose owner put nothing.
var BuiltIn = func() *Set {
	s := new(Set)
	builtIn := oneTemplate(defaultTemplate)
	for t := range s.answers {
		s.answers[t] = builtIn
	}
	s.answers[AccessDenied] = oneTemplate(deniedTemplate)
	return s
}()

func oneTemplate(text string) *answer {
	return &answer{contentTypes: []string{defaultContentType}, templates: []template{compileTemplate(text)}}
}

// Compile resolves what an owner put. It fails on what the control plane has
// refused: an unknown type, a status that is none, a template that is too long.
func Compile(entries []*restapi.GatewayResponse) (*Set, error) {
	var put [count]*answer
	for _, e := range entries {
		t, ok := TypeOf(e.ResponseType)
		if !ok {
			return nil, fmt.Errorf("unknown gateway response type %q", e.ResponseType)
		}
		a, err := compile(e)
		if err != nil {
			return nil, fmt.Errorf("gateway response %s: %w", t, err)
		}
		put[t] = a
	}
	s := new(Set)
	for t := range s.answers {
		s.answers[t] = BuiltIn.answers[t]
		if family := put[Type(t).Family()]; family != nil {
			s.answers[t] = family
		}
		if own := put[t]; own != nil {
			s.answers[t] = own
		}
	}
	return s, nil
}

func compile(e *restapi.GatewayResponse) (*answer, error) {
	a := new(answer)
	if e.StatusCode != "" {
		status, err := strconv.Atoi(e.StatusCode)
		if err != nil || len(e.StatusCode) != 3 || status < 100 || status > 599 {
			return nil, fmt.Errorf("invalid status code %q", e.StatusCode)
		}
		a.status = status
	}
	headers := mapping.CompileHeaders("gatewayresponse.header.", e.ResponseParameters)
	if i := slices.IndexFunc(headers, mapping.Target.Body); i >= 0 {
		return nil, fmt.Errorf("header %s is mapped from a body, which a failure has not read", headers[i].Name)
	}
	a.headers = slices.DeleteFunc(headers, func(t mapping.Target) bool { return fixed(t.Name) })
	for _, contentType := range slices.Sorted(maps.Keys(e.ResponseTemplates)) {
		text := e.ResponseTemplates[contentType]
		if len(text) > MaxTemplate {
			return nil, fmt.Errorf("template for %s is longer than %d bytes", contentType, MaxTemplate)
		}
		a.contentTypes = append(a.contentTypes, contentType)
		a.templates = append(a.templates, compileTemplate(text))
	}
	if len(a.templates) == 0 {
		builtIn := oneTemplate(defaultTemplate)
		a.contentTypes, a.templates = builtIn.contentTypes, builtIn.templates
	}
	return a, nil
}
