package gateway

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

// told returns the lines of the log once nothing is under way, and empties it.
func (b *bench) told() []string {
	time.Sleep(2 * settling) // of the bubble's time
	synctest.Wait()
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	text := b.log.b.String()
	b.log.b.Reset()
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// TestFaultsAreToldWhenDeployed deploys what is broken, and has nobody call it.
func TestFaultsAreToldWhenDeployed(t *testing.T) {
	unread := templated("http://127.0.0.1:1", "{\n #if(", "#foreach")
	modelled := mocked("200", "never")
	modelled.RequestModels = map[string]string{"application/json": "Broken"}
	d := validating(map[string]*restapi.Method{
		"GET /function": calling("AWS_PROXY", functionURI), "POST /modelled": modelled, "POST /unread": unread, "GET /fine": mocked("200", "fine"),
	}, map[string]string{"Broken": `{"properties": {"a": {"pattern": "("}}}`})
	want := []string{
		`level=WARN msg="method cannot be served" api=` + api + ` stage=prod method="GET /function" cause="a function is invoked with POST, not ANY"`,
		`level=WARN msg="method cannot be served" api=` + api + ` stage=prod method="POST /modelled" cause="model Broken for application/json: schema #/properties/a/pattern: pattern \"(\": group without an end"`,
		`level=WARN msg="template cannot be read" api=` + api + ` stage=prod method="POST /unread" template=request cause="application/json:2:6: unexpected end of template"`,
		`level=WARN msg="template cannot be read" api=` + api + ` stage=prod method="POST /unread" template="response 200" cause="application/json:1:1: #foreach needs arguments in parentheses"`,
	}
	synctest.Test(t, func(t *testing.T) {
		b := start(t, "")
		for _, deployment := range []string{"first", "second, while the first is in use"} {
			b.deploy(d, prod())
			lines := b.told()
			if len(lines) != len(want) {
				t.Fatalf("%s: %d lines, want %d:\n%s", deployment, len(lines), len(want), strings.Join(lines, "\n"))
			}
			for _, w := range want {
				if !strings.Contains(strings.Join(lines, "\n"), w) {
					t.Errorf("%s: the log lacks\n%s\nit is\n%s", deployment, w, strings.Join(lines, "\n"))
				}
			}
			b.get("/prod/fine").want(t, 200, "fine")
			if lines := b.told(); lines[0] != "" {
				t.Errorf("%s: the first call is told\n%s", deployment, strings.Join(lines, "\n"))
			}
		}
	})
}

// What nobody calls is inspected and not kept, and of many faults the first are
// told.
func TestInspectionKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, "")
		many := mocked("200", "never")
		for range mostFaults + 5 {
			many.MethodIntegration.RequestTemplates["text/"+strings.Repeat("x", len(many.MethodIntegration.RequestTemplates))] = "#if("
		}
		b.deploy(methods(map[string]*restapi.Method{"GET /": many}), prod())
		lines := b.told()
		if last := lines[len(lines)-1]; len(lines) != mostFaults+1 || !strings.Contains(last, "not_logged=5") {
			t.Errorf("%d lines, the last is %s", len(lines), last)
		}
		if n := b.Stats().Plans; n != 0 {
			t.Errorf("%d plans are kept", n)
		}
		b.update(func(w store.Writer) { w.Delete(here.Key("/restapis/" + api + "/stages/prod")) })
		if lines := b.told(); lines[0] != "" {
			t.Errorf("of a stage that is gone it is told\n%s", strings.Join(lines, "\n"))
		}
	})
}
