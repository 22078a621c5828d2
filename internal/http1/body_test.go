package http1

import (
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strings"
	"testing"
	"testing/iotest"
)

// source returns a Source over s that reads it in one of three ways: whole,
// byte by byte, or already in the buffer.
func source(s, way string) *Source {
	src := &Source{Conn: strings.NewReader(s), Buf: make([]byte, 8<<10)}
	switch way {
	case "by bytes":
		src.Conn = iotest.OneByteReader(src.Conn)
	case "buffered":
		src.W = copy(src.Buf, s)
		src.Conn = strings.NewReader(s[src.W:])
	}
	return src
}

var ways = []string{"whole", "by bytes", "buffered"}

func TestChunkReader(t *testing.T) {
	long := strings.Repeat("x", 20<<10)
	for _, c := range []struct{ name, in, want string }{
		{"no data", "0\r\n\r\n", ""},
		{"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
		{"digits in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
		{"zeros in front", "003\r\nabc\r\n000\r\n\r\n", "abc"},
		{"extensions", "3;a=b;c=\"d;e\"\r\nabc\r\n0;x\r\n\r\n", "abc"},
		{"trailers", "1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", "a"},
		{"CRLF in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
		{"a chunk longer than the buffer", "5000\r\n" + long + "\r\n0\r\n\r\n", long},
	} {
		for _, way := range ways {
			src := source(c.in+"NEXT", way)
			var r ChunkReader
			r.Reset(src)
			got, err := io.ReadAll(&r)
			rest, _ := io.ReadAll(src)
			if string(got) != c.want || err != nil || string(rest) != "NEXT" {
				t.Errorf("%s, %s: %q, %v, left %q; want %q", c.name, way, got, err, rest, c.want)
			}
		}
	}
}

func TestChunkReaderRefuses(t *testing.T) {
	for _, c := range []struct{ name, in string }{
		{"no size", "\r\nabc\r\n0\r\n\r\n"},
		{"a sign", "+3\r\nabc\r\n0\r\n\r\n"},
		{"a minus", "-3\r\nabc\r\n0\r\n\r\n"},
		{"a prefix", "0x3\r\nabc\r\n0\r\n\r\n"},
		{"a digit group", "1_0\r\nabc\r\n0\r\n\r\n"},
		{"space before the size", " 3\r\nabc\r\n0\r\n\r\n"},
		{"space behind the size", "3 \r\nabc\r\n0\r\n\r\n"},
		{"space before the extension", "3 ;a\r\nabc\r\n0\r\n\r\n"},
		{"a word", "three\r\nabc\r\n0\r\n\r\n"},
		{"more than 15 digits", "0000000000000003\r\nabc\r\n0\r\n\r\n"},
		{"overflow", "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n"},
		{"bare line feed behind the size", "3\nabc\r\n0\r\n\r\n"},
		{"bare carriage return behind the size", "3\rabc\r\n0\r\n\r\n"},
		{"bare line feed behind the data", "3\r\nabc\n0\r\n\r\n"},
		{"data longer than the size", "3\r\nabcd\r\n0\r\n\r\n"},
		{"data shorter than the size", "4\r\nabc\r\n0\r\n\r\n"},
		{"control in an extension", "3;\x00\r\nabc\r\n0\r\n\r\n"},
		{"bare carriage return in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"},
		{"a size line without end", "3;" + strings.Repeat("a", 9<<10) + "\r\nabc\r\n0\r\n\r\n"},
		{"extensions that add up", strings.Repeat("1;"+strings.Repeat("a", 300)+"\r\nx\r\n", 20) + "0\r\n\r\n"},
		{"malformed trailer", "0\r\nX : 1\r\n\r\n"},
		{"folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n"},
		{"bare line feed in the trailers", "0\r\nX: 1\nY: 2\r\n\r\n"},
		{"trailers without end", "0\r\n" + strings.Repeat("X: 1\r\n", 2<<10) + "\r\n"},
		{"a trailer without end", "0\r\nX: " + strings.Repeat("1", 9<<10) + "\r\n\r\n"},
	} {
		for _, way := range ways {
			var r ChunkReader
			r.Reset(source(c.in, way))
			got, err := io.ReadAll(&r)
			var malformed Malformed
			if !errors.As(err, &malformed) {
				t.Errorf("%s, %s: %q, %v; want Malformed", c.name, way, got, err)
			}
			if _, again := r.Read(make([]byte, 1)); again != err {
				t.Errorf("%s, %s: read again: %v; want the same error", c.name, way, again)
			}
		}
	}
}

func TestChunkReaderCut(t *testing.T) {
	whole := "3;a\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n"
	for i := range whole {
		for _, way := range ways {
			var r ChunkReader
			r.Reset(source(whole[:i], way))
			if got, err := io.ReadAll(&r); err != io.ErrUnexpectedEOF {
				t.Errorf("%s, %q: %q, %v; want %v", way, whole[:i], got, err, io.ErrUnexpectedEOF)
			}
		}
	}
}

func TestLengthReader(t *testing.T) {
	for _, way := range ways {
		src := source("abcNEXT", way)
		got, err := io.ReadAll(&LengthReader{Source: src, Left: 3})
		rest, _ := io.ReadAll(src)
		if string(got) != "abc" || err != nil || string(rest) != "NEXT" {
			t.Errorf("%s: %q, %v, left %q; want abc and NEXT", way, got, err, rest)
		}
		got, err = io.ReadAll(&LengthReader{Source: source("ab", way), Left: 3})
		if string(got) != "ab" || err != io.ErrUnexpectedEOF {
			t.Errorf("%s, cut: %q, %v; want ab and %v", way, got, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestSourceFull(t *testing.T) {
	src := &Source{Conn: strings.NewReader("abcdef"), Buf: make([]byte, 4)}
	if err := src.Fill(); err != nil || string(src.Buffered()) != "abcd" {
		t.Fatalf("Fill = %v with %q at hand", err, src.Buffered())
	}
	if err := src.Fill(); err != ErrBufferFull {
		t.Errorf("Fill of a full buffer = %v; want %v", err, ErrBufferFull)
	}
	src.Discard(3)
	if err := src.Fill(); err != nil || string(src.Buffered()) != "def" {
		t.Errorf("Fill = %v with %q at hand; want def", err, src.Buffered())
	}
	if err := src.Fill(); err != io.EOF {
		t.Errorf("Fill at the end = %v; want EOF", err)
	}
}

func TestChunk(t *testing.T) {
	for _, n := range []int{1, 15, 16, 4095, 70000} {
		data := strings.Repeat("x", n)
		buf := make([]byte, ChunkHead+n+ChunkTail)
		copy(buf[ChunkHead:], data)
		got := string(Chunk(buf, n))
		if want := fmt.Sprintf("%x\r\n%s\r\n", n, data); got != want {
			t.Errorf("Chunk of %d bytes is %.20q…; want %.20q…", n, got, want)
		}
		var r ChunkReader
		r.Reset(source(got+LastChunk, "whole"))
		if got, err := io.ReadAll(&r); string(got) != data || err != nil {
			t.Errorf("%d bytes come back as %d, %v", n, len(got), err)
		}
	}
}

// FuzzChunkReader has net/http's reader as a referee: what we read to the end it
// reads too, and sees the same.
func FuzzChunkReader(f *testing.F) {
	f.Add("3\r\nabc\r\n0\r\n\r\n")
	f.Add("3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\nNEXT")
	f.Add("3\nabc\n0\n\n")
	f.Add("ffffffffffffffff\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		read := func(way string) (data, left string, err error) {
			src := source(in, way)
			var r ChunkReader
			r.Reset(src)
			got, err := io.ReadAll(&r)
			rest, _ := io.ReadAll(src)
			return string(got), string(rest), err
		}
		whole, rest, err := read("whole")
		if err == io.EOF {
			t.Fatalf("%q: ReadAll returned EOF", in)
		}
		bytewise, rest2, err2 := read("by bytes")
		if (err == nil) != (err2 == nil) || err == nil && (whole != bytewise || rest != rest2) {
			t.Fatalf("%q: whole %q, %v, %q; by bytes %q, %v, %q", in, whole, err, rest, bytewise, err2, rest2)
		}
		if err != nil {
			return
		}
		theirs, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(in)))
		if err != nil || string(theirs) != whole {
			t.Fatalf("%q: we read %q; net/http %q, %v", in, whole, theirs, err)
		}
	})
}
