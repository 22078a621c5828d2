package tree_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatewright/gatewright/internal/store/tree"
)

// TestTree compares trees with maps. Every tree made on the way is kept and
// looked at again at the end, as none may ever change.
func TestTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var now tree.Tree[int]
		want := map[string]int{}
		type version struct {
			tree tree.Tree[int]
			want map[string]int
		}
		var versions []version
		keys := rapid.StringMatching(`[ab]{0,4}`)
		for i := range rapid.IntRange(0, 40).Draw(t, "steps") {
			key := keys.Draw(t, "key")
			if rapid.Bool().Draw(t, "set") {
				now, want[key] = now.With(key, i), i
			} else {
				now = now.Without(key)
				delete(want, key)
			}
			versions = append(versions, version{now, maps.Clone(want)})
		}
		start := keys.Draw(t, "start")
		for i, v := range versions {
			compare(t, fmt.Sprintf("tree %d", i), v.tree, v.want, start)
		}
	})
}

func compare(t *rapid.T, name string, got tree.Tree[int], want map[string]int, start string) {
	if got.Empty() != (len(want) == 0) {
		t.Fatalf("%s: Empty is %v with keys %v", name, got.Empty(), want)
	}
	for key, w := range want {
		if g, ok := got.Get(key); !ok || g != w {
			t.Fatalf("%s: Get(%q) = %v, %v, want %v", name, key, g, ok, w)
		}
	}
	var keys []string
	for key, value := range got.From(start) {
		if w, ok := want[key]; !ok || w != value {
			t.Fatalf("%s: From yields %q = %v, want %v", name, key, value, w)
		}
		keys = append(keys, key)
	}
	sorted := slices.Sorted(maps.Keys(want))
	first, _ := slices.BinarySearch(sorted, start)
	if !slices.Equal(keys, sorted[first:]) {
		t.Fatalf("%s: From(%q) yields %q, want %q", name, start, keys, sorted[first:])
	}
}

func BenchmarkWith(b *testing.B) {
	var large tree.Tree[int]
	for i := range 400_000 {
		large = large.With(fmt.Sprintf("/123456789012/us-east-1/restapis/a%05d/resources/r%02d", i/20, i%20), i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		large.With(fmt.Sprintf("/123456789012/us-east-1/restapis/a%05d/resources/r%02d", i%20_000, i%20), i)
	}
}
