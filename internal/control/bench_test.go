package control

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
)

func BenchmarkPatch(b *testing.B) {
	c := newClient(b)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	body := patchOf("replace /~1pets/GET/metrics/enabled true", "replace /variables/v x", "replace /description d")
	for b.Loop() {
		c.send("PATCH", api+"/stages/prod", body)
	}
}

// What a resource costs must not depend on how many there are.
func BenchmarkCreateResource(b *testing.B) {
	for _, n := range []int{500, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			c := newClient(b)
			_, root := c.api()
			for i := range n {
				c.call("POST", root, fmt.Sprintf(`{"pathPart":"r%d"}`, i), 201)
			}
			i := n
			for b.Loop() {
				i++
				c.call("POST", root, fmt.Sprintf(`{"pathPart":"r%d"}`, i), 201)
			}
		})
	}
}

// Two writers of one thing lose nothing and meet no conflict.
func TestTwoWriters(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 25 {
				res := c.send("PATCH", api+"/stages/prod", patchOf(fmt.Sprintf("replace /variables/w%d_%d x", w, i)))
				if res.StatusCode != 200 {
					t.Errorf("got %d", res.StatusCode)
				}
			}
		})
	}
	all.Wait()
	if n := len(c.call("GET", api+"/stages/prod", "", 200)["variables"].(object)); n != 100 {
		t.Errorf("%d of 100 writes are left", n)
	}
}
