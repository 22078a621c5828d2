package sigv4_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatewright/gatewright/sigv4"
)

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// A call is a request for the SDK for Go to sign.
type call struct {
	name   string
	method string
	target string
	header []string // "Name: value"
	body   string
	token  bool
}

var calls = []call{
	{name: "root", target: "/"},
	{name: "escapes in the path", target: "/tags/arn%3Aaws%3a%2Frestapis%2fabc/a%20b/%E2%82%AC/~x"},
	{name: "reserved characters in the path", target: "/a:b@c!d$e&f'(g)*+,;="},
	{name: "empty and dot segments", target: "/a//b/./c/../d/"},
	{name: "parameters unsorted, repeated, empty", target: "/x?b=2&a=1&b=10&b=1&c=&a-b=3&a=%20"},
	{name: "a parameter without a value", target: "/x?flag&a=1"},
	{name: "plus signs, blanks, UTF-8, slashes", target: "/x?a=1%2B1+2%20x&%D0%BA=%E2%82%AC&p=a/b%2Fc~"},
	{name: "white space in fields", target: "/x", header: []string{"X-A:  a   b  ", "X-B: a \t b", "X-C:"}},
	{name: "a field sent twice", target: "/x", header: []string{"X-A: 2", "X-A: 1  1"}},
	{name: "a body", method: "POST", target: "/restapis", header: []string{"Content-Type: application/json"}, body: `{"name":"€"}`},
	{name: "a large body", method: "PUT", target: "/x", body: strings.Repeat("0123456789", 100_000)},
	{name: "a session token", target: "/x", token: true},
	{name: "the hash of the body in a field", method: "PATCH", target: "/x", header: []string{"X-Amz-Content-Sha256: " + hashOf("[]")}, body: "[]"},
}

func (c call) httpRequest(t testing.TB) *http.Request {
	t.Helper()
	method := c.method
	if method == "" {
		method = "GET"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://abc.execute-api.localhost:4566"+c.target, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range c.header {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, value)
	}
	return r
}

func (c call) credentials() aws.Credentials {
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	if c.token {
		creds.SessionToken = token
	}
	return creds
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// overTheWire returns what a server receives of r.
func overTheWire(t testing.TB, r *http.Request) sigv4.Request {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return sigv4.FromHTTP(got, body)
}

// Signatures made by the SDK for Go, in the header and in the query.
func TestSDKForGo(t *testing.T) {
	signer := v4.NewSigner()
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			r := c.httpRequest(t)
			if err := signer.SignHTTP(t.Context(), c.credentials(), r, hashOf(c.body), "execute-api", "us-east-1", signed); err != nil {
				t.Fatal(err)
			}
			if _, err := verifier(c.token).Verify(overTheWire(t, r)); err != nil {
				t.Errorf("%s: %v", c.target, err)
			}
		})
		t.Run(c.name+", presigned", func(t *testing.T) {
			r := presign(t, c, "900")
			if who, err := verifier(c.token).Verify(overTheWire(t, r)); err != nil || !who.Presigned {
				t.Errorf("%s: %+v, %v", r.URL, who, err)
			}
		})
	}
}

// presign returns the call with its signature in the query, valid for expires
// seconds where that is not "".
func presign(t testing.TB, c call, expires string) *http.Request {
	t.Helper()
	r := c.httpRequest(t)
	if expires != "" {
		query := r.URL.Query()
		query.Set("X-Amz-Expires", expires)
		r.URL.RawQuery = query.Encode()
	}
	url, header, err := v4.NewSigner().PresignHTTP(context.Background(), c.credentials(), r, hashOf(c.body), "execute-api", "us-east-1", signed)
	if err != nil {
		t.Fatal(err)
	}
	presigned, err := http.NewRequestWithContext(t.Context(), r.Method, url, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		if name != "Host" && name != "Content-Length" {
			presigned.Header[name] = values
		}
	}
	return presigned
}

// plain is a good request, to be spoilt.
func plain(t testing.TB) sigv4.Request {
	t.Helper()
	r := call{target: "/prod/pets?limit=1"}.httpRequest(t)
	if err := v4.NewSigner().SignHTTP(t.Context(), call{}.credentials(), r, emptyHash, "execute-api", "us-east-1", signed); err != nil {
		t.Fatal(err)
	}
	return overTheWire(t, r)
}

