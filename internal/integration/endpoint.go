package integration

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/upstream"
)

// A kind is what is particular about a service of AWS. What is empty is as the
// service's name says.
type kind struct {
	id      string // AWS_ENDPOINT_URL_… names the service so
	signed  string // the name that is signed for
	target  string // the X-Amz-Target of an action is this, a dot and the action
	media   string // the Content-Type of an action, where its owner maps none
	version string // of its query protocol, which is told with an action
}

// kinds are the services that have something particular, by their name in a URI.
// Of the services that speak JSON the gateway tells the action to those that have
// a target here; to the others, such as EventBridge, the API's owner does.
// [recorded on AWS for DynamoDB, EventBridge, Kinesis, Step Functions and SSM,
// which is told by the query protocol; Firehose from its users' templates]
//
// DynamoDB and Step Functions answer actions there whose owners map no Content-Type,
// and so do services of the query protocol where all is in the query. They are sent
// the one that they are specified with, our choice: application/json, which others
// are sent, is refused by some of what stands in for them.
var kinds = map[string]kind{
	"appsync-api":    {id: "APPSYNC", signed: "appsync"},
	"cognito-idp":    {id: "COGNITO_IDENTITY_PROVIDER"},
	"dynamodb":       {target: "DynamoDB_20120810", media: "application/x-amz-json-1.0"},
	"ec2":            {version: "2016-11-15"},
	"email":          {id: "SES", signed: "ses", version: "2010-12-01"},
	"events":         {id: "EVENTBRIDGE"},
	"firehose":       {target: "Firehose_20150804"},
	"kinesis":        {target: "Kinesis_20131202"},
	"logs":           {id: "CLOUDWATCH_LOGS"},
	"monitoring":     {id: "CLOUDWATCH", version: "2010-08-01"},
	"secretsmanager": {id: "SECRETS_MANAGER"},
	"sns":            {version: "2010-03-31"},
	"sqs":            {version: "2012-11-05"},
	"ssm":            {version: "2014-11-06"},
	"states":         {id: "SFN", target: "AWSStepFunctions", media: "application/x-amz-json-1.0"},
	"sts":            {version: "2011-06-15"},
}

func kindOf(service string) kind {
	k := kinds[service]
	k.id = cmp.Or(k.id, strings.ToUpper(strings.ReplaceAll(service, "-", "_")))
	k.signed = cmp.Or(k.signed, service)
	if k.version != "" {
		k.media = "application/x-www-form-urlencoded"
	}
	return k
}

// Endpoints say where an operator has the services of AWS.
type Endpoints struct {
	URLs map[string]string // by what follows AWS_ENDPOINT_URL_: "SQS", "SFN"
	Rest string            // of the services that are not in URLs; "": none
	AWS  bool              // those that have no URL are called at AWS itself
}

// Services is where services of AWS are called, Lambda excepted.
type Services struct {
	client    *upstream.Client
	endpoints Endpoints
	signer    *signer
}

// NewServices returns the services at these endpoints. Calls are signed if there
// are credentials; without, credentials is nil.
func NewServices(client *upstream.Client, endpoints Endpoints, credentials aws.CredentialsProvider) *Services {
	return &Services{client, endpoints, newSigner(credentials)}
}

// ErrNoEndpoint says that nobody has told where a service is called or a function
// is.
var ErrNoEndpoint = errors.New("service cannot be reached")

// locate returns the URL of the service that a URI names.
func (s *Services) locate(u *serviceURI) (*url.URL, error) {
	id := kindOf(u.service).id
	at := cmp.Or(s.endpoints.URLs[id], s.endpoints.Rest)
	switch {
	case at != "":
		return located(at, u)
	case s.endpoints.AWS:
		return url.Parse(atAWS(u.host(), u.region))
	}
	return nil, fmt.Errorf("%w: AWS_ENDPOINT_URL_%s, AWS_ENDPOINT_URL or --services says where %s is called, and was not given",
		ErrNoEndpoint, id, u.service)
}

// located is a service at an operator's own endpoint, whose name has no
// subdomains. A bucket that is one is the beginning of the path there.
func located(at string, u *serviceURI) (*url.URL, error) {
	base, err := url.Parse(at)
	if err == nil && u.service == "s3" && u.subdomain != "" {
		base = base.JoinPath(u.subdomain)
	}
	return base, err
}

// atAWS is the URL of a service in a region of AWS.
func atAWS(service, region string) string {
	at := "https://" + service + "." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		at += ".cn"
	}
	return at
}

// A serviceURI is the URI of an AWS integration, taken apart:
// arn:aws:apigateway:{region}:[{subdomain}.]{service}:path/{path}[?{query}] or
// arn:aws:apigateway:{region}:[{subdomain}.]{service}:action/{action}[&{query}].
type serviceURI struct {
	region, subdomain, service string
	action                     string // "": there is a path
	path, query                string
}

// errServiceURI says that a URI names no service of AWS.
var errServiceURI = errors.New("URI is not that of an AWS service")

func parseServiceURI(uri string) (*serviceURI, error) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "apigateway" || !isRegion(parts[3]) || !isHost(parts[4]) {
		return nil, fmt.Errorf("%w: %q", errServiceURI, uri)
	}
	u := &serviceURI{region: parts[3], service: parts[4]}
	if dot := strings.LastIndexByte(parts[4], '.'); dot >= 0 {
		u.subdomain, u.service = parts[4][:dot], parts[4][dot+1:]
	}
	form, rest, _ := strings.Cut(parts[5], "/")
	switch form {
	case "path":
		u.path, u.query, _ = strings.Cut(strings.TrimLeft(rest, "/"), "?")
		return u, nil
	case "action":
		end := strings.IndexAny(rest+"&", "&?")
		u.action, u.query = rest[:end], rest[min(end+1, len(rest)):]
		if message.IsToken(u.action) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", errServiceURI, uri)
}

// host is the beginning of the service's name at AWS. Express workflows are
// waited for under a name of their own.
func (u *serviceURI) host() string {
	switch {
	case u.service == "states" && u.action == "StartSyncExecution":
		return "sync-states"
	case u.subdomain != "":
		return u.subdomain + "." + u.service
	}
	return u.service
}

// isHost reports whether a name with dots can be a part of a host name: signed
// calls go there.
func isHost(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if !isRegion(label) {
			return false
		}
	}
	return true
}
