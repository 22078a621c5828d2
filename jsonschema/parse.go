package jsonschema

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/jsonpath"
)

// parse reads a JSON text into a document, strictly. Bytes that are no UTF-8 count
// as U+FFFD.
func parse(doc *jsonpath.Document, text string) error {
	if len(text) > MaxText {
		return &SyntaxError{MaxText, "text is too long"}
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if err := doc.ParseStrict(text); err != nil {
		var fault *jsonpath.SyntaxError
		if errors.As(err, &fault) {
			err = &SyntaxError{fault.Offset, fault.Message}
		}
		return err
	}
	return nil
}
