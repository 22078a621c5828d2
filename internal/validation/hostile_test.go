package validation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/validation"
)

const megabytes = 1 << 20

// nest returns the schema of an object in objects, n deep, with a number at the
// bottom.
func nest(n int) string {
	return strings.Repeat(`{"type":"object","required":["a"],"additionalProperties":false,"properties":{"a":`, n) +
		`{"type":"integer","minimum":0}` + strings.Repeat(`}}`, n)
}

func TestHostileBodies(t *testing.T) {
	const unreadable = "[Unknown error parsing request body]"
	deep := strings.Repeat(`{"a":`, 100) + `%s` + strings.Repeat(`}`, 100)
	many := func(one string, n int) string { return "[" + strings.Repeat(one+",", n/(len(one)+1)-1) + one + "]" }
	for _, c := range []struct{ name, schema, body, want string }{
		{"a million deep", `{}`, strings.Repeat(`{"a":`, megabytes), unreadable},
		{
			"10 MB against a deep schema, wrong at its end", `{"type":"array","items":` + nest(100) + `}`,
			strings.TrimSuffix(many(fmt.Sprintf(deep, "1"), 10*megabytes), "]") + "," + fmt.Sprintf(deep, "-1") + "]",
			"[numeric instance is lower than the required minimum (minimum: 0, found: -1)]",
		},
		{"a million numbers", `{"items":{"type":"integer"}}`, many("1", 2*megabytes), ""},
		{"pattern that others go mad at", `{"pattern":"^(a+)+$"}`, `"` + strings.Repeat("a", 5*megabytes) + `!"`, "[ECMA 262 regex"},
		{"pattern that goes back and forth", `{"pattern":"^(?=(a+)+b)"}`, `"` + strings.Repeat("a", megabytes) + `!"`, unreadable},
		{"more work than is done", `{"items":{"pattern":"(a{1,900}b{1,90}){1}x"}}`, many(`"`+strings.Repeat("ab", 1000)+`"`, 5*megabytes), unreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := demanding(t, map[string]string{"Body": c.schema}, "$default").Model("")
			begin := time.Now()
			err := model.Check([]byte(c.body))
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("took %v", took)
			}
			got := ""
			var refused *validation.BodyError
			if errors.As(err, &refused) {
				got = refused.Detail
			} else if err != nil {
				t.Fatalf("got %v, want a BodyError", err)
			}
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %.200q, want %q", got, c.want)
			}
		})
	}
}
