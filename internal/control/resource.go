package control

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/internal/pattern"
	"github.com/gatewright/gatewright/internal/restapi"
)

var resources = &Kind[restapi.Resource]{
	Name:    "Resource",
	Path:    "/restapis/{restapi_id}/resources/{resource_id}",
	Key:     "id",
	Verbs:   List | Get | Create | Update | Delete,
	At:      map[Verb]string{Create: "/restapis/{restapi_id}/resources/{parent_id}"},
	Body:    Body{{Name: "pathPart", Required: true}},
	Missing: "Invalid Resource identifier specified",
	Hides:   every &^ List,
	Patch: Patch{
		{"/parentId", Replace},
		{"/pathPart", Replace},
	},
	Rules: Rules[restapi.Resource]{Refuse: refuseListing},
	New:   newResource,
	Check: checkResource,
	Gone:  goneResource,
	Show:  showResource,
	HAL: HAL{
		Links: Links{
			"method:by-http-method": "~/methods/{http_method}",
			"method:put":            "~/methods/{http_method}",
			"resource:create-child": "~",
			"resource:update":       "~",
		},
		Related: func(_ string, resource object) Links {
			if _, below := resource["parentId"]; !below {
				return nil // the root cannot be deleted
			}
			return Links{"resource:delete": "~"}
		},
		Embeds: []Embed{{"resourceMethods", "resource:methods", "~/methods/*", "Method"}},
		List: Links{
			"resource:by-id":  "~/{resource_id}{?embed}",
			"resource:create": "~/{parent_id}",
		},
	},
}

func newResource(c *call, r *restapi.Resource) error {
	r.ParentID = c.name("parent_id")
	r.ID = c.freshID(c.api()+"/resources", shortID)
	return nil
}

// checkResource judges a resource's place in the tree and settles the paths of
// all below it, and the index of siblings.
func checkResource(c *call, old, r *restapi.Resource) error {
	if old != nil {
		if moved, err := isMove(old, r); !moved {
			return err
		}
	}
	parent, err := find[restapi.Resource](c, resourcePath(c, r.ParentID))
	if err != nil {
		return err
	}
	if parent == nil {
		return notFound("%s", c.op.about.missing)
	}
	if err := checkPathPart(r.PathPart); err != nil {
		return err
	}
	if err := checkNoCycle(c, r.ID, parent); err != nil {
		return err
	}
	if greedy(parent.PathPart) {
		return badRequest("Cannot create a child of a resource with a greedy path variable: %s", parent.PathPart)
	}
	if err := checkSiblings(c, r); err != nil {
		return err
	}
	r.Path = strings.TrimSuffix(parent.Path, "/") + "/" + r.PathPart
	if old != nil {
		c.writes.Delete(c.ns.Key(siblingPath(c, old.ParentID, old.PathPart)))
		if err := settlePaths(c, r); err != nil {
			return err
		}
	}
	return c.put(siblingPath(c, r.ParentID, r.PathPart), r.ID)
}

// isMove reports whether a patch gave a resource another place.
func isMove(old, r *restapi.Resource) (bool, error) {
	switch root := old.ParentID == ""; {
	case root && r.PathPart != "":
		return false, badRequest("Root resource cannot update its pathPart.")
	case root && r.ParentID != "":
		return false, badRequest("Root resource cannot update its parentId.")
	}
	return old.ParentID != r.ParentID || old.PathPart != r.PathPart, nil
}

// maxPathPart bounds a part by what AWS lets a method's whole path be.
const maxPathPart = 1600

var (
	pathPart     = pattern.New(`^[a-zA-Z0-9._:,-]+$`)
	pathVariable = pattern.New(`^\{[a-zA-Z0-9._:-]+\+?\}$`)
)

