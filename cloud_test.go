package gatewright_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatewright/gatewright/sigv4"
)

// A cloud speaks the protocols of some services of AWS, well enough to tell a
// right call from a wrong one. A call must be signed by the key AKID.
type cloud struct {
	*httptest.Server
	verifier sigv4.Verifier

	mu      sync.Mutex
	last    called
	items   map[string]map[string]any // of DynamoDB's one table, by commentId
	objects map[string]object         // of S3, by "/bucket/key"
}

// A called is a call that the cloud took.
type called struct {
	*http.Request
	body string
}

type object struct{ contentType, data string }

func startCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{items: map[string]map[string]any{}, objects: map[string]object{}}
	c.verifier = sigv4.Verifier{Regions: []string{"eu-west-1"}, Keys: func(id string) (sigv4.Key, error) {
		if id != "AKID" {
			return sigv4.Key{}, sigv4.ErrUnknownKey
		}
		return sigv4.Key{Secret: "SECRET"}, nil
	}}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

// took returns the call that was taken last.
func (c *cloud) took() called {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	who, err := c.verifier.Verify(sigv4.FromHTTP(r, body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = called{r, string(body)}
	w.Header().Set("x-amzn-RequestId", "aws-"+who.Service)
	serve := map[string]func(http.ResponseWriter, *http.Request, []byte){
		"sqs": c.sqs, "sns": c.sns, "ssm": c.ssm, "s3": c.s3, "dynamodb": c.dynamodb,
		"kinesis": c.kinesis, "states": c.states, "events": c.events, "lambda": c.lambda,
	}[who.Service]
	if serve == nil {
		http.Error(w, "no service "+who.Service, http.StatusNotFound)
		return
	}
	serve(w, r, body)
}

// answer writes an object as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

type members = map[string]any

// action reads a call of the query protocol, which is told by the query, the
// body or both.
func action(r *http.Request, body []byte) url.Values {
	all := r.URL.Query()
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(string(body))
		for name, values := range form {
			all[name] = values
		}
	}
	return all
}

// queried answers in the query protocol, as XML unless JSON is asked for.
func queried(w http.ResponseWriter, r *http.Request, name string, result members) {
	if r.Header.Get("Accept") == "application/json" {
		answer(w, 200, members{name + "Response": members{
			name + "Result": result, "ResponseMetadata": members{"RequestId": w.Header().Get("x-amzn-RequestId")},
		}})
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, "<%sResponse><%[1]sResult>", name)
	for _, member := range slices.Sorted(maps.Keys(result)) {
		fmt.Fprintf(w, "<%s>%v</%[1]s>", member, result[member])
	}
	fmt.Fprintf(w, "</%sResult></%[1]sResponse>", name)
}

// told reports whether X-Amz-Target is what it is to be.
func told(w http.ResponseWriter, r *http.Request, targets ...string) bool {
	target := r.Header.Get("X-Amz-Target")
	if slices.Contains(targets, target) {
		return true
	}
	answer(w, 400, members{"__type": "UnknownOperationException", "message": target})
	return false
}

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (c *cloud) sqs(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Header.Get("X-Amz-Target") != "" {
		var in struct{ QueueUrl, MessageBody string }
		if !told(w, r, "AmazonSQS.SendMessage") || json.Unmarshal(body, &in) != nil {
			return
		}
		answer(w, 200, members{"MessageId": "m-2", "MD5OfMessageBody": md5Of(in.MessageBody)})
		return
	}
	in := action(r, body)
	if r.URL.Path != "/123456789012/orders" || in.Get("Action") != "SendMessage" {
		answer(w, 400, members{"Error": members{"Code": "InvalidAction"}})
		return
	}
	queried(w, r, "SendMessage", members{"MessageId": "m-1", "MD5OfMessageBody": md5Of(in.Get("MessageBody"))})
}

func (c *cloud) sns(w http.ResponseWriter, r *http.Request, body []byte) {
	in := action(r, body)
	if in.Get("Action") != "Publish" || in.Get("Version") != "2010-03-31" || in.Get("TopicArn") == "" || in.Get("Message") == "" {
		answer(w, 400, members{"Error": members{"Code": "ValidationError"}})
		return
	}
	queried(w, r, "Publish", members{"MessageId": "n-1"})
}

func (c *cloud) ssm(w http.ResponseWriter, r *http.Request, body []byte) {
	in := action(r, body)
	if in.Get("Action") != "GetParameter" || in.Get("Name") == "" {
		answer(w, 400, members{"Error": members{"Code": "ValidationException"}})
		return
	}
	queried(w, r, "GetParameter", members{"Parameter": members{"Name": in.Get("Name"), "Value": "123", "Version": 1, "Selector": nil}})
}

func (c *cloud) s3(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Del("x-amzn-RequestId")
	w.Header().Set("x-amz-request-id", "aws-s3")
	key := r.URL.EscapedPath()
	switch o, found := c.objects[key]; {
	case r.Method == "PUT":
		c.objects[key] = object{r.Header.Get("Content-Type"), string(body)}
		w.Header().Set("ETag", `"`+md5Of(string(body))+`"`)
	case r.Method == "GET" && found:
		w.Header().Set("Content-Type", o.contentType)
		io.WriteString(w, o.data)
	case r.Method == "DELETE" && found:
		delete(c.objects, key)
		w.WriteHeader(204)
	default:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(404)
		fmt.Fprintf(w, "<Error><Code>NoSuchKey</Code><Key>%s</Key></Error>", key)
	}
}

func (c *cloud) dynamodb(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		TableName                 string
		Item                      map[string]any
		ExpressionAttributeValues map[string]any
	}
	if !told(w, r, "DynamoDB_20120810.PutItem", "DynamoDB_20120810.Query") {
		return
	}
	if err := json.Unmarshal(body, &in); err != nil || in.TableName != "Comments" {
		answer(w, 400, members{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"})
		return
	}
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
		id := in.Item["commentId"].(members)["S"].(string)
		c.items[id] = in.Item
		answer(w, 200, members{})
		return
	}
	var found []any
	for _, item := range c.items {
		if fmt.Sprint(item["pageId"]) == fmt.Sprint(in.ExpressionAttributeValues[":v1"]) {
			found = append(found, item)
		}
	}
	answer(w, 200, members{"Count": len(found), "Items": found})
}

func (c *cloud) kinesis(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		StreamName, Data, PartitionKey string
	}
	switch {
	case !told(w, r, "Kinesis_20131202.PutRecord", "Kinesis_20131202.ListStreams"):
	case json.Unmarshal(body, &in) != nil:
		answer(w, 400, members{"__type": "SerializationException"})
	case in.StreamName != "":
		answer(w, 200, members{"SequenceNumber": "49", "ShardId": "shardId-000000000000"})
	default:
		answer(w, 200, members{"HasMoreStreams": false, "StreamNames": []string{"orders"}})
	}
}

