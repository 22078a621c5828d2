// Package tree is an ordered map that never changes: what would change it
// returns another one, which shares all but one path with the first.
package tree

import (
	"iter"
	"math/rand/v2"
	"strings"
)

// A Tree maps keys to values in order of the keys' bytes. The zero Tree is
// empty. Trees are values: whoever holds one may read it for ever, whatever is
// made of it elsewhere.
type Tree[V any] struct {
	root *node[V]
}

// Get returns the value of key and whether there is one.
func (t Tree[V]) Get(key string) (value V, ok bool) {
	n := t.root
	for n != nil && n.key != key {
		if key < n.key {
			n = n.left
		} else {
			n = n.right
		}
	}
	if n == nil {
		return value, false
	}
	return n.value, true
}

// From yields the keys from key on, in order, and their values.
func (t Tree[V]) From(key string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) { t.root.from(key, yield) }
}

// Empty says whether t has no keys.
func (t Tree[V]) Empty() bool { return t.root == nil }

// With returns t with key set to value.
func (t Tree[V]) With(key string, value V) Tree[V] {
	return Tree[V]{t.root.with(key, value)}
}

// Without returns t without key.
func (t Tree[V]) Without(key string) Tree[V] {
	return Tree[V]{t.root.without(key)}
}

// A node is the root of a treap: its keys are in order from left to right, and
// no child has a higher rank than its parent. As ranks are drawn by lot, the
// tree is about as deep as one into which the keys came in random order.
type node[V any] struct {
	key         string
	value       V
	rank        uint32
	left, right *node[V]
}

func (n *node[V]) from(key string, yield func(string, V) bool) bool {
	if n == nil {
		return true
	}
	if key <= n.key && (!n.left.from(key, yield) || !yield(n.key, n.value)) {
		return false
	}
	return n.right.from(key, yield)
}

// with returns a node of its own, never n: its callers may turn it.
func (n *node[V]) with(key string, value V) *node[V] {
	if n == nil {
		return &node[V]{key: key, value: value, rank: rand.Uint32()}
	}
	top := *n
	switch strings.Compare(key, n.key) {
	case 0:
		top.value = value
	case -1:
		top.left = n.left.with(key, value)
		if l := top.left; l.rank > top.rank {
			top.left, l.right = l.right, &top
			return l
		}
	case 1:
		top.right = n.right.with(key, value)
		if r := top.right; r.rank > top.rank {
			top.right, r.left = r.left, &top
			return r
		}
	}
	return &top
}

func (n *node[V]) without(key string) *node[V] {
	if n == nil {
		return nil
	}
	top := *n
	switch strings.Compare(key, n.key) {
	case 0:
		return join(n.left, n.right)
	case -1:
		top.left = n.left.without(key)
	case 1:
		top.right = n.right.without(key)
	}
	return &top
}

// join returns the nodes of l and r, all of whose keys come after those of l.
func join[V any](l, r *node[V]) *node[V] {
	switch {
	case l == nil:
		return r
	case r == nil:
		return l
	case l.rank > r.rank:
		top := *l
		top.right = join(l.right, r)
		return &top
	default:
		top := *r
		top.left = join(l, r.left)
		return &top
	}
}
