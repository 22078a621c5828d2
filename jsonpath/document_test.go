package jsonpath_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatewright/gatewright/jsonpath"
)

func parse(t testing.TB, text string) *jsonpath.Document {
	t.Helper()
	doc := new(jsonpath.Document)
	if err := doc.Parse(text); err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	return doc
}

func compile(t testing.TB, text string) *jsonpath.Path {
	t.Helper()
	path, err := jsonpath.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNode(t *testing.T) {
	root := parse(t, `{"s":"a\"b","i":-5,"d":1.50,"big":12345678901234567890,"long":0.1234567890123456789,"t":true,"n":null,"l":[1,[2],3],"o":{"x":1}}`).Root()
	for _, c := range []struct {
		name string
		node jsonpath.Node
		kind jsonpath.Kind
		text string
	}{
		{"a string", root.Get("s"), jsonpath.String, `a"b`},
		{"an integer", root.Get("i"), jsonpath.Integer, "-5"},
		{"a double", root.Get("d"), jsonpath.Double, "1.5"},
		{"a large integer", root.Get("big"), jsonpath.Integer, "12345678901234567890"},
		{"a long decimal", root.Get("long"), jsonpath.Decimal, "0.1234567890123456789"},
		{"a bool", root.Get("t"), jsonpath.Bool, "true"},
		{"null", root.Get("n"), jsonpath.Null, "null"},
		{"an array", root.Get("l"), jsonpath.Array, "[1,[2],3]"},
		{"an object", root.Get("o"), jsonpath.Object, "{x=1}"},
		{"an element", root.Get("l").Index(2), jsonpath.Integer, "3"},
		{"an element too far", root.Get("l").Index(3), jsonpath.Missing, ""},
		{"an element before the first", root.Get("l").Index(-1), jsonpath.Missing, ""},
		{"no such member", root.Get("nope"), jsonpath.Missing, ""},
		{"a member of a string", root.Get("s").Get("x"), jsonpath.Missing, ""},
		{"an element of an object", root.Index(0), jsonpath.Missing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.node.Kind() != c.kind || c.node.String() != c.text {
				t.Errorf("got %v %q, want %v %q", c.node.Kind(), c.node, c.kind, c.text)
			}
		})
	}
	if i, ok := root.Get("i").Int(); i != -5 || !ok {
		t.Errorf("Int of -5: %d, %v", i, ok)
	}
	if i, ok := root.Get("big").Int(); ok {
		t.Errorf("Int of a large integer: %d, want none", i)
	}
	if f := root.Get("long").Float(); f != 0.1234567890123456789 {
		t.Errorf("Float of a long decimal: %v", f)
	}
	if !root.Get("t").Bool() || root.Get("n").Bool() {
		t.Error("Bool is not true for true alone")
	}
}

func TestIteration(t *testing.T) {
	root := parse(t, `{"b":1,"a":[1,{"x":2},"3"],"b":{"y":[]},"é\u0021":null}`).Root()
	var got []string
	for name, value := range root.Members() {
		got = append(got, name+"="+value.String())
	}
	for value := range root.Get("a").Elements() {
		got = append(got, value.String())
	}
	want := `b={y=[]} a=[1,{"x":2},"3"] é!=null 1 {x=2} 3`
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if root.Len() != 3 || root.Get("a").Len() != 3 || root.Get("b").Get("y").Len() != 0 {
		t.Errorf("lengths %d, %d, %d", root.Len(), root.Get("a").Len(), root.Get("b").Get("y").Len())
	}
}

func TestManyRepeatedNames(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `,"n%d":%d`, i%1000, i)
	}
	start := time.Now()
	root := parse(t, "{"+b.String()[1:]+"}").Root()
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	if root.Len() != 1000 || root.Get("n7").String() != "99007" {
		t.Errorf("%d members, n7 is %s", root.Len(), root.Get("n7"))
	}
}

// A document that is parsed into again is as good as new, also after an error.
func TestReuse(t *testing.T) {
	doc := parse(t, `{"a":[1,2,3]}`)
	if _, err := compile(t, "$.a[*]").Eval(doc); err != nil {
		t.Fatal(err)
	}
	var syntax *jsonpath.SyntaxError
	if err := doc.Parse(`{"a":`); !errors.As(err, &syntax) {
		t.Errorf("got %v, want a syntax error", err)
	}
	if kind := doc.Root().Kind(); kind != jsonpath.Missing {
		t.Errorf("the root after an error is %v", kind)
	}
	if _, err := compile(t, "$").Eval(doc); err != jsonpath.ErrNotFound {
		t.Errorf("$ after an error: %v", err)
	}
	if err := doc.Parse(`[4]`); err != nil || doc.Root().String() != "[4]" {
		t.Errorf("then %v, %v", doc.Root(), err)
	}
}

