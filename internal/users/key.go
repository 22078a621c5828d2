package users

import (
	"crypto/rand"
	"encoding/base64"
	"time"
)

// NewKey draws an access key. One that lasts only for a time has a session
// token.
func NewKey(now time.Time, lasts time.Duration) Key {
	k := Key{ID: "AKIA" + rand.Text()[:16], Secret: randomText(30)}
	if lasts > 0 {
		k.ID = "ASIA" + k.ID[4:]
		k.Token, k.Expires = randomText(96), now.Add(lasts).UTC().Truncate(time.Second)
	}
	return k
}

// randomText is base64 of n random bytes; n is a multiple of 3.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}
