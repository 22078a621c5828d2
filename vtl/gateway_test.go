package vtl_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/gatewright/gatewright/vtl"
)

// This file has just enough of API Gateway's variables to test templates with
// them: $input with plain JSON paths, $util, $context and $stageVariables. Cases
// with other paths wait here (errWaiting); internal/mapping runs all cases again
// with the variables that the gateway has.

// A call is what one rendering is about.
type call struct {
	body string
	vars *vtl.Map // params, context, stageVariables
}

// variables returns the variables of a call, and its $context.
func (c call) variables() (vtl.VarMap, *vtl.Map) {
	params := vtl.NewMap()
	for _, kind := range []string{"path", "querystring", "header"} {
		params.Put(kind, vtl.MapValue(member(member(c.vars, "params"), kind)))
	}
	context := contextMap(member(c.vars, "context"))
	return vtl.VarMap{
		"input":          vtl.ObjectValue(&input{body: c.body, params: params}),
		"util":           vtl.ObjectValue(util{}),
		"context":        vtl.MapValue(context),
		"stageVariables": vtl.MapValue(member(c.vars, "stageVariables")),
	}, context
}

// member returns a map in a map, an empty one where there is none.
func member(m *vtl.Map, name string) *vtl.Map {
	if m != nil {
		v, _ := m.Get(name)
		if inner, ok := v.AsMap(); ok {
			return inner
		}
	}
	return vtl.NewMap()
}

// contextMap returns $context: a HashMap whose overrides, identity and claims
// print nothing as a whole.
func contextMap(given *vtl.Map) *vtl.Map {
	m := contextMapOf(given)
	m.Put("requestOverride", vtl.MapValue(overrides(member(given, "requestOverride"), "path", "header", "querystring")))
	m.Put("responseOverride", vtl.MapValue(overrides(member(given, "responseOverride"), "header")))
	return m
}

func contextMapOf(given *vtl.Map) *vtl.Map {
	m := vtl.NewHashMap()
	for i := range given.Len() {
		key, value := given.Entry(i)
		if inner, ok := value.AsMap(); ok {
			inner = contextMapOf(inner)
			inner.Silent = key.Text() == "identity" || key.Text() == "claims"
			value = vtl.MapValue(inner)
		}
		m.Put(key.Text(), value)
	}
	return m
}

func overrides(given *vtl.Map, kinds ...string) *vtl.Map {
	m := vtl.NewMap()
	m.Silent = true
	for _, kind := range kinds {
		inner := vtl.NewMap()
		inner.Silent = true
		from := member(given, kind)
		for i := range from.Len() {
			key, value := from.Entry(i)
			inner.Put(key.Text(), value)
		}
		m.Put(kind, vtl.MapValue(inner))
	}
	for i := range given.Len() {
		key, value := given.Entry(i)
		if _, known := m.Get(key.Text()); !known {
			m.Put(key.Text(), value)
		}
	}
	return m
}

type input struct {
	body   string
	params *vtl.Map
	root   *vtl.Value
}

func (in *input) Get(name string) vtl.Value {
	if name == "body" {
		if in.body == "" {
			return vtl.String("{}")
		}
		return vtl.String(in.body)
	}
	return vtl.Value{}
}

func (in *input) Call(name string, args []vtl.Value) (vtl.Value, error) {
	switch {
	case name == "getBody" && len(args) == 0:
		return in.Get("body"), nil
	case name == "params" && len(args) == 0:
		return vtl.MapValue(in.params), nil
	case name == "params" && len(args) == 1:
		return in.param(args[0].Text()), nil
	case name == "path" && len(args) == 1:
		v, _, err := in.read(args[0].Text())
		return v, err
	case name == "json" && len(args) == 1:
		return in.json(args[0].Text())
	}
	return vtl.Value{}, nil
}

func (in *input) param(name string) vtl.Value {
	for _, kind := range []string{"path", "querystring", "header"} {
		if v, ok := member(in.params, kind).Get(name); ok && !v.IsNull() {
			return v
		}
	}
	return vtl.String("")
}

