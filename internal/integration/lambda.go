package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A Lambda is where functions are invoked. The zero value reaches none.
type Lambda struct {
	local    Local            // nil: there is none
	client   *upstream.Client // nil: there are only local functions
	endpoint string           // URL; "" is AWS itself, in the function's region
	signer   *signer
}

// NewLambda returns the Lambda service at a URL, which finds functions by their
// name, or with an empty URL AWS's own. Calls are signed if there are
// credentials; without, credentials is nil.
func NewLambda(client *upstream.Client, endpoint string, credentials aws.CredentialsProvider) (*Lambda, error) {
	l := &Lambda{client: client, endpoint: strings.TrimRight(endpoint, "/"), signer: newSigner(credentials)}
	if endpoint == "" {
		return l, nil
	}
	if _, _, err := l.origin("us-east-1"); err != nil {
		return nil, fmt.Errorf("lambda endpoint: %w", err)
	}
	return l, nil
}

// A Local has functions of its own, on this machine, and answers calls of the
// Invoke API for them as a Lambda service would.
type Local interface {
	Has(function string) bool // a name or an ARN
	backend
}

// Prefer has the functions that local has invoked there.
func (l *Lambda) Prefer(local Local) { l.local = local }

// A backend is what answers calls.
type backend interface {
	Do(call *upstream.Call, answer *message.Response) error
}

// origin returns the backend that serves a region and the path under which it
// does.
func (l *Lambda) origin(region string) (*upstream.Origin, *url.URL, error) {
	endpoint := l.endpoint
	if endpoint == "" {
		endpoint = atAWS("lambda", region)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, nil, err
	}
	o, err := l.client.Origin(u.Scheme, u.Host, false)
	return o, u, err
}

// A Function is a function to invoke. It never changes.
type Function struct {
	name   string // as the integration's URI has it, an ARN or a name
	origin backend
	url    *url.URL
	signer *signer
	region string
	way    *way
}

// Scheme returns the scheme of the address at which the function is invoked.
func (f *Function) Scheme() string { return f.url.Scheme }

// Backend is the function, by the name that the integration's URI gives it.
func (f *Function) Backend() string { return f.name }

// Streams reports whether the function answers by and by: Stream invokes it,
// and Invoke others.
func (f *Function) Streams() bool { return f.way.streams }

// A way is one in which the service runs a function: what stands around the
// function in a path, and what is asked for.
type way struct {
	before, after string
	streams       bool
	accept        string
	idle          time.Duration
}

var ways = []way{
	{"2015-03-31/functions/", "/invocations", false, "application/json", 0},
	{"2021-11-15/functions/", "/response-streaming-invocations", true, eventStream, streamIdle},
}

// errFunctionURI says that a URI names no Lambda function.
var errFunctionURI = errors.New("URI is not that of a Lambda function")

// Function returns the function that an integration's URI names:
// arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations,
// where the function is an ARN or a name; or, for one that streams its answer,
// with path/2021-11-15/functions/{function}/response-streaming-invocations.
func (l *Lambda) Function(uri string) (*Function, error) {
	region, function, way, err := parseFunctionURI(uri)
	if err != nil {
		return nil, err
	}
	name := function
	arn := strings.SplitN(function, ":", 7)
	if arn[0] == "arn" {
		if len(arn) < 7 || arn[2] != "lambda" || arn[5] != "function" || arn[6] == "" {
			return nil, fmt.Errorf("%w: %q", errFunctionURI, uri)
		}
		region = arn[3]
	}
	if !isRegion(region) {
		return nil, fmt.Errorf("%w: region %q", errFunctionURI, region)
	}
	if l.local != nil && l.local.Has(function) {
		f := &Function{name: name, origin: l.local, signer: newSigner(nil), region: region, way: way}
		return f.at(&url.URL{Scheme: "http", Host: "localhost"}, function)
	}
	if l.client == nil {
		return nil, fmt.Errorf("%w: --function runs functions on this machine, --lambda or AWS_ENDPOINT_URL_LAMBDA says where all others are invoked, and none was given for %s",
			ErrNoEndpoint, function)
	}
	if arn[0] == "arn" && l.endpoint != "" {
		function = arn[6]
	}
	origin, base, err := l.origin(region)
	if err != nil {
		return nil, err
	}
	f := &Function{name: name, origin: origin, signer: l.signer, region: region, way: way}
	return f.at(base, function)
}

// at gives f the URL of a function below base.
func (f *Function) at(base *url.URL, function string) (_ *Function, err error) {
	u := *base
	escaped := strings.TrimRight(u.EscapedPath(), "/") + "/" + f.way.before +
		strings.ReplaceAll(url.PathEscape(function), ":", "%3A") + f.way.after
	if u.Path, err = url.PathUnescape(escaped); err != nil {
		return nil, err
	}
	u.RawPath, f.url = escaped, &u
	return f, nil
}

