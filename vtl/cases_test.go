package vtl_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/vtl"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

func bigInteger(s string) (vtl.Value, bool) {
	i, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return vtl.Value{}, false
	}
	return vtl.BigInteger(i), true
}

// An archive is a text file of files, as txtar has them.
type archive struct {
	comment string
	files   []file
}

type file struct{ name, data string }

func parseArchive(s string) *archive {
	a := &archive{}
	into := &a.comment
	for line := range strings.Lines(s) {
		name, marked := strings.CutPrefix(line, "-- ")
		name, closed := strings.CutSuffix(strings.TrimSuffix(name, "\n"), " --")
		if !marked || !closed {
			*into += line
			continue
		}
		a.files = append(a.files, file{name: name})
		into = &a.files[len(a.files)-1].data
	}
	return a
}

func (a *archive) String() string {
	var b strings.Builder
	b.WriteString(a.comment)
	for _, f := range a.files {
		fmt.Fprintf(&b, "-- %s --\n%s", f.name, f.data)
	}
	return b.String()
}

// A section is one part of a case in a file of cases: see testdata/README.md.
type section struct {
	kind string
	file *file
}

// A templateCase is a template with what it is rendered with and what comes
// out.
type templateCase struct {
	name     string
	sections []section
}

func (c *templateCase) text(kind string) (string, bool) {
	for _, s := range c.sections {
		if s.kind == kind {
			return strings.TrimSuffix(s.file.data, "\n"), true
		}
	}
	return "", false
}

func (c *templateCase) set(kind, text string) {
	for _, s := range c.sections {
		if s.kind == kind {
			s.file.data = text + "\n"
		}
	}
}

// cases reads the cases of a file. The archive is returned for updates.
func cases(t testing.TB, path string) (*archive, []*templateCase) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := parseArchive(string(data))
	var list []*templateCase
	var common []section // of all cases in the file
	for i := range archive.files {
		f := &archive.files[i]
		name, kind, found := strings.Cut(f.name, "/")
		if name == "*" {
			common = append(common, section{kind, f})
			continue
		}
		if !found {
			list = append(list, &templateCase{name: name, sections: slices.Clone(common)})
			kind = "template"
		}
		last := list[len(list)-1]
		if last.name != name {
			t.Fatalf("%s: section %s is not in its case", path, f.name)
		}
		last.sections = append(last.sections, section{kind, f})
	}
	return archive, list
}

// TestCases renders the cases in testdata.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	passed, waiting := 0, 0
	for _, file := range files {
		archive, list := cases(t, file)
		for _, c := range list {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+c.name, func(t *testing.T) {
				err := c.run(t)
				if errors.Is(err, errWaiting) {
					waiting++
				} else if !t.Failed() {
					passed++
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, []byte(archive.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cases pass, %d wait for paths that the test does not have", passed, waiting)
}

// TestNoCaseIsLost counts the cases that every engine for API Gateway has to get
// right: those recorded on AWS, and those computed from the rules. The other
// files may grow.
func TestNoCaseIsLost(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	recorded, computed := 0, 0
	for _, file := range files {
		_, list := cases(t, file)
		switch filepath.Base(file) {
		case "recorded.txtar":
			recorded = len(list)
		case "corners.txtar", "generated.txtar":
		default:
			computed += len(list)
		}
	}
	if recorded != 64 || computed != 295 {
		t.Errorf("%d recorded and %d computed cases, want 64 and 295", recorded, computed)
	}
}

// run renders a case and compares what comes out. It returns the error of the
// rendering.
func (c *templateCase) run(t *testing.T) error {
	template, _ := c.text("template")
	output, overridden, err := c.render()
	if errors.Is(err, errWaiting) {
		return err
	}
	if *update {
		c.set("output", output)
		c.set("error", errorText(err))
		return err
	}
	if want, ok := c.text("error"); ok {
		if got := errorText(err); got != want {
			t.Errorf("template %q\ngot error %q, output %q\nwant error %q", template, got, output, want)
		}
		return err
	}
	want, _ := c.text("output")
	if err != nil || output != want {
		t.Errorf("template %q\ngot  %q, error %v\nwant %q", template, output, err, want)
	}
	if want, ok := c.text("overrides"); ok && canonical(t, want) != overridden {
		t.Errorf("template %q\ngot overrides  %s\nwant overrides %s", template, overridden, want)
	}
	return err
}

// errorText returns an error as it stands in a case: line:column kind message.
func errorText(err error) string {
	var e *vtl.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%d:%d %s: %s", e.Line, e.Column, e.Kind, e.Message)
}

func (c *templateCase) render() (output, overridden string, err error) {
	template, _ := c.text("template")
	body, _ := c.text("body")
	vars := vtl.NewMap()
	if s, ok := c.text("vars"); ok {
		v, err := parseJSON(s)
		if err != nil {
			return "", "", err
		}
		vars, _ = v.AsMap()
	}
	t, err := vtl.Parse("template", template)
	if err != nil {
		return "", "", err
	}
	variables, context := call{body, vars}.variables()
	out, err := t.Execute(nil, variables)
	if err != nil {
		return "", "", err
	}
	return string(out), overriddenJSON(context), nil
}

func overriddenJSON(context *vtl.Map) string {
	var b bytes.Buffer
	for _, name := range []string{"requestOverride", "responseOverride"} {
		v, _ := context.Get(name)
		j, err := v.AppendJSON(nil)
		if err != nil {
			return err.Error()
		}
		b.Write(j)
	}
	return b.String()
}

func canonical(t *testing.T, s string) string {
	v, err := parseJSON(s)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := v.AsMap()
	return overriddenJSON(m)
}
