package vtl_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/vtl"
)

// fuzzLimits make a rendering end soon.
var fuzzLimits = vtl.Limits{Output: 1 << 16, Memory: 1 << 18, Steps: 20_000}

func addSeeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		_, list := cases(f, file)
		for _, c := range list {
			template, _ := c.text("template")
			f.Add(template)
		}
	}
	for _, c := range generated.Templates(2, 100) {
		f.Add(c.Template)
	}
}

// FuzzParse parses anything: it ends, and errors have a place in the text.
func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, template string) {
		_, err := vtl.Parse("t", template)
		var e *vtl.Error
		if err != nil && (!errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Message == "") {
			t.Errorf("template %q: got error %#v", template, err)
		}
	})
}

// FuzzExecute renders anything: it ends, within its limits, and twice with the
// same result.
func FuzzExecute(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, template string) {
		tmpl, err := vtl.Config{Limits: fuzzLimits}.Parse("t", template)
		if err != nil {
			return
		}
		begin := time.Now()
		first, firstErr := tmpl.Execute(nil, fuzzVars(t))
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("template %q: it took %v", template, took)
		}
		if len(first) > fuzzLimits.Output+len(template) {
			t.Errorf("template %q: it printed %d bytes", template, len(first))
		}
		second, secondErr := tmpl.Execute(nil, fuzzVars(t))
		if string(first) != string(second) || (firstErr == nil) != (secondErr == nil) {
			t.Errorf("template %q: got %q, %v and then %q, %v", template, first, firstErr, second, secondErr)
		}
	})
}

func fuzzVars(t *testing.T) vtl.Vars { return generatedVars(t, generated.Templates(2, 1)[0]) }

// FuzzRegexp matches any pattern against any text, in every way there is.
func FuzzRegexp(f *testing.F) {
	for _, p := range []string{`(a|b)*c`, `[a-z&&[^l]]+?`, `(?<n>.)\k<n>`, `(?i)\p{Lu}{2,3}+`, `\Qa.\E`, `(?<=x)y|^z$`, `[^\d\s]`, `(?x) a # b`} {
		f.Add(p, "aab xxy zz 😀", "<$0$1>")
	}
	tmpl, err := vtl.Config{Limits: fuzzLimits}.Parse("t", "$s.matches($p)$s.replaceAll($p, $r)$s.split($p).size()$s.split($p, 2).size()$s.replaceFirst($p, '')")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern, text, replacement string) {
		_, err := tmpl.Execute(nil, vtl.VarMap{"s": vtl.String(text), "p": vtl.String(pattern), "r": vtl.String(replacement)})
		var e *vtl.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("pattern %q: got error %#v", pattern, err)
		}
	})
}
