package content

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// What Java's new String(bytes, UTF_8) makes of malformed bytes; "?" is U+FFFD.
var malformedTexts = []struct{ bytes, want string }{
	{"", ""},
	{"aé€😀", "aé€😀"},
	{"\uFFFD", "\uFFFD"},
	{"\x80", "?"},
	{"\xBF\xBF", "??"},
	{"\xC0\x80", "??"},
	{"\xC1a", "?a"},
	{"\xC3", "?"},
	{"\xC3a", "?a"},
	{"\xC3\xC3\xA9", "?é"},
	{"\xE0\x80\x80", "???"},
	{"\xE0\xA0", "?"},
	{"\xE0\xA0a", "?a"},
	{"\xE2\x82", "?"},
	{"\xE2\x82\xE2\x82\xAC", "?€"},
	{"\xE2a\x82", "?a?"},
	{"\xED\xA0\x80", "?"}, // a surrogate; others have three
	{"\xED\xA0a", "?a"},
	{"\xED\xA0\x80\xED\xB0\x80", "??"},
	{"\xF0\x80\x80\x80", "????"},
	{"\xF0\x9F\x98", "?"},
	{"\xF0\x9F\x98a", "?a"},
	{"\xF0\x9Fa", "?a"},
	{"\xF0\x9F\x98\xF0\x9F\x98\x80", "?😀"},
	{"\xF4\x8F\xBF\xC3", "??"},
	{"\xF4\x90\x80\x80", "????"},
	{"\xF5\x80\x80\x80", "????"},
	{"\xF8\x88\x80\x80\x80", "?????"},
	{"\xFF\xFE", "??"},
}

func TestAppendText(t *testing.T) {
	for _, c := range malformedTexts {
		want := strings.ReplaceAll(c.want, "?", "\uFFFD")
		if got := string(AppendText(nil, []byte(c.bytes))); got != want {
			t.Errorf("% x is read as %q; want %q", c.bytes, got, want)
		}
	}
}

func FuzzTextReader(f *testing.F) {
	for i, c := range malformedTexts {
		f.Add([]byte(c.bytes), uint16(i))
	}
	f.Add(bytes.Repeat([]byte("abc\xE2\x82\xAC\xFF"), 300), uint16(700))
	f.Fuzz(func(t *testing.T, payload []byte, unit uint16) {
		want := AppendText(nil, payload)
		if !utf8.Valid(want) || len(want) < len(payload) {
			t.Fatalf("%q is read as %q, which is no text, or shorter", payload, want)
		}
		if utf8.Valid(payload) && !bytes.Equal(want, payload) {
			t.Fatalf("the text %q is read as %q", payload, want)
		}
		for _, source := range []io.Reader{
			bytes.NewReader(payload),
			iotest.OneByteReader(bytes.NewReader(payload)),
			iotest.DataErrReader(bytes.NewReader(payload)),
		} {
			got, err := readBy(NewTextReader(source, int64(len(payload))), int(unit)+1)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%q comes as %q, %v; want %q", payload, got, err, want)
			}
		}
	})
}

// readBy reads all of r, no more than unit bytes at a time.
func readBy(r io.Reader, unit int) (all []byte, err error) {
	p := make([]byte, unit)
	for {
		n, err := r.Read(p)
		all = append(all, p[:n]...)
		switch err {
		case nil:
		case io.EOF:
			return all, nil
		default:
			return all, err
		}
	}
}

func TestTextReaderHandsErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	r := NewTextReader(io.MultiReader(strings.NewReader("a\xE2"), iotest.ErrReader(broken)), -1)
	got, err := io.ReadAll(r)
	if string(got) != "a\uFFFD" || err != broken {
		t.Errorf("read %q, %v; want what came and the source's error", got, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.ErrClosedPipe {
		t.Errorf("after Close: %v", err)
	}
}

func BenchmarkTextReader(b *testing.B) {
	payload := bytes.Repeat([]byte(`{"name": "Gerät", "price": 12}`), 1000)
	source := bytes.NewReader(nil)
	p := make([]byte, 32<<10)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		source.Reset(payload)
		r := NewTextReader(source, -1)
		for {
			if _, err := r.Read(p); err != nil {
				break
			}
		}
	}
}
