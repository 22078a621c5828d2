package gatewright

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gatewright/gatewright"

// arrows says which packages of ours a package may import. The planes do not
// know each other; only the root and the commands know all. Adding an arrow is
// a decision.
var arrows = map[string][]string{
	"cmd/gatewright": {"", "internal/mapping", "internal/users", "jsonpath", "jsonschema", "vtl"},
	"": {
		"internal/control", "internal/edge", "internal/function", "internal/gateway", "internal/gatewayresponse", "internal/integration",
		"internal/mapping", "internal/message", "internal/restapi", "internal/store", "internal/store/bolt",
		"internal/store/memory", "internal/upstream", "internal/users", "internal/pattern",
	},
	"internal/gatewrighttest": {""},
	"internal/generated":      {},
	"bench":                   {},

	"internal/control":          {"internal/restapi", "internal/gatewayresponse", "internal/store", "internal/users", "internal/pattern", "javaregexp", "policy", "sigv4"},
	"internal/control/recorded": {},
	"internal/gateway": {
		"internal/message", "internal/restapi", "internal/gatewayresponse", "internal/mapping", "internal/content",
		"internal/integration", "internal/upstream", "internal/store", "internal/turn", "internal/validation",
	},
	"internal/gatewayresponse": {"internal/restapi", "internal/message", "internal/mapping"},
	"internal/function":        {"internal/eventstream", "internal/message", "internal/upstream"},
	"internal/integration":     {"internal/message", "internal/restapi", "internal/mapping", "internal/content", "internal/upstream", "internal/eventstream", "javaregexp"},
	"internal/mapping":         {"internal/message", "internal/turn", "jsonpath", "vtl"},
	"internal/content":         {"internal/message"},
	"internal/validation":      {"internal/restapi", "internal/mapping", "internal/turn", "jsonschema"},
	"internal/edge":            {"internal/message", "internal/http1"},
	"internal/edge/edgetest":   {"internal/message"},
	"internal/upstream":        {"internal/message", "internal/http1"},
	"internal/http1":           {"internal/message"},
	"internal/eventstream":     {},
	"internal/turn":            {},

	"internal/store/bolt":      {"internal/store", "internal/store/local"},
	"internal/store/memory":    {"internal/store", "internal/store/local", "internal/store/tree"},
	"internal/store/local":     {"internal/store", "internal/store/tree"},
	"internal/store/tree":      {},
	"internal/store/storetest": {"internal/store"},
	"internal/store":           {},
	"internal/restapi":         {},
	"internal/users":           {"internal/pattern", "policy", "sigv4"},
	"internal/pattern":         {},
	"internal/message":         {},

	"javaregexp": {},
	"jsonpath":   {},
	"jsonschema": {"javaregexp", "jsonpath"},
	"policy":     {},
	"sigv4":      {},
	"vtl":        {"javaregexp"},
}

func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	for dir, files := range packages(t) {
		seen[dir] = true
		allowed, listed := arrows[dir]
		if !listed {
			t.Errorf("package %q is not in the list of arrows", dir)
		}
		for _, f := range files {
			for _, spec := range f.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				ours, ok := strings.CutPrefix(path, module)
				if ours = strings.TrimPrefix(ours, "/"); ok && !slices.Contains(allowed, ours) {
					t.Errorf("%s imports %s: no such arrow is listed", dir, path)
				}
			}
		}
	}
	for dir := range arrows {
		if !seen[dir] {
			t.Errorf("the list of arrows names package %q, which does not exist", dir)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for dir, files := range packages(t) {
		if !slices.ContainsFunc(files, func(f *ast.File) bool { return f.Doc != nil }) {
			t.Errorf("package %q has no comment", dir)
		}
	}
}

// packages parses the files, but for tests, of every package of the module.
func packages(t *testing.T) map[string][]*ast.File {
	t.Helper()
	found := map[string][]*ast.File{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || otherModule(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), ".")
		found[dir] = append(found[dir], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func otherModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
