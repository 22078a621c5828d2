package vtl_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/vtl"
)

var (
	peers     = flag.String("peers", "", "commands, separated by commas, that answer generated cases as JSON lines")
	seed      = flag.Uint64("seed", 1, "seed of the generated cases")
	generated = flag.Int("generated", 2000, "number of generated cases")
)

// An answer is what an engine says to a case.
type answer struct {
	Output string `json:"output"`
	Error  string `json:"error"`
	Kind   string `json:"errorKind"`
}

func (a answer) same(b answer) bool {
	return (a.Error == "") == (b.Error == "") && (a.Error != "" || a.Output == b.Output)
}

// TestGenerated renders generated templates twice: none may panic, and both
// renderings must print the same. Where peers are given, what they print is
// compared as well.
func TestGenerated(t *testing.T) {
	t.Logf("seed %d, %d templates", *seed, *generated)
	g := newGenerator(*seed)
	templates := make([]string, *generated)
	ours := make([]answer, *generated)
	failed := 0
	for i := range templates {
		templates[i] = g.template()
		ours[i] = ourAnswer(t, templates[i])
		if again := ourAnswer(t, templates[i]); again != ours[i] {
			t.Fatalf("template %q\nrenders %+v\nand then %+v", templates[i], ours[i], again)
		}
		if ours[i].Error != "" {
			failed++
		}
	}
	t.Logf("%d of them end in an error", failed)
	if *peers != "" {
		compare(t, templates, ours)
	}
}

func ourAnswer(t *testing.T, template string) answer {
	v, err := parseJSON(generatedVars)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := v.AsMap()
	vars, _ := call{generatedBody, m}.variables()
	tmpl, err := vtl.Parse("template", template)
	if err != nil {
		return answer{Error: err.Error(), Kind: "parse"}
	}
	out, err := tmpl.Execute(nil, vars)
	if errors.Is(err, errWaiting) {
		return answer{Error: err.Error(), Kind: "waiting"}
	}
	if err != nil {
		return answer{Error: err.Error(), Kind: "runtime"}
	}
	return answer{Output: string(out)}
}

// compare counts where we agree with the peers, among the cases in which they
// agree with each other, and prints the others.
func compare(t *testing.T, templates []string, ours []answer) {
	var theirs [][]answer
	for _, command := range strings.Split(*peers, ",") {
		theirs = append(theirs, ask(t, command, templates))
	}
	agreed, same, torn, asFirst := 0, 0, 0, 0
	for i, template := range templates {
		first := theirs[0][i]
		if ours[i].Kind == "waiting" {
			continue
		}
		settled := true
		for _, other := range theirs[1:] {
			settled = settled && first.same(other[i])
		}
		if !settled {
			torn++
			if ours[i].same(first) {
				asFirst++
			}
			continue
		}
		agreed++
		if ours[i].same(first) {
			same++
			continue
		}
		t.Logf("template %q\nours   %+v\ntheirs %+v", template, ours[i], first)
	}
	t.Logf("the peers agree on %d cases; ours is the same in %d, %.2f %%", agreed, same, 100*float64(same)/float64(agreed))
	t.Logf("they disagree on %d; there ours is that of the first in %d", torn, asFirst)
}

func ask(t *testing.T, command string, templates []string) []answer {
	var in bytes.Buffer
	for _, template := range templates {
		line, err := json.Marshal(map[string]string{"kind": "vtl", "template": template, "body": generatedBody})
		if err != nil {
			t.Fatal(err)
		}
		// The variables keep the order in which they are written.
		fmt.Fprintf(&in, "%s,%s\n", bytes.TrimSuffix(line, []byte("}")), generatedVars[1:])
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(templates) {
		t.Fatalf("%s: %d answers to %d cases", command, len(answers), len(templates))
	}
	return answers
}
