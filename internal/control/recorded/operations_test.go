package recorded_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An operationTable is the outline of the service: its model of 2015-07-09.
type operationTable struct {
	Operations []outline
	Later      []outline                    // of kinds that are not there yet
	Shapes     map[string]map[string]string // structure → member → type
}

// An outline is what the model says of an operation, with a request of it.
type outline struct {
	Operation, Method, URI string
	Setup                  []request
	Request                string
	Body                   json.RawMessage
	Document               string // sent instead of a Body
	Status                 int
	Output                 string
}

// TestOperations calls every operation and compares its method, URI and status
// and the names and types of its members with the model.
func TestOperations(t *testing.T) {
	table := load[operationTable](t, "operations.json")
	if len(table.Operations) != 119 || len(table.Operations)+len(table.Later) != 124 {
		t.Errorf("%d operations and %d later ones, want 119 and 5 of 124", len(table.Operations), len(table.Later))
	}
	for _, o := range table.Operations {
		t.Run(o.Operation, func(t *testing.T) {
			w := newWorld(t)
			w.make(customised)
			w.make(o.Setup...)
			if uri := regexp.MustCompile(`\\\{[^}]*\}`).ReplaceAllString(regexp.QuoteMeta(o.URI), "[^/?]+"); !regexp.MustCompile("^" + uri + `([?&]|$)`).MatchString(w.expand(o.Request)) {
				t.Fatalf("%s is not a request to %s", w.expand(o.Request), o.URI)
			}
			a := w.send(request{method: o.Method, uri: o.Request, body: append(o.Body, o.Document...)}, "application/json")
			if a.status != o.Status {
				t.Fatalf("got %d %s, want %d", a.status, a.body, o.Status)
			}
			if !requestID.MatchString(a.header.Get("X-Amzn-Requestid")) {
				t.Errorf("x-amzn-RequestId is %q", a.header.Get("X-Amzn-Requestid"))
			}
			if o.Output == "" {
				if len(a.body) > 0 {
					t.Errorf("got %s, want no body", a.body)
				}
				return
			}
			if got := a.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type is %q, want application/json", got)
			}
			got := a.json(t)
			for _, wrong := range table.misfits(o.Output, got, o.Output) {
				t.Error(wrong)
			}
			if o.Method != "PATCH" {
				w.testEcho(o.Body, got)
			}
		})
	}
}

// customised makes a gateway response that can be deleted.
var customised = request{method: "PUT", uri: "/restapis/{api}/gatewayresponses/DEFAULT_5XX", body: json.RawMessage(`{"statusCode":"599"}`)}

// testEcho compares what was sent with what of it came back.
func (w *world) testEcho(body json.RawMessage, got any) {
	w.t.Helper()
	if body == nil {
		return
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(w.expand(string(body))), &sent); err != nil {
		w.t.Fatal(err)
	}
	for name, want := range sent {
		if v, ok := got.(map[string]any)[name]; ok && !cmp.Equal(want, v) {
			w.t.Errorf("%s was sent as %v and came back as %v", name, want, v)
		}
	}
}

// misfits returns how v is not of a type of the model.
func (table operationTable) misfits(kind string, v any, where string) []string {
	if of, ok := strings.CutPrefix(kind, "list of "); ok {
		list, ok := v.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is no list: %v", where, v)}
		}
		wrong := []string{}
		for i, x := range list {
			wrong = append(wrong, table.misfits(of, x, fmt.Sprintf("%s[%d]", where, i))...)
		}
		return wrong
	}
	of, isMap := strings.CutPrefix(kind, "map of ")
	members, isStructure := table.Shapes[kind]
	if !isMap && !isStructure {
		return misfit(kind, v, where)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s is no object: %v", where, v)}
	}
	wrong := []string{}
	for _, name := range keys(object) {
		kind := of
		if isStructure {
			if kind = members[name]; kind == "" {
				wrong = append(wrong, fmt.Sprintf("%s.%s is not in the model", where, name))
				continue
			}
		}
		wrong = append(wrong, table.misfits(kind, object[name], where+"."+name)...)
	}
	return wrong
}

// misfit returns how v is not of a simple type.
func misfit(kind string, v any, where string) []string {
	number, isNumber := v.(float64)
	ok := false
	switch kind {
	case "string":
		_, ok = v.(string)
	case "boolean":
		_, ok = v.(bool)
	case "integer":
		ok = isNumber && number == float64(int64(number))
	case "double":
		ok = isNumber
	case "timestamp":
		ok = isNumber && number > 1e9 // seconds since 1970
	}
	if ok {
		return nil
	}
	return []string{fmt.Sprintf("%s is %v, want a %s", where, v, kind)}
}

// TestEmptyMembers sees that members are left out, or are there and empty, as
// was recorded.
func TestEmptyMembers(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, uri string
		want      []string
	}{
		{"an API shows its tags", "/restapis/{api}", []string{
			"apiKeySource", "createdDate", "disableExecuteApiEndpoint", "endpointConfiguration", "id", "name", "rootResourceId", "tags",
		}},
		{"an API in a list does not", "/restapis", []string{
			"apiKeySource", "createdDate", "disableExecuteApiEndpoint", "endpointConfiguration", "id", "name", "rootResourceId",
		}},
		{"the root resource has no parent", "/restapis/{api}/resources/{root}", []string{"id", "path"}},
		{"a stage has no tags", "/restapis/{api}/stages/prod", []string{
			"cacheClusterEnabled", "cacheClusterStatus", "createdDate", "deploymentId", "lastUpdatedDate", "methodSettings", "stageName", "tracingEnabled",
		}},
		{"a deployment has no description", "/restapis/{api}/deployments/{first}", []string{"createdDate", "id"}},
		{"the family response has no status", "/restapis/{api}/gatewayresponses/DEFAULT_4XX", []string{
			"defaultResponse", "responseParameters", "responseTemplates", "responseType",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := w.get(c.uri).(map[string]any)
			if list, ok := v["item"].([]any); ok {
				v = list[0].(map[string]any)
			}
			got := slices.DeleteFunc(keys(v), func(name string) bool {
				// Newer than the recordings.
				return slices.Contains([]string{"apiStatus", "securityPolicy"}, name)
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("members differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLaterOperations sees that an operation that is not there yet is refused
// with an error that clients can read.
func TestLaterOperations(t *testing.T) {
	w := newWorld(t)
	fill := strings.NewReplacer("{restapi_id}", "{api}", "{stage_name}", "prod", "{resource_id}", "{pets}", "{http_method}", "GET", "{model_name}", "Empty")
	for _, o := range load[operationTable](t, "operations.json").Later {
		t.Run(o.Operation, func(t *testing.T) {
			a := w.send(request{method: o.Method, uri: fill.Replace(o.URI), body: json.RawMessage(`{"name":"x"}`)}, "application/json")
			if a.status < 400 {
				t.Fatalf("got %d %s, want an error", a.status, a.body)
			}
			if kind := a.header.Get("X-Amzn-Errortype"); kind == "" {
				t.Errorf("%d %s has no x-amzn-ErrorType", a.status, a.body)
			}
			if message := at(t, a.json(t), "message"); message == "" {
				t.Errorf("%d %s has no message", a.status, a.body)
			}
		})
	}
}
