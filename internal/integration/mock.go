package integration

import (
	"errors"
	"strconv"
	"strings"
)

// errMockStatus says that what a MOCK integration was given has no status.
var errMockStatus = errors.New("statusCode should be an integer which defined in request template")

// MockStatus returns the status that a MOCK integration answers: the integer
// statusCode of the JSON object that its request template gave. The service
// reads the object with the leniency of json-smart: quotes may be single or left
// out, commas may be too many. A string "200" is no integer.
func MockStatus(body string) (int, error) {
	r := lenient{text: body}
	found := false
	status := 0
	ok := r.object(0, func(name, value string, bare bool) {
		if name == "statusCode" {
			status, found = integer(value)
			found = found && bare
		}
	})
	if r.space(); !ok || !found || r.at != len(r.text) {
		return 0, errMockStatus
	}
	return status, nil
}

// integer reads what json-smart takes for an integer; leading zeros are fine.
func integer(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && s[0] != '+'
}

// A lenient reads JSON as json-smart's permissive mode does.
type lenient struct {
	text string
	at   int
}

const maxNesting = 100

// object reads an object and calls member, if there is one, with each of its
// members; the text of a value that is an array or an object is not told. bare
// says that a value stood without quotes.
func (r *lenient) object(depth int, member func(name, value string, bare bool)) bool {
	if r.space(); depth > maxNesting || !r.take('{') {
		return false
	}
	for {
		r.spaceAndCommas()
		if r.take('}') {
			return true
		}
		name, _, ok := r.scalar(":")
		if r.space(); !ok || !r.take(':') {
			return false
		}
		value, bare, ok := r.value(depth+1, ",}")
		if !ok {
			return false
		}
		if member != nil {
			member(name, value, bare)
		}
		if r.space(); !r.ahead(",}") {
			return false
		}
	}
}

func (r *lenient) array(depth int) bool {
	if depth > maxNesting || !r.take('[') {
		return false
	}
	for {
		r.spaceAndCommas()
		if r.take(']') {
			return true
		}
		if _, _, ok := r.value(depth+1, ",]"); !ok {
			return false
		}
		if r.space(); !r.ahead(",]") {
			return false
		}
	}
}

func (r *lenient) value(depth int, end string) (text string, bare, ok bool) {
	r.space()
	switch {
	case r.ahead("{"):
		return "", false, r.object(depth, nil)
	case r.ahead("["):
		return "", false, r.array(depth)
	}
	return r.scalar(end)
}

// scalar reads a string in quotes of either kind, or bare text up to one of the
// bytes of end.
func (r *lenient) scalar(end string) (text string, bare, ok bool) {
	if r.at == len(r.text) {
		return "", false, false
	}
	if q := r.text[r.at]; q == '"' || q == '\'' {
		r.at++
		text, ok = r.quoted(q)
		return text, false, ok
	}
	n := strings.IndexAny(r.text[r.at:], end)
	if n < 0 {
		return "", false, false
	}
	text = strings.TrimRight(r.text[r.at:r.at+n], whitespace)
	r.at += n
	return text, true, text != ""
}

// quoted reads to the closing quote. Escapes are stepped over and kept: no name
// that matters here has one.
func (r *lenient) quoted(quote byte) (string, bool) {
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case quote:
			r.at++
			return r.text[start : r.at-1], true
		}
	}
	r.at = len(r.text)
	return "", false
}

const whitespace = " \t\r\n"

func (r *lenient) space() { r.skip(whitespace) }

func (r *lenient) spaceAndCommas() { r.skip(whitespace + ",") }

func (r *lenient) skip(set string) {
	for r.ahead(set) {
		r.at++
	}
}

func (r *lenient) ahead(set string) bool {
	return r.at < len(r.text) && strings.IndexByte(set, r.text[r.at]) >= 0
}

func (r *lenient) take(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}