func TestNoAllocations(t *testing.T) {
	text := order(1500)
	doc := parse(t, text)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"parse", func() { _ = doc.Parse(text) }},
		{"definite path", evaluation(t, doc, "$.order.items[0].id")},
		{"filter", evaluation(t, doc, "$.order.items[?(@.quantity > 3 && @.tags[0] in ['a', 'c'])].price")},
		{"deep scan", evaluation(t, doc, "$..price")},
	} {
		c.run()
		if n := testing.AllocsPerRun(50, func() { _ = doc.Parse(text); c.run() }); n > 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

func evaluation(t *testing.T, doc *jsonpath.Document, text string) func() {
	path := compile(t, text)
	return func() { _, _ = path.Eval(doc) }
}

// A compiled path serves any number of goroutines, each with its document.
func TestConcurrentUse(t *testing.T) {
	path := compile(t, `$.l[?(@.a in ['x', 1] || @.b =~ /y+/ && $.l.length() == 3)].sum("1", $.n[*])`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				doc := jsonpath.Borrow()
				if err := doc.Parse(`{"l":[{"a":"x"},{"a":2},{"b":"yy"}],"n":[1,2]}`); err != nil {
					t.Error(err)
				}
				if got, err := path.Eval(doc); err != nil || got.String() != "[3.0,3.0]" {
					t.Errorf("got %v, %v", got, err)
				}
				doc.Return()
			}
		})
	}
	all.Wait()
}

// sameAsReferee compares with what encoding/json reads.
func sameAsReferee(text string, root jsonpath.Node) error {
	var want, got any
	if err := decode(text, &want); err != nil {
		return nil
	}
	printed := string(root.AppendJSON(nil))
	if err := decode(printed, &got); err != nil {
		return fmt.Errorf("printed %s: %w", printed, err)
	}
	if a, b := alike(want), alike(got); !reflect.DeepEqual(a, b) {
		return fmt.Errorf("printed %s\n  got  %v\n  want %v", printed, b, a)
	}
	return nil
}

// alike takes away how a value may differ: half of a pair of escapes is U+FFFD
// to encoding/json and a question mark here, U+007F may vanish, and there is no
// whole -0 here.
func alike(v any) any {
	switch v := v.(type) {
	case string:
		return strings.NewReplacer("\ufffd", "?", "\x7f", "").Replace(v)
	case float64:
		return v + 0
	case []any:
		for i := range v {
			v[i] = alike(v[i])
		}
	case map[string]any:
		same := make(map[string]any, len(v))
		for name, member := range v {
			same[alike(name).(string)] = alike(member)
		}
		return same
	}
	return v
}

func decode(text string, v *any) error {
	return json.NewDecoder(strings.NewReader(text)).Decode(v)
}

// TestVerbatim shows which values are written as they print, and that these do.
func TestVerbatim(t *testing.T) {
	texts := map[string]bool{
		`null`: true, `true`: true, `42`: true, `-7`: true, `1.5`: true, `007`: false, `-0`: false, `1e3`: false,
		`"a text of more than eight bytes, with a / in it"`: true, `""`: true, `"ä, ö and ü"`: true,
		`'single'`: false, `bare`: false, `"\n"`: false, "\"a\tb\"": false, "\"\u2028\"": false, "\"\u0080\"": false,
		"\"a text with a control \x01 in it\"": false, "\"and this has a \x7f in it\"": false, `[]`: false, `{}`: false,
	}
	for c := range byte(0x80) {
		for i := 1; i < 20 && c != '"' && c != '\\'; i++ {
			text := []byte(`"twenty characters are here"`)
			text[i] = c
			texts[string(text)] = c >= ' ' && c != 0x7F
		}
	}
	for text, want := range texts {
		var doc jsonpath.Document
		if err := doc.Parse(`{"a": ` + text + `}`); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		n := doc.Root().Get("a")
		got, ok := n.Verbatim()
		if ok != want || ok && got != string(n.AppendJSON(nil)) {
			t.Errorf("%s: got %q, %v; want %v and %q", text, got, ok, want, n.AppendJSON(nil))
		}
	}
}
