package gatewright_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// While callers call, an API is deployed again and again. Each answer is wholly
// of one deployment, in status, header and body; none fails; and a request that
// is sent after CreateDeployment was answered gets that deployment or a later one.
func TestDeployWhileCalled(t *testing.T) {
	const callers, deployments = 64, 25
	s := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, s)
	method := api.Method("GET", "/version", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
	for _, status := range []string{"200", "201"} {
		api.Call("PUT", method+"/responses/"+status, `{"responseParameters": {"method.response.header.X-Version": false}}`)
	}
	deploy := func(n int) string {
		status := 200 + n%2
		if n > 0 {
			api.Call("DELETE", fmt.Sprintf("%s/integration/responses/%d", method, 201-n%2), "")
		}
		api.Call("PUT", fmt.Sprintf("%s/integration/responses/%d", method, status), fmt.Sprintf(
			`{"responseParameters": {"method.response.header.X-Version": "'%d'"}, "responseTemplates": {"application/json": "version %d"}}`, n, n))
		return api.Deploy()
	}
	url := deploy(0) + "/version"

	var deployed, answered atomic.Int64
	var done atomic.Bool
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for !done.Load() {
				atLeast := deployed.Load()
				answer, err := client.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				var n int64
				fmt.Sscan(answer.Header.Get("X-Version"), &n)
				if want := fmt.Sprint("version ", n); err != nil || string(body) != want || int64(answer.StatusCode) != 200+n%2 {
					t.Errorf("a mixed answer: status %d, X-Version %d, body %q, error %v", answer.StatusCode, n, body, err)
					return
				}
				if n < atLeast {
					t.Errorf("deployment %d answered a request sent after deployment %d was acknowledged", n, atLeast)
					return
				}
				answered.Add(1)
			}
		})
	}
	for n := 1; n <= deployments && !t.Failed(); n++ {
		deploy(n)
		deployed.Store(int64(n))
		for before := answered.Load(); answered.Load() < before+callers && !t.Failed(); {
			runtime.Gosched()
		}
	}
	done.Store(true)
	all.Wait()
}
