package control

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAudit(t *testing.T) {
	var trail []Event
	at := time.Now().UTC().Truncate(time.Second)
	c := signedClient(t, `{"Statement": {"Effect": "Allow", "Action": "apigateway:POST", "Resource": "*"}}`, func(config *Config) {
		config.Audit = func(e Event) { trail = append(trail, e) }
		config.Now = func() time.Time { return at }
	})
	alice := Identity{"IAMUser", "arn:aws:iam::111122223333:user/alice", "111122223333", aliceKey, "alice"}
	c.sign = asAlice()
	api := "/restapis/" + c.call("POST", "/restapis", `{"name": "secret name"}`, 201)["id"].(string)
	c.sign = signer(aliceKey, "wrong", "")
	c.send("POST", "/restapis?x=secret", `{"name": "p"}`)
	c.sign = asAlice()
	c.send("DELETE", api, "")
	c.send("POST", "/restapis", `{`)
	c.send("POST", "/nothing", "")
	c.send("GET", api, "")
	c.sign = nil
	c.send("PATCH", api, "{}")

	want := []Event{
		{Name: "CreateRestApi", Identity: alice, Method: "POST", Path: "/restapis", Status: 201},
		{Name: "", Identity: Identity{Type: "Unknown", AccessKeyID: aliceKey}, Method: "POST", Path: "/restapis", Status: 403, ErrorCode: "InvalidSignatureException"},
		{Name: "DeleteRestApi", Identity: alice, Method: "DELETE", Path: api, Status: 403, ErrorCode: "AccessDeniedException"},
		{Name: "CreateRestApi", Identity: alice, Method: "POST", Path: "/restapis", Status: 400, ErrorCode: "SerializationException"},
		{Name: "", Identity: alice, Method: "POST", Path: "/nothing", Status: 404, ErrorCode: "UnknownOperationException"},
		{Name: "", Identity: Identity{Type: "Unknown"}, Method: "PATCH", Path: api, Status: 403, ErrorCode: "MissingAuthenticationTokenException"},
	}
	if len(trail) != len(want) {
		t.Fatalf("%d events, want %d: %+v", len(trail), len(want), trail)
	}
	for i, got := range trail {
		if len(got.RequestID) != 36 || got.SourceIP != "192.0.2.1" || got.Source != "apigateway.amazonaws.com" || !got.Time.Equal(at) {
			t.Errorf("event %d: %+v", i, got)
		}
		w := want[i]
		w.Time, w.Source, w.SourceIP, w.RequestID, w.Region, w.Account = got.Time, got.Source, got.SourceIP, got.RequestID, got.Region, got.Account
		if got != w {
			t.Errorf("event %d:\ngot  %+v\nwant %+v", i, got, w)
		}
		if line, _ := json.Marshal(got); strings.Contains(string(line), "secret") {
			t.Errorf("event %d tells what was in the request: %s", i, line)
		}
	}
	if trail[0].Account != "111122223333" || trail[0].Region != "eu-west-1" {
		t.Errorf("got %+v", trail[0])
	}
}

// Without users the trail says what the callers said of themselves.
func TestAuditWithoutUsers(t *testing.T) {
	var trail []Event
	c := newClientOf(t, Config{Audit: func(e Event) { trail = append(trail, e) }})
	c.auth = "AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-west-2/apigateway/aws4_request, SignedHeaders=host, Signature=0"
	c.api()
	c.sign = func(r *http.Request, _ string) { r.URL.Path, r.URL.RawPath = "//x", "" }
	c.send("POST", "/x", "")
	if len(trail) != 2 || trail[0].Account != "222222222222" || trail[0].Region != "us-west-2" ||
		trail[0].Identity != (Identity{Type: "Unknown", AccessKeyID: "222222222222"}) || trail[1].Status != 404 {
		t.Errorf("got %+v", trail)
	}
}
