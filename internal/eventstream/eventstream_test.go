package eventstream

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// The encodings are those of the test vectors that AWS publishes for the format.
func TestKnownMessages(t *testing.T) {
	for _, v := range []struct {
		name, encoded string
		headers       []Header
		payload       string
	}{
		{"empty", "00000010" + "00000000" + "05c248eb" + "7d98c8ff", nil, ""},
		{"payload alone", "0000001d" + "00000000" + "fd528c5a" + "7b27666f6f273a27626172277d" + "c3653936", nil, "{'foo':'bar'}"},
	} {
		encoded, err := hex.DecodeString(v.encoded)
		if err != nil {
			t.Fatal(err)
		}
		if got := Append(nil, v.headers, []byte(v.payload)); !bytes.Equal(got, encoded) {
			t.Errorf("%s: written as %x; want %x", v.name, got, encoded)
		}
		r := NewReader(bytes.NewReader(encoded))
		headers, err := r.Next()
		payload, failed := io.ReadAll(r)
		if err != nil || failed != nil || !slices.Equal(headers, v.headers) || string(payload) != v.payload {
			t.Errorf("%s: read %q %q (%v, %v); want %q %q", v.name, headers, payload, err, failed, v.headers, v.payload)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: ends with %v; want EOF", v.name, err)
		}
	}
}

var messages = []struct {
	headers []Header
	payload string
}{
	{[]Header{{":event-type", "PayloadChunk"}, {":message-type", "event"}}, "hello"},
	{nil, ""},
	{[]Header{{":event-type", "PayloadChunk"}}, strings.Repeat("x", 100_000)},
	{[]Header{{"", ""}}, "{}"},
}

func encoded() (b []byte) {
	for _, m := range messages {
		b = Append(b, m.headers, []byte(m.payload))
	}
	return b
}

func TestMessagesComeAsTheyAre(t *testing.T) {
	for name, src := range map[string]io.Reader{
		"at once":      bytes.NewReader(encoded()),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(encoded())),
		"EOF at once":  iotest.DataErrReader(bytes.NewReader(encoded())),
	} {
		r := NewReader(src)
		for i, m := range messages {
			headers, err := r.Next()
			payload, failed := io.ReadAll(r)
			if err != nil || failed != nil || !slices.Equal(headers, m.headers) || string(payload) != m.payload {
				t.Fatalf("%s: message %d: %q, %d bytes (%v, %v); want %q, %d", name, i, headers, len(payload), err, failed, m.headers, len(m.payload))
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: ends with %v; want EOF", name, err)
		}
	}
}

func TestPayloadsAreSkipped(t *testing.T) {
	r := NewReader(bytes.NewReader(encoded()))
	for i := range messages {
		if _, err := r.Next(); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
}

// Whatever is missing at the end, it is seen.
func TestCutStreams(t *testing.T) {
	whole := Append(nil, messages[0].headers, []byte("hello"))
	for n := 1; n < len(whole); n++ {
		r := NewReader(bytes.NewReader(whole[:n]))
		_, err := r.Next()
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if err != io.ErrUnexpectedEOF {
			t.Errorf("%d of %d bytes: got %v; want io.ErrUnexpectedEOF", n, len(whole), err)
		}
	}
}

// A bit that is wrong anywhere is seen, at the latest where the message ends.
func TestWrongBits(t *testing.T) {
	whole := Append(nil, messages[0].headers, []byte("hello"))
	for i := range 8 * len(whole) {
		broken := bytes.Clone(whole)
		broken[i/8] ^= 1 << (i % 8)
		r := NewReader(bytes.NewReader(broken))
		_, err := r.Next()
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("bit %d: got %v; want ErrMalformed", i, err)
		}
	}
}

// Headers of all types are passed over, and those that are texts returned.
func TestHeaderTypes(t *testing.T) {
	all := []byte("\x01a\x00" + "\x01b\x01" + "\x01c\x02x" + "\x01d\x03xx" + "\x01e\x04xxxx" + "\x01f\x05xxxxxxxx" +
		"\x01g\x06\x00\x02xx" + "\x01h\x07\x00\x04text" + "\x01i\x08xxxxxxxx" + "\x01j\x09xxxxxxxxxxxxxxxx")
	got, err := parseHeaders(all)
	if err != nil || !slices.Equal(got, []Header{{"h", "text"}}) {
		t.Errorf("got %q, %v; want the text of h", got, err)
	}
	for _, broken := range []string{"\x01", "\x01a", "\x02a", "\x01a\x0a", "\x01a\x02", "\x01a\x07", "\x01a\x07\x00", "\x01a\x07\x00\x02x", "\x01a\x09xxx"} {
		if got, err := parseHeaders([]byte(broken)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: got %q, %v; want ErrMalformed", broken, got, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	for name, prelude := range map[string][]byte{
		"headers":          {0, 2, 0, 17, 0, 2, 0, 1},
		"payload":          {1, 128, 0, 17, 0, 0, 0, 0},
		"shorter than 16":  {0, 0, 0, 15, 0, 0, 0, 0},
		"headers too long": {0, 0, 0, 20, 0, 0, 0, 5},
	} {
		r := NewReader(bytes.NewReader(withSum(prelude)))
		if _, err := r.Next(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v; want ErrMalformed", name, err)
		}
	}
}

// FuzzReader reads anything: it ends, and what it takes for a message it would
// write the same way, but for headers that are no texts.
func FuzzReader(f *testing.F) {
	f.Add(Append(Append(nil, messages[0].headers, []byte("hello")), nil, nil))
	f.Add(withSum([]byte{0, 0, 0, 20, 0, 0, 0, 4}))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data))
		for rest := data; ; {
			headers, err := r.Next()
			if err != nil {
				return
			}
			size := preludeSize + len(r.headers) + r.left + sumSize
			payload, err := io.ReadAll(r)
			if err != nil {
				return
			}
			written := Append(nil, headers, payload)
			if len(written) == size && !bytes.Equal(written, rest[:size]) {
				t.Fatalf("%x was read as %q %q, which is %x", rest[:size], headers, payload, written)
			}
			rest = rest[size:]
		}
	})
}

// withSum appends the checksum of a prelude.
func withSum(lengths []byte) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(lengths), crc32.ChecksumIEEE(lengths))
}
