package control

import (
	"crypto/tls"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var domainNames = &Kind[restapi.DomainName]{
	Name:    "DomainName",
	Path:    "/domainnames/{domain_name}",
	Key:     "domainName",
	Segment: domainNameSegment,
	Verbs:   every &^ Put,
	Tagged:  true,
	Missing: "Invalid domain name identifier specified",
	Query:   []Member{resourceOwner},
	Body: Body{
		{Name: "domainName", Required: true},
		{Name: "certificateName"},
		{Name: "certificateBody"},
		{Name: "certificatePrivateKey"},
		{Name: "certificateChain"},
		{Name: "certificateArn"},
		{Name: "regionalCertificateName"},
		{Name: "regionalCertificateArn"},
		{Name: "endpointConfiguration"},
		{Name: "endpointConfiguration.types", Enum: endpointTypes},
		{Name: "endpointConfiguration.ipAddressType", Enum: ipAddressTypes},
		{Name: "tags"},
		{Name: "securityPolicy", Enum: securityPolicies},
		{Name: "endpointAccessMode", Enum: accessModes},
		{Name: "mutualTlsAuthentication"},
		{Name: "ownershipVerificationCertificateArn"},
		{Name: "policy"},
		{Name: "routingMode", Enum: routingModes},
	},
	Patch: Patch{
		{"/certificateName", Add | Replace | Remove},
		{"/certificateArn", Add | Replace | Remove},
		{"/regionalCertificateName", Add | Replace | Remove},
		{"/regionalCertificateArn", Add | Replace | Remove},
		{"/endpointConfiguration/types", Add | Remove},
		{"/endpointConfiguration/types/*", Replace}, // an index, or the old type
		{"/endpointConfiguration/ipAddressType", Replace},
		{"/endpointAccessMode", Replace},
		{"/managementPolicy", Replace},
		{"/policy", Replace},
		{"/mutualTlsAuthentication/truststoreUri", Add | Replace | Remove},
		{"/mutualTlsAuthentication/truststoreVersion", Add | Replace | Remove},
		{"/ownershipVerificationCertificateArn", Add | Replace | Remove},
		{"/routingMode", Replace},
		{"/securityPolicy", Replace},
	},
	Rules: Rules[restapi.DomainName]{
		Admit:   admitDomainNameValue,
		Prepare: prepareDomainName,
	},
	New:   newDomainName,
	Check: checkDomainName,
	Gone:  goneDomainName,
	Show:  showDomainName,
	HAL: HAL{
		Links: Links{
			"basepathmapping:by-base-path": "~/basepathmappings/{base_path}",
			"basepathmapping:create":       "~/basepathmappings",
			"domainname:basepathmappings":  "~/basepathmappings{?limit}",
			"domainname:delete":            "~",
			"domainname:update":            "~",
		},
		List: Links{
			"domainname:by-name": "~/{domain_name}{?domain_name_id}",
			"domainname:create":  "~",
		},
		Href: domainNameHref,
	},
}

var (
	routingModes = []string{"BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"}

	domainNameForm = pattern.New(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	truststoreForm = pattern.New(`^s3://[^/]+/.+$`)
)

// maxDomainName is how long a name can be in DNS.
const maxDomainName = 253

// A private domain name is stored under its name and id, because its name alone
// need not be unique.
func domainNameSegment(d *restapi.DomainName) string {
	if d.DomainNameID == "" {
		return d.DomainName
	}
	return d.DomainName + "+" + d.DomainNameID
}

var privateDomainName = pattern.New(`^(/domainnames/[^/+]+)\+([^/{?]+)(.*)$`)

// domainNameHref writes a path as clients call it: the id of a private domain
// name is no part of the path but of the query.
func domainNameHref(href string) string {
	m := privateDomainName.FindStringSubmatch(href)
	if m == nil {
		return href
	}
	id := "?domainNameId=" + m[2]
	if path, template, ok := strings.Cut(m[3], "{?"); ok {
		return m[1] + path + id + "{&" + template
	}
	if path, query, ok := strings.Cut(m[3], "?"); ok {
		if strings.Contains(query, "domainNameId=") {
			return m[1] + m[3]
		}
		return m[1] + path + id + "&" + query
	}
	return m[1] + m[3] + id
}

// newDomainName completes a new domain name. The service answers a name that is
// taken with 400 and not, as other kinds, with 409.
func newDomainName(c *call, d *restapi.DomainName) error {
	endpoint := d.EndpointConfiguration
	if endpoint == nil {
		endpoint = &restapi.EndpointConfiguration{}
		d.EndpointConfiguration = endpoint
	}
	switch {
	case d.DomainName == "":
		return badRequest("No Domain Name specified")
	case len(d.DomainName) > maxDomainName || !domainNameForm.MatchString(d.DomainName):
		return badRequest("Invalid domain name: %s", d.DomainName)
	case len(endpoint.Types) > 1:
		return badRequest("Cannot create a domain name with multiple Endpoint Types.")
	}
	if len(endpoint.Types) == 0 {
		endpoint.Types = []string{"EDGE"}
	}
	if serves(d, "PRIVATE") {
		d.DomainNameID = newID(longID)
		if endpoint.IPAddressType == "" {
			endpoint.IPAddressType = "dualstack"
		}
	} else if err := claimDomainName(c, d.DomainName); err != nil {
		return err
	}
	d.DomainNameARN = domainNameARN(c, d)
	return storeCertificate(c, d)
}

// claimDomainName enters a public domain name into the index of its region,
// where it must be the only one of its name, whosever it is.
func claimDomainName(c *call, name string) error {
	key := restapi.DomainIndexKey(name, c.ns.Region)
	if _, err := c.state.Get(key); err == nil {
		return badRequest("The domain name you provided already exists.")
	}
	owner, err := encode(c.ns)
	if err == nil {
		c.writes.Put(key, owner)
	}
	return err
}

func domainNamePath(d *restapi.DomainName) string {
	return "/domainnames/" + url.PathEscape(domainNameSegment(d))
}

// domainNameOf finds the domain name that an ARN of the caller's region names;
// nil: there is none.
func domainNameOf(c *call, arn string) (*restapi.DomainName, error) {
	for _, account := range []string{"", c.ns.Account} {
		if segment, ok := strings.CutPrefix(arn, c.arn(account, "/domainnames/")); ok {
			return find[restapi.DomainName](c, "/domainnames/"+url.PathEscape(segment))
		}
	}
	return nil, nil
}

func domainNameARN(c *call, d *restapi.DomainName) string {
	account := ""
	if d.DomainNameID != "" {
		account = c.ns.Account
	}
	return c.arn(account, "/domainnames/"+domainNameSegment(d))
}

// storeCertificate keeps a certificate that comes with its private key, which
// only edge-optimized names have. It stands below the domain name, where no
// answer shows it.
func storeCertificate(c *call, d *restapi.DomainName) error {
	given := func(member string) string { s, _ := c.body[member].(string); return s }
	certificate := restapi.Certificate{
		Body: given("certificateBody"), PrivateKey: given("certificatePrivateKey"), Chain: given("certificateChain"),
	}
	if certificate == (restapi.Certificate{}) {
		return nil
	}
	if !serves(d, "EDGE") {
		return badRequest("A certificate can only be uploaded for the endpoint type EDGE.")
	}
	if d.CertificateName == "" {
		return badRequest("A certificate name must be specified for an uploaded certificate.")
	}
	chain := certificate.Body + "\n" + certificate.Chain
	if _, err := tls.X509KeyPair([]byte(chain), []byte(certificate.PrivateKey)); err != nil {
		return badRequest("Invalid certificate: the body, private key and chain must be PEM-encoded and belong together.")
	}
	return c.put(uploadedCertificate(d), certificate)
}

func uploadedCertificate(d *restapi.DomainName) string {
	return domainNamePath(d) + "/certificate"
}

// serves reports whether a domain name has an endpoint of a type. During a
// migration it has two.
func serves(d *restapi.DomainName, endpointType string) bool {
	return slices.Contains(d.EndpointConfiguration.Types, endpointType)
}

func admitDomainNameValue(d *restapi.DomainName, target []string, o Operation) error {
	if opOf(text(o.Op)) == Remove {
		return nil
	}
	switch target[len(target)-1] {
	case "endpointAccessMode":
		return oneOf(accessModes, o)
	case "securityPolicy":
		return oneOf(securityPolicies, o)
	case "routingMode":
		return oneOf(routingModes, o)
	case "ipAddressType":
		if !slices.Contains(ipAddressTypes, text(o.Value)) {
			return badRequest("ipAddressType must be either ipv4 or dualstack.")
		}
	}
	if len(target) > 1 && target[1] == "types" {
		if !slices.Contains(endpointTypes, text(o.Value)) {
			return badRequest("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
		}
		if len(target) == 3 && typeAt(d, target[2]) < 0 {
			return refusePath(nil, nil, o)
		}
	}
	return nil
}

// typeAt finds an endpoint type by its index, as Terraform names it, or by its
// name; -1: there is none.
func typeAt(d *restapi.DomainName, name string) int {
	types := d.EndpointConfiguration.Types
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(types) {
		return i
	}
	return slices.Index(types, name)
}

// prepareDomainName takes out the endpoint type that another replaces.
func prepareDomainName(d *restapi.DomainName, target []string) {
	if len(target) == 3 && target[1] == "types" {
		i := typeAt(d, target[2])
		d.EndpointConfiguration.Types = slices.Delete(d.EndpointConfiguration.Types, i, i+1)
	}
}

// checkDomainName judges what a domain name is to be, and fills in what its
// endpoints have. Certificates may be missing: where the service wants one for
// every endpoint, a machine of one's own can do without.
func checkDomainName(c *call, old, d *restapi.DomainName) error {
	if err := checkDomainNameTypes(c, old, d); err != nil {
		return err
	}
	if err := checkDomainNamePolicies(d); err != nil {
		return err
	}
	if err := checkMutualTLS(d); err != nil {
		return err
	}
	for _, arn := range []string{d.CertificateARN, d.RegionalCertificateARN, d.OwnershipVerificationCertificateARN} {
		if arn != "" && !certificateARN.MatchString(arn) {
			return badRequest("Invalid certificate ARN: %s", arn)
		}
	}
	settleCertificate(c, old, d)
	settleEndpoints(c, d)
	return checkTags(d.Tags)
}

var certificateARN = pattern.New(`^arn:[^:]+:(acm|iam):[^:]*:[^:]*:.+$`)

func checkDomainNameTypes(c *call, old, d *restapi.DomainName) error {
	private := serves(d, "PRIVATE")
	switch endpoint := d.EndpointConfiguration; {
	case len(endpoint.Types) == 0:
		return badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
	case private && len(endpoint.Types) > 1, old != nil && private != serves(old, "PRIVATE"):
		return badRequest("A domain name cannot be migrated between public and private endpoints.")
	case private && endpoint.IPAddressType == "ipv4":
		return badRequest("Only dualstack ipAddressType is supported for Private domain names.")
	case len(endpoint.VPCEndpointIDs) > 0:
		return badRequest("VPCEndpoints cannot be specified for domain names.")
	case old != nil && migratesBothWays(c):
		return badRequest("Endpoint types and certificates cannot be added and removed in the same request.")
	}
	return nil
}

// migratesBothWays reports whether a patch begins and ends a migration between
// endpoint types at once.
func migratesBothWays(c *call) bool {
	operations, err := c.patchOperations()
	if err != nil {
		return false // it was told before
	}
	var seen Op
	for _, o := range operations {
		member := pointer(text(o.Path))
		switch member[len(member)-1] {
		case "types", "certificateName", "certificateArn", "regionalCertificateName", "regionalCertificateArn":
			seen |= opOf(text(o.Op))
		}
	}
	return seen&Add != 0 && seen&Remove != 0
}

// checkDomainNamePolicies judges the members that only private domain names have,
// or only public ones.
func checkDomainNamePolicies(d *restapi.DomainName) error {
	private := serves(d, "PRIVATE")
	if private && d.EndpointAccessMode != "" {
		return badRequest("endpointAccessMode is not supported for private domain names.")
	}
	for _, policy := range []string{d.Policy, d.ManagementPolicy} {
		if policy == "" {
			continue
		}
		var document object
		switch {
		case !private:
			return badRequest("Policies are only supported for private domain names.")
		case json.Unmarshal([]byte(policy), &document) != nil || document == nil:
			return errPolicy
		case len(policy) > maxPolicy:
			return errLongPolicy
		}
	}
	return nil
}

// checkMutualTLS judges the truststore. Without its address, mutual TLS is off.
func checkMutualTLS(d *restapi.DomainName) error {
	m := d.MutualTLSAuthentication
	switch {
	case m == nil:
		return nil
	case m.TruststoreURI == "":
		d.MutualTLSAuthentication = nil
		return nil
	case !truststoreForm.MatchString(m.TruststoreURI):
		return badRequest("Invalid truststore URI specified: %s", m.TruststoreURI)
	case !serves(d, "REGIONAL"):
		return badRequest("Mutual TLS is only supported for the endpoint type REGIONAL.")
	}
	m.TruststoreWarnings = nil // the service's to say
	return nil
}

// settleCertificate notes when the certificate changed. One that was uploaded
// goes when another takes its place.
func settleCertificate(c *call, old, d *restapi.DomainName) {
	if d.CertificateName == "" && d.CertificateARN == "" {
		d.CertificateUploadDate = nil
	} else if old == nil || d.CertificateName != old.CertificateName || d.CertificateARN != old.CertificateARN {
		d.CertificateUploadDate = &restapi.Time{Time: c.now}
	}
	if old != nil && (d.CertificateName != old.CertificateName || d.CertificateARN != old.CertificateARN) {
		c.drop(uploadedCertificate(d))
	}
}

// settleEndpoints gives each endpoint type what it has and takes away what those
// have that are gone.
func settleEndpoints(c *call, d *restapi.DomainName) {
	if serves(d, "EDGE") && d.DistributionDomainName == "" {
		d.DistributionDomainName = "d" + newID(13) + ".cloudfront.net"
		d.DistributionHostedZoneID = "Z2FDTNDATAQYW2" // CloudFront's, in every region
	}
	if !serves(d, "EDGE") {
		d.DistributionDomainName, d.DistributionHostedZoneID = "", ""
	}
	if serves(d, "REGIONAL") && d.RegionalDomainName == "" {
		d.RegionalDomainName = "d-" + newID(longID) + ".execute-api." + c.ns.Region + ".amazonaws.com"
		d.RegionalHostedZoneID = hostedZone(c.ns.Region)
	}
	if !serves(d, "REGIONAL") {
		d.RegionalDomainName, d.RegionalHostedZoneID = "", ""
	}
	if d.EndpointConfiguration.IPAddressType == "" {
		d.EndpointConfiguration.IPAddressType = "ipv4"
	}
	if d.SecurityPolicy == "" {
		d.SecurityPolicy = "TLS_1_2"
	}
	if d.RoutingMode == "" {
		d.RoutingMode = routingModes[0]
	}
	d.DomainNameStatus = "AVAILABLE"
}

// hostedZones are Route 53's zones of the service's regional endpoints.
var hostedZones = map[string]string{
	"us-east-1":      "Z1UJRXOUMOOFQ8",
	"us-east-2":      "ZOJJZC49E0EPZ",
	"us-west-1":      "Z2MUQ32089INYE",
	"us-west-2":      "Z2OJLYMUO9EFXC",
	"ap-northeast-1": "Z1YSHQZHG15GKL",
	"ap-northeast-2": "Z20JF4UZKIW1U8",
	"ap-northeast-3": "Z2YQB5RD63NC85",
	"ap-south-1":     "Z3VO1THU9YC4UR",
	"ap-southeast-1": "ZL327KTPIQFUL",
	"ap-southeast-2": "Z2RPCDW04V8134",
	"ca-central-1":   "Z19DQILCV0OWEC",
	"eu-central-1":   "Z1U9ULNL0V5AJ3",
	"eu-west-1":      "ZLY8HYME6SFDD",
	"eu-west-2":      "ZJ5UAJN8Y3Z2Q",
	"eu-west-3":      "Z3KY65QIEKYHQQ",
	"sa-east-1":      "ZCMLWB8V5SYIT",
}

// hostedZone is the zone of a region; of one that is not listed, that of the
// first, so that there always is one.
func hostedZone(region string) string {
	if zone, ok := hostedZones[region]; ok {
		return zone
	}
	return hostedZones["us-east-1"]
}

// goneDomainName takes along what names a domain name elsewhere: its index
// entry, and the associations with a private one.
func goneDomainName(c *call, d *restapi.DomainName) error {
	if d.DomainNameID == "" {
		c.writes.Delete(restapi.DomainIndexKey(d.DomainName, c.ns.Region))
		return nil
	}
	associations, err := all[restapi.DomainNameAccessAssociation](c, associationsPath)
	if err != nil {
		return err
	}
	for _, a := range associations {
		if a.DomainNameARN == d.DomainNameARN {
			c.drop(associationPath(a))
		}
	}
	return nil
}

func showDomainName(c *call, _ string, d *restapi.DomainName) (any, error) {
	d.Tags = c.shownTags(d.Tags)
	return d, nil
}
