package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/generated"
)

var (
	oracle = flag.String("oracle", os.Getenv("ORACLE"), "commands, separated by commas, that answer cases as template --batch does")
	seed   = flag.Uint64("seed", 20261121, "of the generated cases")
	number = flag.Int("cases", 0, "how many of each kind; by itself 300, with an oracle 20,000")
	show   = flag.Int("show", 40, "how many differences of each kind to show")
)

// TestOracle has generated cases answered by the program. With other engines,
//
//	ORACLE='COMMAND, COMMAND' go test ./cmd/gatewright -run Oracle -v -timeout 1h
//
// it compares: where these agree with each other, we must in 99.5 % of the cases.
func TestOracle(t *testing.T) {
	n := 300
	if *oracle != "" {
		n = 20_000
	}
	n = cmp.Or(*number, n)
	for _, kind := range []struct {
		command string
		cases   []generated.Case
	}{
		{"render", generated.Templates(*seed, n)},
		{"jsonpath", generated.Paths(*seed, n)},
		{"schema", generated.Schemas(*seed, n)},
	} {
		t.Run(kind.command, func(t *testing.T) {
			t.Logf("seed %d, %d cases", *seed, n)
			c := comparison{cases: kind.cases, lines: lines(t, kind.cases)}
			ours := command(t, "template", kind.command, "--batch")
			c.ours = c.ask(t, ours.Cmd)
			for name := range strings.SplitSeq(*oracle, ",") {
				if name = strings.TrimSpace(name); name != "" {
					c.theirs = append(c.theirs, c.ask(t, exec.Command("sh", "-c", name)))
				}
			}
			if len(c.theirs) > 0 {
				c.compare(t)
			}
		})
	}
}

// A comparison is of the answers to cases.
type comparison struct {
	cases  []generated.Case
	lines  []byte
	ours   []engineAnswer
	theirs [][]engineAnswer
}

func lines(t *testing.T, cases []generated.Case) []byte {
	var b bytes.Buffer
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	for _, c := range cases {
		if err := encode.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// ask puts the cases to a program.
func (c *comparison) ask(t *testing.T, program *exec.Cmd) []engineAnswer {
	t.Helper()
	program.Stdin = bytes.NewReader(c.lines)
	out, err := program.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []engineAnswer
	for decode := json.NewDecoder(bufio.NewReader(bytes.NewReader(out))); ; {
		var a engineAnswer
		if err := decode.Decode(&a); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if a.ErrorKind == "case" {
			t.Fatalf("%s does not understand case %d: %s", program, len(all)+1, a.Error)
		}
		all = append(all, a)
	}
	if len(all) != len(c.cases) {
		t.Fatalf("%s: %d answers to %d cases", program, len(all), len(c.cases))
	}
	return all
}

func (c *comparison) compare(t *testing.T) {
	agreed, same, sides := 0, 0, make([]int, len(c.theirs))
	for i, ours := range c.ours {
		first := c.theirs[0][i]
		if !c.settled(i) {
			for n, other := range c.theirs {
				if ours.same(other[i]) {
					sides[n]++
				}
			}
			continue
		}
		agreed++
		if ours.same(first) {
			same++
		} else if agreed-same <= *show {
			question, _ := json.Marshal(c.cases[i])
			t.Logf("case  %s\nours  %s\nother %s", question, ours, first)
		}
	}
	percent := 100 * float64(same) / float64(agreed)
	t.Logf("the others agree in %d of %d cases, and in %d of these, %.2f %%, so do we", agreed, len(c.cases), same, percent)
	t.Logf("of the %d others, we answer %v as they do, in their order", len(c.cases)-agreed, sides)
	if percent < 99.5 {
		t.Errorf("agreement %.2f %%, want 99.5", percent)
	}
}

// settled reports whether the others agree on a case.
func (c *comparison) settled(i int) bool {
	for _, other := range c.theirs[1:] {
		if !other[i].same(c.theirs[0][i]) {
			return false
		}
	}
	return true
}

// An engineAnswer is any answer to a case.
type engineAnswer struct {
	Output                *string  `json:"output,omitempty"`
	RequestOverride       any      `json:"requestOverride,omitempty"`
	ResponseOverride      any      `json:"responseOverride,omitempty"`
	Missing               bool     `json:"missing,omitempty"`
	Messages              []string `json:"messages,omitempty"`
	ValidationErrorString string   `json:"validationErrorString,omitempty"`
	Error                 string   `json:"error,omitempty"`
	ErrorKind             string   `json:"errorKind,omitempty"`
}

// same reports whether two answers are alike. Of the errors only those about the
// payload have a text that callers see.
func (a engineAnswer) same(b engineAnswer) bool {
	if a.ErrorKind == "" || b.ErrorKind == "" || a.ErrorKind == "json" || b.ErrorKind == "json" {
		return reflect.DeepEqual(a, b)
	}
	return true
}

func (a engineAnswer) String() string {
	b, _ := json.Marshal(a)
	return string(b)
}
