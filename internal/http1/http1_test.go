package http1

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
)

func TestHeadEnd(t *testing.T) {
	for _, c := range []struct {
		name, in string
		from     int
		want     int
	}{
		{"finds the empty line", "GET / HTTP/1.1\r\n\r\nrest", 0, 18},
		{"has none yet", "GET / HTTP/1.1\r\nA: b\r\n", 0, -1},
		{"finds an end that began in the seen part", "A: b\r\n\r\n", 7, 8},
		{"does not take bare line feeds", "A: b\n\n", 0, -1},
		{"is empty", "", 0, -1},
	} {
		if got := HeadEnd([]byte(c.in), c.from); got != c.want {
			t.Errorf("%s: HeadEnd(%q, %d) = %d; want %d", c.name, c.in, c.from, got, c.want)
		}
	}
}

func TestParseFields(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     message.Header
	}{
		{"no fields", "\r\n", nil},
		{"order, case and repetition stay", "b: 1\r\nA:2\r\nB: 3\r\n\r\n", message.Header{{Name: "b", Value: "1"}, {Name: "A", Value: "2"}, {Name: "B", Value: "3"}}},
		{"white space around the value goes", "A: \t b c\t \r\n\r\n", message.Header{{Name: "A", Value: "b c"}}},
		{"an empty value", "A:\r\nB:  \r\n\r\n", message.Header{{Name: "A"}, {Name: "B"}}},
		{"tabs and bytes beyond ASCII inside", "A: b\tc\xff\xc3\xa9\r\n\r\n", message.Header{{Name: "A", Value: "b\tc\xff\xc3\xa9"}}},
		{"a colon in the value", "A: b:c\r\n\r\n", message.Header{{Name: "A", Value: "b:c"}}},
		{"every kind of token character", "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", message.Header{{Name: "!#$%&'*+-.^_`|~09azAZ", Value: "x"}}},
	} {
		got, err := ParseFields(c.in, nil)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: ParseFields(%q) = %q, %v; want %q", c.name, c.in, got, err, c.want)
		}
	}
}

func TestParseFieldsRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing at all":                 "",
		"no empty line":                  "A: b\r\n",
		"bytes behind the empty line":    "A: b\r\n\r\nC",
		"bare line feed":                 "A: b\n\r\n",
		"bare line feeds only":           "A: b\nC: d\n\n",
		"bare carriage return":           "A: b\rC: d\r\n\r\n",
		"two carriage returns":           "A: b\r\r\n\r\n",
		"folded line":                    "A: b\r\n c\r\n\r\n",
		"line folded with a tab":         "A: b\r\n\tc\r\n\r\n",
		"white space first":              " A: b\r\n\r\n",
		"space before the colon":         "A : b\r\n\r\n",
		"tab before the colon":           "A\t: b\r\n\r\n",
		"space in the name":              "A B: c\r\n\r\n",
		"no colon":                       "A\r\n\r\n",
		"no name":                        ": b\r\n\r\n",
		"NUL in the value":               "A: b\x00c\r\n\r\n",
		"NUL in the name":                "A\x00: b\r\n\r\n",
		"control in the value":           "A: b\x01\r\n\r\n",
		"DEL in the value":               "A: b\x7f\r\n\r\n",
		"form feed around the value":     "A: \fb\r\n\r\n",
		"byte beyond ASCII in the name":  "\xc3\xa4: b\r\n\r\n",
		"delimiter in the name":          "A(b): c\r\n\r\n",
		"quotation mark in the name":     "\"A\": c\r\n\r\n",
		"carriage return before the end": "A: b\r\n\r\r\n",
	} {
		if got, err := ParseFields(in, nil); err == nil {
			t.Errorf("%s: ParseFields(%q) = %q; want an error", name, in, got)
		} else if _, ok := err.(Malformed); !ok {
			t.Errorf("%s: ParseFields(%q): %T; want Malformed", name, in, err)
		}
	}
}

