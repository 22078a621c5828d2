package control

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatewright/gatewright/internal/users"
)

const (
	aliceKey, aliceSecret = "AKIAALICEEXAMPLE0001", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	everything            = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`
)

// signedClient is a client of a control plane that knows two users: admin, who
// may do everything, and alice, with the policy given. It signs as admin until
// it is told otherwise.
func signedClient(t testing.TB, document string, change func(*Config)) *client {
	t.Helper()
	file := filepath.Join(t.TempDir(), "users.yaml")
	text := `users:
- {name: admin, account: "111122223333", keys: [{id: AKIAADMINEXAMPLE0001, secret: s}], policies: [{name: all, document: ` + everything + `}]}
- name: alice
  account: "111122223333"
  keys:
  - {id: ` + aliceKey + `, secret: ` + aliceSecret + `}
  - {id: ASIAALICEEXAMPLE0001, secret: s, token: t0ken}
  - {id: ASIAALICEEXAMPLE0002, secret: s, token: t0ken, expires: 2020-01-01T00:00:00Z}
  policies: [{name: her, document: ` + document + `}]
- {name: stranger, account: "999999999999", keys: [{id: AKIASTRANGEREXAMPLE1, secret: s}], policies: [{name: all, document: ` + everything + `}]}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	known, err := users.Open(file, "123456789012", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Keys: known.Key}
	if change != nil {
		change(&config)
	}
	c := newClientOf(t, config)
	c.sign = signer("AKIAADMINEXAMPLE0001", "s", "")
	return c
}

func asAlice() func(*http.Request, string) { return signer(aliceKey, aliceSecret, "") }

// signer signs as the AWS SDK for Go does.
func signer(id, secret, token string) func(*http.Request, string) {
	return func(r *http.Request, body string) { signFor(r, body, id, secret, token, "apigateway", time.Now()) }
}

