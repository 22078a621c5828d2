package control

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
)

// Two clients, a hundred calls of each at once: nothing is lost, nobody is told
// of a conflict, and nobody sees a change half done.
func TestTwoWriters(t *testing.T) {
	c := newClient(t)
	api, get := c.deployable()
	stage := api + "/stages/prod"
	c.deploy(api, `{"stageName":"prod","variables":{"left":"0","right":"0"}}`)
	send := func(want int, method, path, body string) {
		if res := c.send(method, path, body); res.StatusCode != want {
			t.Errorf("%s %s %s: got %d, want %d", method, path, body, res.StatusCode, want)
		}
	}
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range 100 {
		name := strconv.Itoa(100 + i)
		for client := range 2 {
			all.Go(func() {
				<-begin
				mine := fmt.Sprintf("%d_%s", client, name)
				send(200, "PATCH", stage, patchOf("replace /variables/v"+mine+" x", "replace /variables/left "+mine, "replace /variables/right "+mine))
			})
		}
		all.Go(func() {
			<-begin
			send(201, "PUT", get+"/responses/"+name, `{}`)
			var now struct{ Variables struct{ Left, Right string } }
			if err := json.NewDecoder(c.send("GET", stage, "").Body).Decode(&now); err != nil || now.Variables.Left != now.Variables.Right {
				t.Errorf("half of a patch was seen: %v, %v", now, err)
			}
		})
		all.Go(func() {
			<-begin
			send(201, "PUT", api+"/gatewayresponses/THROTTLED", `{"statusCode":"4`+name[1:]+`"}`)
			send(200, "PATCH", api+"/gatewayresponses/THROTTLED", patchOf("add /responseTemplates/a~1b"+name+" x"))
		})
	}
	close(begin)
	all.Wait()
	if n := len(c.call("GET", stage, "", 200)["variables"].(object)); n != 2+200 {
		t.Errorf("%d variables are left of 202", n)
	}
	if n := len(c.call("GET", get, "", 200)["methodResponses"].(object)); n != 100 {
		t.Errorf("%d method responses are left of 100", n)
	}
}