func TestFraming(t *testing.T) {
	for _, c := range []struct {
		name, in string
		length   int64
		none     bool
		bad      bool
	}{
		{name: "neither field", in: "A: b\r\n", none: true},
		{name: "a length", in: "content-LENGTH: 12\r\n", length: 12},
		{name: "a length of zero", in: "Content-Length: 0\r\n"},
		{name: "zeros in front", in: "Content-Length: 007\r\n", length: 7},
		{name: "the longest length", in: "Content-Length: 999999999999999999\r\n", length: 999999999999999999},
		{name: "chunked", in: "Transfer-Encoding: chunked\r\n", length: -1},
		{name: "chunked in any case", in: "transfer-encoding: CHUNKED\r\n", length: -1},
		{name: "no digits", in: "Content-Length:\r\n", bad: true},
		{name: "a plus", in: "Content-Length: +1\r\n", bad: true},
		{name: "a minus", in: "Content-Length: -1\r\n", bad: true},
		{name: "a space inside", in: "Content-Length: 1 2\r\n", bad: true},
		{name: "hexadecimal", in: "Content-Length: 0x1\r\n", bad: true},
		{name: "a fraction", in: "Content-Length: 1.0\r\n", bad: true},
		{name: "a digit group", in: "Content-Length: 1_000\r\n", bad: true},
		{name: "more than 18 digits", in: "Content-Length: 1000000000000000000\r\n", bad: true},
		{name: "overflow", in: "Content-Length: 18446744073709551617\r\n", bad: true},
		{name: "a list of lengths", in: "Content-Length: 5, 5\r\n", bad: true},
		{name: "two lengths that differ", in: "Content-Length: 5\r\nContent-Length: 6\r\n", bad: true},
		{name: "two equal lengths", in: "Content-Length: 5\r\nContent-Length: 5\r\n", bad: true},
		{name: "length, then chunked", in: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", bad: true},
		{name: "chunked, then length", in: "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", bad: true},
		{name: "chunked twice", in: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", bad: true},
		{name: "chunked twice in a list", in: "Transfer-Encoding: chunked, chunked\r\n", bad: true},
		{name: "identity", in: "Transfer-Encoding: identity\r\n", bad: true},
		{name: "gzip before chunked", in: "Transfer-Encoding: gzip, chunked\r\n", bad: true},
		{name: "chunked before another", in: "Transfer-Encoding: chunked, identity\r\n", bad: true},
		{name: "another word", in: "Transfer-Encoding: xchunked\r\n", bad: true},
		{name: "chunked with a parameter", in: "Transfer-Encoding: chunked;q=1\r\n", bad: true},
		{name: "chunked in quotes", in: "Transfer-Encoding: \"chunked\"\r\n", bad: true},
		{name: "no encoding", in: "Transfer-Encoding:\r\n", bad: true},
	} {
		h, err := ParseFields(c.in+"\r\n", nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		length, none, err := Framing(h)
		if length != c.length || none != c.none || (err != nil) != c.bad {
			t.Errorf("%s: Framing(%q) = %d, %v, %v; want %d, %v, error %v", c.name, c.in, length, none, err, c.length, c.none, c.bad)
		}
	}
}

func TestHasToken(t *testing.T) {
	for _, c := range []struct {
		in   string
		want bool
	}{
		{"Connection: close\r\n", true},
		{"connection: Close\r\n", true},
		{"Connection: keep-alive,\tclose \r\n", true},
		{"Connection: keep-alive\r\nConnection: close\r\n", true},
		{"Connection: , ,close,\r\n", true},
		{"Connection: closed\r\n", false},
		{"Connection: not close\r\n", false},
		{"Connection:\r\n", false},
		{"X-Connection: close\r\n", false},
	} {
		h, err := ParseFields(c.in+"\r\n", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := HasToken(h, "Connection", "close"); got != c.want {
			t.Errorf("HasToken(%q) = %v", c.in, got)
		}
	}
}

func FuzzParseFields(f *testing.F) {
	for _, s := range []string{"\r\n", "A: b\r\nc:\td \r\n\r\n", "A: b\n\n", "A : b\r\n\r\n", "A: b\r\n c\r\n\r\n", ":\r\n\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, block string) {
		h, err := ParseFields(block, nil)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, field := range h {
			if !message.IsToken(field.Name) || !message.ValidValue(field.Value) || trimOWS(field.Value) != field.Value {
				t.Fatalf("ParseFields(%q) has the field %q", block, field)
			}
			b.WriteString(field.Name + ": " + field.Value + "\r\n")
		}
		again, err := ParseFields(b.String()+"\r\n", nil)
		if err != nil || !slices.Equal(h, again) {
			t.Fatalf("ParseFields(%q) = %q; written and read again %q, %v", block, h, again, err)
		}
		if strings.Count(block, "\n") != len(h)+1 || strings.Count(block, "\r") != len(h)+1 {
			t.Fatalf("ParseFields(%q) = %q: not one line a field", block, h)
		}
	})
}

func FuzzFraming(f *testing.F) {
	f.Add("5", "", "", "")
	f.Add("5", "5", "", "")
	f.Add("", "", "chunked", "")
	f.Add("", "", "gzip", "chunked")
	f.Fuzz(func(t *testing.T, length, length2, encoding, encoding2 string) {
		var h message.Header
		add := func(name, value string) {
			if value != "" {
				h.Add(name, value)
			}
		}
		add("Content-Length", length)
		add("content-length", length2)
		add("Transfer-Encoding", encoding)
		add("transfer-encoding", encoding2)
		n, none, err := Framing(h)
		switch {
		case none != (len(h) == 0):
			t.Fatalf("Framing(%q): none = %v", h, none)
		case err == nil && len(h) > 1:
			t.Fatalf("Framing(%q) = %d; want an error: two fields", h, n)
		case err != nil && n != 0, n < -1:
			t.Fatalf("Framing(%q) = %d, %v", h, n, err)
		case err == nil && len(h) == 1 && (n == -1) != strings.EqualFold(encoding+encoding2, "chunked"):
			t.Fatalf("Framing(%q) = %d", h, n)
		case err == nil && n >= 0 && len(h) == 1 && strings.Trim(length+length2, "0123456789") != "":
			t.Fatalf("Framing(%q) = %d; want an error: not digits", h, n)
		}
	})
}
