// Package edgetest reads the table of raw requests, well-formed, odd and
// malformed, that everything which takes connections is tested with.
package edgetest

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

// The table explains itself in its first lines.
//
//go:embed requests.txtar
var table string

// A Request is a row of the table: the bytes of one connection and what becomes
// of them.
type Request struct {
	Name    string
	Bytes   string
	End     bool // the sending side is closed behind them
	Wait    bool // nothing more is to be sent: the answer must not wait for it
	Seen    []*Sight
	Refused int  // status of the last answer, behind which the connection is closed; 0: none is refused
	Kept    bool // the connection serves another request
}

// A Sight is what a handler is to see of a request.
type Sight struct {
	Method, Target string
	Has            map[string]string // host, path, query, minor, body: where they are told
	Header         message.Header    // all fields; empty: not told
	Broken         bool              // the body cannot be read to its end
}

// Requests returns the rows of the table.
func Requests(t testing.TB) (all []Request) {
	t.Helper()
	for _, file := range strings.Split("\n"+table, "\n-- ")[1:] {
		name, lines, _ := strings.Cut(file, " --\n")
		r, err := parse(lines)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.Name = name
		all = append(all, r)
	}
	return all
}

func parse(lines string) (r Request, err error) {
	for line := range strings.Lines(lines) {
		verb, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text, err := unescape(rest)
		if err != nil {
			return r, fmt.Errorf("%q: %w", line, err)
		}
		var last *Sight
		if len(r.Seen) > 0 {
			last = r.Seen[len(r.Seen)-1]
		}
		switch verb {
		case "send":
			r.Bytes += text
		case "repeat":
			n, text, _ := strings.Cut(text, " ")
			times, err := strconv.Atoi(n)
			if err != nil {
				return r, err
			}
			r.Bytes += strings.Repeat(text, times)
		case "end":
			r.End = true
		case "wait":
			r.Wait = true
		case "seen":
			method, target, _ := strings.Cut(text, " ")
			r.Seen = append(r.Seen, &Sight{Method: method, Target: target, Has: map[string]string{}})
		case "host", "path", "query", "minor", "body":
			last.Has[verb] = text
		case "field":
			name, value, _ := strings.Cut(text, ":")
			last.Header.Add(name, strings.TrimPrefix(value, " "))
		case "broken":
			last.Broken = true
		case "refused":
			if r.Refused, err = strconv.Atoi(text); err != nil {
				return r, err
			}
		case "kept":
			r.Kept = true
		case "closed":
		default:
			return r, fmt.Errorf("unknown line %q", line)
		}
	}
	return r, nil
}

// unescape undoes the escapes of a Go string. Quotes stand for themselves.
func unescape(s string) (string, error) {
	var b strings.Builder
	for s != "" {
		c, wide, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return "", err
		}
		if wide {
			b.WriteRune(c)
		} else {
			b.WriteByte(byte(c))
		}
		s = rest
	}
	return b.String(), nil
}
