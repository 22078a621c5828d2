package gatewright_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// A service is a method with an integration of type AWS.
type service struct {
	uri         string            // behind arn:aws:apigateway:eu-west-1:
	verb        string            // of the integration; "": POST
	parameters  map[string]string // of the integration's request, behind "integration.request."
	passthrough string
	handling    string     // of content
	template    string     // of application/json
	responses   []response // none: 200 alone
}

// A response is a method response with its integration response.
type response struct {
	status   string
	pattern  string
	header   map[string]string
	template string
	handling string // of content
}

// put makes the service a method of an API.
func (s *service) put(api *gatewrighttest.API, route string) {
	verb, path, _ := strings.Cut(route, " ")
	m := "/resources/" + api.Resource(path) + "/methods/" + verb
	declared, mapped := map[string]bool{}, map[string]string{}
	for name, source := range s.parameters {
		mapped["integration.request."+name] = source
		if strings.HasPrefix(source, "method.request.") {
			declared[source] = false
		}
	}
	api.Call("PUT", m, text(members{"authorizationType": "NONE", "requestParameters": declared}))
	integration := members{
		"type": "AWS", "httpMethod": "POST", "uri": "arn:aws:apigateway:eu-west-1:" + s.uri, "requestParameters": mapped,
		"credentials": "arn:aws:iam::123456789012:role/gateway",
	}
	if s.verb != "" {
		integration["httpMethod"] = s.verb
	}
	if s.passthrough != "" {
		integration["passthroughBehavior"] = s.passthrough
	}
	if s.handling != "" {
		integration["contentHandling"] = s.handling
	}
	if s.template != "" {
		integration["requestTemplates"] = members{"application/json": s.template}
	}
	api.Call("PUT", m+"/integration", text(integration))
	for _, r := range s.answers() {
		r.put(api, m)
	}
}

func (s *service) answers() []response {
	if len(s.responses) == 0 {
		return []response{{status: "200"}}
	}
	return s.responses
}

func (r *response) put(api *gatewrighttest.API, method string) {
	declared, mapped := map[string]bool{}, map[string]string{}
	for name, source := range r.header {
		declared["method.response.header."+name] = false
		mapped["method.response.header."+name] = source
	}
	api.Call("PUT", method+"/responses/"+r.status, text(members{"responseParameters": declared}))
	output := members{"responseParameters": mapped}
	if r.handling != "" {
		output["contentHandling"] = r.handling
	}
	if r.pattern != "" {
		output["selectionPattern"] = r.pattern
	}
	if r.template != "" {
		output["responseTemplates"] = members{"application/json": r.template}
	}
	api.Call("PUT", method+"/integration/responses/"+r.status, text(output))
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// An exchange is what a caller sends and gets, and what the service got.
type exchange struct {
	name        string
	route       string // "POST /orders?a=b"
	contentType string // "": application/json
	accept      string
	body        string

	call string // its first line, header fields that it has, an empty line and its body; "": not looked at
	want string // likewise of the answer
}

// inFrontOf makes an API of services of a cloud.
func inFrontOf(t *testing.T, c *cloud, services map[string]*service) *gatewrighttest.API {
	t.Helper()
	keys := credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")
	s := gatewrighttest.Start(t, func(s *gatewright.Server) {
		s.Services, s.ServiceCredentials = c.URL, keys
		s.Lambda, s.LambdaCredentials = c.URL, keys
	})
	api := gatewrighttest.NewAPI(t, s)
	for _, route := range slices.Sorted(maps.Keys(services)) {
		services[route].put(api, route)
	}
	return api
}

// throughServices deploys services in front of a cloud and lets callers have
// their exchanges.
func throughServices(t *testing.T, services map[string]*service, exchanges []exchange) {
	t.Helper()
	c := startCloud(t)
	api := inFrontOf(t, c, services)
	api.Call("PATCH", "", `{"patchOperations": [{"op": "add", "path": "/binaryMediaTypes/image~1png"}]}`)
	base := api.Deploy()
	for _, x := range exchanges {
		t.Run(x.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(x.route, " ")
			r, err := http.NewRequest(verb, base+path, strings.NewReader(x.body))
			if err != nil {
				t.Fatal(err)
			}
			if r.Header.Set("Content-Type", x.contentType); x.contentType == "" {
				r.Header.Set("Content-Type", "application/json")
			}
			if x.accept != "" {
				r.Header.Set("Accept", x.accept)
			}
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "answer", res.Status, res.Header, string(body), x.want)
			if x.call != "" {
				took := c.took()
				compare(t, "call", took.Method+" "+took.URL.RequestURI(), took.Header, took.body, x.call)
			}
		})
	}
}

