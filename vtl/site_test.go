package vtl_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/vtl"
)

// TestMembersThatAreAlike shows that members are told apart whose names differ
// in two bytes, wherever these are, in small maps and in large ones.
func TestMembersThatAreAlike(t *testing.T) {
	for length := 1; length <= 20; length++ {
		var names []string
		all := vtl.NewMap()
		for i := range length {
			name := strings.Repeat("a", i) + "b" + strings.Repeat("a", length-i-1)
			names = append(names, name)
			all.Put(name, vtl.String(name))
		}
		for _, name := range names {
			one := vtl.NewMap()
			one.Put(name, vtl.String("one"))
			vars := vtl.VarMap{"all": vtl.MapValue(all), "one": vtl.MapValue(one)}
			template, want := "", ""
			for _, n := range names {
				template += "$one." + n + "$one['" + n + "'] $all." + n + " $all['" + n + "'] "
				if n == name {
					want += "oneone"
				}
				want += " " + n + " " + n + " "
			}
			if got := render(t, template, vars); got != want {
				t.Errorf("only %s\ngot  %s\nwant %s", name, got, want)
			}
		}
	}
}

// TestMapsThatAreNotAlike shows that a place of a template finds a member
// wherever each of the maps that it meets has it, if it has it.
func TestMapsThatAreNotAlike(t *testing.T) {
	var maps []vtl.Value
	for n := range 12 {
		m := vtl.NewMap()
		for i := range n {
			m.Put("other"+strconv.Itoa(i), vtl.String("other"))
		}
		if n != 5 {
			m.Put("name", vtl.Int(int32(n)))
		}
		maps = append(maps, vtl.MapValue(m))
	}
	maps = append(maps, vtl.MapValue(vtl.MapOf(document{[]string{"a", "name"}})), vtl.String("text"), vtl.MapValue(vtl.NewMap()), maps[3])
	vars := vtl.VarMap{"maps": vtl.ListValue(vtl.NewList(maps))}
	const want = "0,1,2,3,4,,6,7,8,9,10,11,1,,,3,"
	for _, template := range []string{
		"#foreach($m in $maps)$m.name,#end",
		"#foreach($m in $maps)#set($x = $m.name)$x,#end",
		"#macro(show $m)$m.name,#end#foreach($m in $maps)#show($m)#end",
	} {
		tmpl := mustParse(t, template)
		for range 2 {
			if got, err := tmpl.Execute(nil, vars); err != nil || string(got) != want {
				t.Errorf("template %s\ngot  %s, %v\nwant %s", template, got, err, want)
			}
		}
	}
}