func (c *cloud) states(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct{ Input, StateMachineArn string }
	if !told(w, r, "AWSStepFunctions.StartExecution") {
		return
	}
	if json.Unmarshal(body, &in) != nil || !json.Valid([]byte(in.Input)) {
		answer(w, 400, members{"__type": "com.amazonaws.swf.service.v2.model#InvalidExecutionInput"})
		return
	}
	answer(w, 200, members{"executionArn": strings.Replace(in.StateMachineArn, "stateMachine", "execution", 1) + ":x", "startDate": 1.7e9})
}

func (c *cloud) events(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		Entries []struct{ Detail, DetailType, Source string }
	}
	if !told(w, r, "AWSEvents.PutEvents") {
		return
	}
	if err := json.Unmarshal(body, &in); err != nil {
		answer(w, 400, members{"__type": "SerializationException", "message": err.Error()})
		return
	}
	entries := []members{}
	for i, e := range in.Entries {
		if !json.Valid([]byte(e.Detail)) {
			entries = append(entries, members{"ErrorCode": "MalformedDetail"})
			continue
		}
		entries = append(entries, members{"EventId": fmt.Sprintf("e-%d-%s", i, e.Source)})
	}
	answer(w, 200, members{"Entries": entries, "FailedEntryCount": 0})
}

// lambda has one function, which fails with what the event's "fail" says and
// else answers the event.
func (c *cloud) lambda(w http.ResponseWriter, r *http.Request, body []byte) {
	if r.Method != "POST" || r.URL.Path != "/2015-03-31/functions/pets/invocations" {
		answer(w, 404, members{"Type": "User", "Message": "Function not found"})
		return
	}
	if r.Header.Get("X-Amz-Invocation-Type") == "Event" {
		w.WriteHeader(202)
		return
	}
	var event struct{ Fail string }
	if err := json.Unmarshal(body, &event); err != nil {
		answer(w, 400, members{"Type": "User", "message": "Could not parse request body into json"})
		return
	}
	if event.Fail != "" {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer(w, 200, members{"errorMessage": event.Fail, "errorType": "Error"})
		return
	}
	w.Write(body)
}
