package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/memory"
	"github.com/gatewright/gatewright/internal/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const api = "a1b2c3d4e5"

var here = restapi.Namespace{Account: "123456789012", Region: "eu-west-1"}

// A bench is a gateway over a store in memory.
type bench struct {
	*Gateway
	t     testing.TB
	store store.Store
	log   *lines
}

// lines is a log that tests read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts a gateway. lambda is the URL of a service that runs functions;
// each option may change more.
func start(t testing.TB, lambda string, options ...func(*Config)) *bench {
	t.Helper()
	client := new(upstream.Client)
	t.Cleanup(func() { client.Close() })
	b := &bench{t: t, store: memory.New(), log: new(lines)}
	c := Config{Store: b.store, Upstream: client, Log: slog.New(slog.NewTextHandler(b.log, nil))}
	if lambda != "" {
		var err error
		if c.Lambda, err = integration.NewLambda(client, lambda, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, set := range options {
		set(&c)
	}
	var err error
	if b.Gateway, err = New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Close()
		b.store.Close()
	})
	return b
}

// deploy makes d a deployment of an API and serves it as st, and waits until it
// is served.
func (b *bench) deploy(d *restapi.Definition, st *restapi.Stage) {
	b.t.Helper()
	if d.API == nil {
		d.API = &restapi.RestAPI{}
	}
	if d.API.ID == "" {
		d.API.ID = api
	}
	frozen, err := restapi.Freeze(d)
	if err != nil {
		b.t.Fatal(err)
	}
	path := "/restapis/" + d.API.ID
	b.update(func(w store.Writer) {
		w.Put(restapi.IndexKey(d.API.ID), encode(here))
		w.Put(here.Key(path), encode(d.API))
		w.Put(here.Key(restapi.SnapshotPath(d.API.ID, st.DeploymentID)), frozen)
		w.Put(here.Key(path+"/stages/"+st.StageName), encode(st))
	})
}

func (b *bench) update(change func(store.Writer)) {
	b.t.Helper()
	version, err := b.store.Update(context.Background(), func(w store.Writer) error {
		change(w)
		return nil
	})
	if err == nil {
		err = b.Served(context.Background(), version)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// prod is a stage of a deployment of its own.
func prod() *restapi.Stage { return &restapi.Stage{StageName: "prod", DeploymentID: "d1"} }

// methods makes a definition of methods by "VERB /path".
func methods(byRoute map[string]*restapi.Method) *restapi.Definition {
	d := new(restapi.Definition)
	resources := make(map[string]*restapi.Resource)
	for route, m := range byRoute {
		verb, path, _ := strings.Cut(route, " ")
		r := resources[path]
		if r == nil {
			r = &restapi.Resource{ID: "r" + path, Path: path, ResourceMethods: map[string]*restapi.Method{}}
			resources[path] = r
			d.Resources = append(d.Resources, r)
		}
		m.HTTPMethod = verb
		r.ResourceMethods[verb] = m
	}
	return d
}

// mocked is a method that answers a status with a text and a header X-Is.
func mocked(status, text string) *restapi.Method {
	return &restapi.Method{
		AuthorizationType: "NONE",
		MethodResponses: map[string]*restapi.MethodResponse{
			status: {ResponseParameters: map[string]bool{"method.response.header.X-Is": false}},
		},
		MethodIntegration: &restapi.Integration{
			Type: "MOCK", RequestTemplates: map[string]string{"application/json": `{"statusCode": ` + status + `}`},
			IntegrationResponses: map[string]*restapi.IntegrationResponse{status: {
				ResponseParameters: map[string]string{"method.response.header.X-Is": "'" + text + "'"},
				ResponseTemplates:  map[string]*string{"application/json": &text},
			}},
		},
	}
}

// calling is a method of a type of integration that calls a URI.
func calling(integrationType, uri string) *restapi.Method {
	return &restapi.Method{
		AuthorizationType: "NONE",
		MethodIntegration: &restapi.Integration{Type: integrationType, URI: uri, HTTPMethod: "ANY"},
	}
}

// A sentRequest is a request that a test sends.
type sentRequest struct {
	method string // "": GET
	target string // "/prod/…" by the API's host name, unless it is another
	host   string
	header message.Header
	body   string
}

// An answer is what came back, its body read to its end.
type answer struct {
	message.Response
	body string
	err  error // of the body
}

func (b *bench) get(target string, header ...string) answer {
	r := sentRequest{target: target}
	for i := 0; i < len(header); i += 2 {
		r.header.Add(header[i], header[i+1])
	}
	return b.send(r)
}

func (b *bench) send(r sentRequest) answer {
	x := exchangeOf(r)
	b.Serve(x)
	return readAnswer(x)
}

func exchangeOf(r sentRequest) *message.Exchange {
	if r.method == "" {
		r.method = "GET"
	}
	if r.host == "" {
		r.host = api + ".execute-api.localhost"
	}
	x := &message.Exchange{Request: message.Request{
		Method: r.method, Target: r.target, Host: r.host, Minor: 1,
		Header: append(message.Header{{Name: "Host", Value: r.host}}, r.header...),
		Remote: netip.MustParseAddrPort("203.0.113.7:5000"), Local: netip.MustParseAddrPort("127.0.0.1:4566"),
	}}
	x.Request.Path, x.Request.Query, x.Request.HasQuery = strings.Cut(r.target, "?")
	if r.body != "" {
		x.Request.Body, x.Request.BodyLen = strings.NewReader(r.body), int64(len(r.body))
	}
	return x
}

func readAnswer(x *message.Exchange) answer {
	a := answer{Response: x.Response, body: string(x.Response.Body)}
	if a.Stream != nil {
		var data []byte
		data, a.err = io.ReadAll(a.Stream)
		a.Stream.Close()
		a.body = string(data)
	}
	return a
}

// want checks the status and the body of an answer.
func (a answer) want(t testing.TB, status int, body string) {
	t.Helper()
	if a.Status != status || a.body != body || a.err != nil {
		t.Errorf("got %d %q (%v), header %q; want %d %q", a.Status, a.body, a.err, a.Header, status, body)
	}
}

func (a answer) wantHeader(t testing.TB, name, value string) {
	t.Helper()
	if got := a.Header.Get(name); got != value {
		t.Errorf("%s is %q; want %q", name, got, value)
	}
}

const internalServerError = `{"message":"Internal server error"}`

// vectors reads the known behaviours of a file, of which there must be count.
func vectors[T any](t *testing.T, file string, count int) []T {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != count {
		t.Errorf("%s has %d vectors; want %d", file, len(all), count)
	}
	return all
}
