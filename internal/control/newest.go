package control

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
)

// Some collections are listed with the newest first. What is in them has an
// entry in an index whose names sort so, and keeps that name below itself.

func newestIndex(collection string) string { return "/~index/newest" + collection }

// enlist gives the thing at a path the first place in its collection.
func (c *call) enlist(path string) error {
	index := newestIndex(collection(path))
	first := uint64(math.MaxUint64)
	var err error
	c.each(index, "", func(name string, _ []byte) bool {
		first, err = strconv.ParseUint(name, 16, 64)
		return false
	})
	if err != nil {
		return fmt.Errorf("index %s: %w", index, err)
	}
	place := fmt.Sprintf("%016x", first-1)
	if err := c.put(index+"/"+place, lastSegment(path)); err != nil {
		return err
	}
	return c.put(path+"/place", place)
}

// delist takes the thing at a path out of the order of its collection.
func (c *call) delist(path string) error {
	place, err := find[string](c, path+"/place")
	if place != nil {
		c.writes.Delete(c.ns.Key(newestIndex(collection(path)) + "/" + *place))
	}
	return err
}

// newest reads the page of a collection that the query asks for, the newest
// things first, and only those that are wanted.
func newest[T any](c *call, collection string, wanted func(*T) bool) ([]*T, string, error) {
	return page(c, newestIndex(collection), func(record []byte) (*T, error) {
		name, err := read[string](record)
		if err != nil {
			return nil, err
		}
		v, err := find[T](c, collection+"/"+url.PathEscape(*name))
		if v == nil || !wanted(v) {
			return nil, err
		}
		return v, nil
	})
}