func (in *input) json(path string) (vtl.Value, error) {
	v, ok, err := in.read(path)
	if err != nil {
		return v, err
	}
	if !ok || v.IsNull() {
		return vtl.String(`""`), nil
	}
	b, err := v.AppendJSON(nil)
	return vtl.String(string(b)), err
}

var errWaiting = errors.New("this path is beyond the test's own JSONPath")

// read reads a path of members and indexes.
func (in *input) read(path string) (vtl.Value, bool, error) {
	v, err := in.document()
	if err != nil {
		return v, false, err
	}
	if path == "" {
		return v, false, errors.New("the path is empty")
	}
	rest := strings.TrimPrefix(path, "$")
	if rest == path && !strings.HasPrefix(rest, "[") {
		rest = "." + rest
	}
	if strings.ContainsAny(rest, "*?:,()@-") && !strings.Contains(rest, "['") || strings.Contains(rest, "..") {
		return v, false, errWaiting
	}
	for rest != "" {
		var step string
		step, rest, err = cutStep(rest)
		if err != nil {
			return v, false, err
		}
		var ok bool
		if v, ok = down(v, step); !ok {
			return vtl.Value{}, false, nil
		}
	}
	return v, true, nil
}

// cutStep cuts .name, ['name'] or [0] off a path.
func cutStep(path string) (step, rest string, err error) {
	if path[0] == '.' {
		end := strings.IndexAny(path[1:], ".[")
		if end < 0 {
			end = len(path) - 1
		}
		return path[1 : 1+end], path[1+end:], nil
	}
	step, rest, ok := strings.Cut(path[1:], "]")
	if path[0] != '[' || !ok {
		return "", "", fmt.Errorf("malformed path %q", path)
	}
	return strings.Trim(step, "'"), rest, nil
}

func down(v vtl.Value, step string) (vtl.Value, bool) {
	if m, ok := v.AsMap(); ok {
		return m.Get(step)
	}
	if l, ok := v.AsList(); ok {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < l.Len() {
			return l.At(i), true
		}
	}
	return vtl.Value{}, false
}

func (in *input) document() (vtl.Value, error) {
	if in.root != nil {
		return *in.root, nil
	}
	v := vtl.String(in.body)
	switch trimmed := strings.TrimSpace(in.body); {
	case trimmed == "":
		v = vtl.MapValue(vtl.NewMap())
	case strings.IndexByte(`{["'`, trimmed[0]) >= 0:
		var err error
		if v, err = parseJSON(in.body); err != nil {
			return v, err
		}
	}
	in.root = &v
	return v, nil
}

type util struct{}

func (util) Get(string) vtl.Value { return vtl.Value{} }

func (util) Call(name string, args []vtl.Value) (vtl.Value, error) {
	if len(args) != 1 {
		return vtl.Value{}, nil
	}
	s := args[0].Text()
	switch name {
	case "escapeJavaScript":
		return vtl.String(escapeJavaScript(s)), nil
	case "parseJson":
		return parseJSON(s)
	case "urlEncode":
		return vtl.String(strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))), nil
	case "urlDecode":
		decoded, err := url.QueryUnescape(s)
		return vtl.String(decoded), err
	case "base64Encode":
		return vtl.String(base64.StdEncoding.EncodeToString([]byte(s))), nil
	case "base64Decode":
		b, err := base64.StdEncoding.DecodeString(s)
		return vtl.String(string(b)), err
	}
	return vtl.Value{}, nil
}

func escapeJavaScript(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		if i := strings.IndexByte("\"'\\/", byte(u)); u < 0x80 && i >= 0 {
			b.WriteByte('\\')
			b.WriteByte(byte(u))
		} else if i := strings.IndexByte("\b\n\t\f\r", byte(u)); u < 0x20 && i >= 0 {
			b.WriteByte('\\')
			b.WriteByte("bntfr"[i])
		} else if u < 0x20 || u > 0x7F {
			fmt.Fprintf(&b, `\u%04X`, u)
		} else {
			b.WriteByte(byte(u))
		}
	}
	return b.String()
}

