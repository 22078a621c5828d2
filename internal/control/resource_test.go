package control

import (
	"slices"
	"testing"
)

// child makes a resource and returns its path in the control plane and its id.
func (c *client) child(api, parent, part string) (path, id string) {
	c.t.Helper()
	id = c.call("POST", api+"/resources/"+parent, `{"pathPart":"`+part+`"}`, 201)["id"].(string)
	return api + "/resources/" + id, id
}

// paths lists the paths of an API.
func (c *client) paths(api string) (paths []string) {
	c.t.Helper()
	for _, r := range c.call("GET", api+"/resources?limit=500", "", 200)["item"].([]any) {
		paths = append(paths, r.(object)["path"].(string))
	}
	slices.Sort(paths)
	return paths
}

func TestATreeOfResources(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	rootID := root[len(api+"/resources/"):]
	pets, petsID := c.child(api, rootID, "pets")
	_, petID := c.child(api, petsID, "{petId}")
	_, dogsID := c.child(api, petID, "dogs")
	zoo, _ := c.child(api, rootID, "zoo")

	c.refused("POST", pets, `{"pathPart":"{other}"}`, 400, "BadRequestException", "A sibling ({petId}) of this resource already has a variable path part -- only one is allowed")
	c.refused("POST", root, `{"pathPart":"pets"}`, 409, "ConflictException", "Another resource with the same parent already has this name: pets")
	c.refused("PATCH", zoo, patchOf("replace /pathPart pets"), 409, "ConflictException", "Another resource with the same parent already has this name: pets")
	c.refused("PATCH", pets, patchOf("replace /parentId "+dogsID), 400, "BadRequestException", "Resources cannot be cyclical.")

	c.call("PATCH", pets, patchOf("replace /pathPart animals"), 200)
	if got, want := c.paths(api), []string{"/", "/animals", "/animals/{petId}", "/animals/{petId}/dogs", "/zoo"}; !slices.Equal(got, want) {
		t.Errorf("renamed: got %v, want %v", got, want)
	}
	c.child(api, rootID, "pets") // the name is free again
	c.call("PATCH", api+"/resources/"+dogsID, patchOf("replace /parentId "+rootID), 200)
	c.call("DELETE", pets, "", 202)
	if got, want := c.paths(api), []string{"/", "/dogs", "/pets", "/zoo"}; !slices.Equal(got, want) {
		t.Errorf("deleted: got %v, want %v", got, want)
	}
	c.child(api, rootID, "animals")
	c.refused("DELETE", root, "", 400, "BadRequestException", "Root resource cannot be deleted")
}

func TestGreedyResource(t *testing.T) {
	c := newClient(t)
	api, root := c.api()
	proxy, _ := c.child(api, root[len(api+"/resources/"):], "{proxy+}")
	c.refused("POST", proxy, `{"pathPart":"x"}`, 400, "BadRequestException", "Cannot create a child of a resource with a greedy path variable: {proxy+}")
	for _, part := range []string{"", "a/b", "{a}b", "{}", "{a+b}", "a b"} {
		if res := c.send("POST", root, `{"pathPart":"`+part+`"}`); res.StatusCode != 400 {
			t.Errorf("path part %q: got %d", part, res.StatusCode)
		}
	}
}

func TestResourceMethods(t *testing.T) {
	c := newClient(t)
	_, root := c.api()
	if _, there := c.call("GET", root, "", 200)["resourceMethods"]; there {
		t.Error("no methods, yet resourceMethods")
	}
	c.call("PUT", root+"/methods/GET", `{"authorizationType":"NONE"}`, 201)
	if got := c.call("GET", root, "", 200)["resourceMethods"].(object)["GET"].(object); len(got) != 0 {
		t.Errorf("by name alone: got %v", got)
	}
	if got := c.call("GET", root+"?embed=x,methods", "", 200)["resourceMethods"].(object)["GET"].(object); got["httpMethod"] != "GET" {
		t.Errorf("embedded: got %v", got)
	}
}
