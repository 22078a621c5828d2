package restapi

import (
	"net/url"
	"strings"
)

// A Namespace is one account in one region: the first part of every store key.
type Namespace struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// Key is the store key of the thing at a URL path, "/restapis/a1b2c3d4e5".
func (n Namespace) Key(path string) string { return "/" + n.Account + "/" + n.Region + path }

// IndexKey is the key under which an API is found by its id alone; its value is
// its Namespace.
func IndexKey(apiID string) string { return IndexPrefix + url.PathEscape(apiID) }

// IndexPrefix begins the index keys of all APIs.
const IndexPrefix = "~index/restapis/"

// SnapshotPath is the path of the value that a deployment froze. It lies beside
// the deployment, so that a list of deployments does not read their snapshots.
func SnapshotPath(apiID, deploymentID string) string {
	return "/restapis/" + url.PathEscape(apiID) + "/snapshots/" + url.PathEscape(deploymentID)
}

// VPCLinkPath is the path of a VPC link.
func VPCLinkPath(id string) string { return "/vpclinks/" + url.PathEscape(id) }

// ClientCertificatePath is the path of a client certificate.
func ClientCertificatePath(id string) string { return "/clientcertificates/" + url.PathEscape(id) }

// ClientKeyPath is the path of a client certificate's private key. It lies below
// the certificate, where no operation reads it.
func ClientKeyPath(id string) string { return ClientCertificatePath(id) + "/privatekey" }

// SplitKey takes a store key apart into its namespace and its path.
func SplitKey(key string) (n Namespace, path string, ok bool) {
	rest, ok := strings.CutPrefix(key, "/")
	if !ok {
		return n, "", false
	}
	account, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return n, "", false
	}
	region, rest, ok := strings.Cut(rest, "/")
	return Namespace{account, region}, "/" + rest, ok
}
