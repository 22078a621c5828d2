package control

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A sample has one member of each type that patches know.
type sample struct {
	Text    string             `json:"text"`
	Pattern *string            `json:"pattern"`
	Flag    bool               `json:"flag"`
	Count   int                `json:"count"`
	Size    *int               `json:"size"`
	Rate    float64            `json:"rate"`
	Map     map[string]string  `json:"map"`
	List    []string           `json:"list"`
	Set     []string           `json:"set"`
	Inner   *sample            `json:"inner"`
	Inners  map[string]*sample `json:"inners"`
}

var samplePatch = Patch{
	{"/text", Replace | Remove},
	{"/pattern", Replace},
	{"/flag", Replace},
	{"/count", Replace},
	{"/size", Replace},
	{"/rate", Replace},
	{"/map", Add | Replace | Remove},
	{"/map/*", Add | Replace | Remove},
	{"/list", Add | Remove},
	{"/set/*", Add | Replace | Remove},
	{"/inner", Remove},
	{"/inner/text", Replace},
	{"/inners/*", Remove},
	{"/inners/*/count", Replace},
}

func TestPatch(t *testing.T) {
	p := compilePatch("Sample", samplePatch, Rules[sample]{})
	for _, c := range []struct {
		name, before, operations, after string
	}{
		{"a scalar is replaced", `{"text":"a"}`, `[["replace","/text","b"]]`, `{"text":"b"}`},
		{"a scalar is cleared by no value", `{"text":"a"}`, `[["replace","/text"]]`, `{}`},
		{"the slash may be missing", `{}`, `[["replace","text","b"]]`, `{"text":"b"}`},
		{"an empty text is kept where null is not the same", `{}`, `[["replace","/pattern",""]]`, `{"pattern":""}`},
		{"null clears it", `{"pattern":"a"}`, `[["replace","/pattern"]]`, `{}`},
		{"anything but true is false", `{"flag":true}`, `[["replace","/flag","whatever"]]`, `{}`},
		{"true in any case is true", `{}`, `[["replace","/flag","TRUE"]]`, `{"flag":true}`},
		{"zero is a number", `{}`, `[["replace","/size","0"]]`, `{"size":0}`},
		{"no number is none", `{"size":7}`, `[["replace","/size",""]]`, `{}`},
		{"a key may hold a slash and a tilde", `{}`, `[["add","/map/a~1b~0~01","x"]]`, `{"map":{"a/b~~1":"x"}}`},
		{"replace adds a key", `{}`, `[["replace","/map/a","x"]]`, `{"map":{"a":"x"}}`},
		{"the last key takes the map along", `{"map":{"a":"x"}}`, `[["remove","/map/a"]]`, `{}`},
		{"add merges a map", `{"map":{"a":"x"}}`, `[["add","/map","{\"b\":\"y\"}"]]`, `{"map":{"a":"x","b":"y"}}`},
		{"replace sets a map", `{"map":{"a":"x"}}`, `[["replace","/map","{\"b\":\"y\"}"]]`, `{"map":{"b":"y"}}`},
		{"remove empties a map", `{"map":{"a":"x"}}`, `[["remove","/map"]]`, `{}`},
		{"a list takes its member from the value", `{"list":["a"]}`, `[["add","/list","b"],["add","/list","a"],["remove","/list","a"]]`, `{"list":["b"]}`},
		{"a set takes it from the path", `{}`, `[["add","/set/image~1png"],["add","/set/-"]]`, `{"set":["image/png","-"]}`},
		{"replace in a set appends", `{"set":["a","b"]}`, `[["replace","/set/a","c"]]`, `{"set":["b","c"]}`},
		{"what is missing on the way is made", `{}`, `[["replace","/inner/text","a"],["replace","/inners/x~1y/count","3"]]`, `{"inner":{"text":"a"},"inners":{"x/y":{"count":3}}}`},
		{"a structure is removed", `{"inner":{"text":"a"}}`, `[["remove","/inner"]]`, `{}`},
		{"steps see earlier steps", `{"inners":{"x":{"count":1,"text":"a"}}}`, `[["remove","/inners/x"],["replace","/inners/x/count","2"]]`, `{"inners":{"x":{"count":2}}}`},
	} {
		var got, want sample
		unmarshal(t, c.before, &got)
		unmarshal(t, c.after, &want)
		if err := p.apply(&got, operationsOf(t, c.operations)); err != nil {
			t.Errorf("%s: %s: %v", c.name, c.operations, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", c.name, c.operations, diff)
		}
	}
}

func TestPatchRefuses(t *testing.T) {
	p := compilePatch("Sample", samplePatch, Rules[sample]{})
	for _, c := range []struct{ operations, message string }{
		{`[["replace"]]`, "Invalid patch path null"},
		{`[["replace","/none","x"]]`, "Invalid patch path /none"},
		{`[["replace","/map/a/b","x"]]`, "Invalid patch path /map/a/b"},
		{`[["replace","","x"]]`, "Invalid patch path "},
		{`[["add","/text","x"]]`, "Invalid patch operation specified. Must be one of: [remove, replace]"},
		{`[["move","/flag","x"]]`, "Invalid patch operation specified. Must be one of: [replace]"},
		{`[["replace","/count","x"]]`, "Invalid value 'x' specified for path /count"},
		{`[["replace","/rate","NaN"]]`, "Invalid value 'NaN' specified for path /rate"},
		{`[["replace","/map","[]"]]`, "Invalid patch path /map"},
		{`[["replace","/map","null"]]`, "Invalid patch path /map"},
	} {
		err, _ := p.apply(new(sample), operationsOf(t, c.operations)).(*failure)
		if err == nil || err.message != c.message {
			t.Errorf("%s: got %v, want %q", c.operations, err, c.message)
		}
	}
}

func TestATableThatIsWrongPanics(t *testing.T) {
	for name, rows := range map[string]Patch{
		"a path that names no member": {{"/nothing", Replace}},
		"a path below a scalar":       {{"/text/more", Replace}},
		"a key that is no *":          {{"/map/a", Replace}},
		"two rows alike":              {{"/inners/*/count", Replace}, {"/inners/*/count", Add}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			compilePatch("Sample", rows, Rules[sample]{})
		})
	}
}

