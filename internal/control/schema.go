package control

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// A schema is a model's JSON Schema, of draft 4, and what the service finds in
// it.
type schema struct {
	root        document
	unsupported []string // keywords that the draft does not know
	broken      bool     // a keyword has a value that it cannot have
	refs        []string // of every $ref
}

// A shape is what the value of a keyword looks like.
type shape uint8

const (
	anything shape = iota
	aText
	aTruth
	aNumber
	aDivisor // a number above zero
	aCount   // a whole number from zero up
	aSchema
	schemaOrTruth
	schemaOrList
	schemaList
	schemasByName
	dependencies // schemas or lists of names, by name
	names        // each there once, and at least one
	choices      // likewise, of anything
	typeNames    // one name or several
	reference
)

// keywords are those of draft 4.
var keywords = map[string]shape{
	"id": aText, "$schema": aText, "$ref": reference, "title": aText, "description": aText, "default": anything,
	"definitions": schemasByName,

	"type": typeNames, "enum": choices, "format": aText,
	"allOf": schemaList, "anyOf": schemaList, "oneOf": schemaList, "not": aSchema,

	"multipleOf": aDivisor, "maximum": aNumber, "exclusiveMaximum": aTruth, "minimum": aNumber, "exclusiveMinimum": aTruth,
	"maxLength": aCount, "minLength": aCount, "pattern": aText,

	"items": schemaOrList, "additionalItems": schemaOrTruth, "maxItems": aCount, "minItems": aCount, "uniqueItems": aTruth,

	"properties": schemasByName, "patternProperties": schemasByName, "additionalProperties": schemaOrTruth,
	"required": names, "dependencies": dependencies, "maxProperties": aCount, "minProperties": aCount,
}

var typesOfValues = []any{"array", "boolean", "integer", "null", "number", "object", "string"}

var errNoSchema = errors.New("schema is no JSON object")

// readSchema reads a schema and looks through the whole of it.
func readSchema(text string) (*schema, error) {
	tree, err := parseOrdered(text)
	if err != nil {
		return nil, err
	}
	root, ok := tree.(document)
	if !ok {
		return nil, errNoSchema
	}
	s := &schema{root: root}
	s.broken = !s.look(root)
	return s, nil
}

// look reports whether v can be a schema.
func (s *schema) look(v any) bool {
	d, ok := v.(document)
	for _, m := range d {
		shape, known := keywords[m.name]
		switch {
		case !known:
			s.unsupported = append(s.unsupported, m.name)
		case !s.fits(shape, m.value):
			ok = false
		}
	}
	return ok
}

// fits reports whether a value has a shape, and goes on into schemas.
func (s *schema) fits(shape shape, v any) bool {
	switch shape {
	case aText:
		_, ok := v.(string)
		return ok
	case aTruth:
		_, ok := v.(bool)
		return ok
	case aNumber, aDivisor, aCount:
		return isNumber(shape, v)
	case names:
		return isList(v, func(v any) bool { return s.fits(aText, v) }) && distinct(v)
	case choices:
		return isList(v, func(any) bool { return true }) && distinct(v)
	case typeNames:
		isType := func(v any) bool { return slices.Contains(typesOfValues, v) }
		return s.fits(aText, v) && isType(v) || isList(v, isType) && distinct(v)
	case reference:
		ref, ok := v.(string)
		s.refs = append(s.refs, ref)
		return ok
	case anything:
		return true
	}
	return s.fitsSchemas(shape, v)
}

func (s *schema) fitsSchemas(shape shape, v any) bool {
	switch shape {
	case schemaOrTruth:
		return s.fits(aTruth, v) || s.look(v)
	case schemaOrList:
		if _, list := v.([]any); list {
			return isList(v, s.look)
		}
		return s.look(v)
	case schemaList:
		return isList(v, s.look)
	case schemasByName, dependencies:
		d, ok := v.(document)
		for _, m := range d {
			ok = (shape == dependencies && s.fits(names, m.value) || s.look(m.value)) && ok
		}
		return ok
	default:
		return s.look(v)
	}
}

