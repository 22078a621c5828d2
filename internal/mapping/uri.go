package mapping

import (
	"fmt"
	"strings"
)

// A URI is the compiled address of an integration: text, and what is filled in
// for each request. It never changes.
type URI struct{ parts []uriPart }

// A uriPart is text, or a name in braces: a path parameter's, or a stage
// variable's.
type uriPart struct {
	text   string // what stays where there is no value
	name   string // of the path parameter, which a template can override
	value  Expression
	filled bool // there is a value
}

// CompileURI reads a URI. {name} is filled in from the path target of that name,
// or by a template's override, and stays as it is without either;
// ${stageVariables.name} may stand anywhere and is empty where the stage has no
// such variable.
func CompileURI(uri string, path []Target) (URI, error) {
	if i := strings.IndexFunc(uri, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return URI{}, fmt.Errorf("integration URI %q holds %q", uri, uri[i])
	}
	var u URI
	for uri != "" {
		i := strings.IndexByte(uri, '{')
		if i < 0 {
			break
		}
		end := strings.IndexByte(uri[i:], '}')
		if end < 0 {
			break
		}
		start, end := i, i+end+1
		part, ok := pathPart(uri[i:end], path)
		if i > 0 && uri[i-1] == '$' {
			start = i - 1
			part, ok = variablePart(uri[i:end])
		}
		if !ok {
			u.text(uri[:i+1])
			uri = uri[i+1:]
			continue
		}
		u.text(uri[:start])
		u.parts = append(u.parts, part)
		uri = uri[end:]
	}
	u.text(uri)
	return u, nil
}

// text appends text, to the part before it if that is text as well.
func (u *URI) text(text string) {
	if text == "" {
		return
	}
	if n := len(u.parts); n > 0 && u.parts[n-1].name == "" && !u.parts[n-1].filled {
		u.parts[n-1].text += text
		return
	}
	u.parts = append(u.parts, uriPart{text: text})
}

func pathPart(braced string, path []Target) (part uriPart, ok bool) {
	part = uriPart{text: braced, name: braced[1 : len(braced)-1]}
	for _, t := range path {
		if t.Name == part.name {
			part.value, part.filled = t.Expression, true
		}
	}
	return part, part.filled || isName(part.name)
}

func variablePart(braced string) (uriPart, bool) {
	e, err := Compile(braced[1 : len(braced)-1])
	return uriPart{value: e, filled: true}, err == nil && e.kind == stageVariable
}

// Append appends the URI of one request.
func (u URI) Append(dst []byte, s *Scope) []byte {
	for i := range u.parts {
		p := &u.parts[i]
		if v, ok := p.valueOf(s); ok {
			dst = appendEscaped(dst, v)
		} else {
			dst = append(dst, p.text...)
		}
	}
	return dst
}

func (p *uriPart) valueOf(s *Scope) (string, bool) {
	if p.name != "" && s.Overrides() {
		if v, ok := s.RequestOverride(OverriddenPath, p.name); ok {
			return v, true
		}
	}
	if !p.filled {
		return "", false
	}
	return p.value.Value(s)
}

// appendEscaped appends a value as it is, as the service does, but for blanks,
// controls and bytes beyond ASCII: they cannot stand in a URI, and a line break
// would end the request line.
func appendEscaped(dst []byte, v string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(v); i++ {
		if c := v[i]; c <= ' ' || c >= 0x7f {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}
