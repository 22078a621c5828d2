package control

import (
	"crypto/rand"
	"fmt"
)

// Ids are of AWS's form: 10 characters for APIs and their root resources, 6
// for most of what is in them.
const (
	longID  = 10
	shortID = 6
)

const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// newID draws an id of n characters.
func newID(n int) string {
	// 252 is the largest multiple of 36 in a byte: what is above would make the
	// first letters likelier.
	id := make([]byte, 0, n)
	var draw [16]byte
	for len(id) < n {
		rand.Read(draw[:])
		for _, b := range draw {
			if b < 252 && len(id) < n {
				id = append(id, idAlphabet[int(b)%len(idAlphabet)])
			}
		}
	}
	return string(id)
}

// newRequestID draws a random UUID.
func newRequestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// freshID draws an id that nothing in a collection has.
func (c *call) freshID(collection string, n int) string {
	for {
		if id := newID(n); !c.exists(collection + "/" + id) {
			return id
		}
	}
}