// set gives a field another value, or takes it away where that is "".
func set(r *sigv4.Request, name, value string) {
	kept := r.Header[:0]
	for _, f := range r.Header {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	if r.Header = kept; value != "" {
		r.Header = append(r.Header, sigv4.Field{Name: name, Value: value})
	}
}

func get(r *sigv4.Request, name string) string {
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// replace changes a part of the Authorization field.
func replace(r *sigv4.Request, part, by string) {
	set(r, "Authorization", strings.Replace(get(r, "Authorization"), part, by, 1))
}

const (
	mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
		"Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'"
	needsAll = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
		"Authorization header requires 'SignedHeaders' parameter. "
	needsDate = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
)

// Types and texts: user guide, "Troubleshoot signed requests", and reports of
// users; error.go says which texts are not from API Gateway.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		spoil    func(r *sigv4.Request, v *sigv4.Verifier)
		wantType string
		wantText string // how the message begins
	}{
		{
			"no signature", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "Authorization", "") },
			sigv4.MissingAuthenticationToken, "Missing Authentication Token",
		},
		{
			"one word", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "Authorization", "allow"); set(r, "X-Amz-Date", "") },
			sigv4.IncompleteSignature, needsAll + needsDate + "Authorization=allow",
		},
		{
			"a bearer token", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "Authorization", "Bearer eyJh") },
			sigv4.IncompleteSignature, "'eyJh' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJh'.",
		},
		{
			"a bearer token with an equal-sign", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "Authorization", "Basic YTpi=") },
			sigv4.IncompleteSignature, needsAll + "Authorization=Basic YTpi=",
		},
		{
			"no signature parameter", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "Signature=", "S=") },
			sigv4.IncompleteSignature, "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=",
		},
		{
			"no date", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "X-Amz-Date", "") },
			sigv4.IncompleteSignature, needsDate + "Authorization=AWS4-HMAC-SHA256",
		},
		{
			"another algorithm", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256") },
			sigv4.IncompleteSignature, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
		},
		{
			"a date of another form", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "X-Amz-Date", "2026-01-02T03:04:05Z") },
			sigv4.IncompleteSignature, "Date must be in ISO-8601 'basic format'. Got '2026-01-02T03:04:05Z'. See http://en.wikipedia.org/wiki/ISO_8601",
		},
		{
			"a key id with a slash", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, keyID, "AK/ID") },
			sigv4.IncompleteSignature, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AK/ID/20260102/us-east-1/execute-api/aws4_request'",
		},
		{
			"an empty region", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "us-east-1", "") },
			sigv4.IncompleteSignature, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + keyID + "/20260102//execute-api/aws4_request'",
		},
		{
			"a parameter that only presigned URLs leave out", func(r *sigv4.Request, _ *sigv4.Verifier) { r.Query += "&X-Amz-Signature=x" },
			sigv4.InvalidSignature, mismatch,
		},
		{
			"host not signed", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "host;", "") },
			sigv4.IncompleteSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
		},
		{
			"an x-amz field not signed", func(r *sigv4.Request, _ *sigv4.Verifier) { set(r, "X-Amz-Invocation-Type", "Event") },
			sigv4.InvalidSignature, "There were headers present in the request which were not signed: x-amz-invocation-type",
		},
		{
			"an unknown terminator", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "aws4_request", "aws5_request") },
			sigv4.InvalidSignature, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
		},
		{
			"another day in the scope", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "/20260102/", "/20260103/") },
			sigv4.InvalidSignature, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.",
		},
		{
			"another region", func(_ *sigv4.Request, v *sigv4.Verifier) { v.Regions = []string{"eu-west-1"} },
			sigv4.InvalidSignature, "Credential should be scoped to a valid region, not 'us-east-1'. ",
		},
		{
			"another service", func(_ *sigv4.Request, v *sigv4.Verifier) { v.Services = []string{"apigateway"} },
			sigv4.InvalidSignature, "Credential should be scoped to correct service: 'apigateway'. ",
		},
		{
			"too late", func(_ *sigv4.Request, v *sigv4.Verifier) { v.Now = at(5*time.Minute + time.Second) },
			sigv4.InvalidSignature, "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)",
		},
		{
			"too early", func(_ *sigv4.Request, v *sigv4.Verifier) { v.Now = at(-5*time.Minute - time.Second) },
			sigv4.InvalidSignature, "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T025904Z + 5 min.)",
		},
		{
			"an unknown key", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, keyID, "AKIDOTHER") },
			sigv4.UnrecognizedClient, "The security token included in the request is invalid.",
		},
		{"a token that the key does not have", func(r *sigv4.Request, _ *sigv4.Verifier) {
			replace(r, "x-amz-date", "x-amz-date;x-amz-security-token")
			set(r, "X-Amz-Security-Token", "x")
		}, sigv4.UnrecognizedClient, "The security token included in the request is invalid."},
		{
			"no token with a key that needs one", func(_ *sigv4.Request, v *sigv4.Verifier) { v.Keys = verifier(true).Keys },
			sigv4.UnrecognizedClient, "The security token included in the request is invalid.",
		},
		{"an expired key", func(_ *sigv4.Request, v *sigv4.Verifier) {
			v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{Secret: secret, Expires: signed}, nil }
		}, sigv4.ExpiredToken, "The security token included in the request is expired"},
		{"a key without a secret", func(_ *sigv4.Request, v *sigv4.Verifier) {
			v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{}, nil }
		}, sigv4.UnrecognizedClient, "The security token included in the request is invalid."},
		{"another secret", func(_ *sigv4.Request, v *sigv4.Verifier) {
			v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{Secret: "other"}, nil }
		}, sigv4.InvalidSignature, mismatch},
		{"another body", func(r *sigv4.Request, _ *sigv4.Verifier) { r.Body = []byte("x") }, sigv4.InvalidSignature, mismatch},
		{
			"a signed field taken away", func(r *sigv4.Request, _ *sigv4.Verifier) { replace(r, "host;", "host;x-gone;") },
			sigv4.InvalidSignature, mismatch,
		},
		{"a signature in capitals", func(r *sigv4.Request, _ *sigv4.Verifier) {
			header := get(r, "Authorization")
			i := strings.Index(header, "Signature=") + len("Signature=")
			set(r, "Authorization", header[:i]+strings.ToUpper(header[i:]))
		}, sigv4.InvalidSignature, mismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, v := plain(t), verifier(false)
			c.spoil(&r, v)
			wantRefused(t, v, r, c.wantType, c.wantText)
		})
	}
}

