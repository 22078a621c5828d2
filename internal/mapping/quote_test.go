package mapping

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestAppendQuoted(t *testing.T) {
	const s = "\"/\\ \b\f\n\r\t\x00\x1f\x7f é\xff😀\u2028"
	const want = `"\"/\\ \b\f\n\r\t\u0000\u001F` + "\x7f é\uFFFD😀\u2028\""
	if got := string(AppendQuoted(nil, s)); got != want {
		t.Errorf("%q is written as %s, want %s", s, got, want)
	}
}

func FuzzAppendQuoted(f *testing.F) {
	f.Add("a\"\\\b\u2028\xff\xc3")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		quoted := AppendQuoted(nil, s)
		if err := json.Unmarshal(quoted, &back); err != nil || back != strings.ToValidUTF8(s, "\uFFFD") && !strings.Contains(back, "\uFFFD") {
			t.Errorf("%q was written as %s: %v", s, quoted, err)
		}
		if !bytes.Equal(quoted, AppendQuoted(nil, []byte(s))) {
			t.Errorf("%q is written otherwise as bytes", s)
		}
	})
}
