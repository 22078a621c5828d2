package control

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/pattern"
)

// The checks of parameter mappings and templates, in the service's words. An
// expression is compiled and evaluated by the data plane; here its form is
// checked and, where the service does, that it refers to what is declared.

const parameterName = `[A-Za-z0-9!#$%&*+.^_|~:\[\]-]+`

var (
	methodParameter      = pattern.New(`^method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.(` + parameterName + `)$`)
	methodBody           = pattern.New(`^method\.request\.body(\.\S+)?$`)
	integrationParameter = pattern.New(`^integration\.request\.(header|querystring|path)\.(` + parameterName + `)$`)
	responseHeader       = pattern.New(`^method\.response\.header\.(` + parameterName + `)$`)
	backendValue         = pattern.New(`^integration\.response\.(header\.` + parameterName + `|multivalueheader\.` + parameterName + `|body(\.\S+|\[\S+)?)$`)
	gatewayParameter     = pattern.New(`^gatewayresponse\.(header|querystring|path)\.(` + parameterName + `)$`)
	contextValue         = pattern.New(`^(context|stageVariables)\.[A-Za-z0-9_.-]+$`)
	static               = pattern.New(`(?s)^'.*'$`)
	contentType          = pattern.New(`^[A-Za-z0-9!#$&^_.+*-]+/[^\s/]+$`)
	headerName           = pattern.New("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
)

// anyOf reports whether text is of one of the forms.
func anyOf(text string, forms ...*pattern.Pattern) bool {
	return slices.ContainsFunc(forms, func(f *pattern.Pattern) bool { return f.MatchString(text) })
}

// findings are the errors of one check, answered together.
type findings []string

func (f *findings) badExpression(text string) {
	*f = append(*f, "Invalid mapping expression specified: "+text)
}

func (f *findings) undeclared(parameter string) {
	*f = append(*f, "Invalid mapping expression parameter specified: "+parameter)
}

func (f *findings) badContentTypes(templates []string) {
	for _, t := range templates {
		if !contentType.MatchString(t) {
			*f = append(*f, "Invalid content type specified: "+t)
		}
	}
}

func (f findings) String() string {
	return "Validation Result: warnings : [], errors : [" + strings.Join(f, ", ") + "]"
}

func (f findings) expressionError() error {
	if len(f) == 0 {
		return nil
	}
	return badRequest("Invalid mapping expression specified: %v", f)
}

func (f findings) templateError() error {
	if len(f) == 0 {
		return nil
	}
	return badRequest("%v", f)
}

// checkMethodParameters judges a method's declared parameters.
func checkMethodParameters(parameters map[string]bool) error {
	var f findings
	seen := map[string]bool{}
	twice := false
	for _, key := range sortedKeys(parameters) {
		parts := methodParameter.FindStringSubmatch(key)
		if parts == nil {
			f.badExpression(key)
			continue
		}
		twice = twice || seen[parts[2]]
		seen[parts[2]] = true
	}
	if err := f.expressionError(); err != nil {
		return err
	}
	if twice {
		return badRequest("Parameter names must be unique across querystring, header and path")
	}
	return nil
}

// checkResponseHeaders judges the headers that a method response declares.
func checkResponseHeaders(parameters map[string]bool) error {
	var f findings
	for _, key := range sortedKeys(parameters) {
		if !responseHeader.MatchString(key) {
			f.badExpression(key)
		}
	}
	return f.expressionError()
}

// checkRequestMapping judges what an integration sends, made from what its
// method declares.
func checkRequestMapping(mapping map[string]string, declared map[string]bool) error {
	var f findings
	for _, key := range sortedKeys(mapping) {
		source := mapping[key]
		switch {
		case !integrationParameter.MatchString(key):
			f.badExpression(key)
		case methodParameter.MatchString(source):
			if !declares(declared, source) {
				f.undeclared(source)
			}
		case !anyOf(source, methodBody, contextValue, static):
			f.badExpression(source)
		}
	}
	return f.expressionError()
}

// declares reports whether a method declares the parameter that a source is of.
// One of several values refers to a declaration of either form; our choice.
func declares(declared map[string]bool, source string) bool {
	_, asItIs := declared[source]
	_, single := declared[strings.Replace(source, "method.request.multivalue", "method.request.", 1)]
	return asItIs || single
}

// checkResponseMapping judges the headers of an integration response, which its
// method response declares; hasResponse says that there is one.
func checkResponseMapping(mapping map[string]string, declared map[string]bool, hasResponse bool) error {
	if len(mapping) == 0 {
		return nil
	}
	var f findings
	for _, key := range sortedKeys(mapping) {
		_, ok := declared[key]
		switch {
		case !responseHeader.MatchString(key):
			f = append(f, "Invalid mapping identifier specified")
		case !hasResponse:
			f = append(f, "No method response exists for method.")
		case !ok:
			f.undeclared(key)
		case !anyOf(mapping[key], backendValue, contextValue, static):
			f.badExpression(mapping[key])
		}
	}
	return findings(slices.Compact(f)).expressionError()
}

// checkGatewayMapping judges the parameters of a gateway response. They refer
// to any request parameter, declared or not, but never to its body.
func checkGatewayMapping(mapping map[string]string) error {
	var f findings
	for _, key := range sortedKeys(mapping) {
		source := mapping[key]
		parts := gatewayParameter.FindStringSubmatch(key)
		switch {
		case parts == nil, parts[1] == "header" && !headerName.MatchString(parts[2]):
			f.badExpression(key)
		case !anyOf(source, methodParameter, contextValue, static):
			f.badExpression(source)
		}
	}
	return f.expressionError()
}

// checkContentTypes judges the keys of response templates.
func checkContentTypes[T any](templates map[string]T) error {
	var f findings
	f.badContentTypes(sortedKeys(templates))
	return f.templateError()
}

// checkTemplate judges how long a template is: developer guide, quotas. The words
// are our choice.
func checkTemplate(template string) error {
	if len(template) > gatewayresponse.MaxTemplate {
		return badRequest("Template exceeds the maximum size of %d bytes", gatewayresponse.MaxTemplate)
	}
	return nil
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
