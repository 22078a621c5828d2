package recorded_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// An operation is one of the operations of a patch. Without a path it is about
// the path of its row; noPath sends none.
type operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
	From  string          `json:"from,omitempty"`
}

// noPath stands for an operation that has no path.
const noPath = "(none)"

// A patchTable is AWS's table of patch operations for the kinds of thing that
// there are.
type patchTable struct {
	URIs   map[string]string    // operation → what is patched
	Setups map[string][]request // operation → what comes before
	Texts  map[string]string    // texts that messages share
	Rows   []patchRow
}

// A patchRow is about one path of one operation. What it does not list under
// Apply is refused.
type patchRow struct {
	Operation string
	Path      string          // as AWS writes it
	From      string          // where the row comes from
	At        string          // the path that stands for Path
	Read      string          // where what is patched is read, if that is elsewhere
	Value     json.RawMessage // what refused operations send
	preparation
	Refuse map[string]string // op → message, where it is known
	Apply  []patchCase
	Also   []patchCase // refused for other reasons
}

// A patchCase is an operation and what comes of it.
type patchCase struct {
	operation
	preparation
	URI     string // else that of the table
	To      string // where the thing stands then, if it moves
	Then    any    // what changes, as an RFC 7396 merge patch
	Ignore  []string
	Status  int    // of a refusal; 400 if not given
	Type    string // of a refusal; BadRequestException if not given
	Message string // of a refusal
}

// A preparation is what comes before: requests, then a patch of the same thing.
type preparation struct {
	Setup  []request
	Having []operation
}

// TestPatch applies every operation that AWS's tables support and reads back
// what it did, and sees that every other is refused and changes nothing.
func TestPatch(t *testing.T) {
	table := load[patchTable](t, "patch.json")
	passed := 0
	for _, row := range table.Rows {
		if row.At == "" {
			row.At = row.Path
		}
		if t.Run(row.Operation+" "+row.Path, func(t *testing.T) {
			for _, c := range row.Apply {
				table.testApply(t, row, c)
			}
			table.testRefuse(t, row)
		}) {
			passed++
		}
	}
	if !t.Failed() && passed != 181 {
		t.Errorf("%d rows passed, want the 181 of AWS's tables", passed)
	}
}

// testApply applies c and compares the answer, and what is read afterwards,
// with what stood there before and c.Then.
func (table *patchTable) testApply(t *testing.T, row patchRow, c patchCase) {
	w, uri := table.world(t, row, c)
	read := cmp.Or(row.Read, uri)
	before := w.get(read)
	want := mergePatch(before, w.expandJSON(c.Then))
	op := c.at(row.At)
	a := w.send(patchRequest(uri, op), "application/json")
	success := http.StatusOK
	if row.Operation == "UpdateMethodResponse" {
		success = http.StatusCreated // the one update that does
	}
	if a.status != success {
		t.Errorf("%v after %v: got %d %s, want %d", op, c.preparation, a.status, a.body, success)
		return
	}
	ignore := append(c.Ignore, "lastUpdatedDate")
	if diff := gocmp.Diff(without(want, ignore), without(a.json(t), ignore)); diff != "" {
		t.Errorf("%v after %v: the answer differs (-want +got):\n%s", op, c.preparation, diff)
	}
	to := cmp.Or(c.To, read)
	if diff := gocmp.Diff(without(want, ignore), without(w.get(to), ignore)); diff != "" {
		t.Errorf("%v after %v: what is read then differs (-want +got):\n%s", op, c.preparation, diff)
	}
}

// testRefuse sends the operations that the row does not support, then those
// that are refused for other reasons.
func (table *patchTable) testRefuse(t *testing.T, row patchRow) {
	applied := map[string]bool{}
	for _, c := range row.Apply {
		applied[c.Op] = true
	}
	cases := []patchCase{}
	for _, op := range []string{"add", "replace", "remove", "copy", "move", "test"} {
		if applied[op] {
			continue
		}
		c := patchCase{operation: operation{Op: op}, Message: row.Refuse[op]}
		switch op {
		case "copy", "move":
			c.From = "/description"
		case "add", "replace", "test":
			c.Value = row.Value
		}
		cases = append(cases, c)
	}
	var shared *world
	for _, c := range append(cases, row.Also...) {
		w, uri := shared, table.URIs[row.Operation]
		if w == nil || c.URI != "" || c.Setup != nil || c.Having != nil {
			w, uri = table.world(t, row, c)
		}
		if shared == nil && c.URI == "" && c.Setup == nil && c.Having == nil {
			shared = w
		}
		w.testRefusal(uri, cmp.Or(row.Read, uri), c.at(row.At), c)
	}
}

