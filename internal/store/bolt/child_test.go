package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

var background = context.Background()

// children are what this program does instead of testing when a test has
// started it as another process: with a path, until it is killed or done.
var children = map[string]func(path string) error{
	"hold":     hold,
	"hammer":   hammer,
	"unsynced": unsynced,
}

const childVariable = "GATEWRIGHT_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	run, ok := children[os.Getenv(childVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// A child is another process. What it prints are lines.
type child struct {
	command *exec.Cmd
	lines   *bufio.Scanner
}

// start starts a child and waits for its first line, "open".
func start(t *testing.T, name, path string) *child {
	t.Helper()
	c := launch(t, name, path)
	if !c.lines.Scan() || c.lines.Text() != "open" {
		t.Fatalf("child %s begins with %q, want open", name, c.lines.Text())
	}
	return c
}

func launch(t *testing.T, name, path string) *child {
	t.Helper()
	command := exec.Command(os.Args[0], path)
	command.Env = append(os.Environ(), childVariable+"="+name)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	return &child{command, bufio.NewScanner(out)}
}

// kill ends the child as kill -9 does, and reads what it still had to say.
func (c *child) kill(t *testing.T) (rest []string) {
	t.Helper()
	if err := c.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for c.lines.Scan() {
		rest = append(rest, c.lines.Text())
	}
	c.command.Wait()
	return rest
}
