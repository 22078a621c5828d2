package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// ours returns the commands that are not of the library: those with examples.
func ours(c *cobra.Command) (found []*cobra.Command) {
	if c.HasExample() {
		found = append(found, c)
	}
	for _, sub := range c.Commands() {
		found = append(found, ours(sub)...)
	}
	return found
}

func help(t *testing.T, c *cobra.Command) string {
	t.Helper()
	var out strings.Builder
	program := c.Root()
	program.SetOut(&out)
	program.SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
	if err := program.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHelp(t *testing.T) {
	for _, c := range ours(programCommand()) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			text := help(t, c)
			if example, usage := strings.Index(text, "\nExample:\n  gatewright "), strings.Index(text, "\nUsage:\n"); example < 0 || usage < example {
				t.Errorf("its example is not in front of its usage:\n%s", text)
			}
			if n := strings.Count(text, "Example:"); n != 1 {
				t.Errorf("its example is there %d times:\n%s", n, text)
			}
			if c.HasSubCommands() && !strings.Contains(text, c.CommandPath()+" COMMAND\n") {
				t.Errorf("it asks for no command:\n%s", text)
			}
			if strings.Contains(text, "[]") || strings.Contains(text, " string ") {
				t.Errorf("it shows a type of Go's, or an empty list:\n%s", text)
			}
			for line := range strings.Lines(text) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
					t.Errorf("a line has %d characters: %s", n, line)
				}
			}
		})
	}
}

// TestExamplesRun runs the examples of the help as they stand there. A server only
// reads its flags.
func TestExamplesRun(t *testing.T) {
	tools := t.TempDir()
	script := "#!/bin/sh\n[ \"$1\" = serve ] && set -- \"$@\" --help\nGATEWRIGHT_TEST_AS_PROGRAM=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(tools, "gatewright"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	general := map[string]string{
		"pets.vtl": "$input.params('type') of $context.stage", "pet.json": `{"name": "Rex", "owner": "Ann"}`,
		"pets.json":         `{"pets": [{"name": "Rex", "price": 9}]}`,
		"pet.schema.json":   `{"properties": {"owner": {"type": "string"}}}`,
		"owner.schema.json": `{"type": "string"}`,
	}
	const policy = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "*"}}`
	const users = "users: [{name: alice, keys: [{id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY}]}]"
	for _, c := range ours(programCommand()) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			files := maps.Clone(general)
			switch path := c.CommandPath(); {
			case path == "gatewright user add":
				files["pets.json"] = policy
			case strings.HasPrefix(path, "gatewright user "):
				files["users.yaml"] = users
			}
			shell := exec.Command("sh", "-e", "-c", c.Example)
			shell.Dir = writeFiles(t, files)
			if out, err := shell.CombinedOutput(); err != nil {
				t.Errorf("%s\n%v:\n%s", c.Example, err, out)
			}
		})
	}
}
