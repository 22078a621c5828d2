package restapi

import "net/url"

// A DomainName is a name of an owner's own, under which APIs are reached.
type DomainName struct {
	DomainName                          string                   `json:"domainName"`
	DomainNameID                        string                   `json:"domainNameId,omitempty"` // of a private one
	DomainNameARN                       string                   `json:"domainNameArn"`
	CertificateName                     string                   `json:"certificateName,omitempty"`
	CertificateARN                      string                   `json:"certificateArn,omitempty"`
	CertificateUploadDate               *Time                    `json:"certificateUploadDate,omitempty"`
	RegionalDomainName                  string                   `json:"regionalDomainName,omitempty"`
	RegionalHostedZoneID                string                   `json:"regionalHostedZoneId,omitempty"`
	RegionalCertificateName             string                   `json:"regionalCertificateName,omitempty"`
	RegionalCertificateARN              string                   `json:"regionalCertificateArn,omitempty"`
	DistributionDomainName              string                   `json:"distributionDomainName,omitempty"`
	DistributionHostedZoneID            string                   `json:"distributionHostedZoneId,omitempty"`
	EndpointConfiguration               *EndpointConfiguration   `json:"endpointConfiguration"`
	DomainNameStatus                    string                   `json:"domainNameStatus"`
	DomainNameStatusMessage             string                   `json:"domainNameStatusMessage,omitempty"`
	SecurityPolicy                      string                   `json:"securityPolicy"`
	EndpointAccessMode                  string                   `json:"endpointAccessMode,omitempty"`
	Tags                                map[string]string        `json:"tags,omitzero"`
	MutualTLSAuthentication             *MutualTLSAuthentication `json:"mutualTlsAuthentication,omitempty"`
	OwnershipVerificationCertificateARN string                   `json:"ownershipVerificationCertificateArn,omitempty"`
	ManagementPolicy                    string                   `json:"managementPolicy,omitempty"`
	Policy                              string                   `json:"policy,omitempty"`
	RoutingMode                         string                   `json:"routingMode"`
}

// A MutualTLSAuthentication says whose certificates callers must show.
type MutualTLSAuthentication struct {
	TruststoreURI      string   `json:"truststoreUri"`
	TruststoreVersion  string   `json:"truststoreVersion,omitempty"`
	TruststoreWarnings []string `json:"truststoreWarnings,omitempty"`
}

// A Certificate is a domain name's certificate that was uploaded: PEM, the chain
// may be missing. It is stored below its domain name and shown to nobody.
type Certificate struct {
	Body       string `json:"body"`
	PrivateKey string `json:"privateKey"`
	Chain      string `json:"chain,omitempty"`
}

// A BasePathMapping says which API and stage a domain name's path leads to.
type BasePathMapping struct {
	BasePath  string `json:"basePath"` // "(none)": all paths that no other has
	RestAPIID string `json:"restApiId"`
	Stage     string `json:"stage,omitempty"` // "": the path's next segment names it
}

// A DomainNameAccessAssociation lets a VPC endpoint reach a private domain name.
type DomainNameAccessAssociation struct {
	DomainNameAccessAssociationARN string            `json:"domainNameAccessAssociationArn"`
	DomainNameARN                  string            `json:"domainNameArn"`
	AccessAssociationSourceType    string            `json:"accessAssociationSourceType"` // VPCE
	AccessAssociationSource        string            `json:"accessAssociationSource"`
	Tags                           map[string]string `json:"tags,omitempty"`
}

// DomainIndexKey is the key under which a public domain name is found in its
// region, whosever it is; its value is its Namespace. Names of private ones need
// not be unique and stand in no index.
func DomainIndexKey(name, region string) string {
	return DomainIndexPrefix + url.PathEscape(name) + "/" + region
}

// DomainIndexPrefix begins the index keys of all public domain names.
const DomainIndexPrefix = "~index/domainnames/"
