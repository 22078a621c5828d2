package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash/maphash"
	"sync/atomic"
)

// A digest is an HMAC-SHA256.
type digest [sha256.Size]byte

func mac(key, message []byte) (sum digest) {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	h.Sum(sum[:0])
	return sum
}

// A scopedSecret is what a signing key is derived from.
type scopedSecret struct{ secret, date, region, service string }

func (s scopedSecret) derive() digest {
	key := mac([]byte("AWS4"+s.secret), []byte(s.date))
	key = mac(key[:], []byte(s.region))
	key = mac(key[:], []byte(s.service))
	return mac(key[:], []byte("aws4_request"))
}

// A cache holds signing keys that fitted a signature, at most one in each slot.
// So only those who have a secret can make it forget those of others.
type cache [256]atomic.Pointer[derivedKey]

type derivedKey struct {
	of  scopedSecret
	key digest
}

var seed = maphash.MakeSeed()

func (c *cache) slot(of scopedSecret) *atomic.Pointer[derivedKey] {
	return &c[maphash.Comparable(seed, of)%uint64(len(c))]
}

// signingKey returns the key for the scope of a claim and whether it was kept.
func (c *cache) signingKey(secret string, by *claim) (key digest, kept bool) {
	of := scopedSecret{secret, by.date, by.region, by.service}
	if d := c.slot(of).Load(); d != nil && d.of == of {
		return d.key, true
	}
	return of.derive(), false
}

func (c *cache) keep(secret string, by *claim, key digest) {
	of := scopedSecret{secret, by.date, by.region, by.service}
	c.slot(of).Store(&derivedKey{of, key})
}