// testRefusal sends an operation that must be refused and change nothing.
func (w *world) testRefusal(uri, read string, op operation, c patchCase) {
	w.t.Helper()
	if c.Status == 0 {
		c.Status, c.Type = http.StatusBadRequest, "BadRequestException"
	}
	if c.Message == "" {
		c.Message = "…" // not known
	}
	w.names["op"], w.names["from"], w.names["path"] = op.Op, op.From, op.Path
	w.names["path without slash"] = strings.TrimPrefix(op.Path, "/")
	before := w.get(read)
	a := w.send(patchRequest(uri, op), "application/json")
	if wrong := a.refused(c.Status, c.Type, w.expand(c.Message)); wrong != "" {
		w.t.Errorf("%v after %v: %s", op, c.preparation, wrong)
	}
	if diff := gocmp.Diff(before, w.get(read)); diff != "" {
		w.t.Errorf("%v after %v was refused and changed something (-before +after):\n%s", op, c.preparation, diff)
	}
}

// world returns a world where everything is prepared for c, and what c patches.
func (table *patchTable) world(t *testing.T, row patchRow, c patchCase) (*world, string) {
	t.Helper()
	w := newWorld(t)
	uri := c.URI
	if uri == "" {
		uri = table.URIs[row.Operation]
	}
	maps.Copy(w.names, table.Texts)
	w.names["uri"] = uri
	w.make(table.Setups[row.Operation]...)
	for _, p := range []preparation{row.preparation, c.preparation} {
		w.make(p.Setup...)
		w.patch(uri, p.Having)
	}
	return w, uri
}

// at returns the operation with path, if it has none of its own.
func (c patchCase) at(path string) operation {
	op := c.operation
	if op.Path == "" {
		op.Path = path
	}
	return op
}

func (op operation) String() string { return op.Op + " " + op.Path + " " + string(op.Value) }

func (p preparation) String() string {
	if p.Setup == nil && p.Having == nil {
		return "nothing"
	}
	b, _ := json.Marshal(p.Having)
	s := string(b)
	for _, r := range p.Setup {
		s += " " + r.method + " " + string(r.body)
	}
	return s
}

// patchRequest returns the request that applies operations to what uri names.
func patchRequest(uri string, operations ...operation) request {
	operations = slices.Clone(operations)
	for i, op := range operations {
		if op.Path == noPath {
			operations[i].Path = ""
		}
	}
	body, err := json.Marshal(map[string]any{"patchOperations": operations})
	if err != nil {
		panic(err) // the operations were JSON when they were read
	}
	return request{method: "PATCH", uri: uri, body: body}
}

// mergePatch returns document with patch applied as RFC 7396 says, save that
// "<null>" sets a null.
func mergePatch(document, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		if patch == "<null>" {
			return nil
		}
		return patch
	}
	members, _ := document.(map[string]any)
	members = maps.Clone(members)
	if members == nil {
		members = map[string]any{}
	}
	for name, change := range changes {
		if change == nil {
			delete(members, name)
			continue
		}
		members[name] = mergePatch(members[name], change)
	}
	return members
}

// without returns an object less some members.
func without(object any, names []string) any {
	members, ok := object.(map[string]any)
	if !ok {
		return object
	}
	members = maps.Clone(members)
	for _, name := range names {
		delete(members, name)
	}
	return members
}

// expandJSON expands the names in all texts of v.
func (w *world) expandJSON(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	var expanded any
	if err := json.Unmarshal([]byte(w.expand(string(b))), &expanded); err != nil {
		w.t.Fatal(err)
	}
	return expanded
}
