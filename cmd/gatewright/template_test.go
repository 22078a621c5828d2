package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// try runs gatewright template in a folder of files, and returns what it writes.
func try(t *testing.T, folder, input string, exit int, args ...string) (out, errOut string) {
	t.Helper()
	p := command(t, append([]string{"template"}, args...)...)
	var written bytes.Buffer
	p.Dir, p.Stdin, p.Stdout = folder, strings.NewReader(input), &written
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got := p.end(t); got != exit {
		t.Errorf("gatewright template %q: exit status %d, want %d; standard error:\n%s", args, got, exit, &p.errors)
	}
	return written.String(), p.errors.String()
}

func writeFiles(t *testing.T, files map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestTemplateCommand(t *testing.T) {
	folder := writeFiles(t, map[string]string{
		"pet.vtl":      "#set($pet = $input.path('$'))\n$pet.name of $context.stage, $stageVariables.v, $input.params('q')",
		"pet.json":     `{"name": "Rex", "tags": ["a", "b/c"]}`,
		"context.json": `{"stage": "prod"}`,
		"override.vtl": "$context.stage#set($context.requestOverride.header.X = 'y')#set($context.responseOverride.status = 201)",
		"needs.json":   `{"required": ["id"], "properties": {"owner": {"$ref": "https://apigateway.amazonaws.com/restapis/a/models/Owner"}}}`,
		"owner.json":   `{"type": "string"}`,
	})
	for _, c := range []struct {
		name, input string
		args        []string
		exit        int
		out, err    string // the latter begins standard error
	}{
		{
			"renders", "", []string{
				"render", "pet.vtl", "--input", "pet.json", "--context", "context.json", "--params", `{"querystring": {"q": "1"}}`,
				"--stage-variables", `{v: x}`,
			}, 0, "Rex of prod, x, 1", "",
		},
		{"renders a payload from standard input", `{"name": "Tom"}`, []string{"render", "pet.vtl", "--input", "-"}, 0, "Tom of , , ", ""},
		{"renders a payload that is given", "", []string{"render", "pet.vtl", "--input", `{"name": "Kit"}`}, 0, "Kit of , , ", ""},
		{"renders a template from standard input", "$input.body", []string{"render", "-"}, 0, "{}", ""},
		{
			"shows overrides", "",
			[]string{"render", "override.vtl", "--overrides", "--context", `{"stage": "s"}`},
			0, "s",
			`requestOverride  {"path":{},"header":{"X":"y"},"querystring":{}}` + "\n" + `responseOverride {"header":{},"status":201}` + "\n",
		},
		{"warns", "#if($nope)x#end", []string{"render", "-"}, 0, "x", "gatewright: warning: standard input:1:5: the condition tests $nope, which is missing\n"},
		{"follows a path", "", []string{"jsonpath", "$.tags[*]", "pet.json"}, 0, `["a","b/c"]` + "\n", ""},
		{"follows a path in standard input", "[1, 2]", []string{"jsonpath", "$[1]"}, 0, "2\n", ""},
		{"says that a path leads nowhere", "{}", []string{"jsonpath", "$.a"}, 1, "", "gatewright: the path leads nowhere"},
		{"validates", `{"id": 1, "owner": "Ann"}`, []string{"schema", "needs.json", "--model", "Owner=owner.json"}, 0, "valid\n", ""},
		{
			"shows faults", "",
			[]string{"schema", "needs.json", "pet.json", "--model", "Owner=owner.json"},
			1,
			`object has missing required properties (["id"])` + "\n", "gatewright: pet.json is not valid: 1 fault\n",
		},
		{
			"follows the models", `{"id": 1, "owner": 2}`,
			[]string{"schema", "needs.json", "-", "--model", "Owner=owner.json"},
			1,
			`instance type (integer) does not match any allowed primitive type (allowed: ["string"])` + "\n", "gatewright: standard input is not valid: 1 fault\n",
		},
	} {
		out, errOut := try(t, folder, c.input, c.exit, c.args...)
		if out != c.out || !strings.HasPrefix(errOut, c.err) || c.err == "" && errOut != "" {
			t.Errorf("%s: %q writes %q and, on standard error, %q\nwant %q and %q", c.name, c.args, out, errOut, c.out, c.err)
		}
	}
}

// What is wrong is shown with the line, and a caret under the place.
func TestTemplateCommandPointsToErrors(t *testing.T) {
	folder := writeFiles(t, map[string]string{
		"syntax.vtl":  "{\n\t\"é\": #if($x $y)z#end\n}",
		"runtime.vtl": "a\r\n$input.path('$.a[')\r\n",
		"path.vtl":    "$input.path('$.a')",
		"long.vtl":    strings.Repeat("x", 100) + "${" + strings.Repeat("y", 100) + " ",
		"object.json": "{\"a\":\n  [1}",
		"comma.json":  `{"type": "string",}`,
		"text.json":   "\n <a/>",
		"list.json":   "[]",
		"array.json":  `{"items": {"$ref": "https://apigateway.amazonaws.com/restapis/a/models/Bad"}}`,
	})
	for _, c := range []struct {
		name string
		args []string
		exit int
		want string
	}{
		{"in a template", []string{"render", "syntax.vtl"}, 1, "syntax.vtl:2:14: unexpected \"$y\"\n     \"é\": #if($x $y)z#end\n                 ^\n"},
		{"while it runs", []string{"render", "runtime.vtl"}, 1, "runtime.vtl:2:8: path \"$.a[\": expected a quoted name, an index, \"*\" or \"?\" at offset 4\n    $input.path('$.a[')\n           ^\n"},
		{"in a payload", []string{"render", "path.vtl", "--input", "object.json"}, 1, "object.json:2:5: Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 10: EOF\n      [1}\n        ^\n"},
		{"in a payload that is given", []string{"render", "path.vtl", "--input", `{"a"`}, 1, "--input:1:4: Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 3: null\n    {\"a\"\n       ^\n"},
		{"in a payload that is a text", []string{"jsonpath", "$.a", "text.json"}, 1, "text.json:2:2: the path leads nowhere: the payload begins with none of { [ \" ' and is taken for a text\n     <a/>\n     ^\n"},
		{"in a payload to validate", []string{"schema", "array.json", "object.json", "--model", "Bad=array.json"}, 1, "object.json:2:5: no valid JSON: neither a comma nor the end of the array\n      [1}\n        ^\n"},
		{"in params", []string{"render", "path.vtl", "--params", `{"a"`}, 1, "--params:1:4: no valid JSON: Unexpected End Of File position 3: null\n    {\"a\"\n       ^\n"},
		{"params that are none", []string{"render", "path.vtl", "--params", "[]"}, 1, "--params:1:1: this is no object, which is like {\"a\": \"b\"}\n    []\n    ^\n"},
		{"params in a file that are none", []string{"render", "path.vtl", "--params", "list.json"}, 1, "list.json:1:1: this is no object"},
		{"params that are like others", []string{"render", "path.vtl", "--params", `{"query": {}}`}, 1, `--params: there is no member "query"; did you mean querystring?`},
		{"params that are like none", []string{"render", "path.vtl", "--params", `{"body": {}}`}, 1, `--params: there is no member "body"; there are path, querystring, header`},
		{"params that are no file", []string{"render", "path.vtl", "--params", "5"}, 1, "--params: open 5: no such file or directory; an object of JSON begins with {"},
		{"in a path", []string{"jsonpath", "$.a[?(@.b", "object.json"}, 1, "path \"$.a[?(@.b\": expected \")\" at offset 9\n    $.a[?(@.b\n             ^\n"},
		{"in a schema", []string{"schema", "comma.json", "object.json"}, 1, "schema #: JSON at byte 18: no name\n    {\"type\": \"string\",}\n                      ^\n"},
		{"in a model", []string{"schema", "array.json", "object.json", "--model", "Bad=comma.json"}, 1, "schema https://apigateway.amazonaws.com/restapis/a/models/Bad#: JSON at byte 18: no name\n"},
		{"in a long line", []string{"render", "long.vtl"}, 1, ":1:203: unexpected \" \"\n    " + strings.Repeat("y", 60) + " \n    " + strings.Repeat(" ", 60) + "^\n"},
		{"a file that is not there", []string{"render", "none.vtl"}, 1, "none.vtl: no such file"},
		{"no file", []string{"render"}, exitUsage, "render takes FILE, got []"},
		{"two files too many", []string{"jsonpath", "$", "a", "b"}, exitUsage, "jsonpath takes PATH [FILE], got"},
		{"standard input twice", []string{"render", "-", "--input", "-"}, exitUsage, "only one of the files"},
		{"a model without a file", []string{"schema", "comma.json", "object.json", "--model", "Bad"}, exitUsage, "NAME=FILE"},
		{"a context that is none", []string{"render", "path.vtl", "--context", "array.json", "--params", "{path: [1]}"}, 1, "params: path is [1], not an object"},
		{"a command that is not there", []string{"rendr"}, exitUsage, `no command "rendr"`},
		{"a batch of files", []string{"render", "--batch", "path.vtl"}, exitUsage, "--batch reads standard input"},
	} {
		if _, said := try(t, folder, "", c.exit, c.args...); !strings.Contains(said, c.want) {
			t.Errorf("%s: standard error lacks\n%s\nit is\n%s", c.name, c.want, said)
		}
	}
}

// TestBatch answers cases of all kinds, those that are none included.
func TestBatch(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"kind":"vtl","template":"Hi $input.params(\"name\"), $input.json(\"$.a\")","body":"{\"a\":[1,\"x/y\"]}","params":{"querystring":{"name":"Ann"}}}`, `{"output":"Hi Ann, [1,\"x/y\"]"}`},
		{`{"template":"$context.any.thing $stageVariables.v $input.params('a')<","body":{"a":1},"context":{"any":{"thing":2.50}},"stageVariables":{"v":"w"},"params":{"path":{"a":"p"},"header":{"a":"h"}}}`, `{"output":"2.5 w p<"}`},
		{`{"template":"$input.body $context","body":null,"context":null,"params":{"path":null},"overrides":false}`, `{"output":"{} {requestOverride=, responseOverride=}"}`},
		{`{"template":"#set($context.responseOverride.status=$context.requestOverride.header.a)","context":{"requestOverride":{"header":{"a":418}}},"overrides":true}`, `{"output":"","requestOverride":{"path":{},"header":{"a":418},"querystring":{}},"responseOverride":{"header":{},"status":418}}`},
		{`{"template":"#if("}`, `{"error":"template:1:5: unexpected end of template","errorKind":"parse"}`},
		{`{"template":"$input.body.substring(9)"}`, `"errorKind":"runtime"}`},
		{`{"template":"$input.json('$')","body":"{\"a"}`, `{"error":"Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 3: null","errorKind":"json"}`},
		{`{"kind":"jsonpath","path":"$.a[*]","json":"{\"a\":[1,{\"b\":null}]}"}`, `{"output":"[1,{\"b\":null}]"}`},
		{`{"kind":"jsonpath","path":"$.a","json":{"a":null}}`, `{"output":"null"}`},
		{`{"kind":"jsonpath","path":"$.a.b","json":"5"}`, `{"missing":true}`},
		{`{"kind":"jsonpath","path":"$.a[","json":"{}"}`, `"errorKind":"runtime"}`},
		{`{"kind":"jsonpath","path":"$.a","json":"{\"a\":"}`, `"errorKind":"json"}`},
		{`{"kind":"schema","schema":{"required":["a"],"type":"string"},"json":{}}`, `{"messages":["object has missing required properties ([\"a\"])","instance type (object) does not match any allowed primitive type (allowed: [\"string\"])"],"validationErrorString":"[object has missing required properties ([\"a\"]), instance type (object) does not match any allowed primitive type (allowed: [\"string\"])]"}`},
		{`{"kind":"schema","schema":"{\"$ref\":\"https://apigateway.amazonaws.com/restapis/x/models/M\"}","models":{"M":{"type":"null"}},"json":"nil"}`, `{"messages":["Unknown error parsing request body"],"validationErrorString":"[Unknown error parsing request body]"}`},
		{`{"kind":"schema","schema":{"type":"object"}}`, `{"messages":[],"validationErrorString":""}`},
		{`{"kind":"schema","schema":{},"json":"{}"}`, `{"messages":[],"validationErrorString":""}`},
		{`{"kind":"schema","schema":{"required":[]},"json":"{}"}`, `"errorKind":"parse"}`},
		{`{"kind":"schema","schema":{"anyOf":[{"$ref":"#"}]},"json":"{}"}`, `{"error":"schema leads back to itself","errorKind":"parse"}`},
		{`{"kind":"other"}`, `"errorKind":"case"}`},
		{`{"kind":"schema"}`, `"errorKind":"case"}`},
		{`{"template":"x","stageVariables":{"a":{}}}`, `{"error":"stage variables: a is {}, not a text","errorKind":"case"}`},
		{`{"template":"x","context":[]}`, `{"error":"context: no JSON object","errorKind":"case"}`},
		{`{"template":`, `{"error":"unexpected end of JSON input","errorKind":"case"}`},
	} {
		var out strings.Builder
		if err := answerLines(strings.NewReader("\n"+c.line), &out, kindTemplate); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(out.String(), "\n"); got != c.want && (c.want[0] == '{' || !strings.HasSuffix(got, c.want)) {
			t.Errorf("%s\ngot  %s\nwant %s", c.line, got, c.want)
		}
	}
}

// TestBatchAnswersAtOnce asks a second question only after the first answer.
func TestBatchAnswersAtOnce(t *testing.T) {
	p := command(t, "template", "jsonpath", "--batch")
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	for range 3 {
		if _, err := io.WriteString(in, `{"path": "$[0]", "json": [1]}`+"\n"+`{"path"`); err != nil {
			t.Fatal(err)
		}
		if got, err := answers.ReadString('\n'); got != `{"output":"1"}`+"\n" {
			t.Fatalf("got %q, error %v", got, err)
		}
		if _, err := io.WriteString(in, ": 1}\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := answers.ReadString('\n'); !strings.HasSuffix(got, `"errorKind":"case"}`+"\n") {
			t.Fatalf("got %q, error %v", got, err)
		}
	}
	in.Close()
	if status := p.end(t); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestBatchBoundsLines refuses a line that is too long, and goes on with the
// next.
func TestBatchBoundsLines(t *testing.T) {
	var out strings.Builder
	long := io.MultiReader(strings.NewReader(`{"template": "`), io.LimitReader(endless{}, 2*maxCase), strings.NewReader("\"}\n{\"template\": \"next\"}\n"))
	if err := answerLines(long, &out, kindTemplate); err != nil {
		t.Fatal(err)
	}
	want := `{"error":"the case is longer than 64 MiB","errorKind":"case"}` + "\n" + `{"output":"next"}` + "\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
