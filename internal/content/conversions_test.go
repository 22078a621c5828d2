package content

import (
	"encoding/json"
	"os"
	"testing"
)

// A recording is one way of converting payloads, as recorded on AWS, for an API
// whose binary type is image/png.
type recording struct {
	Name            string
	Direction       string // request or response
	ContentHandling string
	ContentType     string // of the payload
	Accept          string // of the caller
	Template        string // what reads the converted payload
	Cases           []struct {
		Body []byte
		Want []byte // nil: 500
	}
}

func (r *recording) conversion() Conversion {
	binary := MediaTypes{"image/png"}
	h := HandlingOf(r.ContentHandling)
	if r.Direction == "request" {
		return h.Request(binary.Match(r.ContentType))
	}
	return h.Response(binary.Match(r.ContentType), binary.Match(r.Accept))
}

func TestConversions(t *testing.T) {
	data, err := os.ReadFile("testdata/conversions.json")
	if err != nil {
		t.Fatal(err)
	}
	var recordings []recording
	if err := json.Unmarshal(data, &recordings); err != nil {
		t.Fatal(err)
	}
	if len(recordings) != 26 {
		t.Errorf("%d recordings; want 26", len(recordings))
	}
	for _, r := range recordings {
		c := r.conversion()
		for _, v := range r.Cases {
			got, err := c.Append([]byte("before "), v.Body)
			switch {
			case r.Template != "":
				if c.GivesText() != (v.Want != nil) {
					t.Errorf("%s: a template gets text: %v", r.Name, c.GivesText())
				}
			case v.Want == nil:
				if err != ErrBase64 {
					t.Errorf("%s: %q becomes %q, %v; want it to fail", r.Name, v.Body, got, err)
				}
			case err != nil || string(got) != "before "+string(v.Want):
				t.Errorf("%s: %q becomes %q, %v; want %q", r.Name, v.Body, got, err, v.Want)
			}
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for _, c := range []struct {
		entry, header string
		want          bool
	}{
		{"image/png", "image/png", true},
		{"image/png", "IMAGE/png; q=1", true},
		{"image/png", "image/webp,image/png", false}, // the first counts
		{"image/png", "image/*", false},
		{"image/*", "image/png", true},
		{"image/*", "image/", false},
		{"image/*", "images/png", false},
		{"*/png", "image/png", false},
		{"*/*", "", true},
		{"image/png", "", false},
		{"", "", false},
	} {
		if got := (MediaTypes{"x/y", c.entry}).Match(c.header); got != c.want {
			t.Errorf("%q matches %q: %v; want %v", c.entry, c.header, got, c.want)
		}
	}
	if MediaTypes(nil).Match("image/png") {
		t.Error("no types match image/png")
	}
}
