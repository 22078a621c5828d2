package vtl_test

import (
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/gatewright/gatewright/internal/generated"
	"github.com/gatewright/gatewright/vtl"
)

var (
	seed   = flag.Uint64("seed", 20261121, "of the generated cases")
	number = flag.Int("cases", 2000, "how many cases to generate")
)

// TestGenerated renders generated templates twice: none may panic, and both
// renderings must print the same.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d templates", *seed, *number)
	failed := 0
	for _, c := range generated.Templates(*seed, *number) {
		output, err := rendered(t, c)
		if again, errAgain := rendered(t, c); again != output || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("template %q\nrenders %q, error %v\nand then %q, error %v", c.Template, output, err, again, errAgain)
		}
		if err != nil && !errors.Is(err, errWaiting) {
			failed++
		}
	}
	t.Logf("%d of them end in an error", failed)
}

func rendered(t *testing.T, c generated.Case) (string, error) {
	tmpl, err := vtl.Parse("template", c.Template)
	if err != nil {
		return "", err
	}
	out, err := tmpl.Execute(nil, generatedVars(t, c))
	return string(out), err
}

// generatedVars returns the variables of a generated case.
func generatedVars(t *testing.T, c generated.Case) vtl.VarMap {
	v, err := parseJSON(fmt.Sprintf(`{"params":%s,"context":%s,"stageVariables":%s}`, c.Params, c.Context, c.StageVariables))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := v.AsMap()
	vars, _ := call{c.Body, m}.variables()
	return vars
}