// compare holds a message against what it is to be: the same first line, these
// fields among others, and the same body, which may be spaced otherwise if it is
// JSON.
func compare(t *testing.T, what, first string, header http.Header, body, want string) {
	t.Helper()
	head, wantBody, _ := strings.Cut(want, "\n\n")
	lines := strings.Split(head, "\n")
	if first != lines[0] {
		t.Errorf("%s: %s; want %s", what, first, lines[0])
	}
	for _, line := range lines[1:] {
		if name, value, _ := strings.Cut(line, ": "); header.Get(name) != value {
			t.Errorf("%s: %s is %q; want %q", what, name, header.Get(name), value)
		}
	}
	var got, wanted any
	if json.Unmarshal([]byte(body), &got) != nil || json.Unmarshal([]byte(wantBody), &wanted) != nil {
		got, wanted = body, wantBody
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%s: body\n%s\nwant\n%s", what, body, wantBody)
	}
}

const form, json11, json10 = "'application/x-www-form-urlencoded'", "'application/x-amz-json-1.1'", "'application/x-amz-json-1.0'"

// SQS in both of its protocols and with the query in the URI, and SNS and SSM in
// the query protocol, which answers JSON because that is what the gateway accepts.
// [recorded on AWS]
func TestQueryServices(t *testing.T) {
	throughServices(t, map[string]*service{
		"POST /form": {
			uri: "sqs:path/123456789012/orders", parameters: map[string]string{"header.Content-Type": form}, passthrough: "NEVER",
			template: "Action=SendMessage&MessageBody=$input.body",
			responses: []response{{status: "200", template: `#set($answer = $input.path('$.SendMessageResponse'))
{"requestId": "$answer.ResponseMetadata.RequestId", "messageId": "$answer.SendMessageResult.MessageId", "aws": "$context.awsEndpointRequestId"}`}},
		},
		"POST /xml": {
			uri: "sqs:path/123456789012/orders", parameters: map[string]string{"header.Content-Type": form, "header.Accept": "'application/xml'"},
			template: "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
		},
		"POST /json": {
			uri:        "sqs:path/123456789012/orders",
			parameters: map[string]string{"header.Content-Type": json10, "header.X-Amz-Target": "'AmazonSQS.SendMessage'"},
			template:   `{"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "MessageBody": "$util.escapeJavaScript($input.body)"}`,
		},
		"GET /publish": {
			uri: "sns:action/Publish", parameters: map[string]string{
				"querystring.TopicArn": "'arn:aws:sns:eu-west-1:123456789012:news'", "querystring.Message": "method.request.querystring.text",
			},
			responses: []response{{status: "200", template: `{"id": $input.json('$.PublishResponse.PublishResult.MessageId')}`}, {status: "400", pattern: `4\d\d`}},
		},
		"GET /parameter": {uri: "ssm:action/GetParameter", parameters: map[string]string{"querystring.Name": "'/app/key'"}},
	}, []exchange{
		{
			name: "SQS by a form", route: "POST /form", body: `{"foo": "bar"}`,
			call: "POST /123456789012/orders\nContent-Type: application/x-www-form-urlencoded\nAccept: application/json\n\n" + `Action=SendMessage&MessageBody={"foo": "bar"}`,
			want: "200 OK\nContent-Type: application/json\n\n" + `{"requestId": "aws-sqs", "messageId": "m-1", "aws": "aws-sqs"}`,
		},
		{
			name: "SQS by a form that is answered XML", route: "POST /xml", body: "a&b", contentType: "application/json; charset=utf-8",
			call: "POST /123456789012/orders\nAccept: application/xml\n\nAction=SendMessage&MessageBody=a%26b",
			want: "200 OK\nContent-Type: application/json\n\n<SendMessageResponse><SendMessageResult><MD5OfMessageBody>" + md5Of("a&b") +
				"</MD5OfMessageBody><MessageId>m-1</MessageId></SendMessageResult></SendMessageResponse>",
		},
		{
			name: "SQS by JSON", route: "POST /json", body: `{"foo": "bar"}`,
			call: "POST /123456789012/orders\nX-Amz-Target: AmazonSQS.SendMessage\nContent-Type: application/x-amz-json-1.0\n\n" +
				`{"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "MessageBody": "{\"foo\": \"bar\"}"}`,
			want: "200 OK\n\n" + `{"MD5OfMessageBody": "94232c5b8fc9272f6f73a1e36eb68fcf", "MessageId": "m-2"}`,
		},
		{
			name: "SNS", route: "GET /publish?text=a%26b+c",
			call: "POST /?Action=Publish&Version=2010-03-31&Message=a%26b%20c&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Anews\n\n",
			want: "200 OK\n\n" + `{"id": "n-1"}`,
		},
		{
			name: "SNS, refused", route: "GET /publish",
			want: "400 Bad Request\n\n" + `{"Error": {"Code": "ValidationError"}}`,
		},
		{
			name: "SSM", route: "GET /parameter",
			call: "POST /?Action=GetParameter&Version=2014-11-06&Name=%2Fapp%2Fkey\n\n",
			want: "200 OK\nContent-Type: application/json\n\n" + `{"GetParameterResponse": {"GetParameterResult": {"Parameter":
				{"Name": "/app/key", "Value": "123", "Version": 1, "Selector": null}}, "ResponseMetadata": {"RequestId": "aws-ssm"}}}`,
		},
	})
}

