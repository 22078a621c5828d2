package control

import (
	"net/url"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var domainNameAccessAssociations = &Kind[restapi.DomainNameAccessAssociation]{
	Name:    "DomainNameAccessAssociation",
	Path:    associationsPath + "/{domain_name_access_association_arn}",
	Key:     "domainNameAccessAssociationArn",
	Verbs:   List | Create | Delete, // rejectAssociation stands below
	Tagged:  true,
	Missing: "Invalid domain name access association identifier specified",
	Taken:   "Domain name access association already exists for this access association source",
	Query:   []Member{resourceOwner},
	Body: Body{
		{Name: "domainNameArn", Required: true},
		{Name: "accessAssociationSourceType", Required: true, Enum: []string{"VPCE"}},
		{Name: "accessAssociationSource", Required: true},
		{Name: "tags"},
	},
	New: newAssociation,
	HAL: HAL{List: Links{"domainnameaccessassociation:create": "~"}},
}

const associationsPath = "/domainnameaccessassociations"

func associationPath(a *restapi.DomainNameAccessAssociation) string {
	return associationsPath + "/" + url.PathEscape(a.DomainNameAccessAssociationARN)
}

var vpcEndpointID = pattern.New(`^vpce-[0-9a-z]+$`)

// newAssociation wants a private domain name of the caller's own account: names
// that other accounts share are not known here.
func newAssociation(c *call, a *restapi.DomainNameAccessAssociation) error {
	d, err := domainNameOf(c, a.DomainNameARN)
	switch {
	case err != nil:
		return err
	case d == nil:
		return notFound("%s", domainNames.Missing)
	case d.DomainNameID == "":
		return badRequest("Domain name access associations are only supported for private domain names.")
	case !vpcEndpointID.MatchString(a.AccessAssociationSource):
		return badRequest("Invalid access association source specified: %s", a.AccessAssociationSource)
	}
	a.DomainNameAccessAssociationARN = c.arn(c.ns.Account,
		"/domainnameaccessassociations/domainname/"+domainNameSegment(d)+"/vpcesource/"+a.AccessAssociationSource)
	return checkTags(a.Tags)
}

// rejectAssociation stands beside the table: the owner of a domain name ends an
// association that somebody else made, and names both in the query.
func rejectAssociation(c *call) (answer, error) {
	arn, domain := c.query.Get("domainNameAccessAssociationArn"), c.query.Get("domainNameArn")
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	path := associationsPath + "/" + url.PathEscape(arn)
	a, err := find[restapi.DomainNameAccessAssociation](c, path)
	if err != nil {
		return answer{}, err
	}
	if a == nil || a.DomainNameARN != domain {
		return answer{}, notFound("%s", domainNameAccessAssociations.Missing)
	}
	c.drop(path)
	return answer{}, nil
}
