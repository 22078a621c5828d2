package control

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

// A templateWriter writes the mapping template that would make what a model
// describes, with sample values for its author to replace. Values are as in the
// API reference, arrays as users of the console show them.
type templateWriter struct {
	c       *call
	b       strings.Builder
	schemas map[string]*schema // of models, by their names
}

// modelTemplate returns the template of a model.
func modelTemplate(c *call, m *restapi.Model) string {
	w := templateWriter{c: c, schemas: map[string]*schema{}}
	w.b.WriteString("#set($inputRoot = $input.path('$'))\n")
	if s := w.schema(m.Name); s != nil {
		w.value(piece{schema: s, part: s.root}, "$inputRoot", "")
	}
	return w.b.String()
}

// A piece is a part of a schema on the way from the root of the template: which
// schema its local references are about, and the references that led to it.
type piece struct {
	schema *schema
	part   document
	open   []opened
}

type opened struct {
	schema *schema
	ref    string
}

// value writes a sample of what a piece describes. A template that has grown as
// long as a schema can be ends soon: references may make it grow without end.
func (w *templateWriter) value(p piece, source, indent string) {
	p = w.resolve(p)
	properties, _ := p.part.get("properties").(document)
	switch kind := kindOf(p.part); {
	case w.b.Len() > maxSchema:
		w.b.WriteString("null")
	case kind == "array":
		w.array(p, source, indent)
	case kind == "object" && len(properties) > 0:
		w.object(p, properties, source, indent)
	default:
		w.b.WriteString(sampleValues[kind])
	}
}

var sampleValues = map[string]string{
	"boolean": "true",
	"integer": "42",
	"null":    "null",
	"number":  "3.1415",
	"object":  "{ }",
	"string":  `"foo"`,
}

func (w *templateWriter) object(p piece, properties document, source, indent string) {
	inner, opening := indent+"  ", "{\n"
	for _, property := range properties {
		name, _ := encode(property.name)
		w.b.WriteString(opening + inner + string(name) + " : ")
		part, _ := property.value.(document)
		w.value(piece{p.schema, part, p.open}, source+"."+property.name, inner)
		opening = ",\n"
	}
	w.b.WriteString("\n" + indent + "}")
}

func (w *templateWriter) array(p piece, source, indent string) {
	items, _ := p.part.get("items").(document)
	w.b.WriteString("[\n##TODO: Update this foreach loop to reference array from input json\n")
	w.b.WriteString("#foreach($elem in " + source + ")\n" + indent + " ")
	w.value(piece{p.schema, items, p.open}, "$elem", indent)
	w.b.WriteString(" \n#if($foreach.hasNext),#end\n#end\n" + indent + "]")
}

// resolve follows references, to models and within them. One that leads back to
// where it stands leads to nothing.
func (w *templateWriter) resolve(p piece) piece {
	for {
		ref, isRef := p.part.get("$ref").(string)
		if !isRef {
			return p
		}
		here := opened{p.schema, ref}
		if slices.Contains(p.open, here) {
			return piece{}
		}
		p.open = append(slices.Clip(p.open), here)
		name, isModel := modelReferred(w.c, ref)
		if !isModel {
			p.part, _ = p.schema.part(ref)
			continue
		}
		if p.schema = w.schema(name); p.schema == nil {
			return piece{}
		}
		p.part = p.schema.root
	}
}

// schema returns the schema of a model, read once; nil: there is none to read.
func (w *templateWriter) schema(name string) *schema {
	s, known := w.schemas[name]
	if !known {
		s, _ = schemaOf(w.c, name)
		w.schemas[name] = s
	}
	return s
}

// kindOf is the type of what a schema describes, or what its members let one
// think.
func kindOf(part document) string {
	kinds, _ := part.get("type").([]any)
	for _, kind := range kinds {
		if kind, _ := kind.(string); kind != "null" {
			return kind
		}
	}
	if kind, ok := part.get("type").(string); ok {
		return kind
	}
	if part.get("items") != nil {
		return "array"
	}
	return "object"
}
