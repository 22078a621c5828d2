package control

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/gatewright/gatewright/internal/restapi"
)

var clientCertificates = &Kind[restapi.ClientCertificate]{
	Name:    "ClientCertificate",
	Path:    "/clientcertificates/{clientcertificate_id}",
	Key:     "clientCertificateId",
	Verbs:   List | Get | Update | Delete, // generateClientCertificate stands below
	Tagged:  true,
	Missing: noCertificate,
	Patch:   Patch{{"/description", Replace}},
	Rules:   Rules[restapi.ClientCertificate]{Refuse: refuseListing},
	Gone:    goneClientCertificate,
	Show: func(c *call, _ string, v *restapi.ClientCertificate) (any, error) {
		shown := *v
		shown.Tags = c.shownTags(v.Tags)
		return shown, nil
	},
	HAL: HAL{
		Links: Links{
			"clientcertificate:delete": "~",
			"clientcertificate:update": "~",
		},
		List: Links{
			"clientcertificate:by-id":    "~/{clientcertificate_id}",
			"clientcertificate:generate": "~",
		},
	},
}

var clientCertificateBody = Body{{Name: "description"}, {Name: "tags"}}

// generateClientCertificate stands beside the table because it has a name of
// its own, and because a key takes long to make: that is done before the state
// is looked at.
func generateClientCertificate(c *call) (answer, error) {
	v := new(restapi.ClientCertificate)
	if err := c.read(v); err != nil {
		return answer{}, err
	}
	if err := checkTags(v.Tags); err != nil {
		return answer{}, err
	}
	made := c.ahead.(*keyPair)
	v.ClientCertificateID = c.freshID("/clientcertificates", shortID)
	v.PEMEncodedCertificate = made.certificate
	v.CreatedDate, v.ExpirationDate = restapi.Time{Time: made.from}, restapi.Time{Time: made.until}
	path := restapi.ClientCertificatePath(v.ClientCertificateID)
	if err := c.put(path, v); err != nil {
		return answer{}, err
	}
	if err := c.put(restapi.ClientKeyPath(v.ClientCertificateID), made.privateKey); err != nil {
		return answer{}, err
	}
	return clientCertificates.answer(c, path, v)
}

// A keyPair is a self-signed certificate and its private key, in PEM.
type keyPair struct {
	certificate, privateKey string
	from, until             time.Time
}

// A certificate is good for a year. Its subject is our choice.
const certificateLife = 365 * 24 * time.Hour

var certificateSubject = pkix.Name{CommonName: "ApiGateway", Organization: []string{"Gatewright"}}

func makeKeyPair(c *call) (any, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	from := c.now.UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: certificateSubject,
		NotBefore: from, NotAfter: from.Add(certificateLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &keyPair{pemText("CERTIFICATE", certificate), pemText("PRIVATE KEY", private), template.NotBefore, template.NotAfter}, nil
}

// pemText writes PEM with the line ends of the service's examples.
func pemText(kind string, der []byte) string {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return strings.ReplaceAll(string(text), "\n", "\r\n")
}

// stagesOfCertificate is the index of the stages that show a certificate.
func stagesOfCertificate(id string) string {
	return "/~index/stagesofcertificate/" + url.PathEscape(id)
}

// useCertificate keeps the index when a stage changes from one certificate to
// another; "": none.
func useCertificate(c *call, stage, from, to string) error {
	if from == to {
		return nil
	}
	if from != "" {
		c.writes.Delete(c.ns.Key(stagesOfCertificate(from) + "/" + url.PathEscape(stage)))
	}
	if to == "" {
		return nil
	}
	if !c.exists(restapi.ClientCertificatePath(to)) {
		return notFound("%s", noCertificate)
	}
	return c.put(stagesOfCertificate(to)+"/"+url.PathEscape(stage), stage)
}

const noCertificate = "Invalid Client Certificate identifier specified"

// goneClientCertificate refuses in words of ours.
func goneClientCertificate(c *call, v *restapi.ClientCertificate) error {
	if stages := c.names(stagesOfCertificate(v.ClientCertificateID)); len(stages) > 0 {
		return badRequest("Cannot delete client certificate '%s', is referenced in: %s", v.ClientCertificateID, strings.Join(stages, ", "))
	}
	return nil
}