func checkPathPart(part string) error {
	if len(part) <= maxPathPart && anyOf(part, pathPart, pathVariable) {
		return nil
	}
	return badRequest("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
}

func greedy(part string) bool { return strings.HasSuffix(part, "+}") }

// checkNoCycle refuses a parent that lies below the resource.
func checkNoCycle(c *call, id string, parent *restapi.Resource) (err error) {
	for parent != nil && err == nil {
		if parent.ID == id {
			return badRequest("Resources cannot be cyclical.")
		}
		if parent.ParentID == "" {
			return nil
		}
		parent, err = find[restapi.Resource](c, resourcePath(c, parent.ParentID))
	}
	return err
}

// checkSiblings refuses a second resource of one name, or with a variable,
// below one parent.
func checkSiblings(c *call, r *restapi.Resource) error {
	if id := sibling(c, r.ParentID, r.PathPart); id != "" && id != r.ID {
		return conflict("Another resource with the same parent already has this name: %s", r.PathPart)
	}
	if !strings.HasPrefix(r.PathPart, "{") {
		return nil
	}
	for part, id := range children(c, r.ParentID, "{") {
		if id != r.ID {
			return badRequest("A sibling (%s) of this resource already has a variable path part -- only one is allowed", part)
		}
	}
	return nil
}

// settlePaths gives all below a resource their new paths.
func settlePaths(c *call, parent *restapi.Resource) error {
	for _, id := range children(c, parent.ID, "") {
		child, err := find[restapi.Resource](c, resourcePath(c, id))
		if err != nil {
			return err
		}
		if child == nil {
			continue
		}
		child.Path = parent.Path + "/" + child.PathPart
		if err := c.put(resourcePath(c, id), child); err != nil {
			return err
		}
		if err := settlePaths(c, child); err != nil {
			return err
		}
	}
	return nil
}

// goneResource takes all below a resource along.
func goneResource(c *call, r *restapi.Resource) error {
	if r.ParentID == "" {
		return badRequest("Root resource cannot be deleted")
	}
	for _, id := range children(c, r.ID, "") {
		child, err := find[restapi.Resource](c, resourcePath(c, id))
		if err != nil {
			return err
		}
		if child == nil {
			continue
		}
		if err := goneResource(c, child); err != nil {
			return err
		}
		c.drop(resourcePath(c, id))
	}
	c.writes.Delete(c.ns.Key(siblingPath(c, r.ParentID, r.PathPart)))
	return nil
}

func resourcePath(c *call, id string) string { return c.api() + "/resources/" + url.PathEscape(id) }

// The index of siblings finds the children of a resource by their path parts,
// so that a new resource costs the same in a large API as in a small one. Its
// values are ids.

func siblingIndex(apiID string) string { return "/~index/siblings/" + url.PathEscape(apiID) }

func siblingPath(c *call, parent, part string) string {
	return siblingIndex(c.name("restapi_id")) + "/" + url.PathEscape(parent) + "/" + url.PathEscape(part)
}

// sibling returns the id of the child of that path part; "": there is none.
func sibling(c *call, parent, part string) string {
	id, err := find[string](c, siblingPath(c, parent, part))
	if err != nil || id == nil {
		return ""
	}
	return *id
}

// children returns the children of a resource whose path parts begin with
// prefix, by their parts.
func children(c *call, parent, prefix string) map[string]string {
	found := map[string]string{}
	base := c.ns.Key(siblingPath(c, parent, ""))
	for key, record := range c.state.Scan(base+url.PathEscape(prefix), "") {
		part, _ := url.PathUnescape(key[len(base):])
		var id string
		if json.Unmarshal(record, &id) == nil {
			found[part] = id
		}
	}
	return found
}

// A shownResource names its methods; with embed=methods it shows them whole.
type shownResource struct {
	restapi.Resource
	ResourceMethods map[string]any `json:"resourceMethods,omitempty"`
}

func showResource(c *call, path string, r *restapi.Resource) (any, error) {
	whole := c.embeds("methods")
	shown := shownResource{*r, map[string]any{}}
	var err error
	c.each(path+"/methods", "", func(name string, record []byte) bool {
		method := any(struct{}{})
		if whole {
			method, err = wholeMethod(c, path+"/methods/"+name, record)
		}
		shown.ResourceMethods[name] = method
		return err == nil
	})
	return shown, err
}

// embeds reports whether the query asks for more than the thing itself:
// ?embed=a&embed=b or ?embed=a,b.
func (c *call) embeds(what string) bool {
	for _, value := range c.query["embed"] {
		for part := range strings.SplitSeq(value, ",") {
			if part == what {
				return true
			}
		}
	}
	return false
}
