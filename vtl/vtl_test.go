package vtl_test

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/vtl"
)

func mustParse(t testing.TB, text string) *vtl.Template {
	t.Helper()
	tmpl, err := vtl.Parse("t", text)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func render(t testing.TB, text string, vars vtl.Vars) string {
	t.Helper()
	out, err := mustParse(t, text).Execute(nil, vars)
	if err != nil {
		t.Fatalf("template %q: %v", text, err)
	}
	return string(out)
}

func TestErrorsHaveAPlace(t *testing.T) {
	for _, c := range []struct{ name, template, want string }{
		{"at the end", "a\n#if(true)", "t:2:10: unexpected end of template: the #if at 2:1 has no #end"},
		{"behind a block", "#foreach($i in [1])\n #if($i)\n $i#end", "t:3:8: unexpected end of template: the #foreach at 1:1 has no #end"},
		{"behind a macro", " #macro(m)#@n() ", "t:1:17: unexpected end of template: the #@n at 1:11 has no #end"},
		{"behind characters of several bytes", "é日#set($x = )", `t:1:13: unexpected ")"`},
		{"in a text", "\n  #set($x = \"$a[\")", "t:2:18: unexpected end of template"},
		{"in a text of several lines", "#set($x = \"a\n$l[9]\")", ""},
		{"at run time", "#set($l = [1])\n $l[3]", "t:2:4: index 3 is out of range: the list has 1 elements"},
		{"at run time, in a text", "#set($l = [1])#set($x = \"a\n $l[9]\")", "t:2:4: index 9 is out of range: the list has 1 elements"},
		{"in a macro", "#macro(m $a)\n$a.substring(5)#end#m('x')", "t:2:4: a place is beyond the ends of the text"},
		{"two backslashes at the end", `a\\`, "t:1:2: two backslashes end the template"},
		{"a quote that is not closed", "#set($x = 'a)", `t:1:11: unexpected "'"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tmpl, err := vtl.Parse("t", c.template)
			if err == nil {
				_, err = tmpl.Execute(nil, nil)
			}
			if got := fmt.Sprint(err); got != c.want && !(err == nil && c.want == "") {
				t.Errorf("template %q\ngot  %s\nwant %s", c.template, got, c.want)
			}
		})
	}
}

// A host is an object whose method fails.
type host struct{ err error }

func (h host) Get(name string) vtl.Value { return vtl.String("<" + name + ">") }

func (h host) Call(string, []vtl.Value) (vtl.Value, error) { return vtl.Value{}, h.err }

func TestErrorsOfObjectsAreKept(t *testing.T) {
	cause := errors.New("the payload is broken")
	_, err := mustParse(t, "a $o.b $o.c()").Execute([]byte("before"), vtl.VarMap{"o": vtl.ObjectValue(host{cause})})
	var e *vtl.Error
	if !errors.Is(err, cause) || !errors.As(err, &e) || e.Kind != vtl.Runtime || e.Column != 11 {
		t.Errorf("got %#v, want a runtime error at column 11 that wraps %v", err, cause)
	}
}

func TestExecuteAppends(t *testing.T) {
	tmpl := mustParse(t, "$a$l[0]")
	vars := vtl.VarMap{"a": vtl.String("x"), "l": vtl.ListValue(vtl.NewList(nil))}
	out, err := tmpl.Execute([]byte("kept"), vars)
	if err == nil || string(out) != "kept" {
		t.Errorf("got %q, %v, want the buffer as it was, and an error", out, err)
	}
	vars["l"] = vtl.ListValue(vtl.NewList([]vtl.Value{vtl.Int(1)}))
	if out, err = tmpl.Execute(out, vars); err != nil || string(out) != "keptx1" {
		t.Errorf("got %q, %v, want %q", out, err, "keptx1")
	}
}

// TestLimits renders templates that explode. Each must end early, whatever it
// does.
func TestLimits(t *testing.T) {
	nested := strings.Repeat("#foreach($i in [1..1000])", 6) + "x" + strings.Repeat("#end", 6)
	double := "#set($s = 'xxxxxxxxxxxxxxxx')" + strings.Repeat("#set($s = \"$s$s\")", 60)
	for _, c := range []struct{ name, template string }{
		{"nested loops", nested},
		{"nested loops that print nothing", strings.ReplaceAll(nested, "x", "")},
		{"a text doubled", double},
		{"a text doubled by +", strings.ReplaceAll(double, `"$s$s"`, "$s + $s")},
		{"a text doubled by concat", strings.ReplaceAll(double, `"$s$s"`, "$s.concat($s)")},
		{"a text doubled by replace", strings.ReplaceAll(double, `"$s$s"`, "$s.replace('x', 'xx')")},
		{"a text doubled by replaceAll", strings.ReplaceAll(double, `"$s$s"`, "$s.replaceAll('x', 'xx')")},
		{"a long text in one line", double[:335] + strings.Repeat("$s", 30_000)},
		{"a long text between elements", "#foreach($i in [1..1000])#foreach($j in [1..1000])#if($foreach.hasNext)" +
			strings.Repeat("x", 200_000) + "#end#end#end"},
		{"a text repeated", "#set($s = 'x')$s.repeat(2147483647)"},
		{"a format", "#set($s = 'x')$s.format('%2000000000d', 1)"},
		{"a list in lists", "#set($l = ['x'])" + strings.Repeat("#set($l = [$l, $l])", 60) + "$l"},
		{"a list in lists, compared", "#set($l = ['x'])#set($k = ['x'])" + strings.Repeat("#set($l = [$l, $l])#set($k = [$k, $k])", 60) + "#if($l == $k)#end"},
		{"a list in lists, hashed", "#set($l = ['x'])" + strings.Repeat("#set($l = [$l, $l])", 60) + "$l.hashCode()"},
		{"a list in itself", "#set($l = [1])#set($k = [$l])$l.add($k)$l"},
		{"a map in itself", "#set($m = {})#set($n = {'m': $m})#set($m.n = $n)$m.hashCode()"},
		{"a long range", "#set($l = [1..2000000000])"},
		{"a list that grows", "#set($l = [1..1000])" + strings.Repeat("#set($x = $l.addAll($l))", 60)},
		{"a number that grows", "#set($n = 99999999999999999999)" + strings.Repeat("#set($n = $n * $n)", 60)},
		{"macros that call each other", "#macro(m $n)#m($n)#m($n)#end#m(1)"},
		{"a tree of macros", "#macro(a)#b()#b()#b()#b()#end#macro(b)#c()#c()#c()#c()#end#macro(c)#d()#d()#d()#d()#end" +
			"#macro(d)#e()#e()#e()#e()#end#macro(e)#f()#f()#f()#f()#end#macro(f)" + strings.Repeat("#g()", 2000) + "#end#macro(g)#end#a()"},
		{"a tree of blocks", tree("#define($b%d)$b%d$b%d#end", 60) + "$b0"},
		{"arguments by name", "#macro(m $a)#m(\"$a$a\")#end#m('x')"},
		{"a regular expression", "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$s.matches('(a+)+b')"},
		{"a regular expression with references", "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$s.matches('(a*)*(b|\\1)*c')"},
		{"a regular expression that recurs", double[:335] + "$s.replaceAll('(x|y)*z', '')" + double},
		{"deep nesting", strings.Repeat("#if(true)", 200) + strings.Repeat("#end", 200)},
		{"deep parentheses", "#set($x = " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000) + ")"},
		{"deep lists", "#set($x = " + strings.Repeat("[", 100_000) + ")"},
		{"deep negation", "#if(" + strings.Repeat("!", 100_000) + "true)#end"},
		{"deep arguments", strings.Repeat("$a.b(", 60_000)},
		{"deep indexes", strings.Repeat("$a[", 60_000)},
		{"a long sum", "#set($x = 1" + strings.Repeat(" + 1", 60_000) + ")"},
		{"a long number", "#set($x = " + strings.Repeat("9", 200_000) + ")"},
		{"a long template", strings.Repeat("x", 400<<10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			tmpl, err := vtl.Parse("t", c.template)
			if err == nil {
				_, err = tmpl.Execute(nil, nil)
			}
			var e *vtl.Error
			if !errors.As(err, &e) {
				t.Errorf("got error %v, want one", err)
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			t.Log(err)
		})
	}
}

func tree(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i+1, i+1)
	}
	return b.String()
}

// TestLongRuns parses templates that would take quadratic time if runs were
// read again from each of their bytes.
func TestLongRuns(t *testing.T) {
	for _, s := range []string{`\`, "#* " + `\`, "#[[" + `\`, "## " + `\`, " ", "$a ", "#", "$", "#*", "]]", `"`, "#set", "$a[", "#if(", "#foo ", ") ", "#set($a = '' ", "''", "@"} {
		head, run := s[:len(s)-1], s[len(s)-1:]
		if len(s) > 3 {
			head, run = "", s
		}
		begin := time.Now()
		_, _ = vtl.Parse("t", head+strings.Repeat(run, (300<<10)/len(run)-len(head)))
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%q: it took %v", s, took)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tmpl, err := vtl.Config{Limits: vtl.Limits{Time: time.Second}}.Parse("t", "#foreach($i in [1..1000])#foreach($j in [1..10])#if($j == 1 && $i == 500)$o.sleep()#end#end#end")
		if err != nil {
			t.Fatal(err)
		}
		_, err = tmpl.Execute(nil, vtl.VarMap{"o": vtl.ObjectValue(sleeper{})})
		var e *vtl.Error
		if !errors.As(err, &e) || e.Kind != vtl.Limit {
			t.Errorf("got %v, want a limit", err)
		}
	})
}

// TestObjectLimits shows that calls of the program's objects count: each takes
// time, and what they return takes memory.
func TestObjectLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, template := range []string{"#foreach($i in [1..20])$o.sleep()#end", "#set($x = [])#foreach($i in [1..100])#if($x.add($o.megabyte()))#end#end"} {
			tmpl, err := vtl.Parse("t", template)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tmpl.Execute(nil, vtl.VarMap{"o": vtl.ObjectValue(sleeper{})})
			var e *vtl.Error
			if !errors.As(err, &e) || e.Kind != vtl.Limit {
				t.Errorf("%s: got %v, want a limit", template, err)
			}
		}
	})
}

