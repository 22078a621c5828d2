package content

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gatewright/gatewright/internal/message"
)

func TestEncoded(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   Coding
		err    error
	}{
		{nil, Identity, nil},
		{[]string{"identity"}, Identity, nil},
		{[]string{"GZip "}, Gzip, nil},
		{[]string{"deflate"}, Deflate, nil},
		{[]string{""}, Identity, ErrEncoding},
		{[]string{"br"}, Identity, ErrEncoding},
		{[]string{"gzip, deflate"}, Identity, ErrEncoding},
		{[]string{"gzip", "gzip"}, Identity, ErrEncoding},
	} {
		var h message.Header
		for _, v := range c.values {
			h.Add("content-encoding", v)
		}
		if got, err := Encoded(h); got != c.want || err != c.err {
			t.Errorf("Content-Encoding %q: %v, %v; want %v, %v", c.values, got, err, c.want, c.err)
		}
	}
}

func TestAccepted(t *testing.T) {
	for _, c := range []struct {
		accept string
		want   Coding
	}{
		{"gzip", Gzip},
		{"deflate", Deflate},
		{"identity", Identity},
		{"", Identity},
		{"gzip, deflate, br", Gzip},
		{"deflate,gzip", Deflate},
		{"deflate;q=0.5,gzip;q=1.0", Gzip},
		{"gzip;q=1.0,identity;q=0.5,*;q=0", Gzip},
		{"gzip;q=0.5, identity", Identity},
		{"gzip;q=0", Identity},
		{"gzip;q=0, deflate;q=0.001", Deflate},
		{"br, gzip", Gzip},           // liked as well
		{"br, gzip;q=0.9", Identity}, // a second choice
		{"*", Gzip},
		{"*;q=0", Identity},
		{"*, gzip;q=0", Identity},
		{"deflate;q=0.5, *", Gzip},
		{"GZIP ; Q=1", Gzip},
		{"gzip;q=1.0000", Identity},
		{"gzip;q=-1", Identity},
		{"gzip;q=", Identity},
		{"gzip;q=2", Gzip},
		{"br", Identity},
		{",,gzip", Gzip},
	} {
		if got := Accepted(message.Header{{Name: "accept-encoding", Value: c.accept}}); got != c.want {
			t.Errorf("Accept-Encoding %q: %v; want %v", c.accept, got, c.want)
		}
	}
	if got := Accepted(nil); got != Identity {
		t.Errorf("without Accept-Encoding: %v", got)
	}
	two := message.Header{{Name: "Accept-Encoding", Value: "deflate;q=0.1"}, {Name: "Accept-Encoding", Value: "gzip"}}
	if got := Accepted(two); got != Gzip {
		t.Errorf("with two fields: %v; want the better of both", got)
	}
}

// encode encodes by the standard library.
func encode(t testing.TB, format, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch format {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "bare":
		w, _ = flate.NewWriter(&b, flate.DefaultCompression)
	}
	io.WriteString(w, body)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var formats = []struct {
	name   string
	coding Coding
}{{"gzip", Gzip}, {"zlib", Deflate}, {"bare", Deflate}}

func TestDecode(t *testing.T) {
	const limit = 1000
	for _, f := range formats {
		for _, body := range []string{"", "pets", strings.Repeat("dog ", limit/4)} {
			sent := encode(t, f.name, body)
			for range 2 { // the second uses the first's memory
				got, err := io.ReadAll(Decode(iotest.OneByteReader(bytes.NewReader(sent)), f.coding, limit))
				if err != nil || string(got) != body {
					t.Errorf("%s: %q, %v; want %q", f.name, got, err, body)
				}
			}
		}
		whole := encode(t, f.name, "some pets")
		for n := range whole {
			if _, err := io.ReadAll(Decode(bytes.NewReader(whole[:n]), f.coding, limit)); !errors.Is(err, ErrEncoding) {
				t.Errorf("%s: cut at %d of %d: %v; want ErrEncoding", f.name, n, len(whole), err)
			}
		}
		if _, err := io.ReadAll(Decode(bytes.NewReader(append(whole, 'x')), f.coding, limit)); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: with more behind it: %v; want ErrEncoding", f.name, err)
		}
		broken := errors.New("broken")
		cut := io.MultiReader(bytes.NewReader(whole[:8]), iotest.ErrReader(broken))
		if _, err := io.ReadAll(Decode(cut, f.coding, limit)); err != broken {
			t.Errorf("%s: a broken body fails with %v; want its own error", f.name, err)
		}
	}
	plain := strings.NewReader("pets")
	if Decode(plain, Identity, limit) != plain {
		t.Error("a body that is not encoded has a decoder")
	}
	two := append(encode(t, "gzip", "some "), encode(t, "gzip", "pets")...)
	if got, err := io.ReadAll(Decode(bytes.NewReader(two), Gzip, limit)); err != nil || string(got) != "some pets" {
		t.Errorf("two members: %q, %v", got, err)
	}
}