// DynamoDB with the templates of the developer guide's comments table, Kinesis
// with those of its tutorial, and Step Functions and EventBridge, which is told
// what to do by the template. [developer guide; recorded on AWS]
func TestJSONServices(t *testing.T) {
	throughServices(t, map[string]*service{
		"POST /comments": {uri: "dynamodb:action/PutItem", template: `{
    "TableName": "Comments",
    "Item": {
        "commentId": {"S": "$input.path('$.id')"},
        "pageId": {"S": "$input.path('$.pageId')"},
        "userName": {"S": "$input.path('$.userName')"},
        "message": {"S": "$input.path('$.message')"}
    }
}`},
		"GET /comments/{pageId}": {
			uri: "dynamodb:action/Query", template: `{
    "TableName": "Comments",
    "IndexName": "pageId-index",
    "KeyConditionExpression": "pageId = :v1",
    "ExpressionAttributeValues": {":v1": {"S": "$input.params('pageId')"}}
}`,
			responses: []response{{status: "200", template: `#set($inputRoot = $input.path('$'))
{"comments": [
#foreach($elem in $inputRoot.Items)
    {"commentId": "$elem.commentId.S", "userName": "$elem.userName.S", "message": "$elem.message.S"}#if($foreach.hasNext),#end
#end
]}`}},
		},
		"PUT /streams/{stream}/record": {
			uri: "kinesis:action/PutRecord", parameters: map[string]string{"header.Content-Type": json11},
			template: `{
    "StreamName": "$input.params('stream')",
    "Data": "$util.base64Encode($input.json('$.Data'))",
    "PartitionKey": "$input.path('$.PartitionKey')"
}`,
		},
		"GET /streams":    {uri: "kinesis:action/ListStreams", parameters: map[string]string{"header.Content-Type": json11}, template: `{}`},
		"POST /execution": {uri: "states:action/StartExecution", template: `{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"}`},
		"POST /events": {
			uri: "events:action/PutEvents", passthrough: "WHEN_NO_TEMPLATES",
			template: `#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")
#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")
#set($inputRoot = $input.path('$'))
{"Entries": [
#foreach($elem in $inputRoot.items)
  {"Detail": "$util.escapeJavaScript($elem.Detail).replaceAll("\\'","'")", "DetailType": "$elem.DetailType", "Source": "$elem.Source"}#if($foreach.hasNext),#end
#end
]}`,
			responses: []response{{status: "200", template: `#set($inputRoot = $input.json('$'))
$inputRoot`}},
		},
		"POST /untold": {uri: "events:action/PutEvents", template: `{"Entries": []}`, responses: []response{{status: "200"}, {status: "502", pattern: `400`}}},
	}, []exchange{
		{
			name: "DynamoDB PutItem", route: "POST /comments", body: `{"id": "1", "pageId": "breaking-news", "userName": "Just Saying", "message": "hello"}`,
			call: "POST /?Action=PutItem\nX-Amz-Target: DynamoDB_20120810.PutItem\nContent-Type: application/x-amz-json-1.0\n\n" + `{"TableName": "Comments", "Item": {"commentId": {"S": "1"},
				"pageId": {"S": "breaking-news"}, "userName": {"S": "Just Saying"}, "message": {"S": "hello"}}}`,
			want: "200 OK\n\n{}",
		},
		{
			name: "DynamoDB Query", route: "GET /comments/breaking-news",
			call: "POST /?Action=Query\nX-Amz-Target: DynamoDB_20120810.Query\n\n" + `{"TableName": "Comments", "IndexName": "pageId-index",
				"KeyConditionExpression": "pageId = :v1", "ExpressionAttributeValues": {":v1": {"S": "breaking-news"}}}`,
			want: "200 OK\n\n" + `{"comments": [{"commentId": "1", "userName": "Just Saying", "message": "hello"}]}`,
		},
		{
			name: "Kinesis PutRecord", route: "PUT /streams/orders/record", body: `{"Data": "some data", "PartitionKey": "p"}`,
			call: "POST /?Action=PutRecord\nX-Amz-Target: Kinesis_20131202.PutRecord\nContent-Type: application/x-amz-json-1.1\n\n" +
				`{"StreamName": "orders", "Data": "InNvbWUgZGF0YSI=", "PartitionKey": "p"}`,
			want: "200 OK\n\n" + `{"SequenceNumber": "49", "ShardId": "shardId-000000000000"}`,
		},
		{
			name: "Kinesis ListStreams", route: "GET /streams",
			call: "POST /?Action=ListStreams\nX-Amz-Target: Kinesis_20131202.ListStreams\n\n{}",
			want: "200 OK\n\n" + `{"HasMoreStreams": false, "StreamNames": ["orders"]}`,
		},
		{
			name: "Step Functions StartExecution", route: "POST /execution", body: `{"test": "a test"}`,
			call: "POST /?Action=StartExecution\nX-Amz-Target: AWSStepFunctions.StartExecution\n\n" + `{"input": "{\"test\":\"a test\"}", "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"}`,
			want: "200 OK\n\n" + `{"executionArn": "arn:aws:states:eu-west-1:123456789012:execution:orders:x", "startDate": 1700000000}`,
		},
		{
			name: "EventBridge PutEvents", route: "POST /events", body: `{"items": [{"Detail": "{\"data\":\"it's created\"}", "DetailType": "Test", "Source": "order"}]}`,
			call: "POST /?Action=PutEvents\nX-Amz-Target: AWSEvents.PutEvents\nContent-Type: application/x-amz-json-1.1\n\n" +
				`{"Entries": [{"Detail": "{\"data\":\"it's created\"}", "DetailType": "Test", "Source": "order"}]}`,
			want: "200 OK\n\n" + `{"Entries": [{"EventId": "e-0-order"}], "FailedEntryCount": 0}`,
		},
		{
			name: "EventBridge without a target", route: "POST /untold",
			want: "502 Bad Gateway\n\n" + `{"__type": "UnknownOperationException", "message": ""}`,
		},
	})
}

