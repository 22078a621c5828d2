package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
)

func TestDomainName(t *testing.T) {
	c := newClient(t)
	c.handler.(*Handler).now = func() time.Time { return time.Unix(1_000_000_000, 0) }
	got := c.call("POST", "/domainnames", `{"domainName":"api.example.com","regionalCertificateName":"cert","endpointConfiguration":{"types":["REGIONAL"]}}`, 201)
	address, _ := got["regionalDomainName"].(string)
	if !regexp.MustCompile(`^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$`).MatchString(address) {
		t.Errorf("regionalDomainName is %q", address)
	}
	want := object{
		"domainName": "api.example.com", "domainNameArn": "arn:aws:apigateway:us-east-1::/domainnames/api.example.com",
		"regionalCertificateName": "cert", "regionalDomainName": address, "regionalHostedZoneId": "Z1UJRXOUMOOFQ8",
		"endpointConfiguration": object{"types": []any{"REGIONAL"}, "ipAddressType": "ipv4"},
		"domainNameStatus":      "AVAILABLE", "securityPolicy": "TLS_1_2", "routingMode": "BASE_PATH_MAPPING_ONLY",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Create (-want +got)\n%s", diff)
	}
	want["tags"] = object{}
	if diff := cmp.Diff(want, c.call("GET", "/domainnames/api.example.com", "", 200)); diff != "" {
		t.Errorf("Get (-want +got)\n%s", diff)
	}

	// From the developer guide, "Migrate a custom domain name": both endpoints
	// are there until the old one is taken away.
	both := c.call("PATCH", "/domainnames/api.example.com", patchOf("add /endpointConfiguration/types EDGE", "add /certificateName edge"), 200)
	if both["regionalDomainName"] != address || both["distributionHostedZoneId"] != "Z2FDTNDATAQYW2" || both["certificateUploadDate"] != 1e9 {
		t.Errorf("during the migration: got %v", both)
	}
	edge := c.call("PATCH", "/domainnames/api.example.com", patchOf("remove /endpointConfiguration/types REGIONAL", "remove /regionalCertificateName"), 200)
	for _, member := range []string{"regionalDomainName", "regionalHostedZoneId", "regionalCertificateName"} {
		if v, ok := edge[member]; ok {
			t.Errorf("after the migration %s is still %v", member, v)
		}
	}
	if edge["distributionDomainName"] != both["distributionDomainName"] {
		t.Errorf("the distribution moved from %v to %v", both["distributionDomainName"], edge["distributionDomainName"])
	}

	c.call("DELETE", "/domainnames/api.example.com", "", 202)
	c.refused("GET", "/domainnames/api.example.com", "", 404, "NotFoundException", "Invalid domain name identifier specified")
	c.call("POST", "/domainnames", `{"domainName":"api.example.com"}`, 201) // the name is free again
}

