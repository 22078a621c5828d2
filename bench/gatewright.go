//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// A gatewright is a server under test.
type gatewright struct {
	*process        // its addr is the data plane's
	control  string // URL of the control plane
}

// gatewright starts the binary and waits until its control plane answers.
func (s *stable) gatewright(ctx context.Context, binary, data string) (*gatewright, error) {
	g, err := s.launch(binary, data)
	if err != nil {
		return nil, err
	}
	return g, g.await(ctx, func() error { return g.call(http.MethodGet, "/restapis", nil, nil) })
}

// launch starts the binary and does not wait.
func (s *stable) launch(binary, data string) (*gatewright, error) {
	control, err := freeAddr()
	if err != nil {
		return nil, err
	}
	gateway, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "serve", "--control", control, "--gateway", gateway, "--data", data)
	cmd.Env = s.environment()
	p, err := s.start("gatewright", cmd)
	if err != nil {
		return nil, err
	}
	p.addr = gateway
	return &gatewright{p, "http://" + control}, nil
}

// freeAddr returns an address that nobody listens on at the moment.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// await asks every millisecond until ask succeeds.
func (g *gatewright) await(ctx context.Context, ask func() error) error {
	for begin := time.Now(); ; {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-g.gone:
			return fmt.Errorf("gatewright has ended:\n%s", g.logged())
		}
		if time.Since(begin) > 10*time.Second {
			return fmt.Errorf("gatewright does not answer: %w\n%s", err, g.logged())
		}
	}
}

