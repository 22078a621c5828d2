package jsonpath

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What bounds the work that a caller or an author can cause. API Gateway's own
// payloads end at 10 MiB.
const (
	MaxText    = 32 << 20 // bytes of a JSON text
	MaxDepth   = 1000     // containers within containers
	MaxPath    = 8 << 10  // bytes of a path
	MaxNesting = 64       // filters, parentheses and calls within each other
	MaxSteps   = 10 << 20 // values that an evaluation looks at
	MaxResults = 4 << 20  // values that all paths find in one document
)

// ErrNotFound says that a definite path leads nowhere.
var ErrNotFound = errors.New("path not found")

// ErrTooMuchWork says that an evaluation has reached MaxSteps or MaxResults.
var ErrTooMuchWork = errors.New("path looks at too many values")

// A SyntaxError says where a text stops being JSON. Its message is the one that
// callers of API Gateway see behind "Could not process payload" and the name of
// a Java class; that of ParseStrict is of our own words.
type SyntaxError struct {
	Offset  int // in bytes
	Message string
}

func (e *SyntaxError) Error() string { return e.Message }

// A PathError says where a text stops being a path.
type PathError struct {
	Path   string
	Offset int // in bytes
	Reason string
}

func (e *PathError) Error() string {
	return fmt.Sprintf("path %q: %s at offset %d", shortened(e.Path), e.Reason, e.Offset)
}

// An EvalError says why a path cannot be applied to a document.
type EvalError struct {
	Path   string
	Reason string
}

func (e *EvalError) Error() string {
	return fmt.Sprintf("path %q: %s", shortened(e.Path), e.Reason)
}

// An unfit is the reason of an EvalError that is on its way to Eval.
type unfit string

func (u unfit) Error() string { return string(u) }

const (
	errScalar   = unfit("a filter cannot be applied to a scalar")
	errInfinite = unfit("an infinite number cannot be compared")
	errNested   = unfit("a list with arrays or objects in it cannot be compared")
	errEmpty    = unfit("empty cannot be applied to an object")
)

// shortened returns the beginning of a path that is too long to be shown.
func shortened(path string) string {
	if len(path) <= 200 {
		return path
	}
	return strings.ToValidUTF8(path[:200], "") + "…"
}

func (p *parser) unexpected(pos int) error {
	return &SyntaxError{pos, "Unexpected character (" + p.char() + ") at position " + p.position(pos) + "."}
}

func (p *parser) fault(pos int, what, token string) error {
	return &SyntaxError{pos, what + token + " at position " + p.position(pos) + "."}
}

func (p *parser) endOfFile(pos int, what string) error {
	return &SyntaxError{pos, "Unexpected End Of File position " + p.position(pos) + ": " + what}
}

// char returns the character at hand.
func (p *parser) char() string {
	if p.pos >= len(p.text) {
		return string(rune(endOfInput))
	}
	_, size := utf8.DecodeRuneInString(p.text[p.pos:])
	return p.text[p.pos : p.pos+size]
}

// position returns an offset as Java counts it, in UTF-16 units.
func (p *parser) position(pos int) string {
	if pos < 0 {
		return strconv.Itoa(pos)
	}
	inside := min(pos, len(p.text))
	return strconv.Itoa(utf16Len(p.text[:inside]) + pos - inside)
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
