package gatewright_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

// An authority signs the certificates of a private network's backends.
type authority struct {
	t           testing.TB
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	a := &authority{t: t}
	self := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	a.certificate, a.key = a.sign(self)
	return a
}

// sign makes a key and signs its certificate, with that key if there is none yet.
func (a *authority) sign(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	by, byKey := a.certificate, a.key
	if by == nil {
		by, byKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, byKey)
	if err != nil {
		a.t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return signed, key
}

// pair is a backend's certificate for a name, good until then.
func (a *authority) pair(name string, until time.Time) tls.Certificate {
	a.t.Helper()
	c, key := a.sign(&x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until})
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
}

// file is the authority as an operator names it.
func (a *authority) file() string {
	a.t.Helper()
	name := filepath.Join(a.t.TempDir(), "authorities.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	if err := os.WriteFile(name, data, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return name
}

// serveTLS starts a backend that tells its own name, the Host that it was asked
// for and the serial number of the certificate that it was shown.
func serveTLS(t testing.TB, name string, certificate tls.Certificate) *httptest.Server {
	t.Helper()
	b := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := "none"
		if all := r.TLS.PeerCertificates; len(all) > 0 {
			shown = all[0].SerialNumber.Text(16)
		}
		fmt.Fprintf(w, "%s was asked for %s and shown %s", name, r.Host, shown)
	}))
	b.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert}
	b.Config.ErrorLog = log.New(io.Discard, "", 0)
	b.StartTLS()
	t.Cleanup(b.Close)
	return b
}

// fetch returns the status and body of an answer.
func fetch(t testing.TB, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(answer.StatusCode, " ", string(body))
}

const (
	serverError  = `{"message":"Internal server error"}`
	unreachable  = "504 " + serverError
	badlySet     = "500 " + serverError
	balancer     = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/payments/0123456789abcdef"
	otherBalance = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
)

// Who is behind a private link is believed by the operator's authority, by the
// name in the integration's URI, whatever address the operator gave.
func TestVPCLinks(t *testing.T) {
	ca := newAuthority(t)
	soon := time.Now().Add(time.Hour)
	payments := serveTLS(t, "payments", ca.pair("payments.internal", soon))
	orders := serveTLS(t, "orders", ca.pair("payments.internal", soon))
	s := gatewrighttest.Start(t, func(s *gatewright.Server) {
		s.CAFile = ca.file()
		s.VPCLinks = map[string]string{balancer: payments.Listener.Addr().String(), "orders": orders.Listener.Addr().String()}
	})
	link := func(name, target string) string {
		return gatewrighttest.Call(t, s, "POST", "/vpclinks", `{"name": "`+name+`", "targetArns": ["`+target+`"]}`)["id"].(string)
	}
	first, second, nowhere := link("first", balancer), link("orders", otherBalance), link("nowhere", otherBalance)
	api := gatewrighttest.NewAPI(t, s)
	for path, c := range map[string]struct{ connection, uri string }{
		"/id":       {first, "https://payments.internal/"},
		"/name":     {second, "https://payments.internal/"},
		"/variable": {"${stageVariables.link}", "https://payments.internal/"},
		"/nowhere":  {nowhere, "https://payments.internal/"},
		"/stranger": {first, "https://orders.internal/"},
	} {
		api.Method("GET", path, `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "`+c.uri+`", "connectionType": "VPC_LINK", "connectionId": "`+c.connection+`"}`)
	}
	at := api.Deploy()
	const reached = " was asked for payments.internal and shown none"
	want := func(path, want string) {
		t.Helper()
		if got := fetch(t, at+path); got != want {
			t.Errorf("%s: %s; want %s", path, got, want)
		}
	}
	want("/id", "200 payments"+reached)
	want("/name", "200 orders"+reached)
	want("/nowhere", unreachable)
	want("/stranger", badlySet) // its certificate bears another name
	want("/variable", badlySet) // there is no such variable
	vary := func(link string) {
		api.Call("PATCH", "/stages/test", `{"patchOperations": [{"op": "replace", "path": "/variables/link", "value": "`+link+`"}]}`)
	}
	vary(second)
	want("/variable", "200 orders"+reached)
	vary(first)
	want("/variable", "200 payments"+reached)
	vary("none00")
	want("/variable", badlySet)

	// A link acts at once: no deployment has to be made for what changes in it.
	rename := func(name string) {
		gatewrighttest.Call(t, s, "PATCH", "/vpclinks/"+nowhere, `{"patchOperations": [{"op": "replace", "path": "/name", "value": "`+name+`"}]}`)
	}
	rename("orders")
	want("/nowhere", "200 orders"+reached)
	rename("nowhere")
	want("/nowhere", unreachable)
}