func TestAPatchIsAllOrNothing(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	before := c.call("GET", api, "", 200)
	c.refused("PATCH", api, patchOf("replace /name changed", "replace /minimumCompressionSize -1"), 400,
		"BadRequestException", errCompressionSize.(*failure).message)
	c.refused("PATCH", api, patchOf("replace /name changed", "add /endpointConfiguration/vpcEndpointIds vpce-1"), 400,
		"BadRequestException", "VPCEndpoints can only be specified with PRIVATE apis.")
	if diff := cmp.Diff(before, c.call("GET", api, "", 200)); diff != "" {
		t.Errorf("a refused patch changed\n%s", diff)
	}
	if got := c.call("PATCH", api, `{"patchOperations":[]}`, 200); cmp.Diff(before, got) != "" {
		t.Errorf("no operations: got %v", got)
	}
}

// patchOf is the body of a PATCH: "replace /path value".
func patchOf(steps ...string) string {
	var list []map[string]string
	for _, step := range steps {
		parts := strings.SplitN(step, " ", 3)
		o := map[string]string{"op": parts[0], "path": parts[1]}
		if len(parts) == 3 {
			o["value"] = parts[2]
		}
		list = append(list, o)
	}
	b, _ := json.Marshal(map[string]any{"patchOperations": list})
	return string(b)
}

func operationsOf(t *testing.T, steps string) (list []Operation) {
	t.Helper()
	var rows [][]string
	unmarshal(t, steps, &rows)
	for _, row := range rows {
		members := make([]*string, 3)
		for i := range row {
			members[i] = &row[i]
		}
		list = append(list, Operation{Op: members[0], Path: members[1], Value: members[2]})
	}
	return list
}

func unmarshal(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func FuzzPointer(f *testing.F) {
	for _, path := range []string{"", "/", "/a/b", "/a~1b/~0", "//x", "~", "a/b"} {
		f.Add(path)
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	f.Fuzz(func(t *testing.T, path string) {
		segments := pointer(path)
		var escaped []string
		for _, s := range segments {
			escaped = append(escaped, escape.Replace(s))
		}
		if again := pointer("/" + strings.Join(escaped, "/")); !slices.Equal(again, segments) {
			t.Errorf("%q: got %q, then %q", path, segments, again)
		}
		stageTarget(Operation{Path: &path})
	})
}