// client keeps the connections of all who call the control plane at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// call sends a request to the control plane as an AWS client would and
// decodes the answer into result.
func (g *gatewright) call(method, path string, body, result any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, g.control+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s %s: %s: %s", method, path, text, response.Status, answer)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

// object is a JSON object.
type object = map[string]any

// A draft is an API in the making. The first error sticks, and deploy
// returns it.
type draft struct {
	g        *gatewright
	id, root string
	err      error
}

func (g *gatewright) newAPI(name string) *draft {
	d := &draft{g: g}
	var api struct{ ID string }
	d.call(http.MethodPost, "/restapis", object{"name": name}, &api)
	d.id = api.ID
	var resources struct{ Item []struct{ ID string } }
	d.call(http.MethodGet, d.path("resources"), nil, &resources)
	if d.err == nil && len(resources.Item) != 1 {
		d.err = errors.New("a new API has its root resource and no other")
	}
	if d.err == nil {
		d.root = resources.Item[0].ID
	}
	return d
}

func (d *draft) call(method, path string, body, result any) {
	if d.err == nil {
		d.err = d.g.call(method, path, body, result)
	}
}

func (d *draft) path(rest string) string { return "/restapis/" + d.id + "/" + rest }

// resource makes a child of parent and returns its id.
func (d *draft) resource(parent, part string) string {
	var made struct{ ID string }
	d.call(http.MethodPost, d.path("resources/"+parent), object{"pathPart": part}, &made)
	return made.ID
}

// mock gives the resource a GET that answers the body.
func (d *draft) mock(resource, body string) {
	method := d.path("resources/" + resource + "/methods/GET")
	d.call(http.MethodPut, method, object{"authorizationType": "NONE"}, nil)
	d.call(http.MethodPut, method+"/responses/200", object{}, nil)
	d.call(http.MethodPut, method+"/integration", object{
		"type":             "MOCK",
		"requestTemplates": object{"application/json": `{"statusCode": 200}`},
	}, nil)
	d.call(http.MethodPut, method+"/integration/responses/200", object{
		"responseTemplates": object{"application/json": body},
	}, nil)
}

// proxy gives the resource a method that is passed on to uri with the path
// parameters.
func (d *draft) proxy(resource, verb, uri string, parameters ...string) {
	accepted, mapped := object{}, object{}
	for _, p := range parameters {
		accepted["method.request.path."+p] = true
		mapped["integration.request.path."+p] = "method.request.path." + p
	}
	method := d.path("resources/" + resource + "/methods/" + verb)
	d.call(http.MethodPut, method, object{"authorizationType": "NONE", "requestParameters": accepted}, nil)
	d.call(http.MethodPut, method+"/integration", object{
		"type": "HTTP_PROXY", "httpMethod": verb, "uri": uri, "requestParameters": mapped,
	}, nil)
}

// shaped gives the resource a POST whose body is validated and goes through a
// template, as does the backend's answer.
func (d *draft) shaped(resource, uri string) {
	d.call(http.MethodPost, d.path("models"), object{"name": "Order", "contentType": "application/json", "schema": orderModel}, nil)
	var validator struct{ ID string }
	d.call(http.MethodPost, d.path("requestvalidators"), object{"name": "bodies", "validateRequestBody": true}, &validator)
	method := d.path("resources/" + resource + "/methods/POST")
	d.call(http.MethodPut, method, object{
		"authorizationType": "NONE", "requestValidatorId": validator.ID, "requestModels": object{"application/json": "Order"},
	}, nil)
	d.call(http.MethodPut, method+"/responses/201", object{}, nil)
	d.call(http.MethodPut, method+"/integration", object{
		"type": "HTTP", "httpMethod": "POST", "uri": uri, "requestTemplates": object{"application/json": orderTemplate},
	}, nil)
	d.call(http.MethodPut, method+"/integration/responses/201", object{"responseTemplates": object{"application/json": itemTemplate}}, nil)
}

// order is a kilobyte of JSON that callers send.
var order = func() string {
	var items []string
	for i := range 10 {
		items = append(items, fmt.Sprintf(`{"sku": "sku-%04d", "count": %d, "note": "as long as notes of this kind usually are"}`, i, i))
	}
	return `{"customer": {"name": "Ann", "city": "Oslo", "street": "Storgata 1"}, "total": 120, "currency": "NOK", "items": [` +
		strings.Join(items, ", ") + "]}"
}()

const orderModel = `{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["customer", "items"],
"properties": {"total": {"type": "number", "minimum": 0}, "customer": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 100}}},
"items": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}}}}}`

const orderTemplate = `#set($order = $input.path('$')){"request": "$context.requestId", "name": $input.json('$.customer.name'),
"total": $order.total, "stage": "$context.stage", "items": [
#foreach($item in $order.items){"sku": "$item.sku", "n": $item.count}#if($foreach.hasNext),#end
#end]}`

const itemTemplate = `{"id": $input.path('$.id'), "name": "$input.path('$.name')", "notes": $input.json('$.notes')}`

// shapedItem is what itemTemplate makes of item.
var shapedItem = func() string {
	var i struct{ Notes string }
	json.Unmarshal([]byte(item), &i)
	return `{"id": 42, "name": "Rex", "notes": "` + i.Notes + `"}`
}()

// stageName is the stage of every API here.
const stageName = "prod"

func (d *draft) deploy() error {
	d.call(http.MethodPost, d.path("deployments"), object{"stageName": stageName}, nil)
	return d.err
}

const mockBody = `{"message": "a mock answers without a backend", "rex": {"kind": "dog", "name": "Rex"}}`

// mainAPI has a mock, a proxy with a path parameter, a proxy for large bodies
// and an answer of its own for paths that are not there.
func (g *gatewright) mainAPI(backend, bodies string) (id string, err error) {
	d := g.newAPI("main")
	d.mock(d.resource(d.root, "mock"), mockBody)
	d.proxy(d.resource(d.resource(d.root, "pets"), "{id}"), http.MethodGet, "http://"+backend+"/items/{id}", "id")
	d.proxy(d.resource(d.root, "bodies"), http.MethodPost, "http://"+bodies+"/bodies")
	d.proxy(d.resource(d.root, "posted"), http.MethodPost, "http://"+backend+"/items")
	d.shaped(d.resource(d.root, "shaped"), "http://"+backend+"/items")
	d.call(http.MethodPut, d.path("gatewayresponses/MISSING_AUTHENTICATION_TOKEN"), object{
		"statusCode":         "444",
		"responseParameters": object{"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'"},
		"responseTemplates": object{"application/json": `{"message":$context.error.messageString,"type":"$context.error.responseType",` +
			`"stage":"$context.stage","request":"$context.requestId"}`},
	}, nil)
	return d.id, d.deploy()
}

// routesAPI has n routes, each with a path parameter, to the same backend.
func (g *gatewright) routesAPI(n int, backend string) (id string, err error) {
	d := g.newAPI(fmt.Sprintf("%d routes", n))
	for i := range n {
		child := d.resource(d.resource(d.root, routePart(i)), "{id}")
		d.proxy(child, http.MethodGet, "http://"+backend+"/items/{id}", "id")
	}
	return d.id, d.deploy()
}

func routePart(i int) string { return fmt.Sprintf("pets-%04d", i) }

// target asks an API's stage for the paths in turn.
func (g *gatewright) target(name string, status int, check func(http.Header, []byte) error, api string, paths ...string) *target {
	// The form that callers on the internet use: the host names the API.
	host := api + ".execute-api.us-east-1.amazonaws.com"
	t := &target{name: name, pid: g.pid(), addr: g.addr, host: host, status: status, check: check}
	for _, path := range paths {
		t.requests = append(t.requests, fmt.Appendf(nil, "GET /%s%s HTTP/1.1\r\nHost: %s\r\n"+
			"User-Agent: gatewright-bench\r\nAccept: application/json\r\n\r\n", stageName, path, host))
	}
	return t
}

// sending makes the requests POSTs of a body.
func (t *target) sending(body string) *target {
	for i, r := range t.requests {
		head := bytes.TrimSuffix(bytes.Replace(r, []byte("GET "), []byte("POST "), 1), []byte("\r\n"))
		t.requests[i] = fmt.Appendf(head, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	return t
}
