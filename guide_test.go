package gatewright_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// An example is an exchange of testdata/guide.txtar, by the names of its
// sections.
type example struct {
	name     string
	sections map[string]string
}

func examples(t *testing.T) (all []example) {
	t.Helper()
	data, err := os.ReadFile("testdata/guide.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\n-- ")
	for part := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n-- ") {
		name, section, _ := strings.Cut(part+"\n", " --\n")
		if strings.Contains(name, ": ") {
			all = append(all, example{name, map[string]string{}})
			continue
		}
		all[len(all)-1].sections[name] = strings.TrimSuffix(section, "\n")
	}
	return all
}

// TestGuide runs the exchanges against a backend.
func TestGuide(t *testing.T) {
	all := examples(t)
	if len(all) != 8 {
		t.Fatalf("%d examples, want 8", len(all))
	}
	server := gatewrighttest.Start(t)
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			api := gatewrighttest.NewAPI(t, server)
			e.run(t, api)
		})
	}
}

func (e *example) run(t *testing.T, api *gatewrighttest.API) {
	var got string
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = string(body)
		io.WriteString(w, e.sections["answers"])
	}))
	defer backend.Close()
	method := api.Method("POST", "/example", encode(t, map[string]any{
		"type": "HTTP", "httpMethod": "POST", "uri": backend.URL, "requestTemplates": e.template("request"),
	}))
	api.Call("PUT", method+"/responses/200", `{}`)
	api.Call("PUT", method+"/integration/responses/200", encode(t, map[string]any{"responseTemplates": e.template("response")}))
	if schema, ok := e.sections["model"]; ok {
		validate(t, api, method, schema)
	}
	stage := api.Deploy()
	if refused, ok := e.sections["refused"]; ok {
		answer, body := e.call(t, stage, refused)
		if want := `{"message":"Invalid request body"}`; answer.StatusCode != http.StatusBadRequest || body != want || got != "" {
			t.Errorf("status %d %s, the backend got %q; want 400 %s and nothing", answer.StatusCode, body, got, want)
		}
	}
	answer, body := e.call(t, stage, e.sections["sent"])
	e.check(t, answer, body, got)
}

// validate has a method's bodies validated by a model.
func validate(t *testing.T, api *gatewrighttest.API, method, schema string) {
	t.Helper()
	api.Call("POST", "/models", encode(t, map[string]any{"name": "Sent", "contentType": "application/json", "schema": schema}))
	validator := api.Call("POST", "/requestvalidators", `{"name": "bodies", "validateRequestBody": true}`)["id"].(string)
	api.Call("PATCH", method, `{"patchOperations": [
		{"op": "replace", "path": "/requestValidatorId", "value": "`+validator+`"},
		{"op": "add", "path": "/requestModels/application~1json", "value": "Sent"}]}`)
}

// call sends a body as the example's caller does.
func (e *example) call(t *testing.T, stage, sent string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", stage+"/example?"+e.sections["query"], strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if name, value, ok := strings.Cut(e.sections["caller"], ": "); ok {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func (e *example) template(section string) map[string]string {
	if text, ok := e.sections[section]; ok {
		return map[string]string{"application/json": text}
	}
	return map[string]string{}
}

func (e *example) check(t *testing.T, answer *http.Response, body, backend string) {
	t.Helper()
	status := http.StatusOK
	if s, ok := e.sections["status"]; ok {
		status, _ = strconv.Atoi(s)
	}
	if answer.StatusCode != status {
		t.Errorf("status %d %s, want %d", answer.StatusCode, body, status)
	}
	if name, value, ok := strings.Cut(e.sections["header"], ": "); ok && answer.Header.Get(name) != value {
		t.Errorf("header %s is %q, want %q", name, answer.Header.Get(name), value)
	}
	for what, got := range map[string]string{"answer": body, "backend": backend} {
		want, ok := e.sections[what]
		if !ok {
			continue
		}
		if diff := cmp.Diff(decode(t, want), decode(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", what, diff, got)
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func decode(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// TestCORS shows cross-origin requests as owners allow them: a MOCK answers the
// question beforehand, the method's own answer names the origin, and so does
// every gateway response.
func TestCORS(t *testing.T) {
	server := gatewrighttest.Start(t)
	api := gatewrighttest.NewAPI(t, server)
	options := api.Method("OPTIONS", "/pets", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 204}"}}`)
	declared, mapped := map[string]bool{}, map[string]string{}
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin": "'*'", "Access-Control-Allow-Methods": "'GET,OPTIONS'",
		"Access-Control-Allow-Headers": "'Content-Type,X-Amz-Date,Authorization,X-Api-Key'",
	} {
		declared["method.response.header."+name], mapped["method.response.header."+name] = true, value
	}
	api.Call("PUT", options+"/responses/204", encode(t, map[string]any{"responseParameters": declared}))
	api.Call("PUT", options+"/integration/responses/204", encode(t, map[string]any{"responseParameters": mapped}))
	get := api.Method("GET", "/pets", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`)
	api.Call("PUT", get+"/responses/200", `{"responseParameters": {"method.response.header.Access-Control-Allow-Origin": false}}`)
	api.Call("PUT", get+"/integration/responses/200", encode(t, map[string]any{
		"responseParameters": map[string]string{"method.response.header.Access-Control-Allow-Origin": "'*'"},
		"responseTemplates":  map[string]string{"application/json": `{"pets": []}`},
	}))
	for _, family := range []string{"DEFAULT_4XX", "DEFAULT_5XX"} {
		api.Call("PUT", "/gatewayresponses/"+family, `{"responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}}`)
	}
	url := api.Deploy()
	for _, c := range []struct {
		method, path, body string
		status             int
		header             []string
	}{
		{"OPTIONS", "/pets", "", 204, []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"}},
		{"GET", "/pets", `{"pets": []}`, 200, []string{"Access-Control-Allow-Origin"}},
		{"GET", "/birds", `{"message":"Missing Authentication Token"}`, 403, []string{"Access-Control-Allow-Origin"}},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "https://shop.example")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != c.status || string(body) != c.body {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, answer.StatusCode, body, c.status, c.body)
		}
		for _, name := range c.header {
			if answer.Header.Get(name) == "" {
				t.Errorf("%s %s has no %s", c.method, c.path, name)
			}
		}
	}
}
