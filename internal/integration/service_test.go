package integration

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/upstream"
	"github.com/gatewright/gatewright/sigv4"
)

// A served is an integration and what a caller sends through it.
type served struct {
	uri        string
	method     string // of the integration; "": POST
	parameters map[string]string
	variables  map[string]string
	params     []mapping.Param // of the path
	query      string
	header     message.Header
	template   string // that sets overrides
	body       string
}

// send calls a service and returns the bytes that it got.
func (v *served) send(t *testing.T, w *wire, service func(*restapi.Integration, map[string]string) (*Service, error)) string {
	t.Helper()
	i := &restapi.Integration{Type: "AWS", URI: v.uri, HTTPMethod: v.method, RequestParameters: v.parameters}
	if i.HTTPMethod == "" {
		i.HTTPMethod = "POST"
	}
	s, err := service(i, v.variables)
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Method: "PUT", Trace: "Root=1-a", Scope: &mapping.Scope{
		Request: &message.Request{Query: v.query, Header: v.header}, Params: v.params,
		Context: mapping.Context{APIID: "a1b2c3d4e5", RequestID: "r-1"},
	}}
	if v.template != "" {
		template, err := mapping.CompileTemplate("", v.template, nil)
		if err == nil {
			_, err = template.Append(nil, in.Scope, &in.Scope.Sent)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var answer message.Response
	if err := s.Do(in, []byte(v.body), Invocation{SourceARN: "arn:x", Timeout: 10 * time.Second, Now: time.Now()}, &answer); err != nil {
		t.Fatal(err)
	}
	if in.Call.Header[0].Name != "Host" {
		t.Errorf("the first field is %s; want Host", in.Call.Header[0].Name)
	}
	return <-w.requests
}

// TestServiceRequests shows the bytes that services are sent. What is filled in
// for each request begins no parameter and no path of its own, which is our
// choice.
func TestServiceRequests(t *testing.T) {
	const arn = "arn:aws:apigateway:eu-west-1:"
	w := listen(t, emptyAnswer)
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	services := NewServices(client, Endpoints{Rest: w.URL + "/base/"}, nil)
	for _, c := range []struct {
		name string
		served
		want string // the request line and the fields but those that all have, then the body
	}{
		{
			"a path",
			served{uri: arn + "sqs:path/123456789012/queue", body: "Action=SendMessage", header: message.Header{{Name: "Content-Type", Value: "text/plain"}}},
			"POST /base/123456789012/queue|Accept: application/json|Content-Type: text/plain||Action=SendMessage",
		},
		{
			"slashes before a path",
			served{uri: arn + "sqs:path//1/q"},
			"POST /base/1/q|Accept: application/json|Content-Type: application/json||",
		},
		{
			"the query of a path",
			served{uri: arn + "sqs:path/1/q?Action=SendMessage&MessageBody=a+b&c", method: "GET", body: "not sent"},
			"GET /base/1/q?Action=SendMessage&MessageBody=a%20b&c|Accept: application/json||",
		},
		{
			"a mapped path",
			served{
				uri: arn + "s3:path/{bucket}/${stageVariables.folder}/{key}{none}", method: "ANY", variables: map[string]string{"folder": "f"},
				parameters: map[string]string{"integration.request.path.bucket": "'b'", "integration.request.path.key": "method.request.path.k"},
				params:     []mapping.Param{{Name: "k", Value: "a/b%2Fc%20(d)?x=1&y#z%"}},
			},
			"PUT /base/b/f/a/b%2Fc%20%28d%29%3Fx%3D1%26y%23z%25%7Bnone%7D|Accept: application/json|Content-Type: application/json||",
		},
		{
			"an action of the query protocol",
			served{
				uri: arn + "sns:action/Publish&TopicArn={topic}&Subject=a+b", parameters: map[string]string{
					"integration.request.path.topic":          "method.request.querystring.t",
					"integration.request.querystring.Message": "method.request.querystring.m",
					"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
					"integration.request.querystring.Missing": "method.request.querystring.none",
				}, query: "t=arn:aws:sns:x%26Action=Delete&m=a%26b=c%2Bd%20%C3%A9",
			},
			"POST /base/?Action=Publish&TopicArn=arn%3Aaws%3Asns%3Ax%26Action%3DDelete&Subject=a%20b&Version=2010-03-31&Message=a%26b%3Dc%2Bd%20%C3%A9" +
				"|Content-Type: application/x-www-form-urlencoded|Accept: application/json||",
		},
		{
			"an owner's own version",
			served{uri: arn + "sqs:action/ListQueues?Version=1"},
			"POST /base/?Action=ListQueues&Version=1|Content-Type: application/x-www-form-urlencoded|Accept: application/json||",
		},
		{
			"an owner's own version by a mapping",
			served{uri: arn + "sqs:action/ListQueues", parameters: map[string]string{"integration.request.querystring.Version": "'2'"}},
			"POST /base/?Action=ListQueues&Version=2|Content-Type: application/x-www-form-urlencoded|Accept: application/json||",
		},
		{
			"an action with a body of its caller's",
			served{uri: arn + "sns:action/Publish", body: "a", header: message.Header{{Name: "Content-Type", Value: "text/plain"}}},
			"POST /base/?Action=Publish&Version=2010-03-31|Accept: application/json|Content-Type: text/plain||a",
		},
		{"an action by GET", served{uri: arn + "sqs:action/ListQueues", method: "GET"}, "GET /base/?Action=ListQueues&Version=2012-11-05|Accept: application/json||"},
		{
			"an action of a service that speaks JSON",
			served{uri: arn + "dynamodb:action/PutItem", body: "{}"},
			"POST /base/?Action=PutItem|X-Amz-Target: DynamoDB_20120810.PutItem|Content-Type: application/x-amz-json-1.0|Accept: application/json||{}",
		},
		{
			"an owner's own target",
			served{uri: arn + "kinesis:action/PutRecord", parameters: map[string]string{"integration.request.header.x-amz-target": "'Mine'"}},
			"POST /base/?Action=PutRecord|x-amz-target: Mine|Accept: application/json|Content-Type: application/json||",
		},
		{
			"no target for events",
			served{uri: arn + "events:action/PutEvents", body: "{}"},
			"POST /base/?Action=PutEvents|Accept: application/json|Content-Type: application/json||{}",
		},
		{
			"a bucket as subdomain",
			served{uri: arn + "my-bucket.s3:path/key", method: "DELETE"},
			"DELETE /base/my-bucket/key|Accept: application/json||",
		},
		{
			"a subdomain",
			served{uri: arn + "runtime.sagemaker:path/endpoints/e/invocations"},
			"POST /base/endpoints/e/invocations|Accept: application/json|Content-Type: application/json||",
		},
		{
			"mapped fields",
			served{
				uri: arn + "s3:path/b/k", method: "PUT", parameters: map[string]string{
					"integration.request.header.Accept": "'text/xml'", "integration.request.header.User-Agent": "'u'",
					"integration.request.header.Referer": "'r'", "integration.request.header.Host": "'h'", "integration.request.header.X-Amz-Date": "'d'",
					"integration.request.header.X-Amz-Security-Token": "'t'", "integration.request.header.x-amz-acl": "method.request.header.Acl",
					"integration.request.header.Bad": "method.request.header.Break", "integration.request.header.None": "method.request.header.None",
				}, header: message.Header{{Name: "Acl", Value: "private"}, {Name: "Break", Value: "a\nb"}, {Name: "Cookie", Value: "c"}},
			},
			"PUT /base/b/k|Accept: text/xml|User-Agent: u|x-amz-acl: private|Content-Type: application/json||",
		},
		{
			"what a template sets",
			served{
				uri: arn + "kinesis:action/PutRecord&a={a}", parameters: map[string]string{"integration.request.querystring.b": "'mapped'"},
				template: `#set($context.requestOverride.path.a = "1&2")#set($context.requestOverride.querystring.b = "set")` +
					`#set($context.requestOverride.querystring.c = "3")#set($context.requestOverride.header.X-Amz-Target = "T")` +
					`#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")` +
					`#set($context.requestOverride.header.Authorization = "forged")#set($context.requestOverride.header.Host = "h")` +
					`#set($context.requestOverride.header.x-amz-security-token = "forged")#set($context.requestOverride.header.X-Amzn-Trace-Id = "forged")`,
			},
			"POST /base/?Action=PutRecord&a=1%262&b=set&c=3|X-Amz-Target: T|Content-Type: application/x-amz-json-1.1|Accept: application/json||",
		},
	} {
		got := told(c.send(t, w, services.Service), w.URL)
		if got != c.want {
			t.Errorf("%s: sent\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// told is a request as text of a line, without what all requests have.
func told(sent, url string) string {
	head, body, _ := strings.Cut(sent, "\r\n\r\n")
	var kept []string
	for i, line := range strings.Split(head, "\r\n") {
		switch name, value, _ := strings.Cut(line, ": "); {
		case i == 0:
			kept = append(kept, strings.TrimSuffix(line, " HTTP/1.1"))
		case line == "Host: "+strings.TrimPrefix(url, "http://"), line == "User-Agent: AmazonAPIGateway_a1b2c3d4e5",
			line == "X-Amzn-Trace-Id: Root=1-a", line == "X-Amzn-Apigateway-Api-Id: a1b2c3d4e5", name == "Content-Length" && value != "":
		default:
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "|") + "||" + body
}

// TestServiceAtAWS shows which host serves a URI at AWS, and what its calls are
// signed for. From the services' lists of endpoints.
func TestServiceAtAWS(t *testing.T) {
	client := new(upstream.Client)
	defer client.Close()
	services := NewServices(client, Endpoints{URLs: map[string]string{"SFN": "https://sfn.example"}, AWS: true}, nil)
	for _, c := range []struct{ uri, want string }{
		{"arn:aws:apigateway:us-east-1:sqs:path/1/q", "sqs.us-east-1.amazonaws.com /1/q sqs"},
		{"arn:aws-cn:apigateway:cn-north-1:dynamodb:action/Query", "dynamodb.cn-north-1.amazonaws.com.cn /?Action=Query dynamodb"},
		{"arn:aws:apigateway:us-east-1:my-bucket.s3:path/k", "my-bucket.s3.us-east-1.amazonaws.com /k s3"},
		{"arn:aws:apigateway:us-east-1:runtime.sagemaker:path/x", "runtime.sagemaker.us-east-1.amazonaws.com /x sagemaker"},
		{"arn:aws:apigateway:us-east-1:abc.appsync-api:path/graphql", "abc.appsync-api.us-east-1.amazonaws.com /graphql appsync"},
		{"arn:aws:apigateway:us-east-1:email:action/SendEmail", "email.us-east-1.amazonaws.com /?Action=SendEmail&Version=2010-12-01 ses"},
		{"arn:aws:apigateway:us-east-1:states:action/StartExecution", "sfn.example /?Action=StartExecution states"},
		{"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/?MaxItems=5", "lambda.us-east-1.amazonaws.com /2015-03-31/functions/?MaxItems=5 lambda"},
		{"arn:aws:apigateway:us-east-1:polly:path/v1/speech", "polly.us-east-1.amazonaws.com /v1/speech polly"},
		{"arn:aws:apigateway:evil.example/:sqs:path/q", ""},
		{"arn:aws:apigateway:us-east-1:evil.example/:path/q", ""},
		{"arn:aws:apigateway:us-east-1:{host}:path/q", ""},
		{"arn:aws:apigateway:us-east-1:.s3:path/q", ""},
		{"arn:aws:apigateway:us-east-1:sqs:action/", ""},
		{"arn:aws:apigateway:us-east-1:sqs:action/{a}", ""},
		{"arn:aws:apigateway:us-east-1:sqs:else/q", ""},
		{"arn:aws:sqs:us-east-1:1:q", ""},
		{"http://sqs.example/", ""},
	} {
		s, err := services.Service(&restapi.Integration{URI: c.uri}, nil)
		got := ""
		if err == nil {
			got = s.host + " " + s.target + " " + s.scope.service
		} else if !errors.Is(err, errServiceURI) {
			t.Errorf("%s: %v; want %v", c.uri, err, errServiceURI)
		}
		if got != c.want {
			t.Errorf("%s is %q; want %q", c.uri, got, c.want)
		}
	}
	sync, err := NewServices(client, Endpoints{AWS: true}, nil).Service(&restapi.Integration{URI: "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution"}, nil)
	if err != nil || sync.host != "sync-states.us-east-1.amazonaws.com" {
		t.Errorf("StartSyncExecution is called at %v, %v; want sync-states.us-east-1.amazonaws.com", sync, err)
	}
}

// TestNoEndpoint shows that nothing is called at AWS unless somebody asked for
// it, and that the error says what to set.
func TestNoEndpoint(t *testing.T) {
	services := NewServices(nil, Endpoints{URLs: map[string]string{"SQS": "http://h"}}, nil)
	_, err := services.Service(&restapi.Integration{URI: "arn:aws:apigateway:us-east-1:events:action/PutEvents"}, nil)
	if !errors.Is(err, ErrNoEndpoint) || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL_EVENTBRIDGE") {
		t.Errorf("without an endpoint: %v; want %v and the variable's name", err, ErrNoEndpoint)
	}
}

// TestIllegalHeader is recorded on AWS.
func TestIllegalHeader(t *testing.T) {
	services := NewServices(nil, Endpoints{Rest: "http://h"}, nil)
	for _, name := range []string{"Authorization", "Connection", "Content-Length", "Expect", "Proxy-Authenticate", "TE", "Transfer-Encoding"} {
		_, err := services.Service(&restapi.Integration{
			Type: "AWS", URI: "arn:aws:apigateway:us-east-1:sqs:path/q",
			RequestParameters: map[string]string{"integration.request.header." + name: "'x'"},
		}, nil)
		if !errors.Is(err, ErrHeader) {
			t.Errorf("%s mapped: %v; want %v", name, err, ErrHeader)
		}
	}
}

// TestServiceSigned shows that calls are signed for their service and region,
// over all that makes them what they are.
func TestServiceSigned(t *testing.T) {
	const arn = "arn:aws:apigateway:eu-west-1:"
	w := listen(t, emptyAnswer)
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	services := NewServices(client, Endpoints{Rest: w.URL}, credentials.NewStaticCredentialsProvider("AKID", "SECRET", "TOKEN"))
	for _, c := range []struct {
		served
		service string
	}{
		{served{uri: arn + "sqs:path/1/q", body: "Action=SendMessage&MessageBody=a"}, "sqs"},
		{served{uri: arn + "dynamodb:action/Query", body: "{}"}, "dynamodb"},
		{served{uri: arn + "email:action/SendEmail&b=2&a=%2f+x&a"}, "ses"},
		{served{uri: arn + "s3:path/b/k", method: "GET", parameters: map[string]string{"integration.request.header.X-Amz-Request-Payer": "'requester'"}}, "s3"},
		{served{uri: arn + "execute-api:path/prod/a%20b/c", method: "DELETE", parameters: map[string]string{"integration.request.querystring.q": "'a/b c'"}}, "execute-api"},
	} {
		r, body := read(t, c.send(t, w, services.Service))
		v := sigv4.Verifier{Services: []string{c.service}, Regions: []string{"eu-west-1"}, Keys: func(id string) (sigv4.Key, error) {
			if id != "AKID" {
				t.Errorf("%s: signed by %q", c.uri, id)
			}
			return sigv4.Key{Secret: "SECRET", Token: "TOKEN"}, nil
		}}
		if _, err := v.Verify(sigv4.FromHTTP(r, body)); err != nil {
			t.Errorf("%s: %v in\n%v", c.uri, err, r)
		}
		if got := r.Header.Get("X-Amz-Content-Sha256"); got != sum(string(body)) {
			t.Errorf("%s: X-Amz-Content-Sha256 is %q of body %q", c.uri, got, body)
		}
	}
}

// TestS3Signed shows that the path of S3 is signed as it is sent. From the
// reference of S3, where it differs from that of other services.
func TestS3Signed(t *testing.T) {
	w := listen(t, emptyAnswer)
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	services := NewServices(client, Endpoints{Rest: w.URL}, credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""))
	v := served{uri: "arn:aws:apigateway:eu-west-1:s3:path/b/a%20b/(c)", body: "x"}
	r, body := read(t, v.send(t, w, services.Service))
	checkSignature(t, r, "/b/a%20b/%28c%29", body, "eu-west-1/s3")
}

// TestFunctionService shows what a function is sent by an integration of type
// AWS. From the developer guide, "Set up asynchronous invocation of the backend
// Lambda function".
func TestFunctionService(t *testing.T) {
	w := listen(t, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	lambda, err := NewLambda(client, w.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	const uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:${stageVariables.f}/invocations"
	variables := map[string]string{"f": "pets"}
	if !IsFunction(uri, variables) || IsFunction("arn:aws:apigateway:eu-west-1:sqs:path/lambda", nil) || IsFunction("http://lambda", nil) || IsFunction("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/", nil) {
		t.Error("a function is not told from what is none")
	}
	v := served{uri: uri, variables: variables, body: `{"a":1}`, parameters: map[string]string{
		"integration.request.header.X-Amz-Invocation-Type": "'Event'",
		"integration.request.querystring.Qualifier":        "'live'",
	}}
	got := told(v.send(t, w, lambda.Service), w.URL)
	const want = "POST /2015-03-31/functions/pets/invocations?Qualifier=live|X-Amz-Invocation-Type: Event|X-Amz-Source-Arn: arn:x|" +
		`x-amzn-lambda-integration-tag: r-1|Accept: application/json|Content-Type: application/json||{"a":1}`
	if got != want {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
}

// TestErrorMessage shows what selection patterns match of a function's answer.
func TestErrorMessage(t *testing.T) {
	failed := message.Header{{Name: "X-Amz-Function-Error", Value: "Unhandled"}}
	for _, c := range []struct {
		name   string
		status int
		header message.Header
		body   string
		want   string
		err    error
	}{
		{"an error", 200, failed, `{"errorType": "E", "errorMessage": "line1\nboom"}`, "line1\nboom", nil},
		{"an error of JSON", 200, failed, `{"errorMessage": "{\"httpStatus\":404}"}`, `{"httpStatus":404}`, nil},
		{"an error without a message", 200, failed, `{"errorMessage": null}`, "", nil},
		{"an error whose message is no string", 200, failed, `{"errorMessage": {"a": 1}}`, `{"a": 1}`, nil},
		{"an error that is no object", 200, failed, `"boom"`, "", nil},
		{"an answer like an error", 200, nil, `{"errorMessage": "boom"}`, "", nil},
		{"an asynchronous invocation", 202, nil, "", "", nil},
		{"an event that is no JSON", 400, nil, `{"Type":"User","message":"Could not parse request body into json"}`, "", nil},
		{"no permission", 403, nil, `{"Message":"no"}`, "", ErrInvoke},
		{"an event that is too large", 413, nil, "", "", ErrEventTooLarge},
	} {
		got, err := ErrorMessage(&message.Response{Status: c.status, Header: c.header, Body: []byte(c.body)})
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
}

// TestNoCredentials shows that a call which is to be signed and cannot be is not
// made.
func TestNoCredentials(t *testing.T) {
	client := new(upstream.Client)
	defer client.Close()
	none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("expired")
	})
	s, err := NewServices(client, Endpoints{Rest: "http://127.0.0.1:1"}, none).Service(
		&restapi.Integration{Type: "AWS", HTTPMethod: "POST", URI: "arn:aws:apigateway:us-east-1:sqs:path/q"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Scope: &mapping.Scope{Request: new(message.Request)}}
	if err := s.Do(in, nil, Invocation{}, new(message.Response)); !errors.Is(err, ErrCredentials) {
		t.Errorf("got %v; want %v", err, ErrCredentials)
	}
}

// FuzzServiceTarget shows that no value that a request fills in leaves its place,
// and that what is sent is already in the encoding that is signed.
func FuzzServiceTarget(f *testing.F) {
	f.Add("a/b?c=d&e#f", "g&h=i+j%2f%zz")
	f.Add("../é\x00%", "=&%41")
	client := new(upstream.Client)
	f.Cleanup(func() { client.Close() })
	s, err := NewServices(client, Endpoints{Rest: "http://h"}, nil).Service(&restapi.Integration{
		Type: "AWS", URI: "arn:aws:apigateway:us-east-1:s3:path/b/{key}?v={v}", RequestParameters: map[string]string{
			"integration.request.path.key": "method.request.path.key", "integration.request.path.v": "method.request.path.v",
			"integration.request.querystring.q": "method.request.path.v",
		},
	}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key, v string) {
		target := string(s.appendTarget(nil, &mapping.Scope{Params: []mapping.Param{{Name: "key", Value: key}, {Name: "v", Value: v}}}))
		u, err := url.ParseRequestURI(target)
		if err != nil || u.RequestURI() != target || !strings.HasPrefix(target, "/b/") {
			t.Fatalf("%q and %q make %q, read as %v, %v", key, v, target, u, err)
		}
		query, err := url.ParseQuery(u.RawQuery)
		if err != nil || len(query) != 2 || len(query["v"]) != 1 || len(query["q"]) != 1 || query.Get("q") != v {
			t.Fatalf("%q and %q make the query %q, %v", key, v, u.RawQuery, err)
		}
		if again := string(appendOnce(nil, u.EscapedPath(), "/")); again != u.EscapedPath() {
			t.Fatalf("%q is encoded as %q and then as %q", key, u.EscapedPath(), again)
		}
	})
}

// FuzzServiceURI shows that whatever a URI is, a signed call goes to a host of
// AWS's own.
func FuzzServiceURI(f *testing.F) {
	f.Add("arn:aws:apigateway:eu-west-1:my-bucket.s3:path/{key}?a=b")
	f.Add("arn:aws:apigateway:eu-west-1:sns:action/Publish&TopicArn=a:b")
	client := new(upstream.Client)
	f.Cleanup(func() { client.Close() })
	services := NewServices(client, Endpoints{AWS: true}, nil)
	own := regexp.MustCompile(`^([a-z0-9-]+\.)+amazonaws\.com(\.cn)?$`)
	f.Fuzz(func(t *testing.T, uri string) {
		s, err := services.Service(&restapi.Integration{Type: "AWS", URI: uri}, nil)
		if err == nil && (!own.MatchString(s.host) || s.scheme != "https" || !strings.HasPrefix(s.target, "/")) {
			t.Errorf("%q goes to %s://%s%s", uri, s.scheme, s.host, s.target)
		}
	})
}

// TestClimbs shows which paths lead out of where their owner put what is filled in.
// Our choice.
func TestClimbs(t *testing.T) {
	for target, want := range map[string]bool{
		"/b/../k": true, "/b/..": true, "/b/./k?x": true, "/b/a%2F..%2Fk": true, "/b/..?a": true,
		"/b/..k/...": false, "/b/k?a=/../": false, "/b//k": false, "/b/a%2Fk": false,
	} {
		if got := climbs(target); got != want {
			t.Errorf("%s climbs: %v; want %v", target, got, want)
		}
	}
}
