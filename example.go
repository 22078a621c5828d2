package gatewright

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// ExampleAPI is the id of the API that AddExample makes.
const ExampleAPI = "petstore01"

// exampleSteps make the API of AddExample, as the requests that an AWS client
// would send. {root}, {pets} and {pet} stand for ids in earlier answers.
var exampleSteps = []struct{ method, path, body, keep string }{
	{"POST", "/restapis", `{"name": "PetStore", "description": "The example of gatewright serve --example", "tags": {"gatewright:id": "` + ExampleAPI + `"}}`, "{root}=rootResourceId"},
	{"POST", "/resources/{root}", `{"pathPart": "pets"}`, "{pets}=id"},
	{"POST", "/resources/{pets}", `{"pathPart": "{petId}"}`, "{pet}=id"},

	{"PUT", "/resources/{pets}/methods/GET", `{"authorizationType": "NONE"}`, ""},
	{"PUT", "/resources/{pets}/methods/GET/integration", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://${stageVariables.backend}/pets"}`, ""},
	{"PUT", "/resources/{pet}/methods/GET", `{"authorizationType": "NONE", "requestParameters": {"method.request.path.petId": true}}`, ""},
	{"PUT", "/resources/{pet}/methods/GET/integration", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://${stageVariables.backend}/pets/{id}", "requestParameters": {"integration.request.path.id": "method.request.path.petId"}}`, ""},
	{"PUT", "/resources/{pets}/methods/OPTIONS", `{"authorizationType": "NONE"}`, ""},
	{"PUT", "/resources/{pets}/methods/OPTIONS/integration", `{"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}`, ""},
	{"PUT", "/resources/{pets}/methods/OPTIONS/responses/200", `{"responseParameters": {"method.response.header.Access-Control-Allow-Origin": false, "method.response.header.Access-Control-Allow-Methods": false}}`, ""},
	{"PUT", "/resources/{pets}/methods/OPTIONS/integration/responses/200", `{"responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'", "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'"}}`, ""},

	{"PUT", "/gatewayresponses/MISSING_AUTHENTICATION_TOKEN", `{"statusCode": "404", "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}, "responseTemplates": {"application/json": "{\"message\": \"There is no $context.httpMethod $context.path here. Try /prod/pets.\"}"}}`, ""},
	{"POST", "/deployments", `{"stageName": "prod", "description": "first", "variables": {"backend": "{backend}"}}`, ""},
}

// AddExample creates and deploys the API ExampleAPI, a pet store whose backend
// is built in, unless there is one; then it points that one at this process.
func (s *Server) AddExample(ctx context.Context) error {
	backend := strings.TrimPrefix(s.ControlURL(), "http://") + "/_gatewright/example"
	api := awsCaller{ctx: ctx, url: s.ControlURL(), ids: strings.NewReplacer("{backend}", backend)}
	if _, err := api.call("GET", "/restapis/"+ExampleAPI, ""); err == nil {
		_, err = api.call("PATCH", "/restapis/"+ExampleAPI+"/stages/prod",
			`{"patchOperations": [{"op": "replace", "path": "/variables/backend", "value": "{backend}"}]}`)
		if err != nil {
			return fmt.Errorf("point the example at this process: %w (to have it made again, delete the API %s first)", err, ExampleAPI)
		}
		return nil
	}
	kept := []string{"{backend}", backend}
	for i, step := range exampleSteps {
		if i > 0 {
			step.path = "/restapis/" + ExampleAPI + step.path
		}
		answer, err := api.call(step.method, step.path, step.body)
		if err != nil {
			return fmt.Errorf("make the example: %w", err)
		}
		if name, member, ok := strings.Cut(step.keep, "="); ok {
			kept = append(kept, name, fmt.Sprint(answer[member]))
			api.ids = strings.NewReplacer(kept...)
		}
	}
	return nil
}

// An awsCaller calls the control plane as an AWS client does, without signing.
type awsCaller struct {
	ctx context.Context
	url string
	ids *strings.Replacer
}

func (c *awsCaller) call(method, path, body string) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.url+c.ids.Replace(path), strings.NewReader(c.ids.Replace(body)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, bytes.TrimSpace(text))
	}
	members := map[string]any{}
	return members, json.Unmarshal(text, &members)
}

// petStore is the backend of the example.
func petStore() http.Handler {
	type pet struct {
		ID    string  `json:"id"`
		Type  string  `json:"type"`
		Price float64 `json:"price"`
	}
	pets := []pet{{"1", "dog", 249.99}, {"2", "cat", 124.99}, {"3", "fish", 0.99}}
	backend := http.NewServeMux()
	backend.HandleFunc("GET /pets", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, pets)
	})
	backend.HandleFunc("GET /pets/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, p := range pets {
			if p.ID == r.PathValue("id") {
				writeJSON(w, http.StatusOK, p)
				return
			}
		}
		writeJSON(w, http.StatusNotFound, map[string]string{"message": "no such pet"})
	})
	return backend
}
