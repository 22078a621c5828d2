package control

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/store"
)

// certificate makes a client certificate and returns its id.
func (c *client) certificate() string {
	c.t.Helper()
	return c.call("POST", "/clientcertificates", `{}`, 201)["clientCertificateId"].(string)
}

func TestClientCertificateIsReal(t *testing.T) {
	c := newClient(t)
	made := c.call("POST", "/clientcertificates", `{"description":"d"}`, 201)
	path := "/clientcertificates/" + made["clientCertificateId"].(string)
	text := made["pemEncodedCertificate"].(string)
	if !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----\r\n") || !strings.HasSuffix(text, "-----END CERTIFICATE-----\r\n") {
		t.Errorf("not in PEM with the line ends of the API reference: %q", text)
	}
	block, _ := pem.Decode([]byte(text))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := certificate.CheckSignatureFrom(certificate); err != nil && !strings.Contains(err.Error(), "parent certificate cannot sign") {
		t.Error(err)
	}
	from, until := certificate.NotBefore.Unix(), certificate.NotAfter.Unix()
	if from != int64(made["createdDate"].(float64)) || until != int64(made["expirationDate"].(float64)) || until-from != 365*24*60*60 {
		t.Errorf("good from %d until %d, shown as %v", from, until, made)
	}
	if _, err := tls.X509KeyPair([]byte(text), []byte(c.stored(path+"/privatekey"))); err != nil {
		t.Errorf("the private key: %v", err)
	}

	delete(made, "tags")
	listed := c.call("GET", "/clientcertificates", "", 200)["item"].([]any)
	if diff := cmp.Diff([]any{made}, listed); diff != "" {
		t.Errorf("listed (-made +listed):\n%s", diff)
	}
	made["tags"] = object{}
	if diff := cmp.Diff(made, c.call("GET", path, "", 200)); diff != "" {
		t.Errorf("read (-made +read):\n%s", diff)
	}
	c.call("DELETE", path, "", 202)
	if left := c.stored(path + "/privatekey"); left != "" {
		t.Error("the private key outlived its certificate")
	}
}

// stored returns the text that is stored under a path; "": nothing is.
func (c *client) stored(path string) string {
	c.t.Helper()
	record := c.record(path)
	if record == nil {
		return ""
	}
	text, err := read[string](record)
	if err != nil {
		c.t.Fatal(err)
	}
	return *text
}

// record returns what is stored under a path; nil: nothing is.
func (c *client) record(path string) (record []byte) {
	c.t.Helper()
	h := c.handler.(*Handler)
	err := h.store.View(c.t.Context(), func(r store.Reader) error {
		found, err := r.Get(h.home.Key(path))
		record = slices.Clone(found) // which is the view's
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return record
}

// The refusal's words are our choice.
func TestClientCertificateInUse(t *testing.T) {
	c := newClient(t)
	id, other := c.certificate(), c.certificate()
	api, _ := c.deployable()
	c.deploy(api, `{"stageName":"prod"}`)
	stage := api + "/stages/prod"
	inUse := func(id string) {
		t.Helper()
		c.refused("DELETE", "/clientcertificates/"+id, "", 400, "BadRequestException", "Cannot delete client certificate '"+id+"', is referenced in: "+stage)
	}
	c.call("PATCH", stage, patchOf("replace /clientCertificateId "+id), 200)
	inUse(id)
	c.deploy(api, `{"stageName":"prod"}`)
	c.call("PATCH", stage, patchOf("replace /description d"), 200)
	inUse(id)
	c.call("PATCH", stage, patchOf("replace /clientCertificateId "+other), 200)
	c.call("DELETE", "/clientcertificates/"+id, "", 202)
	inUse(other)
	c.call("DELETE", api, "", 202)
	c.call("DELETE", "/clientcertificates/"+other, "", 202)
}
