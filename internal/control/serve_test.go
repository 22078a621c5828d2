package control

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/memory"
)

func TestGuard(t *testing.T) {
	c := newClient(t)
	api, _ := c.api()
	for _, path := range []string{"/nothing", "/restapis//x", "/restapis/./x", "/restapis/a/../b", "//restapis", api + "//"} {
		c.refused("GET", path, "", 404, "UnknownOperationException", errNoOperation.message)
	}
	c.refused("PUT", "/account", "", 404, "UnknownOperationException", errNoOperation.message)
	id := strings.TrimPrefix(api, "/restapis/")
	c.refused("GET", "/"+id+"/prod/pets", "", 404, "UnknownOperationException", errNoOperation.message+
		"; API "+id+" is called as /_aws/execute-api/"+id+"/{stage}/..., /restapis/"+id+"/{stage}/_user_request_/... or by the host name "+id+".execute-api.localhost")
	if res := c.send("HEAD", api, ""); res.StatusCode != 404 || res.Header.Get("x-amzn-ErrorType") == "" {
		t.Errorf("HEAD: got %d %v", res.StatusCode, res.Header)
	}
	if got := c.call("GET", api+"/", "", 200)["name"]; got != "pets" {
		t.Errorf("with a trailing slash: got %v", got)
	}
	c.refused("GET", "/restapis/a%2Fb", "", 404, "NotFoundException", "Invalid API identifier specified 123456789012:a/b")
	c.refused("GET", api+"/stages/prod/sdks/java", "", 501, "UnknownOperationException", "GetSdk is not built into Gatewright yet")
	c.refused("POST", "/restapis?mode=import", "", 501, "UnknownOperationException", "ImportRestApi is not built into Gatewright yet")
}

func TestEveryAnswerHasARequestID(t *testing.T) {
	c := newClient(t)
	seen := map[string]bool{}
	for _, path := range []string{"/restapis", "/account", "/nothing", "/restapis/x"} {
		id := c.send("GET", path, "").Header.Get("x-amzn-RequestId")
		if len(id) != 36 || seen[id] {
			t.Errorf("GET %s: request id %q", path, id)
		}
		seen[id] = true
	}
}

