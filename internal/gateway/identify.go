package gateway

import "math/rand/v2"

// identify gives the request its ids. They and the caller's address are parts of
// one string, so that they cost one allocation.
func (x *exchange) identify() {
	b := x.ids[:0]
	adopted := isUUID(x.sent.requestID)
	if !adopted {
		b = appendUUID(b)
	}
	id := len(b)
	b = appendExtendedID(b)
	extended := len(b)
	b = x.request.Remote.Addr().Unmap().WithZone("").AppendTo(b)
	x.ids = b
	all := string(b)
	c := &x.scope.Context
	c.RequestID, c.ExtendedRequestID, c.SourceIP = all[:id], all[id:extended], all[extended:]
	if adopted {
		c.RequestID = x.sent.requestID
	}
	c.RequestTimeEpoch = x.now.UnixMilli()
	c.UserAgent = x.sent.userAgent
	x.scope.Request = x.request
}

// isUUID reports whether a caller's request id is one to adopt.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// appendUUID appends a random UUID, of version 4.
func appendUUID(b []byte) []byte {
	const hex = "0123456789abcdef"
	high := rand.Uint64()&^0xf000 | 0x4000
	low := rand.Uint64()&^(3<<62) | 2<<62
	for i := 0; i < 32; i++ {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		n := high
		if i >= 16 {
			n = low
		}
		b = append(b, hex[n>>(60-4*(i&15))&15])
	}
	return b
}

// appendExtendedID appends an extended request id: 11 random bytes in base64, as
// the service's are 15 characters and "=".
func appendExtendedID(b []byte) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	high, low := rand.Uint64(), rand.Uint64()
	for i := 0; i < 10; i++ {
		b = append(b, alphabet[high>>(6*i)&63])
	}
	for i := 0; i < 4; i++ {
		b = append(b, alphabet[low>>(6*i)&63])
	}
	return append(b, alphabet[low>>32&15<<2], '=') // the last four bits of the eleven bytes
}