// A stage's certificate is shown to HTTPS backends, and the one that a test
// names to those that it calls.
func TestClientCertificates(t *testing.T) {
	ca := newAuthority(t)
	backend := serveTLS(t, "backend", ca.pair("127.0.0.1.nip.test", time.Now().Add(time.Hour)))
	s := gatewrighttest.Start(t, func(s *gatewright.Server) {
		s.CAFile = ca.file()
		s.VPCLinks = map[string]string{"backend": backend.Listener.Addr().String()}
	})
	generate := func() (id, serial string) {
		made := gatewrighttest.Call(t, s, "POST", "/clientcertificates", "{}")
		block, _ := pem.Decode([]byte(made["pemEncodedCertificate"].(string)))
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		return made["clientCertificateId"].(string), c.SerialNumber.Text(16)
	}
	ann, annsSerial := generate()
	ben, bensSerial := generate()
	link := gatewrighttest.Call(t, s, "POST", "/vpclinks", `{"name": "backend", "targetArns": ["`+balancer+`"]}`)["id"].(string)
	api := gatewrighttest.NewAPI(t, s)
	m := api.Method("GET", "/x", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://127.0.0.1.nip.test/", "connectionType": "VPC_LINK", "connectionId": "`+link+`"}`)
	at := api.Deploy()
	const told = "backend was asked for 127.0.0.1.nip.test and shown "
	for _, c := range []struct{ id, serial string }{{"", "none"}, {ann, annsSerial}, {ben, bensSerial}, {"", "none"}} {
		api.Call("PATCH", "/stages/test", `{"patchOperations": [{"op": "replace", "path": "/clientCertificateId", "value": "`+c.id+`"}]}`)
		if got := fetch(t, at+"/x"); got != "200 "+told+c.serial {
			t.Errorf("with certificate %q: %s; want %s", c.id, got, c.serial)
		}
	}
	test := api.Call("POST", m, `{"clientCertificateId": "`+ben+`"}`)
	if test["body"] != told+bensSerial {
		t.Errorf("a test with a certificate: %v; want %s", test, bensSerial)
	}
}

// An operator says whom backends may have their certificates from, and an owner
// that it does not matter: a name and a time that are right are asked for all the
// same. [developer guide]
func TestBackendCertificates(t *testing.T) {
	ca := newAuthority(t)
	file := ca.file()
	soon, ago := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	for _, c := range []struct {
		name        string
		certificate tls.Certificate
		file        string
		insecure    string
		want        string
	}{
		{"a stranger", ca.pair("localhost", soon), "", "false", badlySet},
		{"one whose authority is known", ca.pair("localhost", soon), file, "false", "200"},
		{"one whose authority is known and time over", ca.pair("localhost", ago), file, "false", badlySet},
		{"a stranger who is let be", ca.pair("localhost", soon), "", "true", "200"},
		{"one who is let be and whose time is over", ca.pair("localhost", ago), "", "true", badlySet},
		{"one who is let be and has another name", ca.pair("example.com", soon), "", "true", badlySet},
	} {
		t.Run(c.name, func(t *testing.T) {
			backend := serveTLS(t, "backend", c.certificate)
			s := gatewrighttest.Start(t, func(s *gatewright.Server) { s.CAFile = c.file })
			api := gatewrighttest.NewAPI(t, s)
			_, port, _ := net.SplitHostPort(backend.Listener.Addr().String())
			api.Method("GET", "/x", `{"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://localhost:`+port+`/", "tlsConfig": {"insecureSkipVerification": `+c.insecure+`}}`)
			if got := fetch(t, api.Deploy()+"/x"); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s; want %s", got, c.want)
			}
		})
	}
}