func TestDomainNameRefusals(t *testing.T) {
	c := newClient(t)
	c.call("POST", "/domainnames", `{"domainName":"api.example.com"}`, 201)
	for _, r := range []struct{ body, code, message string }{
		{`{}`, "ValidationException", "1 validation error detected: Value null at 'createDomainNameInput.domainName' failed to satisfy constraint: Member must not be null"},
		{`{"domainName":"x.example.com","routingMode":"NONE"}`, "ValidationException", "1 validation error detected: Value 'NONE' at 'createDomainNameInput.routingMode' failed to satisfy constraint: Member must satisfy enum value set: [BASE_PATH_MAPPING_ONLY, ROUTING_RULE_ONLY, ROUTING_RULE_THEN_BASE_PATH_MAPPING]"},
		{`{"domainName":""}`, "BadRequestException", "No Domain Name specified"},
		{`{"domainName":"api.example.com"}`, "BadRequestException", "The domain name you provided already exists."},
		// Our choice, all that follow.
		{`{"domainName":"Example.com"}`, "BadRequestException", "Invalid domain name: Example.com"},
		{`{"domainName":"a..example.com"}`, "BadRequestException", "Invalid domain name: a..example.com"},
		{`{"domainName":"a/b.example.com"}`, "BadRequestException", "Invalid domain name: a/b.example.com"},
		{`{"domainName":"a+b.example.com"}`, "BadRequestException", "Invalid domain name: a+b.example.com"},
		{`{"domainName":"x.example.com","endpointConfiguration":{"types":["EDGE","REGIONAL"]}}`, "BadRequestException", "Cannot create a domain name with multiple Endpoint Types."},
		{`{"domainName":"x.example.com","endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"ipv4"}}`, "BadRequestException", "Only dualstack ipAddressType is supported for Private domain names."},
		{`{"domainName":"x.example.com","endpointConfiguration":{"vpcEndpointIds":["vpce-1"]}}`, "BadRequestException", "VPCEndpoints cannot be specified for domain names."},
		{`{"domainName":"x.example.com","mutualTlsAuthentication":{"truststoreUri":"s3://b/k"}}`, "BadRequestException", "Mutual TLS is only supported for the endpoint type REGIONAL."},
		{`{"domainName":"x.example.com","policy":"{}"}`, "BadRequestException", "Policies are only supported for private domain names."},
		{`{"domainName":"x.example.com","certificateArn":"cert"}`, "BadRequestException", "Invalid certificate ARN: cert"},
		{`{"domainName":"x.example.com","certificateName":"c","certificateBody":"x"}`, "BadRequestException", "Invalid certificate: the body, private key and chain must be PEM-encoded and belong together."},
		{`{"domainName":"x.example.com","certificateBody":"x"}`, "BadRequestException", "A certificate name must be specified for an uploaded certificate."},
		{`{"domainName":"x.example.com","endpointConfiguration":{"types":["REGIONAL"]},"certificateBody":"x"}`, "BadRequestException", "A certificate can only be uploaded for the endpoint type EDGE."},
		{`{"domainName":"x.example.com","tags":{"aws:x":""}}`, "BadRequestException", "Tag keys must not begin with aws:"},
	} {
		c.refused("POST", "/domainnames", r.body, 400, r.code, r.message)
	}
	c.refused("PATCH", "/domainnames/api.example.com", patchOf("add /regionalCertificateName x", "remove /certificateName"),
		400, "BadRequestException", "Endpoint types and certificates cannot be added and removed in the same request.")
	c.refused("GET", "/domainnames?resourceOwner=ME", "", 400, "ValidationException",
		"1 validation error detected: Value 'ME' at 'resourceOwner' failed to satisfy constraint: Member must satisfy enum value set: [SELF, OTHER_ACCOUNTS]")
	if others := c.call("GET", "/domainnames?resourceOwner=OTHER_ACCOUNTS", "", 200)["item"]; cmp.Diff([]any{}, others) != "" {
		t.Errorf("other accounts' domain names: got %v", others)
	}

	// From the developer guide, "Custom domain names": unique within a region
	// across all accounts.
	c.auth = "AWS4-HMAC-SHA256 Credential=999999999999/20261121/us-east-1/apigateway/aws4_request"
	c.refused("POST", "/domainnames", `{"domainName":"api.example.com"}`, 400, "BadRequestException", "The domain name you provided already exists.")
	c.auth = "AWS4-HMAC-SHA256 Credential=999999999999/20261121/eu-west-1/apigateway/aws4_request"
	c.call("POST", "/domainnames", `{"domainName":"api.example.com"}`, 201)
}

// An uploaded certificate is kept with its key, which no answer shows, until
// another takes its place or the domain name goes.
func TestUploadedCertificate(t *testing.T) {
	c := newClient(t)
	certificate, key := selfSigned(t, "api.example.com")
	body, _ := json.Marshal(map[string]string{
		"domainName": "api.example.com", "certificateName": "mine", "certificateBody": certificate, "certificatePrivateKey": key,
	})
	made := c.call("POST", "/domainnames", string(body), 201)
	if made["certificateName"] != "mine" || made["certificateUploadDate"] == nil {
		t.Errorf("got %v", made)
	}
	for _, path := range []string{"/domainnames", "/domainnames/api.example.com"} {
		if shown, _ := json.Marshal(c.call("GET", path, "", 200)); strings.Contains(string(shown), "PEM") || strings.Contains(string(shown), "PRIVATE KEY") {
			t.Errorf("%s shows the certificate: %s", path, shown)
		}
	}
	stored := func() (found *restapi.Certificate) {
		h := c.handler.(*Handler)
		err := h.store.View(t.Context(), func(r store.Reader) error {
			record, err := r.Get(h.home.Key("/domainnames/api.example.com/certificate"))
			if err == nil {
				found, err = read[restapi.Certificate](record)
			}
			return err
		})
		if err != nil {
			return nil
		}
		return found
	}
	if diff := cmp.Diff(&restapi.Certificate{Body: certificate, PrivateKey: key}, stored()); diff != "" {
		t.Errorf("stored (-want +got)\n%s", diff)
	}
	c.call("PATCH", "/domainnames/api.example.com", patchOf("replace /securityPolicy TLS_1_0"), 200)
	if stored() == nil {
		t.Error("a patch of something else dropped the certificate")
	}
	c.call("PATCH", "/domainnames/api.example.com", patchOf("replace certificateName other"), 200)
	if stored() != nil {
		t.Error("the old certificate is still there")
	}
}