// S3 as the developer guide's tutorial has it: objects by folder and item, their
// type, length and time handed on, and errors by their status.
func TestObjectsInS3(t *testing.T) {
	mapped := map[string]string{"path.bucket": "method.request.path.folder", "path.object": "method.request.path.item"}
	withType := maps.Clone(mapped)
	withType["header.Content-Type"] = "method.request.header.Content-Type"
	answers := []response{
		{status: "200", header: map[string]string{
			"Content-Type": "integration.response.header.Content-Type", "ETag": "integration.response.header.ETag",
			"X-Length": "integration.response.header.Content-Length", "X-Request": "context.awsEndpointRequestId",
		}},
		{status: "400", pattern: `4\d{2}`, header: map[string]string{"Content-Type": "integration.response.header.Content-Type"}},
		{status: "500", pattern: `5\d{2}`},
	}
	throughServices(t, map[string]*service{
		"GET /{folder}/{item}":    {uri: "s3:path/{bucket}/{object}", verb: "GET", parameters: mapped, responses: answers},
		"PUT /{folder}/{item}":    {uri: "s3:path/{bucket}/{object}", verb: "PUT", parameters: withType, responses: answers},
		"DELETE /{folder}/{item}": {uri: "s3:path/{bucket}/{object}", verb: "DELETE", parameters: mapped, responses: answers},
	}, []exchange{
		{
			name: "no object", route: "GET /bucket/pets.txt",
			call: "GET /bucket/pets.txt\n\n",
			want: "400 Bad Request\nContent-Type: application/xml\n\n<Error><Code>NoSuchKey</Code><Key>/bucket/pets.txt</Key></Error>",
		},
		{
			name: "put", route: "PUT /bucket/pets.txt", contentType: "text/plain", body: "cats and dogs",
			call: "PUT /bucket/pets.txt\nContent-Type: text/plain\n\ncats and dogs",
			want: "200 OK\nETag: \"" + md5Of("cats and dogs") + "\"\n\n",
		},
		{
			name: "get", route: "GET /bucket/pets.txt",
			want: "200 OK\nContent-Type: text/plain\nX-Length: 13\nX-Request: aws-s3\n\ncats and dogs",
		},
		{name: "delete", route: "DELETE /bucket/pets.txt", call: "DELETE /bucket/pets.txt\n\n", want: "200 OK\n\n"},
		{name: "out of the bucket", route: "GET /bucket/..%2fother%2fpets.txt", want: "400 Bad Request\n\n" + `{"message":"Bad Request"}`},
		{name: "deleted", route: "GET /bucket/pets.txt", want: "400 Bad Request\n\n<Error><Code>NoSuchKey</Code><Key>/bucket/pets.txt</Key></Error>"},
	})
}