func signFor(r *http.Request, body, id, secret, token, service string, at time.Time) {
	sum := sha256.Sum256([]byte(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	err := v4.NewSigner().SignHTTP(r.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token},
		r, hex.EncodeToString(sum[:]), service, "eu-west-1", at)
	if err != nil {
		panic(err)
	}
}

func TestSignedCalls(t *testing.T) {
	c := signedClient(t, everything, nil)
	api, _ := c.api()
	for _, test := range []struct {
		name, path string
		sign       func(*http.Request, string)
		status     int
	}{
		{"a plain path", api, asAlice(), 200},
		{"a trailing slash", api + "/", asAlice(), 200},
		{"an unsorted query with a repeated and an empty parameter", api + "/resources?limit=5&embed=methods&embed=&a%20b=%7E", asAlice(), 200},
		{"an escaped slash", "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2F" + api[1:], asAlice(), 200},
		{"a session token", api, signer("ASIAALICEEXAMPLE0001", "s", "t0ken"), 200},
		{"another account", api, signer("AKIASTRANGEREXAMPLE1", "s", ""), 404},
	} {
		c.sign = test.sign
		if res := c.send("GET", test.path, ""); res.StatusCode != test.status {
			body, _ := io.ReadAll(res.Body)
			t.Errorf("%s: GET %s: got %d %s, want %d", test.name, test.path, res.StatusCode, body, test.status)
		}
	}
	c.sign = signer("AKIASTRANGEREXAMPLE1", "s", "")
	c.refused("GET", api, "", 404, "NotFoundException", "Invalid API identifier specified 999999999999:"+strings.TrimPrefix(api, "/restapis/"))
}

// The texts are sigv4's, whose tests say where each is from.
func TestUnsignedCallsAreRefused(t *testing.T) {
	c := signedClient(t, everything, nil)
	signed := func(change func(r *http.Request)) func(*http.Request, string) {
		return func(r *http.Request, body string) {
			asAlice()(r, body)
			change(r)
		}
	}
	for _, test := range []struct {
		name string
		sign func(*http.Request, string)
		code string
		text string // that the message begins with
	}{
		{"not signed", nil, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"half signed", signed(func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+aliceKey+"/20260101/eu-west-1/apigateway/aws4_request")
		}), "IncompleteSignatureException", "Authorization header requires 'Signature' parameter."},
		{"an unknown key", signer("AKIANOBODYEXAMPLE001", "s", ""), "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"a wrong secret", signer(aliceKey, "s", ""), "InvalidSignatureException", "The request signature we calculated"},
		{"a wrong token", signer("ASIAALICEEXAMPLE0001", "s", "token"), "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"no token", signer("ASIAALICEEXAMPLE0001", "s", ""), "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"an expired token", signer("ASIAALICEEXAMPLE0002", "s", "t0ken"), "ExpiredTokenException", "The security token included in the request is expired"},
		{"an old signature", func(r *http.Request, body string) {
			signFor(r, body, aliceKey, aliceSecret, "", "apigateway", time.Now().Add(-6*time.Minute))
		}, "InvalidSignatureException", "Signature expired: "},
		{"a signature from the future", func(r *http.Request, body string) {
			signFor(r, body, aliceKey, aliceSecret, "", "apigateway", time.Now().Add(6*time.Minute))
		}, "InvalidSignatureException", "Signature not yet current: "},
		{"for STS", func(r *http.Request, body string) {
			signFor(r, body, aliceKey, aliceSecret, "", "sts", time.Now())
		}, "UnknownOperationException", "This is Gatewright"},
		{"an unsigned payload", func(r *http.Request, body string) {
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			asAlice()(r, body)
		}, "InvalidSignatureException", "The payload must be signed"},
		{"another body", signed(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"name":"q"}`)) }), "InvalidSignatureException", "The request signature"},
		{"another path", signed(func(r *http.Request) { r.RequestURI = "/restapis/" }), "InvalidSignatureException", "The request signature"},
		{"another query", signed(func(r *http.Request) { r.RequestURI = "/restapis?a=c" }), "InvalidSignatureException", "The request signature"},
		{"another method", signed(func(r *http.Request) { r.Method = "GET" }), "InvalidSignatureException", "The request signature"},
		{"another host", signed(func(r *http.Request) { r.Host = "example.net" }), "InvalidSignatureException", "The request signature"},
	} {
		c.sign = test.sign
		res := c.send("POST", "/restapis?a=b", `{"name":"p"}`)
		body, _ := io.ReadAll(res.Body)
		code := res.Header.Get("x-amzn-ErrorType")
		if res.StatusCode != 403 && code != "UnknownOperationException" || code != test.code || !strings.HasPrefix(string(body), `{"message":"`+test.text) {
			t.Errorf("%s: got %d %s %s\nwant 403 %s %s…", test.name, res.StatusCode, code, body, test.code, test.text)
		}
	}
	c.sign = asAlice()
	if items := c.call("GET", "/restapis", "", 200)["item"].([]any); len(items) != 0 {
		t.Errorf("a refused call made %v", items)
	}
}

// Each bit of what a signature covers matters.
func TestSingleBitsAreRefused(t *testing.T) {
	c := signedClient(t, everything, nil)
	const target, body = "/restapis?limit=7", `{"name":"bits"}`
	try := func(change func(r *http.Request, body []byte) []byte) *http.Response {
		r := httptest.NewRequest("POST", target, bytes.NewBufferString(body))
		asAlice()(r, body)
		r.Body = io.NopCloser(bytes.NewReader(change(r, []byte(body))))
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, r)
		return w.Result()
	}
	flip := func(s string, bit int) string {
		b := []byte(s)
		b[bit/8] ^= 1 << (bit % 8)
		return string(b)
	}
	if res := try(func(_ *http.Request, body []byte) []byte { return body }); res.StatusCode != 201 {
		t.Fatalf("with no bit changed: got %d", res.StatusCode)
	}
	refused := func(what string, bit int, res *http.Response) {
		if res.StatusCode == 403 || what == "target" && res.StatusCode == 404 { // by then it was no path
			return
		}
		t.Errorf("%s, bit %d: got %d %s", what, bit, res.StatusCode, res.Header.Get("x-amzn-ErrorType"))
	}
	for bit := range 8 * len(body) {
		refused("body", bit, try(func(_ *http.Request, body []byte) []byte { return []byte(flip(string(body), bit)) }))
	}
	for bit := range 8 * len(target) {
		refused("target", bit, try(func(r *http.Request, body []byte) []byte {
			r.RequestURI = flip(r.RequestURI, bit)
			return body
		}))
	}
	for _, name := range []string{"Authorization", "X-Amz-Date"} {
		for bit := range 8 * 20 {
			refused(name, bit, try(func(r *http.Request, body []byte) []byte {
				value := r.Header.Get(name)
				at := (len(value) - 20) * 8 // the end: the signature, or the whole date
				if name == "X-Amz-Date" {
					at = 0
				}
				if at+bit < 8*len(value) {
					value = flip(value, at+bit)
				} else {
					value += "0"
				}
				r.Header.Set(name, value)
				return body
			}))
		}
	}
}

func TestPresignedCalls(t *testing.T) {
	c := signedClient(t, everything, nil)
	api, _ := c.api()
	c.sign = nil
	r := httptest.NewRequest("GET", "http://example.com"+api+"?X-Amz-Expires=60", nil)
	uri, _, err := v4.NewSigner().PresignHTTP(r.Context(), aws.Credentials{AccessKeyID: aliceKey, SecretAccessKey: aliceSecret},
		r, hashOfNothing, "apigateway", "eu-west-1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(uri, "http://example.com")
	c.accept = "" // it would have to be signed
	if res := c.send("GET", path, ""); res.StatusCode != 200 {
		body, _ := io.ReadAll(res.Body)
		t.Errorf("presigned: got %d %s", res.StatusCode, body)
	}
	if res := c.send("GET", strings.Replace(path, "X-Amz-Expires=60", "X-Amz-Expires=61", 1), ""); res.StatusCode != 403 {
		t.Errorf("presigned for longer than it was: got %d", res.StatusCode)
	}
}

const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestCallerIdentityOfAUser(t *testing.T) {
	c := signedClient(t, `{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`, nil) // this one needs no permission
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	c.sign = func(r *http.Request, body string) { signFor(r, body, aliceKey, aliceSecret, "", "sts", time.Now()) }
	text, _ := io.ReadAll(c.send("POST", "/", body).Body)
	if want := "<Arn>arn:aws:iam::111122223333:user/alice</Arn>"; !strings.Contains(string(text), want) {
		t.Errorf("%s\nlacks %s", text, want)
	}
	c.sign = asAlice()
	c.refused("POST", "/", body, 403, "InvalidSignatureException", "Credential should be scoped to correct service: 'apigateway'. ")
}