// at returns a clock that stands at some time after the signing.
func at(after time.Duration) func() time.Time {
	return func() time.Time { return signed.Add(after) }
}

func wantRefused(t *testing.T, v *sigv4.Verifier, r sigv4.Request, wantType, wantText string) {
	t.Helper()
	who, err := v.Verify(r)
	var refused *sigv4.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %+v, %v; want %s", who, err, wantType)
	}
	if refused.Type != wantType || !strings.HasPrefix(refused.Message, wantText) {
		t.Errorf("got  %s: %s\nwant %s: %s", refused.Type, refused.Message, wantType, wantText)
	}
}

// The form of the text was recorded on API Gateway.
func TestMismatchShowsWhatShouldHaveBeenSigned(t *testing.T) {
	r := plain(t)
	r.Query = "limit=2"
	canonical := `GET
/prod/pets
limit=2
host:abc.execute-api.localhost:4566
x-amz-date:20260102T030405Z

host;x-amz-date
` + emptyHash
	wantRefused(t, verifier(false), r, sigv4.InvalidSignature, mismatch+canonical+`'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20260102T030405Z
20260102/us-east-1/execute-api/aws4_request
`+hashOf(canonical)+`'
`)
}

func TestRefusedPresigned(t *testing.T) {
	for _, c := range []struct {
		name     string
		expires  string
		after    time.Duration
		spoil    func(r *sigv4.Request)
		wantType string
		wantText string
	}{
		{
			"after its time", "90", 91 * time.Second, nil, sigv4.InvalidSignature,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030536Z - 90 sec.)",
		},
		{
			"after seven days", "604800", 7*24*time.Hour + time.Second, nil, sigv4.InvalidSignature,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260109T030406Z - 10080 min.)",
		},
		{"after the skew, where it says nothing", "", 301 * time.Second, nil, sigv4.InvalidSignature, "Signature expired: "},
		{"before its time", "900", -301 * time.Second, nil, sigv4.InvalidSignature, "Signature not yet current: "},
		{"for more than seven days", "604801", 0, nil, sigv4.IncompleteSignature, "X-Amz-Expires must be a number of seconds from 1 to 604800, not '604801'."},
		{"for no time", "0", 0, nil, sigv4.IncompleteSignature, "X-Amz-Expires must be a number"},
		{"for an odd time", "-1", 0, nil, sigv4.IncompleteSignature, "X-Amz-Expires must be a number"},
		{
			"with nothing but an algorithm", "900", 0, func(r *sigv4.Request) { r.Query = "X-Amz-Algorithm=AWS4-HMAC-SHA256" }, sigv4.IncompleteSignature,
			"AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. " +
				"AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
		},
		{
			"with another algorithm", "900", 0, func(r *sigv4.Request) { r.Query = strings.Replace(r.Query, "HMAC", "ECDSA", 1) }, sigv4.IncompleteSignature,
			"Unsupported AWS 'algorithm': 'AWS4-ECDSA-SHA256'.",
		},
		{
			"with two signatures", "900", 0, func(r *sigv4.Request) { r.Query += "&X-Amz-%53ignature=x" }, sigv4.IncompleteSignature,
			"AWS query-string parameter 'X-Amz-Signature' must appear once.",
		},
		{"with another parameter", "900", 0, func(r *sigv4.Request) { r.Query += "&a=1" }, sigv4.InvalidSignature, mismatch},
		{"with a token", "900", 0, func(r *sigv4.Request) { r.Query += "&X-Amz-Security-Token=x" }, sigv4.UnrecognizedClient, "The security token"},
		{
			"with an unsigned payload", "900", 0, func(r *sigv4.Request) { r.Query += "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD" }, sigv4.InvalidSignature,
			"The payload must be signed: X-Amz-Content-Sha256 must be the SHA-256 of the body, not 'UNSIGNED-PAYLOAD'.",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := overTheWire(t, presign(t, call{target: "/prod/pets?b=1"}, c.expires))
			if c.spoil != nil {
				c.spoil(&r)
			}
			v := verifier(false)
			v.Now = at(c.after)
			wantRefused(t, v, r, c.wantType, c.wantText)
		})
	}
}

