package gatewright_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// A stage's owner asks for execution logs and the operator says where they go,
// and may move the file away.
func TestExecutionLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "execution.log")
	server := gatewrighttest.Start(t, func(s *gatewright.Server) { s.ExecutionLog = file })
	api := gatewrighttest.NewAPI(t, server)
	method := api.Method("GET", "/pets", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
	api.Call("PUT", method+"/responses/200", `{}`)
	api.Call("PUT", method+"/integration/responses/200", `{}`)
	url := api.Deploy() + "/pets"
	api.Call("PATCH", "/stages/test", `{"patchOperations": [{"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}]}`)
	for _, moved := range []bool{false, true} {
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		waitFor(t, file, "API-Gateway-Execution-Logs_"+api.ID+"/test ("+answer.Header.Get("x-amzn-RequestId")+") Successfully completed execution\n")
		if moved {
			continue
		}
		if err := os.Rename(file, file+".1"); err != nil {
			t.Fatal(err)
		}
		if err := server.Reload(); err != nil {
			t.Fatal(err)
		}
	}
}

// waitFor waits until a file holds a text: nobody waits for a log to be written.
func waitFor(t *testing.T, file, text string) {
	t.Helper()
	var data []byte
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if data, _ = os.ReadFile(file); strings.Contains(string(data), text) {
			return
		}
	}
	t.Fatalf("%s lacks %q:\n%s", file, text, data)
}
