package policy

import (
	"bytes"
	"fmt"
)

// A ParseError says what is wrong with a document, and where.
type ParseError struct {
	Line, Column int    // from 1; the column counts bytes
	Path         string // of the element: "Statement[0].Effect"; "": the document
	What         string
}

func (e *ParseError) Error() string {
	where := e.Path
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("policy, line %d, column %d: %s%s", e.Line, e.Column, where, e.What)
}

func errorAt(document []byte, offset int, path, what string) error {
	before := document[:min(offset, len(document))]
	return &ParseError{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Path:   path,
		What:   what,
	}
}