func TestNamespaces(t *testing.T) {
	c := newClient(t)
	scope := func(key, region, service string) string {
		return "AWS4-HMAC-SHA256 Credential=" + key + "/20260101/" + region + "/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	c.auth = scope("111111111111", "eu-west-1", "apigateway")
	api, _ := c.api()
	c.refused("GET", "/restapis/none", "", 404, "NotFoundException", "Invalid API identifier specified 111111111111:none")
	for _, other := range []string{"", scope("AKIAEXAMPLE", "eu-west-1", "apigateway"), scope("111111111111", "us-east-1", "apigateway")} {
		c.auth = other
		if items := c.call("GET", "/restapis", "", 200)["item"].([]any); len(items) != 0 {
			t.Errorf("%q sees %v", other, items)
		}
	}
	c.auth = ""
	query := "?X-Amz-Credential=111111111111%2F20260101%2Feu-west-1%2Fapigateway%2Faws4_request"
	c.call("GET", api+query, "", 200)
	c.auth = scope("AKIAEXAMPLE", "us-east-1", "s3")
	c.refused("GET", "/bucket", "", 404, "UnknownOperationException",
		`This is Gatewright, which answers for Amazon API Gateway (apigateway) and not for the service "s3"`)
}

func TestCallerIdentity(t *testing.T) {
	c := newClient(t)
	c.auth = "AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0"
	res := c.send("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15")
	body, _ := io.ReadAll(res.Body)
	for _, want := range []string{"<Account>222222222222</Account>", "<Arn>arn:aws:iam::222222222222:root</Arn>", `xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%d %s\nlacks %s", res.StatusCode, body, want)
		}
	}
	if res := c.send("POST", "/", "Action=AssumeRole"); res.StatusCode != 404 {
		t.Errorf("AssumeRole: got %d", res.StatusCode)
	}
}

func TestAccept(t *testing.T) {
	for _, c := range []struct {
		name, accept string
		plain        bool
	}{
		{"of the SDKs", "application/json", true},
		{"with a parameter", "application/json; charset=utf-8", true},
		{"none", "", false},
		{"anything", "*/*", false},
		{"HAL", "application/hal+json", false},
		{"HAL preferred", "application/json;q=0.5, application/hal+json", false},
		{"JSON preferred", "application/hal+json;q=0.5, application/json", true},
		{"nonsense", ";;", false},
	} {
		if got := wantsPlain([]string{c.accept}); got != c.plain {
			t.Errorf("%s: %q plain = %v, want %v", c.name, c.accept, got, c.plain)
		}
	}
}

func TestBodies(t *testing.T) {
	c := newClient(t)
	for _, body := range []string{"{", "[]", `"x"`, "{} {}", strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)} {
		if res := c.send("POST", "/restapis", body); res.StatusCode != 400 || res.Header.Get("x-amzn-ErrorType") != "SerializationException" {
			t.Errorf("%.40s: got %d %s", body, res.StatusCode, res.Header.Get("x-amzn-ErrorType"))
		}
	}
	c.refused("POST", "/restapis", "", 400, "ValidationException",
		"1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null")
	c.refused("POST", "/restapis", `{"name":true}`, 400, "SerializationException", "class java.lang.Boolean can not be converted to an String")
	c.refused("POST", "/restapis", strings.Repeat(" ", maxBody+1), 413, "RequestEntityTooLargeException", errTooLarge.message)
	made := c.call("POST", "/restapis", `{"name":"n","disableExecuteApiEndpoint":"TRUE","minimumCompressionSize":"7","what":{}}`, 201)
	if made["disableExecuteApiEndpoint"] != true || made["minimumCompressionSize"] != 7.0 {
		t.Errorf("truth values and numbers as text: got %v", made)
	}
}

// A runtime that serves nothing until it is told.
type runtime struct{ served chan uint64 }

func (r runtime) TestInvoke(*restapi.TestInvocation) *restapi.TestInvocationResult {
	return &restapi.TestInvocationResult{}
}

func (r runtime) Served(ctx context.Context, version uint64) error {
	select {
	case r.served <- version:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fullStore is a store that has no room for another commit.
type fullStore struct{ store.Store }

func (s fullStore) Update(ctx context.Context, change func(store.Writer) error) (uint64, error) {
	return s.Store.Update(ctx, func(w store.Writer) error {
		if err := change(w); err != nil {
			return err
		}
		return fmt.Errorf("commit was %w: no space left on device", store.ErrNotWritten)
	})
}

func TestAChangeThatCannotBeStored(t *testing.T) {
	s := memory.New()
	defer s.Close()
	var log bytes.Buffer
	h, err := New(Config{Store: fullStore{s}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, handler: h}
	c.refused("POST", "/restapis", `{"name":"n"}`, 503, "ServiceUnavailableException", "Changes cannot be stored at the moment; nothing was changed")
	if got := c.send("POST", "/restapis", `{"name":"n"}`).Header.Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q", got)
	}
	if !strings.Contains(log.String(), "no space left on device") {
		t.Errorf("the log does not tell the cause: %s", &log)
	}
	c.refused("POST", "/restapis", `{}`, 400, "ValidationException",
		"1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null")
	c.call("GET", "/restapis", "", 200)
}

func TestAChangeIsAnsweredWhenItIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		defer s.Close()
		run := runtime{make(chan uint64)}
		h, err := New(Config{Store: s, Runtime: run})
		if err != nil {
			t.Fatal(err)
		}
		answered := make(chan int, 1)
		go func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("POST", "/restapis", strings.NewReader(`{"name":"n"}`)))
			answered <- w.Code
		}()
		synctest.Wait()
		select {
		case code := <-answered:
			t.Fatalf("answered %d before the change was served", code)
		default:
		}
		if got, want := <-run.served, version(t, s); got != want {
			t.Errorf("waited for the version %d, want %d", got, want)
		}
		if code := <-answered; code != http.StatusCreated {
			t.Errorf("got %d", code)
		}
	})
}

func TestPages(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	for _, part := range []string{"a", "b", "c", "d"} {
		id := c.call("POST", root, `{"pathPart":"`+part+`"}`, 201)["id"].(string)
		c.call("PUT", api+"/resources/"+id+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	}
	seen, pages, position := map[string]bool{}, 0, ""
	for {
		page := c.call("GET", api+"/resources?limit=2&position="+position, "", 200)
		for _, r := range page["item"].([]any) {
			seen[r.(object)["path"].(string)] = true
		}
		pages++
		if position, _ = page["position"].(string); position == "" {
			break
		}
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("saw %v in %d pages", seen, pages)
	}
	for _, limit := range []string{"-1", "0", "501", "x"} {
		if got := len(c.call("GET", api+"/resources?limit="+limit, "", 200)["item"].([]any)); got != 5 {
			t.Errorf("limit %s: %d items", limit, got)
		}
	}
	c.refused("GET", api+"/resources?position=bad", "", 400, "BadRequestException", "Invalid position parameter")
}
