package control

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/compatibility.md anew")

// TestCompatibility makes docs/compatibility.md of the tables of operations and
// patch rows here and of the tests' data in recorded. It fails where the page
// says something else, and where a table has what no test shows.
func TestCompatibility(t *testing.T) {
	got := compatibility(t)
	file := filepath.Join("..", "..", "docs", "compatibility.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the tables say; go test ./internal/control -run TestCompatibility -update makes it so (-page +tables):\n%s", file, diff)
	}
}

// A shownOperation is an operation that a test of package recorded calls.
type shownOperation struct{ Operation string }

// A shownPatch is a patch path, and what tests of it send.
type shownPatch struct {
	Operation, Path, At, From string
	Apply                     []struct{ Op, Path string }
}

// ops are what the tests apply.
func (p shownPatch) ops() (all Op) {
	for _, c := range p.Apply {
		all |= opOf(c.Op)
	}
	return all
}

func compatibility(t *testing.T) string {
	var operations struct{ Operations, Later []shownOperation }
	var patches struct{ Rows []shownPatch }
	var errors struct {
		Errors []any
		Later  map[string][]string
	}
	var links []any
	for name, v := range map[string]any{"operations": &operations, "patch": &patches, "errors": &errors, "links": &links} {
		data, err := os.ReadFile(filepath.Join("recorded", "testdata", name+".json"))
		if err == nil {
			err = json.Unmarshal(data, v)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	everyOperationIsShown(t, operations.Operations, operations.Later)
	everyPatchIsShown(t, patches.Rows)

	later := 0
	for _, of := range errors.Later {
		later += len(of)
	}
	refused := 0
	for _, p := range patches.Rows {
		if p.ops() == 0 {
			refused++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, compatibilityHead, len(operations.Operations), len(operations.Operations)+len(operations.Later),
		len(patches.Rows)-refused, len(patches.Rows), refused, len(errors.Errors), len(errors.Errors)+later, len(links))
	writeOperations(&b, operations.Operations, operations.Later)
	writePatches(&b, patches.Rows)
	return b.String()
}

const compatibilityHead = `# Compatibility

What the control plane does of Amazon API Gateway's REST API, version 2015-07-09.
This page is made from the program's own tables and from the data of its tests, by
a test that fails when it is out of date:

    go test ./internal/control -run TestCompatibility -update

| what | how much of it |
|---|---|
| Operations | %d of %d work |
| Patch paths | %d of %d work, %d are refused as on AWS |
| Errors recorded on AWS | %d of %d come with AWS's type and text: TestErrors |
| HAL documents | %d have AWS's links: TestLinks |
| Exceptions of the model | all but UnauthorizedException, which no call is known to be answered with: conformance/test_exceptions.py |

States:

- **works**: the answer has AWS's status, members and types; a patch does what it
  does on AWS, and every operation that the path does not take is refused.
- **refused as on AWS**: AWS has the path in its tables or in its answers, and takes
  no operation on it.
- **comes with import and export**: the answer is 501 ` + "`UnknownOperationException`" + `,
  with the name of the operation.

That something works here says that it is stored and shown. What the data plane does
not do yet with it is in the [README](../README.md#what-it-does-not-do-yet).

A test is run by its name: ` + "`go test ./internal/control/recorded -run 'TestOperations/CreateApiKey$'`" + `.
Real clients call every operation in [conformance/](../conformance/).

[Operations](#operations) · [Patch paths](#patch-paths)
`

// everyOperationIsShown compares the tables with the operations that tests call.
func everyOperationIsShown(t *testing.T, works, later []shownOperation) {
	t.Helper()
	names := func(shown []shownOperation) (all []string) {
		for _, o := range shown {
			all = append(all, o.Operation)
		}
		slices.Sort(all)
		return all
	}
	var built, missing []string
	for _, k := range kinds {
		for _, op := range k.operations(k.describe()) {
			built = append(built, op.Name)
		}
	}
	for _, op := range irregular {
		built = append(built, op.Name)
	}
	for _, op := range notYet {
		missing = append(missing, op.Name)
	}
	slices.Sort(built)
	slices.Sort(missing)
	if diff := cmp.Diff(names(works), built); diff != "" {
		t.Errorf("the operations that tests call are not those that are built (-called +built):\n%s", diff)
	}
	if diff := cmp.Diff(names(later), missing); diff != "" {
		t.Errorf("the operations that tests find missing are not those that are (-tests +table):\n%s", diff)
	}
}

// everyPatchIsShown sees that tests apply every operation of every patch row.
func everyPatchIsShown(t *testing.T, rows []shownPatch) {
	t.Helper()
	for _, k := range kinds {
		kind := reflect.ValueOf(k).Elem()
		if Verb(kind.FieldByName("Verbs").Uint())&Update == 0 {
			continue
		}
		name := "Update" + kind.FieldByName("Name").String()
		target, _ := kind.FieldByName("Rules").FieldByName("Target").Interface().(func(Operation) []string)
		for _, row := range kind.FieldByName("Patch").Interface().(Patch) {
			if missed := row.Ops &^ applied(rows, name, row, target); missed != 0 {
				t.Errorf("%s: no test applies %v to %s", name, missed, row.Path)
			}
		}
	}
}

// applied are the operations that tests apply to what a patch row is about.
func applied(rows []shownPatch, operation string, row Row, target func(Operation) []string) (all Op) {
	want := pointer(row.Path)
	for _, p := range rows {
		if p.Operation != operation {
			continue
		}
		for _, c := range p.Apply {
			path := p.Path
			for _, other := range []string{p.At, c.Path} {
				if other != "" {
					path = other
				}
			}
			segments := pointer(path)
			if target != nil {
				if s := target(Operation{Op: &c.Op, Path: &path}); s != nil {
					segments = s
				}
			}
			if matches(want, segments) {
				all |= opOf(c.Op)
			}
		}
	}
	return all
}

func writeOperations(b *strings.Builder, works, later []shownOperation) {
	b.WriteString("\n## Operations\n\n| operation | state | test |\n|---|---|---|\n")
	type line struct{ name, text string }
	var lines []line
	add := func(shown []shownOperation, state, test string) {
		for _, o := range shown {
			lines = append(lines, line{o.Operation, fmt.Sprintf("| %s | %s | %s/%s |\n", o.Operation, state, test, o.Operation)})
		}
	}
	add(works, "works", "TestOperations")
	add(later, "comes with import and export", "TestLaterOperations")
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.name, b.name) })
	for _, l := range lines {
		b.WriteString(l.text)
	}
}

const patchHead = `
## Patch paths

The test of a path is named after both: that of ` + "`/variables` of UpdateStage is `TestPatch/UpdateStage_/variables`" + `.
How AWS's behaviour is known stands beside each: recorded on AWS, documented in its API
reference, observed by its clients, or inferred from paths that are like it.

`

func writePatches(b *strings.Builder, rows []shownPatch) {
	b.WriteString(patchHead)
	operation := ""
	for _, p := range rows {
		if p.Operation != operation {
			operation = p.Operation
			fmt.Fprintf(b, "[%s](#%s)\n", operation, strings.ToLower(operation))
		}
	}
	operation = ""
	for _, p := range rows {
		if p.Operation != operation {
			operation = p.Operation
			fmt.Fprintf(b, "\n### %s\n\n| path | takes | state | known |\n|---|---|---|---|\n", operation)
		}
		takes, state := strings.Trim(p.ops().String(), "[]"), "works"
		if takes == "" {
			takes, state = "nothing", "refused as on AWS"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", p.Path, takes, state, p.From)
	}
}