// Images through S3: bytes for those who send and accept them, base64 text for
// others and where a template is to see it. From the developer guide, "Access binary
// files in Amazon S3 through an API Gateway API"; the conversions are recorded on
// AWS.
func TestBinaryThroughS3(t *testing.T) {
	const image, encoded = "\x89PNG\r\n\x1a\n\x00\xff", "iVBORw0KGgoA/w=="
	at := func(folder string) map[string]string {
		return map[string]string{
			"path.folder": "'" + folder + "'", "path.item": "method.request.path.item", "header.Content-Type": "method.request.header.Content-Type",
		}
	}
	const uri = "s3:path/{folder}/{item}"
	typed := map[string]string{"Content-Type": "integration.response.header.Content-Type"}
	throughServices(t, map[string]*service{
		"PUT /images/{item}": {uri: uri, verb: "PUT", parameters: at("images")},
		"GET /images/{item}": {uri: uri, verb: "GET", parameters: at("images"), responses: []response{{status: "200", header: typed}}},
		"PUT /texts/{item}":  {uri: uri, verb: "PUT", parameters: at("images"), handling: "CONVERT_TO_BINARY"},
		"GET /texts/{item}": {uri: uri, verb: "GET", parameters: at("images"), responses: []response{
			{status: "200", handling: "CONVERT_TO_TEXT", template: `{"data": "$input.body"}`},
		}},
	}, []exchange{
		{
			name: "bytes are put", route: "PUT /images/a.png", contentType: "image/png", body: image,
			call: "PUT /images/a.png\nContent-Type: image/png\n\n" + image, want: "200 OK\n\n",
		},
		{name: "who accepts bytes gets them", route: "GET /images/a.png", accept: "image/png", want: "200 OK\nContent-Type: image/png\n\n" + image},
		{name: "who accepts text gets base64", route: "GET /images/a.png", accept: "text/plain", want: "200 OK\nContent-Type: image/png\n\n" + encoded},
		{
			name: "base64 is put as bytes", route: "PUT /texts/b.png", contentType: "text/plain", body: encoded,
			call: "PUT /images/b.png\nContent-Type: text/plain\n\n" + image, want: "200 OK\n\n",
		},
		{
			name: "a template sees base64", route: "GET /texts/a.png",
			want: "200 OK\nContent-Type: application/json\n\n" + `{"data": "` + encoded + `"}`,
		},
	})
}

