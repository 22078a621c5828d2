package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/jsonschema"
)

// The kinds of cases.
const (
	kindTemplate = "vtl"
	kindPath     = "jsonpath"
	kindSchema   = "schema"
)

// A batchCase is a line of a batch.
type batchCase struct {
	Kind string `json:"kind"`

	Template       *string         `json:"template"` // of kind vtl
	Body           text            `json:"body"`
	Context        json.RawMessage `json:"context"`
	StageVariables json.RawMessage `json:"stageVariables"`
	Params         json.RawMessage `json:"params"`
	Overrides      bool            `json:"overrides"`

	Path *string `json:"path"` // of kind jsonpath

	Schema *text  `json:"schema"` // of kind schema
	Models models `json:"models"`

	JSON text `json:"json"` // of the latter two
}

// A text stands in a case as a JSON string, or as the JSON that it is.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	*t = ""
	if string(b) != "null" {
		*t = text(b)
	}
	return nil
}

// The answers, with validated.
type (
	printed struct {
		Output           string          `json:"output"`
		RequestOverride  json.RawMessage `json:"requestOverride,omitempty"`
		ResponseOverride json.RawMessage `json:"responseOverride,omitempty"`
	}
	missing struct {
		Missing bool `json:"missing"`
	}
	failure struct {
		Error string `json:"error"`
		Kind  string `json:"errorKind"`
	}
)

// A caseError is a case that is none.
type caseError struct{ error }

func (e caseError) Unwrap() error { return e.error }

// maxCase bounds a line of a batch: a payload of 10 MiB, every character of it
// escaped.
const maxCase = 64 << 20

// answerLines answers each line of in with a line of out. It never keeps more
// than one, and out is not kept waiting for the next.
func answerLines(in io.Reader, out io.Writer, kind string) error {
	lines, answers := bufio.NewReaderSize(in, 64<<10), bufio.NewWriterSize(out, 64<<10)
	encode := json.NewEncoder(answers)
	encode.SetEscapeHTML(false)
	var line []byte
	for {
		if !ready(lines) {
			if err := answers.Flush(); err != nil {
				return err
			}
		}
		var err error
		if line, err = readLine(lines, line[:0]); len(line) > 0 {
			if err := encode.Encode(answer(line, kind)); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return answers.Flush()
		} else if err != nil {
			return err
		}
	}
}

// ready reports whether a whole line has arrived.
func ready(r *bufio.Reader) bool {
	arrived, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(arrived, '\n') >= 0
}

// readLine appends a line without the blanks around it. Of one that is too long
// only so much is kept that this shows.
func readLine(r *bufio.Reader, line []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxCase {
			line = append(line, part...)
		}
		if err != bufio.ErrBufferFull {
			return bytes.TrimSpace(line), err
		}
	}
}

func answer(line []byte, kind string) any {
	a, err := answerCase(line, kind)
	if err != nil {
		return failure{err.Error(), errorKind(err)}
	}
	return a
}

func answerCase(line []byte, kind string) (any, error) {
	if len(line) > maxCase {
		return nil, caseError{fmt.Errorf("the case is longer than %d MiB", maxCase>>20)}
	}
	c := batchCase{Kind: kind}
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, caseError{err}
	}
	switch {
	case c.Kind == kindTemplate && c.Template != nil:
		return c.render()
	case c.Kind == kindPath && c.Path != nil:
		return c.follow()
	case c.Kind == kindSchema && c.Schema != nil:
		return validate(string(*c.Schema), c.Models, string(c.JSON))
	}
	return nil, caseError{fmt.Errorf("a case has a template, a path or a schema, of kind %s, %s or %s; not this one of kind %q", kindTemplate, kindPath, kindSchema, c.Kind)}
}

func (c *batchCase) render() (any, error) {
	t := trial{name: "template", template: *c.Template, payload: string(c.Body)}
	t.given = mapping.Given{Context: object(c.Context), StageVariables: object(c.StageVariables), Params: object(c.Params)}
	r, err := t.render()
	if err != nil {
		return nil, err
	}
	if !c.Overrides {
		return printed{Output: r.Output}, nil
	}
	return printed{r.Output, r.RequestOverride, r.ResponseOverride}, nil
}

// object returns the text of a member that is an object, or not there.
func object(m json.RawMessage) string {
	if string(m) == "null" {
		return ""
	}
	return string(m)
}

func (c *batchCase) follow() (any, error) {
	output, err := follow(*c.Path, string(c.JSON))
	switch {
	case errors.Is(err, errNowhere):
		return missing{true}, nil
	case err != nil:
		return nil, err
	}
	return printed{Output: output}, nil
}

// errorKind says what an error is about.
func errorKind(err error) string {
	var unusable unusableError
	var payload *mapping.PayloadError
	var wrong caseError
	switch {
	case errors.As(err, &wrong):
		return "case"
	case errors.As(err, &unusable), errors.Is(err, jsonschema.ErrLoop):
		return "parse"
	case errors.As(err, &payload):
		return "json"
	}
	return "runtime"
}
