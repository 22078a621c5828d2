package integration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

func TestFunctionURI(t *testing.T) {
	client := new(upstream.Client)
	defer client.Close()
	for _, c := range []struct{ endpoint, uri, want string }{
		{"http://h:1", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations", "us-east-1 http://h:1/2015-03-31/functions/f/invocations"},
		{"http://h:1/p/", "arn:aws:apigateway:eu-west-1:lambda:path//2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f:live/invocations", "us-east-1 http://h:1/p/2015-03-31/functions/f%3Alive/invocations"},
		{"http://h:1", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations", "eu-west-1 http://h:1/2015-03-31/functions/f/invocations"},
		{"", "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations", "us-east-1 https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/invocations"},
		{"", "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/f/invocations", "cn-north-1 https://lambda.cn-north-1.amazonaws.com.cn/2015-03-31/functions/f/invocations"},
		{"http://h:1", "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:1:function:f/response-streaming-invocations", "us-east-1 http://h:1/2021-11-15/functions/f/response-streaming-invocations"},
		{"", "arn:aws:apigateway:x:lambda:path/2021-11-15/functions/f/invocations", ""},
		{"", "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/f/response-streaming-invocations", ""},
		{"", "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/arn:aws:lambda:evil.example#:1:function:f/invocations", ""},
		{"", "arn:aws:apigateway:evil.example/:lambda:path/2015-03-31/functions/f/invocations", ""},
		{"", "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/../x/invocations", ""},
		{"", "arn:aws:apigateway:x:sqs:path/2015-03-31/functions/f/invocations", ""},
		{"", "arn:aws:apigateway:x:lambda:action/Invoke", ""},
		{"", "http://example.com", ""},
	} {
		l, err := NewLambda(client, c.endpoint, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if f, err := l.Function(c.uri); err == nil {
			got = f.region + " " + f.url.String()
		}
		if got != c.want {
			t.Errorf("%s at %q is %q; want %q", c.uri, c.endpoint, got, c.want)
		}
	}
	if _, err := NewLambda(client, "lambda:1", nil); err == nil {
		t.Error("an endpoint without a scheme was taken")
	}
}

// TestSigned shows that a call is signed with what it is sent with. From the
// reference of Signature Version 4.
func TestSigned(t *testing.T) {
	w := listen(t, emptyAnswer)
	client := new(upstream.Client)
	defer client.Close()
	l, err := NewLambda(client, w.URL, credentials.NewStaticCredentialsProvider("AKID", "SECRET", "TOKEN"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Function("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f:live/invocations")
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Scope: &mapping.Scope{Request: new(message.Request)}, Trace: "Root=1-a"}
	var answer message.Response
	event := `{"a":1}`
	if err := f.Invoke(in, []byte(event), Invocation{SourceARN: "arn:x", Now: time.Unix(1465424516, 0)}, &answer); err != nil {
		t.Fatal(err)
	}
	r, body := read(t, <-w.requests)
	names := checkSignature(t, r, strings.ReplaceAll(r.URL.EscapedPath(), "%", "%25"), body, "eu-west-1/lambda")
	if !strings.Contains(names, "x-amz-security-token") || !strings.Contains(names, "x-amz-source-arn") {
		t.Errorf("signed are %s; want the token and the source as well", names)
	}
}

// checkSignature compares the signature of r with the one that SECRET makes for
// this canonical path and scope, and returns the names of what it is over.
func checkSignature(t *testing.T, r *http.Request, path string, body []byte, scope string) (names string) {
	t.Helper()
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, signature, _ := strings.Cut(rest, ", Signature=")
	canonical := r.Method + "\n" + path + "\n\n"
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.Itoa(len(body))
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + names + "\n" + sum(string(body))
	date := r.Header.Get("X-Amz-Date")
	scope = date[:8] + "/" + scope + "/aws4_request"
	key := []byte("AWS4SECRET")
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	want := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+date+"\n"+scope+"\n"+sum(canonical)))
	if signature != want {
		t.Errorf("%s\nwant signature %s of\n%s", r.Header.Get("Authorization"), want, canonical)
	}
	return names
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

// A localFunctions has one function, whose answer is what was asked for.
type localFunctions string

func (l localFunctions) Has(function string) bool { return strings.Contains(function, string(l)) }

func (l localFunctions) Do(call *upstream.Call, answer *message.Response) error {
	answer.Status, answer.Body = 200, append(answer.Body[:0], call.Target+" "+call.Header.Get("Authorization")...)
	return nil
}

func TestLocalFunctionsComeFirst(t *testing.T) {
	client := new(upstream.Client)
	defer client.Close()
	elsewhere, err := NewLambda(client, "http://h:1", credentials.NewStaticCredentialsProvider("AKID", "secret", ""))
	if err != nil {
		t.Fatal(err)
	}
	const prefix = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
	for _, l := range []*Lambda{new(Lambda), elsewhere} {
		l.Prefer(localFunctions("mine"))
		f, err := l.Function(prefix + "arn:aws:lambda:us-east-1:1:function:mine:live/invocations")
		if err != nil {
			t.Fatal(err)
		}
		var res message.Response
		in := Input{Scope: &mapping.Scope{Request: new(message.Request)}}
		if err := f.Invoke(&in, []byte("{}"), Invocation{Now: time.Now()}, &res); err != nil {
			t.Fatal(err)
		}
		want := "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Amine%3Alive/invocations "
		if string(res.Body) != want {
			t.Errorf("local function was called with %q; want %q, unsigned", res.Body, want)
		}
	}
	if f, err := elsewhere.Function(prefix + "yours/invocations"); err != nil || f.url.Host != "h:1" {
		t.Errorf("another function is at %v, error %v", f, err)
	}
	if _, err := new(Lambda).Function(prefix + "yours/invocations"); !errors.Is(err, ErrNoEndpoint) {
		t.Errorf("a function that nobody has: error %v; want %v", err, ErrNoEndpoint)
	}
}

// The error of a function names its failure, and tells nothing else that the
// function said.
func TestFunctionFailed(t *testing.T) {
	const failed = "execution failed due to customer function error "
	for _, c := range []struct{ name, said, id, want string }{
		{"a type", `{"errorType":"Runtime.ExitError","errorMessage":"secret","stackTrace":["secret"]}`, "r1", "(Unhandled): Runtime.ExitError, Lambda request id r1"},
		{"no type", `{"errorMessage":"secret"}`, "r1", "(Unhandled), Lambda request id r1"},
		{"a type that is no string", `{"errorType":{"a":"secret"}}`, "", "(Unhandled)"},
		{"no JSON", "secret", "", "(Unhandled)"},
		{"more than a word", `{"errorType":"A\nlevel=INFO\u0000\u001b"}`, "r 1", "(Unhandled): A_level=INFO__, Lambda request id r_1"},
		{"a long type", `{"errorType":"` + strings.Repeat("a", 1000) + `"}`, "", "(Unhandled): " + strings.Repeat("a", 100)},
	} {
		res := message.Response{Status: 200, Body: []byte(c.said), Header: message.Header{{Name: "X-Amz-Function-Error", Value: "Unhandled"}}}
		if c.id != "" {
			res.Header.Set("x-amzn-RequestId", c.id)
		}
		if err := check(&res); !errors.Is(err, ErrFunction) || err.Error() != failed+c.want {
			t.Errorf("%s: got %v\nwant %s%s", c.name, err, failed, c.want)
		}
	}
}