// isRegion reports whether a region can be a part of a host name: signed calls go
// there.
func isRegion(region string) bool {
	for i := 0; i < len(region); i++ {
		if c := region[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return region != ""
}

func parseFunctionURI(uri string) (region, function string, in *way, err error) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "apigateway" && parts[4] == "lambda" {
		rest, found := strings.CutPrefix(parts[5], "path/")
		rest = strings.TrimLeft(rest, "/")
		for i := range ways {
			w := &ways[i]
			if found && strings.HasPrefix(rest, w.before) && strings.HasSuffix(rest, w.after) {
				function, in = strings.TrimSuffix(rest[len(w.before):], w.after), w
			}
		}
	}
	if function == "" || strings.ContainsAny(function, "/?#") {
		return "", "", nil, fmt.Errorf("%w: %q", errFunctionURI, uri)
	}
	return parts[3], function, in, nil
}

// What invoking a function can fail with, besides what the upstream client says.
var (
	// ErrFunction says that the function itself failed.
	ErrFunction = errors.New("execution failed due to customer function error")

	// ErrInvoke says that the service did not run the function.
	ErrInvoke = errors.New("function could not be invoked")

	// ErrPermission says that this is because it may not for us.
	ErrPermission = errors.New("invalid permissions on Lambda function")

	// ErrEventTooLarge says that the service takes no event of that size.
	ErrEventTooLarge = errors.New("event is too large for the function")
)

// An Invocation is what invoking needs besides the event.
type Invocation struct {
	SourceARN string // arn:aws:execute-api:…: on whose behalf the function is invoked
	Timeout   time.Duration
	Now       time.Time
}

// Invoke invokes the function with an event and leaves its answer in res.
func (f *Function) Invoke(in *Input, event []byte, v Invocation, res *message.Response) error {
	call := &in.Call
	api := in.Scope.Context.APIID
	call.Method, call.Target, call.Body, call.Timeout = "POST", f.url.EscapedPath(), event, v.Timeout
	call.Idle, call.Caller = f.way.idle, in.Scope.Request.Caller
	call.Header = append(call.Header[:0],
		message.Field{Name: "Host", Value: f.url.Host},
		message.Field{Name: "Content-Type", Value: "application/json"},
		message.Field{Name: "Accept", Value: f.way.accept},
		message.Field{Name: "User-Agent", Value: "AmazonAPIGateway_" + api},
		message.Field{Name: "X-Amzn-Trace-Id", Value: in.Trace},
		message.Field{Name: "X-Amzn-Apigateway-Api-Id", Value: api},
		message.Field{Name: "X-Amz-Source-Arn", Value: v.SourceARN},
		message.Field{Name: "x-amzn-lambda-integration-tag", Value: in.Scope.Context.RequestID},
	)
	if err := f.signer.sign(call, scope{service: "lambda", region: f.region}, v.Now); err != nil {
		return fmt.Errorf("%w: %w", ErrInvoke, err)
	}
	if err := f.origin.Do(call, res); err != nil {
		return err
	}
	return check(res)
}

// check finds the failures that the service reports in its answer.
func check(res *message.Response) error {
	if v, failed := res.Header.Lookup("X-Amz-Function-Error"); failed {
		return functionFailed(v, res.Body, EndpointRequestID(res.Header))
	}
	if res.Status != http.StatusOK {
		return notRun(res)
	}
	return nil
}

// functionFailed is the error of a function that failed: what the service and
// the function's runtime call it, and the id under which the function logs. All
// else that the function said may hold data, and is left out.
func functionFailed(code string, said []byte, requestID string) error {
	var failure struct{ ErrorType string }
	_ = json.Unmarshal(said, &failure) // what is no JSON has no type
	text := "(" + word(code) + ")"
	if failure.ErrorType != "" {
		text += ": " + word(failure.ErrorType)
	}
	if requestID != "" {
		text += ", Lambda request id " + word(requestID)
	}
	return fmt.Errorf("%w %s", ErrFunction, text)
}

// word makes one word for the log of a name that others gave.
func word(s string) string {
	const longest = 100
	return strings.Map(func(r rune) rune {
		if r == ' ' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, s[:min(len(s), longest)])
}

// notRun is why the service has not run a function.
func notRun(res *message.Response) error {
	if res.Status == http.StatusRequestEntityTooLarge {
		return ErrEventTooLarge
	}
	why := word(res.Header.Get("x-amzn-ErrorType"))
	err := fmt.Errorf("%w: status %d %s", ErrInvoke, res.Status, why)
	if strings.HasPrefix(why, "AccessDeniedException") {
		return fmt.Errorf("%w: %w", err, ErrPermission)
	}
	return err
}
