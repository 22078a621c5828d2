package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/jsonschema"
	"github.com/gatewright/gatewright/vtl"
)

// pointOut shows under an error the place that it is about: in the text that was
// tried, or in the payload.
func pointOut(err error, tried, payloadName, payload string) error {
	var (
		inTemplate *vtl.Error
		inPath     *jsonpath.PathError
		inPayload  *mapping.PayloadError
		inSchema   *jsonschema.SyntaxError
		schema     *jsonschema.SchemaError
	)
	switch {
	case errors.As(err, &inPayload):
		return pointAt(payloadName, payload, inPayload.Err.Offset, err)
	case errors.As(err, &inTemplate):
		return fmt.Errorf("%w\n%s", err, place{inTemplate.Line, inTemplate.Column}.excerpt(tried))
	case errors.As(err, &inPath):
		return fmt.Errorf("%w\n%s", err, placeOf(inPath.Path, inPath.Offset).excerpt(inPath.Path))
	case errors.As(err, &schema) && schema.URL == "" && errors.As(err, &inSchema):
		return fmt.Errorf("%w\n%s", err, placeOf(tried, inSchema.Offset).excerpt(tried))
	}
	return err
}

// pointAt shows an error with its place in a text of that name.
func pointAt(name, text string, offset int, err error) error {
	p := placeOf(text, offset)
	return fmt.Errorf("%s:%d:%d: %w\n%s", name, p.line, p.column, err, p.excerpt(text))
}

// A place is in a text, by line and by character, both from 1.
type place struct{ line, column int }

func placeOf(text string, offset int) place {
	before := text[:max(0, min(offset, len(text)))]
	line := strings.LastIndexByte(before, '\n') + 1
	return place{strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[line:]) + 1}
}

// reach is how many characters are shown on either side of a place.
const reach = 60

// excerpt returns the line that the place is on, a part of a long one, with a
// caret under the place.
func (p place) excerpt(text string) string {
	for ; p.line > 1; p.line-- {
		_, text, _ = strings.Cut(text, "\n")
	}
	text, _, _ = strings.Cut(text, "\n")
	line := []rune(strings.ToValidUTF8(strings.TrimSuffix(text, "\r"), "\uFFFD"))
	at := max(0, min(p.column-1, len(line)))
	from, to := max(0, at-reach), min(len(line), at+reach)
	before := visible(line[from:at])
	return "    " + before + visible(line[at:to]) + "\n    " + strings.Repeat(" ", utf8.RuneCountInString(before)) + "^"
}

// visible makes blanks of what would move the caret, or the terminal's cursor.
func visible(s []rune) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, string(s))
}