func selfSigned(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// Private domain names of one name exist side by side, and beside a public one;
// the id in the query tells them apart.
func TestPrivateDomainName(t *testing.T) {
	c := newClient(t)
	private := func() (id, query string) {
		d := c.call("POST", "/domainnames", `{"domainName":"in.example.com","endpointConfiguration":{"types":["PRIVATE"]},"policy":"{ }"}`, 201)
		id = d["domainNameId"].(string)
		if want := "arn:aws:apigateway:us-east-1:123456789012:/domainnames/in.example.com+" + id; d["domainNameArn"] != want {
			t.Errorf("domainNameArn is %v, want %s", d["domainNameArn"], want)
		}
		if d["policy"] != "{ }" {
			t.Errorf("the policy came back as %v", d["policy"]) // plain: Terraform reads it as it is
		}
		return id, "?domainNameId=" + id
	}
	first, query := private()
	second, _ := private()
	c.call("POST", "/domainnames", `{"domainName":"in.example.com"}`, 201)
	if list := c.call("GET", "/domainnames", "", 200)["item"].([]any); len(list) != 3 {
		t.Errorf("got %v", list)
	}

	api, _ := c.deployable()
	mappings := "/domainnames/in.example.com/basepathmappings"
	c.call("POST", mappings+query, `{"restApiId":"`+strings.TrimPrefix(api, "/restapis/")+`"}`, 201)
	if m := c.call("GET", mappings+"/%28none%29"+query, "", 200); m["basePath"] != "(none)" {
		t.Errorf("got %v", m)
	}
	c.refused("GET", mappings+"/%28none%29", "", 404, "NotFoundException", "Invalid base path mapping identifier specified")
	c.refused("GET", mappings+"?domainNameId=none", "", 404, "NotFoundException", "Invalid domain name identifier specified")

	c.accept = "" // HAL
	d := c.call("GET", "/domainnames/in.example.com"+query, "", 200)
	links := d["_links"].(object)
	if got := links["domainname:basepathmappings"].(object)["href"]; got != mappings+query+"{&limit}" {
		t.Errorf("basepathmappings is %v", got)
	}
	list := c.call("GET", mappings+query+"&limit=1", "", 200)
	if got := list["_links"].(object)["item"].(object)["href"]; got != mappings+"/%28none%29"+query {
		t.Errorf("item is %v", got)
	}
	c.accept = "application/json"

	arn := func(id string) string {
		return "arn:aws:apigateway:us-east-1:123456789012:/domainnames/in.example.com+" + id
	}
	associate := func(id string) object {
		return c.call("POST", "/domainnameaccessassociations",
			`{"domainNameArn":"`+arn(id)+`","accessAssociationSourceType":"VPCE","accessAssociationSource":"vpce-0a1b"}`, 201)
	}
	one, two := associate(first), associate(second)
	want := object{
		"domainNameAccessAssociationArn": "arn:aws:apigateway:us-east-1:123456789012:/domainnameaccessassociations/domainname/in.example.com+" + first + "/vpcesource/vpce-0a1b",
		"domainNameArn":                  arn(first), "accessAssociationSourceType": "VPCE", "accessAssociationSource": "vpce-0a1b",
	}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	reject := "/rejectdomainnameaccessassociations?domainNameAccessAssociationArn=" + url.QueryEscape(one["domainNameAccessAssociationArn"].(string)) + "&domainNameArn="
	c.refused("POST", reject+url.QueryEscape(arn(second)), "", 404, "NotFoundException", "Invalid domain name access association identifier specified")
	c.call("POST", reject+url.QueryEscape(arn(first)), "", 202)
	c.refused("POST", "/rejectdomainnameaccessassociations", "", 400, "ValidationException",
		"2 validation errors detected: Value null at 'domainNameAccessAssociationArn' failed to satisfy constraint: Member must not be null; "+
			"Value null at 'domainNameArn' failed to satisfy constraint: Member must not be null")
	if list := c.call("GET", "/domainnameaccessassociations", "", 200)["item"]; cmp.Diff([]any{two}, list) != "" {
		t.Errorf("got %v", list)
	}
	c.call("DELETE", "/domainnames/in.example.com?domainNameId="+second, "", 202)
	if list := c.call("GET", "/domainnameaccessassociations", "", 200)["item"]; cmp.Diff([]any{}, list) != "" {
		t.Errorf("left after its domain name: %v", list) // our choice
	}
	for body, message := range map[string]string{ // our choice
		`{"domainNameArn":"` + arn("none") + `","accessAssociationSourceType":"VPCE","accessAssociationSource":"vpce-0a1b"}`:                                       "Invalid domain name identifier specified",
		`{"domainNameArn":"arn:aws:apigateway:us-east-1::/domainnames/in.example.com","accessAssociationSourceType":"VPCE","accessAssociationSource":"vpce-0a1b"}`: "Domain name access associations are only supported for private domain names.",
		`{"domainNameArn":"` + arn(first) + `","accessAssociationSourceType":"VPCE","accessAssociationSource":"subnet-1"}`:                                         "Invalid access association source specified: subnet-1",
	} {
		status, code := 400, "BadRequestException"
		if strings.HasPrefix(message, "Invalid domain") {
			status, code = 404, "NotFoundException"
		}
		c.refused("POST", "/domainnameaccessassociations", body, status, code, message)
	}
}

func TestBasePathMapping(t *testing.T) {
	c := newClient(t)
	api, _ := c.deployable()
	id := strings.TrimPrefix(api, "/restapis/")
	c.deploy(api, `{"stageName":"prod"}`)
	c.deploy(api, `{"stageName":"free"}`)
	c.call("POST", "/domainnames", `{"domainName":"api.example.com"}`, 201)
	mappings := "/domainnames/api.example.com/basepathmappings"
	got := c.call("POST", mappings, `{"basePath":"","restApiId":"`+id+`","stage":""}`, 201) // as Terraform sends it
	if diff := cmp.Diff(object{"basePath": "(none)", "restApiId": id}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.refused("POST", mappings, `{"restApiId":"`+id+`"}`, 409, "ConflictException", "Base path already exists for this domain name")
	c.call("PATCH", mappings+"/(none)", patchOf("replace /basePath v1", "replace /stage prod"), 200)
	c.refused("GET", mappings+"/(none)", "", 404, "NotFoundException", "Invalid base path mapping identifier specified")
	c.refused("POST", mappings, `{"basePath":"a/b","restApiId":"`+id+`"}`, 400, "BadRequestException",
		"API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
	c.refused("POST", mappings, `{"basePath":"v2","restApiId":"none"}`, 400, "BadRequestException", "Invalid REST API identifier specified")
	c.refused("POST", mappings, `{"basePath":"v2","restApiId":"`+id+`","stage":"none"}`, 400, "BadRequestException", "Invalid stage identifier specified")
	c.refused("POST", mappings, `{"basePath":"a b","restApiId":"`+id+`"}`, 400, "BadRequestException", // our choice
		"Invalid base path: a b. Base paths may only contain a-zA-Z0-9$-_.+!*'()")
	c.refused("POST", "/domainnames/none/basepathmappings", `{"restApiId":"`+id+`"}`, 404, "NotFoundException", "Invalid domain name identifier specified")

	c.refused("DELETE", api, "", 400, "BadRequestException",
		"Deleting RestApi failed. Please remove all base path mappings related to the RestApi in your domains.")
	c.refused("DELETE", api+"/stages/prod", "", 400, "BadRequestException", // after the text for APIs
		"Deleting stage failed. Please remove all base path mappings related to the stage in your domains.")
	c.call("DELETE", api+"/stages/free", "", 202)
	c.call("DELETE", "/domainnames/api.example.com", "", 202) // its mappings go along: our choice
	c.call("DELETE", api+"/stages/prod", "", 202)
	c.call("DELETE", api, "", 202)
}