func TestDecodeChecksums(t *testing.T) {
	for _, f := range formats[:2] {
		sent := encode(t, f.name, "pets")
		sent[len(sent)-4] ^= 1 // of gzip the length, of zlib the checksum
		if _, err := io.ReadAll(Decode(bytes.NewReader(sent), f.coding, 100)); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s with a wrong checksum: %v; want ErrEncoding", f.name, err)
		}
	}
}

// A bomb is an endless body.
type bomb struct {
	head, again []byte
	read        int
}

func (b *bomb) Read(p []byte) (n int, err error) {
	if n = copy(p, b.head); n > 0 {
		b.head = b.head[n:]
	}
	for n < len(p) {
		n += copy(p[n:], b.again[(b.read+n)%len(b.again):])
	}
	b.read += n
	return n, nil
}

func TestDecodeRefusesBombs(t *testing.T) {
	const limit = 64 << 10
	zeros := encode(t, "gzip", strings.Repeat("\x00", 4*limit))
	for _, f := range formats {
		sent := &counted{Reader: bytes.NewReader(encode(t, f.name, strings.Repeat("\x00", 100*limit)))}
		n, err := io.Copy(io.Discard, Decode(sent, f.coding, limit))
		if err != message.ErrBodyTooLarge || n > limit {
			t.Errorf("%s: %d bytes, %v; want no more than %d, and ErrBodyTooLarge", f.name, n, err, limit)
		}
		if sent.n > 8<<10 {
			t.Errorf("%s: %d bytes of the bomb were read", f.name, sent.n)
		}
	}
	members := &bomb{again: zeros}
	if n, err := io.Copy(io.Discard, Decode(members, Gzip, limit)); err != message.ErrBodyTooLarge || n > limit {
		t.Errorf("endless members: %d bytes, %v", n, err)
	}
	exact := encode(t, "gzip", strings.Repeat("\x00", limit))
	if n, err := io.Copy(io.Discard, Decode(bytes.NewReader(exact), Gzip, limit)); err != nil || n != limit {
		t.Errorf("a body of just the limit: %d bytes, %v", n, err)
	}
}

// Blocks that hold nothing decode to nothing for ever; what ends them is the
// limit of the encoded body.
func TestDecodeOfEndlessNothing(t *testing.T) {
	tooLong := errors.New("too long")
	nothing := io.MultiReader(io.LimitReader(&bomb{again: []byte{0, 0, 0, 0xFF, 0xFF}}, 1<<20), iotest.ErrReader(tooLong))
	if n, err := io.Copy(io.Discard, Decode(nothing, Deflate, 10<<20)); n != 0 || err != tooLong {
		t.Errorf("%d bytes, %v; want the body's own error", n, err)
	}
}

type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func FuzzDecode(f *testing.F) {
	for _, format := range formats {
		f.Add(encode(f, format.name, strings.Repeat("pets", 40)), byte(format.coding))
	}
	f.Fuzz(func(t *testing.T, body []byte, coding byte) {
		got, err := io.ReadAll(Decode(bytes.NewReader(body), Coding(1+coding%2), 1<<16))
		switch {
		case len(got) > 1<<16:
			t.Fatalf("%d bytes", len(got))
		case err != nil && !errors.Is(err, ErrEncoding) && err != message.ErrBodyTooLarge:
			t.Fatal(err)
		}
	})
}

// What is compressed decodes to what it was, whole or as a stream, by us and by
// the standard library.
func TestCompressRoundTrip(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		body := make([]byte, r.IntN(1<<(seed%15)))
		for i := range body {
			body[i] = "abcd"[r.IntN(4)]
		}
		for _, coding := range []Coding{Identity, Gzip, Deflate} {
			whole := Compress([]byte("before"), body, coding)
			got, err := io.ReadAll(Decode(bytes.NewReader(whole[len("before"):]), coding, 1<<20))
			if err != nil || !bytes.Equal(got, body) || !bytes.HasPrefix(whole, []byte("before")) {
				t.Fatalf("seed %d, %v: %d bytes, %v; want %d", seed, coding, len(got), err, len(body))
			}
			if coding == Identity {
				continue
			}
			for _, eager := range []bool{false, true} {
				s := &compressing{source: io.NopCloser(iotest.HalfReader(bytes.NewReader(body))), coding: coding, eager: eager}
				if got, err = readBy(s, 1+r.IntN(1000)); err == nil {
					got, err = decodeByStandard(got, coding)
				}
				if err != nil || !bytes.Equal(got, body) {
					t.Fatalf("seed %d, %v stream: %d bytes, %v; want %d", seed, coding, len(got), err, len(body))
				}
				s.Close()
			}
		}
	}
}

func decodeByStandard(body []byte, coding Coding) ([]byte, error) {
	var r io.Reader
	var err error
	if coding == Gzip {
		r, err = gzip.NewReader(bytes.NewReader(body))
	} else {
		r, err = zlib.NewReader(bytes.NewReader(body))
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
