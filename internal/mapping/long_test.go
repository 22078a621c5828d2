package mapping

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/internal/turn"
)

// TestLongPayloads shows that who parses a long payload waits for his turn, keeps
// it until the exchange waits for others, and that others wait for nobody.
func TestLongPayloads(t *testing.T) {
	path, _ := CompileTemplate("path", "$input.path('$').size()", nil)
	text, _ := CompileTemplate("text", "$util.parseJson($input.body).size()", nil)
	synctest.Test(t, func(t *testing.T) {
		old := parsing
		parsing = make(turn.Turns, 1)
		defer func() { parsing = old }()
		payload := "[" + strings.Repeat(" ", Long) + "1]"
		var first, second Scope
		first.Sent.Set(payload)
		for _, compiled := range []*Template{path, text, path} {
			if out, err := compiled.Append(nil, &first, &first.Sent); err != nil || string(out) != "1" {
				t.Fatalf("got %s, error %v", out, err)
			}
		}
		second.Sent.Set("[1]")
		if out, err := path.Append(nil, &second, &second.Sent); err != nil || string(out) != "1" {
			t.Errorf("a short one waits: %s, error %v", out, err)
		}
		second.Sent.Set(payload)
		for _, compiled := range []*Template{path, text} {
			if _, err := compiled.Append(nil, &second, &second.Sent); !errors.Is(err, turn.ErrBusy) {
				t.Errorf("error %v, want %v", err, turn.ErrBusy)
			}
		}
		time.AfterFunc(time.Second, first.Settle)
		if err := second.Parse(&second.Sent); err != nil {
			t.Errorf("error %v after the turn had ended", err)
		}
		second.Reset()
		if out, err := path.Append(nil, &first, &first.Sent); err != nil || string(out) != "1" {
			t.Errorf("once it was forgotten, the payload gives %s, error %v", out, err)
		}
		first.Reset()
		if n := len(parsing); n > 0 {
			t.Errorf("%d turns are left", n)
		}
	})
}
