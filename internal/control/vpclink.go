package control

import (
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

var vpcLinks = &Kind[restapi.VPCLink]{
	Name:    "VpcLink",
	Path:    "/vpclinks/{vpclink_id}",
	Key:     "id",
	Verbs:   every &^ Put,
	Status:  map[Verb]int{Create: 202},
	Tagged:  true,
	Missing: "Invalid Vpc Link identifier specified",
	Body: Body{
		{Name: "name", Required: true},
		{Name: "description"},
		{Name: "targetArns", Required: true},
		{Name: "tags"},
	},
	Patch: Patch{
		{"/name", Replace},
		{"/description", Replace},
	},
	Rules: Rules[restapi.VPCLink]{Refuse: refuseListing},
	New: func(c *call, l *restapi.VPCLink) error {
		l.ID = c.freshID("/vpclinks", shortID)
		l.Status, l.StatusMessage = "AVAILABLE", "Your vpc link is ready for use"
		return nil
	},
	Check: checkVPCLink,
	Gone:  goneVPCLink,
	Show:  showVPCLink,
	HAL: HAL{
		Links: Links{
			"vpclink:delete": "~",
			"vpclink:update": "~",
		},
		List: Links{
			"vpclink:by-id":  "~/{vpclink_id}",
			"vpclink:create": "~",
		},
	},
}

func checkVPCLink(_ *call, _, l *restapi.VPCLink) error {
	if strings.TrimSpace(l.Name) == "" {
		return badRequest("Name cannot be empty")
	}
	if len(l.TargetARNs) == 0 {
		return badRequest("A VPC link needs a target ARN")
	}
	for _, arn := range l.TargetARNs {
		if !anyARN.MatchString(arn) {
			return badRequest("Invalid ARN. ARN is not well formed %s", arn)
		}
	}
	return checkTags(l.Tags)
}

// showVPCLink shows a new link as pending, as the service does. There is
// nothing to wait for: whoever looks again finds it ready.
func showVPCLink(c *call, _ string, l *restapi.VPCLink) (any, error) {
	shown := *l
	if c.op.verb == Create {
		shown.Status, shown.StatusMessage = "PENDING", ""
	}
	shown.Tags = c.shownTags(l.Tags)
	return shown, nil
}

// apisOfLink is the index of the APIs that have, or once had, an integration
// with a link: where to look for those that have it now.
func apisOfLink(link string) string { return "/~index/apisoflink/" + url.PathEscape(link) }

// useLink notes that an API has an integration with a link.
func useLink(c *call, link, api string) error {
	return c.put(apisOfLink(link)+"/"+url.PathEscape(api), api)
}

// inheritLinks notes for a clone what is noted for its source.
func inheritLinks(c *call, from, to string) error {
	for _, link := range c.names("/vpclinks") {
		if c.exists(apisOfLink(link) + "/" + url.PathEscape(from)) {
			if err := useLink(c, link, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetLinks takes an API that goes out of the index of every link.
func forgetLinks(c *call, api string) {
	for _, link := range c.names("/vpclinks") {
		c.writes.Delete(c.ns.Key(apisOfLink(link) + "/" + url.PathEscape(api)))
	}
}

func goneVPCLink(c *call, l *restapi.VPCLink) error {
	var uses []string
	for _, api := range c.names(apisOfLink(l.ID)) {
		found, err := linkedMethods(c, api, l.ID)
		if err != nil {
			return err
		}
		uses = append(uses, found...)
	}
	if len(uses) > 0 {
		return badRequest("Cannot delete vpc link. Vpc link '%s', is referenced in [%s] in format of [Method:Resource:Api].", l.ID, strings.Join(uses, ", "))
	}
	c.dropBelow(apisOfLink(l.ID))
	return nil
}

// linkedMethods returns the methods of an API whose integrations go through a
// link, as {method}:{resource}:{api}.
func linkedMethods(c *call, api, link string) (uses []string, err error) {
	prefix := c.ns.Key(restAPIPath(api) + "/resources/")
	for key, record := range c.state.Scan(prefix, "") {
		parts := strings.Split(key[len(prefix):], "/") // {resource}/methods/{method}/integration
		if len(parts) != 4 || parts[3] != "integration" {
			continue
		}
		i, err := read[restapi.Integration](record)
		if err != nil {
			return nil, err
		}
		if i.ConnectionType == "VPC_LINK" && i.ConnectionID == link {
			uses = append(uses, parts[2]+":"+parts[0]+":"+api)
		}
	}
	return uses, nil
}
