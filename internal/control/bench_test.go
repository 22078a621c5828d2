package control

import (
	"fmt"
	"strconv"
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