// A function's error chooses the response by its message, which may be JSON that
// a template reads; its status chooses nothing. An invocation as an event is
// answered at once. From the developer guide, "Handle custom Lambda errors in API
// Gateway" and "Set up asynchronous invocation of the backend Lambda function";
// what chooses is recorded on AWS.
func TestFunctionErrors(t *testing.T) {
	const uri = "lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:pets/invocations"
	throughServices(t, map[string]*service{
		"POST /pets": {uri: uri, responses: []response{
			{status: "200"},
			{status: "404", pattern: `.*httpStatus":404.*`, template: `#set($e = $util.parseJson($input.path('$.errorMessage')))
{"type": "$e.errorType", "message": "$e.message", "request-id": "$e.requestId"}`},
			{status: "500", pattern: `(\n|.)+`},
			{status: "504", pattern: `200`},
		}},
		"POST /later": {uri: uri, parameters: map[string]string{"header.X-Amz-Invocation-Type": "'Event'"}},
		"GET /pets":   {uri: uri},
		"POST /none":  {uri: strings.Replace(uri, ":pets/", ":none/", 1)},
	}, []exchange{
		{
			name: "an answer", route: "POST /pets", body: `{"a": 1}`,
			call: "POST /2015-03-31/functions/pets/invocations\nContent-Type: application/json\n\n" + `{"a": 1}`,
			want: "200 OK\n\n" + `{"a": 1}`,
		},
		{
			name: "an error of the owner's making", route: "POST /pets",
			body: text(members{"fail": text(members{"errorType": "NotFound", "httpStatus": 404, "requestId": "r-1", "message": "no such pet"})}),
			want: "404 Not Found\nContent-Type: application/json\n\n" + `{"type": "NotFound", "message": "no such pet", "request-id": "r-1"}`,
		},
		{
			name: "an error of two lines", route: "POST /pets", body: `{"fail": "line1\nboom"}`,
			want: "500 Internal Server Error\n\n" + `{"errorMessage": "line1\nboom", "errorType": "Error"}`,
		},
		{
			name: "an event that is no JSON", route: "POST /pets", body: `{`,
			want: "200 OK\n\n" + `{"Type": "User", "message": "Could not parse request body into json"}`,
		},
		{
			name: "no event", route: "GET /pets", // our choice: Lambda takes an empty one for this
			call: "POST /2015-03-31/functions/pets/invocations\n\n{}", want: "200 OK\n\n{}",
		},
		{
			name: "an event for later", route: "POST /later", body: `{"a": 1}`,
			call: "POST /2015-03-31/functions/pets/invocations\nX-Amz-Invocation-Type: Event\n\n" + `{"a": 1}`,
			want: "200 OK\n\n",
		},
		{
			name: "a function that is not there", route: "POST /none", body: `{}`,
			want: "500 Internal Server Error\nx-amzn-ErrorType: InternalServerErrorException\n\n" + `{"message": "Internal server error"}`,
		},
	})
}

// Selection patterns may look around and refer back, as Java's do. One that goes
// back and forth for too long ends the request: 500, and nothing is chosen.
func TestSelectionPatternsThatLookAround(t *testing.T) {
	const uri = "lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:pets/invocations"
	throughServices(t, map[string]*service{
		"POST /pets": {uri: uri, responses: []response{
			{status: "200"},
			{status: "400", pattern: `(?!.*[Rr]etry)(?s).+`, template: "yours"},
			{status: "503", pattern: `.*[Rr]etry.*`, template: "ours"},
		}},
		"POST /mad": {uri: uri, responses: []response{{status: "200"}, {status: "500", pattern: `(?=(a+)+b).*`}}},
	}, []exchange{
		{name: "it chooses by what is not there", route: "POST /pets", body: `{"fail": "no such pet"}`, want: "400 Bad Request\n\nyours"},
		{name: "it leaves the rest to others", route: "POST /pets", body: `{"fail": "Retry later"}`, want: "503 Service Unavailable\n\nours"},
		{
			name: "it takes too long", route: "POST /mad", body: text(members{"fail": strings.Repeat("a", 10_000)}),
			want: "500 Internal Server Error\nx-amzn-ErrorType: InternalServerErrorException\n\n" + `{"message": "Internal server error"}`,
		},
	})
}

// A test invocation calls the service and tells what it was sent, but for the
// signature.
func TestTestInvokeOfService(t *testing.T) {
	c := startCloud(t)
	api := inFrontOf(t, c, map[string]*service{"GET /streams": {uri: "kinesis:action/ListStreams", template: `{"Limit": 10}`}})
	result := api.Call("POST", "/resources/"+api.Resource("/streams")+"/methods/GET", "{}")
	log, _ := result["log"].(string)
	if result["status"] != 200.0 || result["body"] != `{"HasMoreStreams":false,"StreamNames":["orders"]}`+"\n" {
		t.Errorf("got %v", result)
	}
	for _, line := range []string{
		"Endpoint request URI: " + c.URL + "/?Action=ListStreams\n",
		`Endpoint request body after transformations: {"Limit": 10}` + "\n",
		"X-Amz-Target=Kinesis_20131202.ListStreams", "Received response. Status: 200",
	} {
		if !strings.Contains(log, line) {
			t.Errorf("the log has no %q:\n%s", line, log)
		}
	}
	if strings.Contains(log, "Credential=AKID") {
		t.Errorf("the log has the signature:\n%s", log)
	}
}
