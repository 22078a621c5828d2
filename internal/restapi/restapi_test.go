package restapi

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFreezeThaw(t *testing.T) {
	empty, pattern := "", "4\\d{2}"
	d := &Definition{
		API: &RestAPI{
			ID: "a1b2c3d4e5", Name: "pets", CreatedDate: Time{time.Unix(1465424516, 0).UTC()},
			EndpointConfiguration: &EndpointConfiguration{Types: []string{"EDGE"}},
		},
		Resources: []*Resource{{
			ID: "r1", Path: "/", ResourceMethods: map[string]*Method{"GET": {
				HTTPMethod: "GET", AuthorizationType: "NONE",
				MethodResponses: map[string]*MethodResponse{"200": {StatusCode: "200"}},
				MethodIntegration: &Integration{
					Type: "MOCK", CacheKeyParameters: []string{},
					IntegrationResponses: map[string]*IntegrationResponse{
						"200": {StatusCode: "200", SelectionPattern: &empty},
						"404": {StatusCode: "404", SelectionPattern: &pattern, ResponseTemplates: map[string]*string{"application/json": nil}},
					},
				},
			}},
		}},
		GatewayResponses: []*GatewayResponse{{
			ResponseType: "DEFAULT_4XX", ResponseParameters: map[string]string{},
			ResponseTemplates: map[string]string{"application/json": "{}"},
		}},
	}
	frozen, err := Freeze(d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Thaw(frozen)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Errorf("thaw of freeze differs (-want +got):\n%s", diff)
	}
	if _, err := Thaw(frozen[:len(frozen)/2]); err == nil {
		t.Error("half a snapshot was thawed")
	}
}

func TestTime(t *testing.T) {
	var at Time
	if err := json.Unmarshal([]byte("1465424516.7"), &at); err != nil {
		t.Fatal(err)
	}
	if b, _ := json.Marshal(at); string(b) != "1465424516" {
		t.Errorf("got %s", b)
	}
	if err := json.Unmarshal([]byte(`"2016-06-08"`), &at); err == nil {
		t.Error("a date as text was read")
	}
}

func TestSplitKey(t *testing.T) {
	n := Namespace{"123456789012", "eu-west-1"}
	got, path, ok := SplitKey(n.Key("/restapis/a1/stages/prod"))
	if got != n || path != "/restapis/a1/stages/prod" || !ok {
		t.Errorf("got %v %q %v", got, path, ok)
	}
	for _, key := range []string{"", "~index/restapis/a1", "/a", "/a/b"} {
		if _, _, ok := SplitKey(key); ok {
			t.Errorf("SplitKey(%q) found a namespace", key)
		}
	}
}
