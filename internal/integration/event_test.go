package integration

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

func event(r *message.Request, s mapping.Scope, body string, binary bool) string {
	s.Request = r
	in := &Input{Scope: &s, Method: "POST", Resource: "/pets//7/", Trace: "Root=1-a", Port: "443", Secure: r.TLS != nil}
	return string(in.AppendEvent(nil, []byte(body), binary))
}

// TestEvent shows the members of the event in their order. From the developer
// guide, "Input format of a Lambda function for proxy integration"; the order is
// that of an event in a public execution log.
func TestEvent(t *testing.T) {
	got := event(&message.Request{
		Query: "b=1&a=%20x+y&b=2&c",
		TLS:   new(tls.ConnectionState),
		Header: message.Header{
			{Name: "host", Value: "h"},
			{Name: "x-b", Value: "1"},
			{Name: "USER-AGENT", Value: "curl"},
			{Name: "accept", Value: "*/*"},
			{Name: "X-B", Value: "2"},
			{Name: "Content-Length", Value: "3"},
			{Name: "Connection", Value: "close, X-Hop"},
			{Name: "x-hop", Value: "1"},
			{Name: "Keep-Alive", Value: "5"},
			{Name: "Proxy-Connection", Value: "close"},
			{Name: "X-Forwarded-For", Value: "9.9.9.9"},
			{Name: "X-Amzn-Trace-Id", Value: "forged"},
		},
	}, mapping.Scope{
		Params:    []mapping.Param{{Name: "proxy", Value: "a%2Fb"}},
		Variables: map[string]string{"z": "1", "a": "2"},
		Context: mapping.Context{
			AccountID: "123456789012", APIID: "a1b2", DeploymentID: "d1", DomainName: "a1b2.execute-api.localhost",
			DomainPrefix: "a1b2", ExtendedRequestID: "Vwc2MGFUrPEFV_g=", HTTPMethod: "POST", Path: "/prod/pets//7/",
			RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", RequestTimeEpoch: 1428582896123, ResourceID: "r1",
			ResourcePath: "/{proxy+}", SourceIP: "1.2.3.4", Stage: "prod", UserAgent: "curl",
		},
	}, "é\"\n\x01\xff", false)
	want := strings.Join([]string{
		`{"resource":"/{proxy+}","path":"/pets//7/","httpMethod":"POST",`,
		`"headers":{"accept":"*/*","host":"h","User-Agent":"curl","X-Amzn-Trace-Id":"Root=1-a","x-b":"2",`,
		`"X-Forwarded-For":"9.9.9.9, 1.2.3.4","X-Forwarded-Port":"443","X-Forwarded-Proto":"https"},`,
		`"multiValueHeaders":{"accept":["*/*"],"host":["h"],"User-Agent":["curl"],"X-Amzn-Trace-Id":["Root=1-a"],"x-b":["1","2"],`,
		`"X-Forwarded-For":["9.9.9.9, 1.2.3.4"],"X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"]},`,
		`"queryStringParameters":{"b":"2","a":" x y","c":""},"multiValueQueryStringParameters":{"b":["1","2"],"a":[" x y"],"c":[""]},`,
		`"pathParameters":{"proxy":"a%2Fb"},"stageVariables":{"a":"2","z":"1"},`,
		`"requestContext":{"resourceId":"r1","resourcePath":"/{proxy+}","httpMethod":"POST","extendedRequestId":"Vwc2MGFUrPEFV_g=",`,
		`"requestTime":"09/Apr/2015:12:34:56 +0000","path":"/prod/pets//7/","accountId":"123456789012","protocol":"HTTP/1.1",`,
		`"stage":"prod","domainPrefix":"a1b2","requestTimeEpoch":1428582896123,"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef",`,
		`"identity":{"cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,"sourceIp":"1.2.3.4",`,
		`"principalOrgId":null,"accessKey":null,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null,`,
		`"userAgent":"curl","user":null},"domainName":"a1b2.execute-api.localhost","deploymentId":"d1","apiId":"a1b2"},`,
		`"body":"é\"\n\u0001` + "\uFFFD" + `","isBase64Encoded":false}`,
	}, "")
	if got != want {
		t.Errorf("event\n%s\nwant\n%s", got, want)
	}
}

// TestEventNulls shows what there is none of. [recorded on AWS]
func TestEventNulls(t *testing.T) {
	var e map[string]any
	text := event(&message.Request{}, mapping.Scope{}, "", true)
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, name := range []string{"queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"} {
		if v, ok := e[name]; v != nil || !ok {
			t.Errorf("%s is %v, %v; want null", name, v, ok)
		}
	}
	if e["isBase64Encoded"] != false || len(e) != 12 {
		t.Errorf("event without a body: %s", text)
	}
}

// TestEventOfManyParameters shows that what few parameters become many become as
// well, and in time that grows as they do.
func TestEventOfManyParameters(t *testing.T) {
	const n = 100_000
	var query, single, several []string
	for i := range n {
		query = append(query, fmt.Sprintf("p%d=x", i))
		single = append(single, fmt.Sprintf(`"p%d":"x"`, i))
		several = append(several, fmt.Sprintf(`"p%d":["x"]`, i))
	}
	query = append(query, "p1=y", "p1=z")
	single[1], several[1] = `"p1":"z"`, `"p1":["x","y","z"]`
	begun := time.Now()
	got := event(&message.Request{Query: strings.Join(query, "&")}, mapping.Scope{}, "", false)
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("an event of %d parameters took %v", n, took)
	}
	want := `"queryStringParameters":{` + strings.Join(single, ",") +
		`},"multiValueQueryStringParameters":{` + strings.Join(several, ",") + `}`
	if !strings.Contains(got, want) {
		t.Errorf("event of %d parameters has not each with its values: %.500s", n, got)
	}
}

func TestEventBinary(t *testing.T) {
	if got := event(&message.Request{}, mapping.Scope{}, "\xff\x00", true); !strings.HasSuffix(got, `"body":"/wA=","isBase64Encoded":true}`) {
		t.Errorf("binary body: %s", got)
	}
}

func BenchmarkEvent(b *testing.B) {
	s := mapping.Scope{Request: &message.Request{Header: message.Header{
		{Name: "Host", Value: "a1b2.execute-api.localhost"},
		{Name: "User-Agent", Value: "curl/8"},
		{Name: "Accept", Value: "*/*"},
		{Name: "Content-Type", Value: "application/json"},
	}}}
	in := &Input{Scope: &s, Method: "POST", Resource: "/pets", Trace: "Root=1-a", Port: "443"}
	body := []byte(strings.Repeat(`{"name":"Rex"}`, 70))
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = in.AppendEvent(dst[:0], body, false)
	}
}
