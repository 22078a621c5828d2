package vtl

import (
	"errors"
	"fmt"
	"sort"
	"unicode/utf8"
)

// An Error says what is wrong with a template or went wrong in a rendering,
// and where.
type Error struct {
	Kind     ErrorKind
	Template string // the name given to Parse
	Line     int    // from 1
	Column   int    // from 1, in characters
	Message  string
	Err      error // what a host object returned; nil otherwise
}

// An ErrorKind tells the three kinds of errors apart.
type ErrorKind uint8

// The kinds of errors.
const (
	Syntax  ErrorKind = iota // the template cannot be read
	Runtime                  // a method failed, an index is out of range
	Limit                    // a limit of Limits is reached
)

// Error returns the message with the place before it: "name:line:column: …".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Template, e.Line, e.Column, e.Message)
}

// Unwrap returns what the host object returned.
func (e *Error) Unwrap() error { return e.Err }

func (k ErrorKind) String() string {
	return [...]string{"syntax", "runtime", "limit"}[k]
}

// A source is a template's text, or the text of a string inside one.
type source struct {
	name  string
	text  string
	lines []int // where each line but the first begins

	outer *place // the string whose text this is
}

func newSource(name, text string) *source {
	s := &source{name: name, text: text}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position returns line and column of an offset. Inside a string they are
// counted on from the opening quote; a doubled quote before the place shifts
// the column by one.
func (s *source) position(offset int) (line, column int) {
	offset = min(offset, len(s.text))
	n := sort.SearchInts(s.lines, offset+1)
	begin := 0
	if n > 0 {
		begin = s.lines[n-1]
	}
	line, column = n+1, utf8.RuneCountInString(s.text[begin:offset])+1
	if s.outer == nil {
		return line, column
	}
	outerLine, outerColumn := s.outer.in.position(s.outer.offset)
	if line == 1 {
		column += outerColumn
	}
	return outerLine + line - 1, column
}

// errorf makes an error of a place.
func (p place) errorf(kind ErrorKind, format string, args ...any) *Error {
	line, column := p.in.position(p.offset)
	return &Error{Kind: kind, Template: p.in.name, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

// failed gives an error a place, unless it has one.
func (p place) failed(err error) error {
	if _, ok := err.(*jump); ok {
		return err
	}
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	var limit limitError
	if errors.As(err, &limit) {
		return p.errorf(Limit, "%s", limit)
	}
	e := p.errorf(Runtime, "%s", err)
	e.Err = err
	return e
}

// A limitError is a limit that was reached, at a place that is added later.
type limitError string

func (e limitError) Error() string { return string(e) }