// parseJSON reads JSON as leniently as the tests need: bare words and a comma
// at the end are fine.
func parseJSON(s string) (vtl.Value, error) {
	p := &jsonParser{s: s}
	v, err := p.value()
	if p.skip(); err == nil && p.i < len(s) {
		err = p.fail()
	}
	return v, err
}

type jsonParser struct {
	s string
	i int
}

func (p *jsonParser) fail() error {
	return fmt.Errorf("Could not process payload: unexpected token at position %d", p.i)
}

func (p *jsonParser) skip() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *jsonParser) accept(c byte) bool {
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *jsonParser) value() (vtl.Value, error) {
	p.skip()
	if p.i == len(p.s) {
		return vtl.Value{}, p.fail()
	}
	switch p.s[p.i] {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"', '\'':
		s, err := p.quoted()
		return vtl.String(s), err
	}
	return scalar(p.bare("{}[],:")), nil
}

func (p *jsonParser) bare(stop string) string {
	from := p.i
	for p.i < len(p.s) && strings.IndexByte(stop, p.s[p.i]) < 0 {
		p.i++
	}
	return strings.TrimSpace(p.s[from:p.i])
}

func scalar(s string) vtl.Value {
	switch s {
	case "null":
		return vtl.Value{}
	case "true", "false":
		return vtl.Bool(s == "true")
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && s != "-0" {
		if i == int64(int32(i)) {
			return vtl.Int(int32(i))
		}
		return vtl.Long(i)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && strings.ContainsAny(s, ".eE") {
		if len(s) > 18 {
			if d, err := vtl.BigDecimal(s); err == nil {
				return d
			}
		}
		return vtl.Double(f)
	}
	if i, ok := bigInteger(s); ok {
		return i
	}
	return vtl.String(s)
}

func (p *jsonParser) object() (vtl.Value, error) {
	p.i++
	m := vtl.NewMap()
	for !p.accept('}') {
		p.skip()
		key, err := p.key()
		if err != nil {
			return vtl.Value{}, err
		}
		if !p.accept(':') {
			return vtl.Value{}, p.fail()
		}
		v, err := p.value()
		if err != nil {
			return v, err
		}
		m.Put(key, v)
		if p.accept(',') {
			continue
		}
		if !p.accept('}') {
			return v, p.fail()
		}
		break
	}
	return vtl.MapValue(m), nil
}

func (p *jsonParser) key() (string, error) {
	if p.i < len(p.s) && (p.s[p.i] == '"' || p.s[p.i] == '\'') {
		return p.quoted()
	}
	key := p.bare("{}[],:")
	if key == "" {
		return "", p.fail()
	}
	return key, nil
}

func (p *jsonParser) array() (vtl.Value, error) {
	p.i++
	var items []vtl.Value
	for !p.accept(']') {
		v, err := p.value()
		if err != nil {
			return v, err
		}
		items = append(items, v)
		if p.accept(',') {
			continue
		}
		if !p.accept(']') {
			return v, p.fail()
		}
		break
	}
	return vtl.ListValue(vtl.NewJSONArray(items)), nil
}

func (p *jsonParser) quoted() (string, error) {
	quote := p.s[p.i]
	from := p.i + 1
	for p.i = from; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\\':
			p.i++
		case quote:
			s := p.s[from:p.i]
			p.i++
			return unquoted(s)
		}
	}
	return "", p.fail()
}

func unquoted(s string) (string, error) {
	var units []rune
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			r := []rune(s[i:])[0]
			units = append(units, r)
			i += len(string(r))
			continue
		}
		i += 2
		if n := strings.IndexByte("bfnrt", s[i-1]); n >= 0 {
			units = append(units, rune("\b\f\n\r\t"[n]))
		} else if s[i-1] == 'u' && i+4 <= len(s) {
			u, err := strconv.ParseUint(s[i:i+4], 16, 16)
			if err != nil {
				return "", err
			}
			i += 4
			if n := len(units); n > 0 && utf16.IsSurrogate(units[n-1]) {
				units[n-1] = utf16.DecodeRune(units[n-1], rune(u))
			} else {
				units = append(units, rune(u))
			}
		} else {
			units = append(units, rune(s[i-1]))
		}
	}
	return string(units), nil
}