func TestPresignedHoldsToItsEnd(t *testing.T) {
	for expires, last := range map[string]time.Duration{"90": 90 * time.Second, "604800": 7 * 24 * time.Hour, "": 5 * time.Minute} {
		v := verifier(false)
		v.Now = at(last)
		if _, err := v.Verify(overTheWire(t, presign(t, call{target: "/x"}, expires))); err != nil {
			t.Errorf("X-Amz-Expires %q, after %v: %v", expires, last, err)
		}
	}
}

// A signer may state the hash of the body, and then it has to be true.
func TestPayloadHash(t *testing.T) {
	for _, c := range []struct{ name, sent, signedHash, wantText string }{
		{"of another body", hashOf("other"), hashOf(""), mismatch},
		{"of another body, and signed so", hashOf("other"), hashOf("other"), mismatch},
		{"unsigned", "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD", "The payload must be signed"},
		{"streaming", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "The payload must be signed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := call{target: "/x", header: []string{"X-Amz-Content-Sha256: " + c.sent}}.httpRequest(t)
			if err := v4.NewSigner().SignHTTP(t.Context(), call{}.credentials(), r, c.signedHash, "execute-api", "us-east-1", signed); err != nil {
				t.Fatal(err)
			}
			wantRefused(t, verifier(false), overTheWire(t, r), sigv4.InvalidSignature, c.wantText)
		})
	}
}

func TestPayloadHashInsteadOfBody(t *testing.T) {
	r := plain(t)
	r.Body, r.PayloadHash = []byte("not looked at"), emptyHash
	if _, err := verifier(false).Verify(r); err != nil {
		t.Error(err)
	}
}

// The user guide: the Date field is used where there is no X-Amz-Date. The
// signature was made by hand.
func TestDateField(t *testing.T) {
	for _, date := range []string{"Fri, 02 Jan 2026 03:04:05 GMT", "20260102T030405Z"} {
		r := sigv4.Request{Method: "GET", Path: "/", Host: "h", Header: []sigv4.Field{{Name: "Date", Value: date}}}
		credential := keyID + "/20260102/us-east-1/apigateway/aws4_request"
		r.Header = append(r.Header, sigv4.Field{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=" + credential +
			",SignedHeaders=date;host,Signature=" + sign("GET\n/\n\ndate:"+date+"\nhost:h\n\ndate;host\n"+emptyHash)})
		if _, err := verifier(false).Verify(r); err != nil {
			t.Errorf("%s: %v", date, err)
		}
	}
}

// A field that comes folded into several lines is signed as one with single
// blanks. Our own edge refuses folded lines; net/http joins them.
func TestFoldedField(t *testing.T) {
	for _, c := range []struct {
		name, folded string
		refused      bool
	}{
		{"is one line", "a b c", false},
		{"is folded", "a\r\n b\r\n   c", false},
		{"is folded with a tab", "a\r\n\tb c", false},
		{"is folded, and another", "a\r\n b\r\n   d", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := call{target: "/x", header: []string{"X-A: a b c"}}.httpRequest(t)
			if err := v4.NewSigner().SignHTTP(t.Context(), call{}.credentials(), r, emptyHash, "execute-api", "us-east-1", signed); err != nil {
				t.Fatal(err)
			}
			var wire bytes.Buffer
			if err := r.Write(&wire); err != nil {
				t.Fatal(err)
			}
			sent := strings.Replace(wire.String(), "X-A: a b c", "X-A: "+c.folded, 1)
			got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(sent)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = verifier(false).Verify(sigv4.FromHTTP(got, nil))
			if (err != nil) != c.refused {
				t.Errorf("%q: %v, want refused: %v", sent, err, c.refused)
			}
		})
	}
}