func isNumber(shape shape, v any) bool {
	n, ok := v.(json.Number)
	if !ok || shape == aNumber {
		return ok
	}
	f, err := n.Float64()
	if shape == aDivisor {
		return err == nil && f > 0
	}
	return err == nil && f >= 0 && f == float64(int64(f))
}

// isList reports whether v is a list of one or more, all of which are of one
// kind.
func isList(v any, kind func(any) bool) bool {
	list, ok := v.([]any)
	for _, v := range list {
		ok = kind(v) && ok
	}
	return ok && len(list) > 0
}

func distinct(v any) bool {
	seen := map[string]bool{}
	for _, v := range v.([]any) {
		text, _ := encode(v)
		seen[string(text)] = true
	}
	return len(seen) == len(v.([]any))
}

// has reports whether a reference is to a part of the schema itself.
func (s *schema) has(ref string) bool {
	_, ok := s.part(ref)
	return ok
}

// part returns the part of the schema that a reference is to: #/definitions/Pet.
func (s *schema) part(ref string) (document, bool) {
	if ref == "#" {
		return s.root, true
	}
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil, false
	}
	part := s.root
	for _, name := range pointer(path) {
		if part, ok = part.get(name).(document); !ok {
			return nil, false
		}
	}
	return part, true
}

// flatten writes the schema of a model with the models that it refers to among
// its definitions.
func flatten(c *call, name string, s *schema) (string, error) {
	f := flattening{c: c, at: map[string]string{name: "#"}, taken: s.root.get("definitions")}
	root, err := f.rewrite(s.root, "#")
	if err != nil {
		return "", err
	}
	flat := slices.Clone(root.(document))
	if len(f.definitions) > 0 {
		own, _ := flat.get("definitions").(document)
		flat = slices.DeleteFunc(flat, func(m member) bool { return m.name == "definitions" })
		flat = append(flat, member{"definitions", append(slices.Clone(own), f.definitions...)})
	}
	text, err := encode(flat)
	return string(text), err
}

// A flattening collects the models that a schema refers to.
type flattening struct {
	c           *call
	at          map[string]string // where models stand in the flat schema
	taken       any               // the definitions that the schema has itself
	definitions document
}

// rewrite returns a part of a schema whose references lead to their places in
// the flat one. base is where the schema that the part belongs to stands there.
func (f *flattening) rewrite(v any, base string) (_ any, err error) {
	switch v := v.(type) {
	case document:
		to := slices.Clone(v)
		for i, m := range to {
			ref, isText := m.value.(string)
			switch {
			case m.name == "$ref" && isText:
				to[i].value, err = f.settle(ref, base)
			case m.name != "enum" && m.name != "default": // which are values
				to[i].value, err = f.rewrite(m.value, base)
			}
			if err != nil {
				return nil, err
			}
		}
		return to, nil
	case []any:
		to := slices.Clone(v)
		for i := range to {
			if to[i], err = f.rewrite(to[i], base); err != nil {
				return nil, err
			}
		}
		return to, nil
	}
	return v, nil
}

// settle returns the reference that in the flat schema is what ref was, and
// takes in the model that it is to.
func (f *flattening) settle(ref, base string) (string, error) {
	name, isModel := modelReferred(f.c, ref)
	if !isModel {
		if below, local := strings.CutPrefix(ref, "#"); local {
			return base + below, nil
		}
		return ref, nil
	}
	if at, known := f.at[name]; known {
		return at, nil
	}
	s, err := schemaOf(f.c, name)
	if s == nil {
		return ref, err
	}
	key := name
	for own, _ := f.taken.(document); own.get(key) != nil; {
		key += "_"
	}
	f.at[name] = "#/definitions/" + key
	flat, err := f.rewrite(s.root, f.at[name])
	f.definitions = append(f.definitions, member{key, flat})
	return f.at[name], err
}

// parseOrdered reads JSON into documents, which keep the order of their members.
func parseOrdered(text string) (any, error) {
	if tooDeep([]byte(text)) {
		return nil, errors.New("JSON is nested too deeply")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := orderedValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

func orderedValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := document{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := orderedValue(d)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name.(string), v})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := orderedValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

// get returns the last member of a name, or nil.
func (d document) get(name string) (value any) {
	for _, m := range d {
		if m.name == name {
			value = m.value
		}
	}
	return value
}
