package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright"
)

func TestFunctions(t *testing.T) {
	const file = `
functions:
  list:
    command: python3 -m awslambdaric "list.py handler"
    dir: functions
    environment: {TABLE: pets, EMPTY: "", REGION: , ABSENT: }
    timeout: 3
    memory: 512
    concurrency: 2
    watch: [functions, lib]
  still: {command: [./a b], timeout: 1m30s, watch: []}
  greet: {command: from the file}
`
	env := map[string]string{"REGION": "eu-west-1"}
	list := gatewright.Function{
		Name: "list", Command: []string{"python3", "-m", "awslambdaric", "list.py handler"}, Dir: "functions",
		Environment: map[string]string{"TABLE": "pets", "EMPTY": "", "REGION": "eu-west-1"},
		Timeout:     3 * time.Second, Memory: 512, Concurrency: 2, Watch: []string{"functions", "lib"},
	}
	still := gatewright.Function{
		Name: "still", Command: []string{"./a b"}, Timeout: 90 * time.Second, Watch: []string{}, Environment: map[string]string{},
	}
	greet := gatewright.Function{Name: "greet", Command: []string{"node", "a=b, c.js"}}
	got, err := functionsOf(t, []string{"--function", `greet=node 'a=b, c.js'`}, env, file)
	want := []gatewright.Function{greet, list, still}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, functions (-want +got):\n%s", err, diff)
	}

	got, err = functionsOf(t, nil, map[string]string{"GATEWRIGHT_FUNCTION": "a=x\nb=y z\n"}, "")
	want = []gatewright.Function{{Name: "a", Command: []string{"x"}}, {Name: "b", Command: []string{"y", "z"}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("of the environment: error %v, functions (-want +got):\n%s", err, diff)
	}
}

// functionsOf returns the functions that the settings say there are.
func functionsOf(t *testing.T, args []string, env map[string]string, text string) ([]gatewright.Function, error) {
	t.Helper()
	flags := serveCommand().Flags()
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	file := filepath.Join(t.TempDir(), "gatewright.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := fillFlags(flags, file, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	return *flags.Lookup("function").Value.(functionFlag).functions, err
}

func TestSplit(t *testing.T) {
	for command, want := range map[string][]string{
		"a b\tc":                {"a", "b", "c"},
		`"a b" 'c "d"' ""`:      {"a b", `c "d"`, ""},
		`a\ b\"c 'd\e' f"g h"i`: {`a b"c`, `d\e`, "fg hi"},
		"$HOME *":               {"$HOME", "*"},
	} {
		got, err := split(command)
		if diff := cmp.Diff(want, []string(got)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", command, err, diff)
		}
	}
}