// A field that was signed empty must not go missing, though its line in the
// canonical request would be the same.
func TestSignedFieldIsThere(t *testing.T) {
	r := sigv4.Request{Method: "GET", Path: "/", Host: "h"}
	set(&r, "X-Amz-Date", "20260102T030405Z")
	set(&r, "Authorization", "AWS4-HMAC-SHA256 Credential="+keyID+"/20260102/us-east-1/apigateway/aws4_request, "+
		"SignedHeaders=host;x-amz-date;x-gone, Signature="+
		sign("GET\n/\n\nhost:h\nx-amz-date:20260102T030405Z\nx-gone:\n\nhost;x-amz-date;x-gone\n"+emptyHash))
	wantRefused(t, verifier(false), r, sigv4.InvalidSignature, mismatch)
	r.Header = append(r.Header, sigv4.Field{Name: "X-Gone"})
	if _, err := verifier(false).Verify(r); err != nil {
		t.Error(err)
	}
}

// CloudFront puts a field in on the way, which nobody can have signed.
func TestFieldOfCloudFrontNeedsNoSignature(t *testing.T) {
	r := plain(t)
	set(&r, "X-Amz-Cf-Id", "abc==")
	if _, err := verifier(false).Verify(r); err != nil {
		t.Error(err)
	}
}

// A presigned URL may be called with an Authorization field that is meant for
// somebody else.
func TestPresignedBesideAuthorization(t *testing.T) {
	r := overTheWire(t, presign(t, call{target: "/x"}, "900"))
	set(&r, "Authorization", "Bearer abc")
	if _, err := verifier(false).Verify(r); err != nil {
		t.Error(err)
	}
}

func TestAbsoluteTarget(t *testing.T) {
	for target, want := range map[string][2]string{
		"http://h/a%2Fb?x=1": {"/a%2Fb", "x=1"},
		"http://h?x=1":       {"", "x=1"},
		"http://h":           {"/", ""},
		"//a?u=http://b":     {"//a", "u=http://b"},
		"*":                  {"*", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://h/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RequestURI = target
		if got := sigv4.FromHTTP(r, nil); got.Path != want[0] || got.Query != want[1] {
			t.Errorf("%s: path %q, query %q; want %q", target, got.Path, got.Query, want)
		}
	}
}

func TestErrorsOfKeysArePassedOn(t *testing.T) {
	away := errors.New("store is away")
	v := verifier(false)
	v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{}, away }
	if _, err := v.Verify(plain(t)); !errors.Is(err, away) {
		t.Errorf("got %v; want %v", err, away)
	}
}

// A key that was replaced under its id must not go on fitting out of the cache.
func TestNewSecretUnderAnOldID(t *testing.T) {
	v := verifier(false)
	now := secret
	v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{Secret: now}, nil }
	if _, err := v.Verify(plain(t)); err != nil {
		t.Fatal(err)
	}
	now = "other"
	wantRefused(t, v, plain(t), sigv4.InvalidSignature, mismatch)
}

// There are more scopes here than signing keys are kept, so that some share a
// place.
func TestManyScopes(t *testing.T) {
	v := verifier(false)
	var all []sigv4.Request
	for i := range 600 {
		r := call{target: "/x"}.httpRequest(t)
		if err := v4.NewSigner().SignHTTP(t.Context(), call{}.credentials(), r, emptyHash, "execute-api", fmt.Sprint("region-", i), signed); err != nil {
			t.Fatal(err)
		}
		all = append(all, overTheWire(t, r))
	}
	for range 2 {
		for i, r := range all {
			if _, err := v.Verify(r); err != nil {
				t.Fatalf("region %d: %v", i, err)
			}
		}
	}
}

// Amazon S3 API reference: there the path is encoded once, and not cleaned.
func TestPathOfS3(t *testing.T) {
	r := call{target: "/bucket/a%20b//c/../d", header: []string{"X-Amz-Content-Sha256: " + emptyHash}}.httpRequest(t)
	err := v4.NewSigner().SignHTTP(t.Context(), call{}.credentials(), r, emptyHash, "s3", "us-east-1", signed,
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier(false).Verify(overTheWire(t, r)); err != nil {
		t.Error(err)
	}
}

func BenchmarkVerify(b *testing.B) {
	r, v := plain(b), verifier(false)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(r); err != nil {
			b.Fatal(err)
		}
	}
}
