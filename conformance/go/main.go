// Command go calls Amazon API Gateway by the AWS SDK for Go v2, for tests that
// are written once for every client. It reads calls, one a line, from its
// standard input, and answers each with a line:
//
//	{"operation": "GetRestApi", "input": {"restApiId": "x"}}
//	{"error": {"code": "NotFoundException", "message": "…", "modelled": true}}
//
// With "pages": true the SDK's paginator makes the calls, and the output is the
// list of its pages. Endpoint, region and credentials are those of the
// environment.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/smithy-go"
)

type call struct {
	Operation string          `json:"operation"`
	Input     json.RawMessage `json:"input"`
	Pages     bool            `json:"pages"`
}

type answer struct {
	Output any      `json:"output,omitempty"`
	Error  *refusal `json:"error,omitempty"`
}

// A refusal is an error that the service answered. It is modelled when the SDK
// has a type for it.
type refusal struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Modelled bool   `json:"modelled"`
}

func main() {
	settings, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	client := apigateway.NewFromConfig(settings)
	calls, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c call
		if err := calls.Decode(&c); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		a, err := c.run(client)
		if err != nil {
			log.Fatalf("%s %s: %v", c.Operation, c.Input, err)
		}
		if err := answers.Encode(a); err != nil {
			log.Fatal(err)
		}
	}
}

// run makes the call. Its error is one that did not come from the service.
func (c call) run(client *apigateway.Client) (answer, error) {
	output, err := c.output(client)
	var refused smithy.APIError
	if errors.As(err, &refused) {
		r := &refusal{Code: refused.ErrorCode(), Message: refused.ErrorMessage()}
		if _, generic := refused.(*smithy.GenericAPIError); !generic {
			r.Code, r.Modelled = reflect.TypeOf(refused).Elem().Name(), true
		}
		return answer{Error: r}, nil
	}
	return answer{Output: output}, err
}

func (c call) output(client *apigateway.Client) (any, error) {
	method := reflect.ValueOf(client).MethodByName(c.Operation)
	if !method.IsValid() {
		return nil, errors.New("the SDK has no such operation")
	}
	input := reflect.New(method.Type().In(1).Elem())
	decoder := json.NewDecoder(bytes.NewReader(c.Input))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(input.Interface()); err != nil {
		return nil, err
	}
	if c.Pages {
		return pages(client, c.Operation, input)
	}
	return result(method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input}))
}

// paginators make the SDK's paginators, by operation.
var paginators = map[string]any{
	"GetApiKeys":            apigateway.NewGetApiKeysPaginator,
	"GetBasePathMappings":   apigateway.NewGetBasePathMappingsPaginator,
	"GetClientCertificates": apigateway.NewGetClientCertificatesPaginator,
	"GetDeployments":        apigateway.NewGetDeploymentsPaginator,
	"GetDomainNames":        apigateway.NewGetDomainNamesPaginator,
	"GetModels":             apigateway.NewGetModelsPaginator,
	"GetResources":          apigateway.NewGetResourcesPaginator,
	"GetRestApis":           apigateway.NewGetRestApisPaginator,
	"GetUsage":              apigateway.NewGetUsagePaginator,
	"GetUsagePlanKeys":      apigateway.NewGetUsagePlanKeysPaginator,
	"GetUsagePlans":         apigateway.NewGetUsagePlansPaginator,
	"GetVpcLinks":           apigateway.NewGetVpcLinksPaginator,
}

func pages(client *apigateway.Client, operation string, input reflect.Value) (any, error) {
	newPaginator, ok := paginators[operation]
	if !ok {
		return nil, fmt.Errorf("%s has no paginator", operation)
	}
	paginator := reflect.ValueOf(newPaginator).Call([]reflect.Value{reflect.ValueOf(client), input})[0]
	more := paginator.Interface().(interface{ HasMorePages() bool }).HasMorePages
	next := paginator.MethodByName("NextPage")
	all := []any{}
	for more() {
		page, err := result(next.Call([]reflect.Value{reflect.ValueOf(context.Background())}))
		if err != nil {
			return nil, err
		}
		all = append(all, page)
	}
	return all, nil
}

// result is what a method of the SDK returned: an output and an error.
func result(returned []reflect.Value) (any, error) {
	if err, _ := returned[1].Interface().(error); err != nil {
		return nil, err
	}
	return plain(returned[0]), nil
}

// plain turns an output into what JSON can say, with the names of the service's
// model and dates in seconds. What the service left out is left out.
func plain(v reflect.Value) any {
	if date, ok := v.Interface().(time.Time); ok {
		return date.Unix()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return plain(v.Elem())
	case reflect.Struct:
		object := map[string]any{}
		for field, value := range v.Fields() {
			if field.IsExported() && field.Name != "ResultMetadata" && !absent(value) {
				object[strings.ToLower(field.Name[:1])+field.Name[1:]] = plain(value)
			}
		}
		return object
	case reflect.Map:
		object := map[string]any{}
		for name, value := range v.Seq2() {
			object[name.String()] = plain(value)
		}
		return object
	case reflect.Slice:
		if blob, ok := v.Interface().([]byte); ok {
			return blob
		}
		list := []any{}
		for _, value := range v.Seq2() {
			list = append(list, plain(value))
		}
		return list
	}
	return v.Interface()
}

// absent reports whether a member was not in an answer. Texts of named types
// are enums, for which the SDK has no other way of saying so.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}
