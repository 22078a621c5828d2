package sigv4

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// DefaultSkew is how far the clocks of caller and server may differ.
const DefaultSkew = 5 * time.Minute

// A Verifier tells who signed a request. Its fields must not change once it is
// in use; it can then be used from many goroutines at once.
type Verifier struct {
	// Keys returns the key with an access key id, or ErrUnknownKey. It is called
	// for each request, and so by anybody who can make up an id.
	Keys func(accessKeyID string) (Key, error)

	Services []string         // that may be signed for; none: any
	Regions  []string         // that may be signed for; none: any
	Skew     time.Duration    // 0: DefaultSkew
	Now      func() time.Time // nil: time.Now

	derived cache
}

// A Key is what a caller signs with.
type Key struct {
	Secret  string
	Token   string    // the session token that has to come with it; "": none
	Expires time.Time // zero: never
	Owner   any       // handed on in the Identity
}

// An Identity is who signed a request, and for what.
type Identity struct {
	AccessKeyID string
	Owner       any // of the Key
	Region      string
	Service     string
	Signed      time.Time
	Presigned   bool // in the query
	Temporary   bool // with a session token
}

// Verify checks the signature of r. Its errors are of type *Error, or come from
// Keys.
func (v *Verifier) Verify(r Request) (Identity, error) {
	c, err := read(&r)
	if err != nil {
		return Identity{}, err
	}
	if err := v.checkScope(c); err != nil {
		return Identity{}, err
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	if err := v.checkTime(c, now()); err != nil {
		return Identity{}, err
	}
	key, err := v.key(c, now())
	if err != nil {
		return Identity{}, err
	}
	if err := v.checkSignature(c, &r, key.Secret); err != nil {
		return Identity{}, err
	}
	return Identity{
		AccessKeyID: c.accessKeyID, Owner: key.Owner, Region: c.region, Service: c.service,
		Signed: c.time, Presigned: c.presigned, Temporary: key.Token != "",
	}, nil
}

func (v *Verifier) checkScope(c *claim) error {
	if len(v.Regions) > 0 && !slices.Contains(v.Regions, c.region) {
		return invalid(textRegion, c.region)
	}
	if len(v.Services) > 0 && !slices.Contains(v.Services, c.service) {
		return invalid(textService, v.Services[0])
	}
	return nil
}

func (v *Verifier) checkTime(c *claim, now time.Time) error {
	skew := v.Skew
	if skew == 0 {
		skew = DefaultSkew
	}
	lasts := skew
	if c.expires > 0 {
		lasts = c.expires
	}
	now = now.UTC().Truncate(time.Second)
	switch {
	case c.time.Before(now.Add(-lasts)):
		return outOfTime(textExpired, c.time, now.Add(-lasts), now, lasts)
	case c.time.After(now.Add(skew)):
		return outOfTime(textNotYet, c.time, now.Add(skew), now, skew)
	}
	return nil
}

// key finds the caller's key and looks at the session token that came with the
// request.
func (v *Verifier) key(c *claim, now time.Time) (Key, error) {
	key, err := v.Keys(c.accessKeyID)
	if errors.Is(err, ErrUnknownKey) {
		return Key{}, &Error{UnrecognizedClient, textUnrecognized}
	}
	if err != nil {
		return Key{}, fmt.Errorf("look up access key %s: %w", c.accessKeyID, err)
	}
	if key.Secret == "" || subtle.ConstantTimeCompare([]byte(key.Token), []byte(c.token)) == 0 {
		return Key{}, &Error{UnrecognizedClient, textUnrecognized}
	}
	if !key.Expires.IsZero() && !now.Before(key.Expires) {
		return Key{}, &Error{ExpiredToken, textTokenExpired}
	}
	return key, nil
}

// buffers hold canonical requests.
var buffers = sync.Pool{New: func() any { return new([2048]byte) }}

// checkSignature compares the signature that was sent with the one that each
// spelling of the request has.
func (v *Verifier) checkSignature(c *claim, r *Request, secret string) error {
	hash := r.PayloadHash
	if hash == "" {
		sum := sha256.Sum256(r.Body)
		hash = hex.EncodeToString(sum[:])
	}
	signing, derived := v.derived.signingKey(secret, c)
	room := buffers.Get().(*[2048]byte)
	defer buffers.Put(room)

	documented, whole := c.canonicalRequest(room[:0], r, spellings[0], hash)
	fits := c.signedBy(signing, documented)
	for _, s := range spellings[1:] {
		if fits {
			break
		}
		if form, _ := c.canonicalRequest(nil, r, s, hash); !bytes.Equal(form, documented) {
			fits = c.signedBy(signing, form)
		}
	}
	if !fits || !whole || c.payload != "" && c.payload != hash {
		return invalid(textMismatch, documented, c.stringToSign(documented))
	}
	if !derived {
		v.derived.keep(secret, c, signing)
	}
	return nil
}

// signedBy reports whether the claim's signature is the one of a canonical
// request.
func (c *claim) signedBy(signing digest, canonical []byte) bool {
	sum := mac(signing[:], c.stringToSign(canonical))
	var want [2 * len(sum)]byte
	hex.Encode(want[:], sum[:])
	return subtle.ConstantTimeCompare(want[:], []byte(c.signature)) == 1
}

func (c *claim) stringToSign(canonical []byte) []byte {
	sum := sha256.Sum256(canonical)
	s := make([]byte, 0, 192)
	s = append(s, algorithm+"\n"...)
	s = append(s, c.timestamp...)
	s = append(s, '\n')
	s = append(s, c.scope...)
	s = append(s, '\n')
	return hex.AppendEncode(s, sum[:])
}