type sleeper struct{}

func (sleeper) Get(string) vtl.Value { return vtl.Value{} }

func (sleeper) Call(name string, _ []vtl.Value) (vtl.Value, error) {
	if name == "megabyte" {
		return vtl.String(strings.Repeat("x", 1<<20)), nil
	}
	time.Sleep(2 * time.Second)
	return vtl.Value{}, nil
}

// TestLargeTemplates shows that the memory for parsing a template grows with its
// length and no faster, so that nobody's deployment holds the processor.
func TestLargeTemplates(t *testing.T) {
	for _, unit := range []string{"$5 ", "a # b $ ", `\$ \# x`, "#[[x]]#", "#* *#a", "$a", "$a.b ", "#if($a)x#end", "#set($a = 1)"} {
		text := strings.Repeat(unit, 64<<10/len(unit))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		mustParse(t, text)
		runtime.ReadMemStats(&after)
		if made := after.TotalAlloc - before.TotalAlloc; made > 500*uint64(len(text)) {
			t.Errorf("%d times %q: parsing made %d KiB", len(text)/len(unit), unit, made>>10)
		}
	}
}

// TestLoopsAreUsedAgain shows that hundreds of thousands of loops need hardly
// more memory than one.
func TestLoopsAreUsedAgain(t *testing.T) {
	tmpl := mustParse(t, "#foreach($i in [1..300])#foreach($j in [1..1000])#foreach($k in [1..1])$foreach.index#end#end#end")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := tmpl.Execute(nil, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > 8<<20 {
		t.Errorf("the rendering made %d MiB", made>>20)
	}
}

func TestMissingIsFalse(t *testing.T) {
	const template = "#if($nope)T#{else}F#end#if(!$a.b)T#{else}F#end#if($e)T#{else}F#end"
	vars := vtl.VarMap{"a": vtl.String(""), "e": vtl.String("")}
	if got := render(t, template, vars); got != "TFT" {
		t.Errorf("by default: got %q, want TFT", got)
	}
	var warnings []string
	config := vtl.Config{MissingIsFalse: true, Warn: func(e *vtl.Error) { warnings = append(warnings, e.Error()) }}
	tmpl, err := config.Parse("t", template)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tmpl.Execute(nil, vars); err != nil || string(got) != "FTT" {
		t.Errorf("with MissingIsFalse: got %q, %v, want FTT", got, err)
	}
	want := []string{"t:1:5: the condition tests $nope, which is missing", "t:1:29: the condition tests $a.b, which is missing"}
	if fmt.Sprint(warnings) != fmt.Sprint(want) {
		t.Errorf("got warnings  %q\nwant warnings %q", warnings, want)
	}
}

// counted counts how often a variable is asked for.
type counted map[string]int

func (c counted) Var(name string) vtl.Value {
	c[name]++
	return vtl.String(name)
}

func TestVariablesAreAskedForOnce(t *testing.T) {
	vars := counted{}
	const template = "$a$a#if(false)$b#end#set($c = 1)$c#foreach($d in [1])$d$a#foreach($e in [2])#end#end$d$d"
	if got := render(t, template, vars); got != "aa11add" {
		t.Errorf("got %q", got)
	}
	if want := (counted{"a": 1, "d": 1}); !maps.Equal(vars, want) {
		t.Errorf("asked %v, want %v", vars, want)
	}
}

// TestLoopsRestoreVariables shows that what a loop sets has afterwards the
// value that it had, also where nobody has asked for that yet.
func TestLoopsRestoreVariables(t *testing.T) {
	const loops = "#foreach($x in ['1','2'])$x$velocityCount#foreach($x in ['i'])$x$foreach.count$foreach.replaced#end$foreach.count#end"
	const want = "11i1foreach122i1foreach2|x,foreach,velocityCount|"
	const after = "|$x,$foreach,$velocityCount|"
	for _, template := range []string{
		loops + after,
		"#if($x && $foreach && $velocityCount)#end" + loops + after,
		"#macro(m)" + loops + after + "#end#m()",
		"#foreach($y in ['once'])#macro(m)" + loops + "#end#m()#end" + after,
	} {
		vars := counted{}
		if got := render(t, template, vars); got != want {
			t.Errorf("template %s\ngot  %q\nwant %q", template, got, want)
		}
		for name, n := range vars {
			if n > 1 {
				t.Errorf("template %s: asked for %s %d times", template, name, n)
			}
		}
	}
}

func TestRenderingsShareNothing(t *testing.T) {
	tmpl := mustParse(t, "#if($n == 1)#set($x = 'left')#end[$x]#foreach($i in [1..3])$i$n#end")
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			want := fmt.Sprintf("[]1%d2%d3%d", n, n, n)
			if n == 1 {
				want = "[left]112131"
			}
			for range 200 {
				out, err := tmpl.Execute(nil, vtl.VarMap{"n": vtl.Int(int32(n))})
				if err != nil || string(out) != want {
					t.Errorf("got %q, %v, want %q", out, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestHashMapOrder(t *testing.T) {
	// The order of $context was recorded on AWS.
	recorded := "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol requestOverride stage " +
		"domainPrefix requestTimeEpoch requestId identity domainName deploymentId responseOverride apiId"
	m := vtl.NewHashMap()
	names := strings.Fields(recorded)
	for _, name := range slices.Concat(names[9:], names[:9]) { // names in one bucket stay as they were put
		m.Put(name, vtl.Int(1))
	}
	got := render(t, "#foreach($k in $m.keySet())$k#if($foreach.hasNext) #end#end", vtl.VarMap{"m": vtl.MapValue(m)})
	if got != recorded {
		t.Errorf("got  %s\nwant %s", got, recorded)
	}
}

// document is a list and a map of the embedding program.
type document struct{ names []string }

func (d document) Len() int { return len(d.names) }

func (d document) Element(i int) vtl.Value { return vtl.String(d.names[i]) }

func (d document) Member(i int) (string, vtl.Value) { return d.names[i], vtl.Int(int32(i)) }

func (d document) Lookup(key string) (vtl.Value, bool) {
	for i, name := range d.names {
		if name == key {
			return vtl.Int(int32(i)), true
		}
	}
	return vtl.String(key), false // nobody sees the value
}

func TestReadThrough(t *testing.T) {
	d := document{[]string{"a", "b/c"}}
	vars := func() vtl.VarMap {
		return vtl.VarMap{"m": vtl.MapValue(vtl.MapOf(d)), "l": vtl.ListValue(vtl.JSONArrayOf(d))}
	}
	for _, c := range []struct{ template, want string }{
		{"$m $m.a $m['b/c'] $m.size() $m.containsKey('z')", "{a=0, b/c=1} 0 1 2 false"},
		{"[$m.z$m['z'].length()$m.get('z').isEmpty()]", "[]"},
		{"$l $l[1] $l.size() $l.contains('a')", `["a","b\/c"] b/c 2 true`},
		{"#set($m.z = 9)$m $m.keySet()", "{a=0, b/c=1, z=9} [a, b/c, z]"},
		{"$l.add('d') $l.remove(0) $l", `true a ["b\/c","d"]`},
		{"#foreach($e in $m.entrySet())$e;#end#foreach($x in $l)$x;#end", "a=0;b/c=1;a;b/c;"},
		{"$l.clear()$m.clear()$l$m", "[]{}"},
	} {
		if got := render(t, c.template, vars()); got != c.want {
			t.Errorf("template %q\ngot  %q\nwant %q", c.template, got, c.want)
		}
	}
}

func TestHalvesOfCharacters(t *testing.T) {
	vars := vtl.VarMap{"s": vtl.String("a😀b")}
	for _, c := range []struct{ template, want string }{
		{"$s.length() $s.indexOf('b') $s.substring(3)", "4 3 b"},
		{"$s.charAt(1)", "?"},
		{"$s.charAt(1)$s.charAt(2)", "😀"},
		{"$s.substring(0, 2)|", "a?|"},
		{"#set($x = $s.substring(0, 2))#set($y = $s.substring(2))$x$y", "a😀b"},
		{"$s.substring(1, 3).length()", "2"},
	} {
		if got := render(t, c.template, vars); got != c.want {
			t.Errorf("template %q\ngot  %q\nwant %q", c.template, got, c.want)
		}
	}
}

// A told is a map that prints itself and is told of changes.
type told struct {
	vtl.VarMap
	changed int
	made    int // values
}

func (t *told) Len() int { return len(t.VarMap) }

func (t *told) Member(i int) (string, vtl.Value) { return "a", t.Element(i) }

func (t *told) Element(int) vtl.Value { t.made++; return t.VarMap["a"] }

func (t *told) Lookup(name string) (vtl.Value, bool) { v, ok := t.VarMap[name]; return v, ok }

func (t *told) Changed() { t.changed++ }

func (t *told) AppendText(dst []byte) ([]byte, bool) { return append(dst, "itself"...), true }

func (t *told) AppendJSON(dst []byte) ([]byte, bool) { return append(dst, `"itself"`...), true }

func TestMapsOfTheProgram(t *testing.T) {
	of := &told{VarMap: vtl.VarMap{"a": vtl.Int(1)}}
	m := vtl.MapOf(of)
	tmpl, err := vtl.Parse("t", "$m.a $m #set($m.b = 2)#set($m.c = 3)$m")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := vtl.MapValue(m).AppendJSON(nil); err != nil || string(out) != `"itself"` {
		t.Errorf("the map as JSON is %s, error %v", out, err)
	}
	out, err := tmpl.Execute(nil, vtl.VarMap{"m": vtl.MapValue(m)})
	if want := "1 itself{a=1, b=2, c=3}"; err != nil || string(out) != want || of.changed != 1 {
		t.Errorf("got %s, error %v, told of %d changes; want %s, told of the first", out, err, of.changed, want)
	}
}

// TestClearing shows that no values are made of what is cleared, however much it is.
func TestClearing(t *testing.T) {
	list, m := &told{VarMap: vtl.VarMap{"a": vtl.Int(1)}}, &told{VarMap: vtl.VarMap{"a": vtl.Int(1)}}
	vars := vtl.VarMap{"list": vtl.ListValue(vtl.JSONArrayOf(list)), "map": vtl.MapValue(vtl.MapOf(m))}
	if got := render(t, "$!list.clear()$list $list.size() $!map.clear()$map $map.size()", vars); got != "[] 0 {} 0" {
		t.Errorf("got %s", got)
	}
	for name, of := range map[string]*told{"list": list, "map": m} {
		if of.made != 0 || of.changed != 1 {
			t.Errorf("of the %s %d values were made, and it was told of %d changes; want 0 and 1", name, of.made, of.changed)
		}
	}
}

// A crowd has that many members, which are all alike.
type crowd int

func (c crowd) Len() int                         { return int(c) }
func (c crowd) Member(i int) (string, vtl.Value) { return fmt.Sprint(i), vtl.Value{} }
func (c crowd) Lookup(string) (vtl.Value, bool)  { return vtl.Value{}, false }

// TestMapsAreBounded shows that a map counts for all its members once a template
// changes one, and that a small one does not mind.
func TestMapsAreBounded(t *testing.T) {
	for _, template := range []string{
		"#set($m.a = 1)", "#set($m['a'] = 1)", "$!m.put('a', 1)", "$!m.putIfAbsent('a', 1)", "$!m.putAll({'a': 1})", "$!m.remove('1')",
		"$!m.keySet().remove('1')", "#foreach($e in $m.entrySet())$!e.setValue(1)#break#end",
	} {
		for size, bounded := range map[crowd]bool{10: false, 2_000_000: true} {
			tmpl, err := vtl.Parse("t", template)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tmpl.Execute(nil, vtl.VarMap{"m": vtl.MapValue(vtl.MapOf(size))})
			var e *vtl.Error
			if limit := errors.As(err, &e) && e.Kind == vtl.Limit; limit != bounded || !bounded && err != nil {
				t.Errorf("%s of %d members: error %v; want a limit: %v", template, size, err, bounded)
			}
		}
	}
}
