package integration

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// AppendTrace appends the X-Amzn-Trace-Id that goes on from the one a caller
// sent, "" if he sent none: his Root is kept, or begun now, and his Parent and
// Sampled go on. With parent, which Lambda's has, a Parent is made where he sent
// none, and Sampled is told.
func AppendTrace(dst []byte, sent string, parent bool, now time.Time) []byte {
	root, parentID, sampled := parseTrace(sent)
	dst = append(dst, "Root="...)
	if root == "" {
		dst = appendRoot(dst, now)
	}
	dst = append(dst, root...)
	if parent && sampled == "" {
		sampled = "0"
		if parentID != "" {
			sampled = "1"
		}
	}
	if parent || parentID != "" {
		dst = append(dst, ";Parent="...)
	}
	if parent && parentID == "" {
		dst = appendHex(dst, rand.Uint64(), 16)
	}
	dst = append(dst, parentID...)
	if sampled != "" {
		dst = append(append(dst, ";Sampled="...), sampled...)
	}
	return dst
}

// mostHops is through how many gateways a request may come before it comes here.
const mostHops = 16

// ErrLoop says that a request has come through more: one of them leads to itself.
var ErrLoop = errors.New("request has come through too many gateways")

// AppendHop appends to a trace that its request has come through one gateway more
// than the trace that was sent says. The count stands last, as ";Hops=2". Our choice.
func AppendHop(dst []byte, sent string) ([]byte, error) {
	_, count, _ := strings.Cut(sent, ";Hops=")
	count, _, _ = strings.Cut(count, ";")
	hops, _ := strconv.Atoi(count) // none was counted
	if hops < 0 || hops >= mostHops {
		return dst, ErrLoop
	}
	return strconv.AppendInt(append(dst, ";Hops="...), int64(hops)+1, 10), nil
}

// parseTrace takes a trace header apart. What is not well formed is left out:
// it would be handed on in a header of our own.
func parseTrace(sent string) (root, parent, sampled string) {
	for sent != "" {
		var member string
		member, sent, _ = strings.Cut(sent, ";")
		key, value, _ := strings.Cut(strings.Trim(member, " \t"), "=")
		switch {
		case strings.EqualFold(key, "Root") && isTraceText(value, 64):
			root = value
		case strings.EqualFold(key, "Parent") && isTraceText(value, 16):
			parent = value
		case strings.EqualFold(key, "Sampled") && (value == "0" || value == "1" || value == "?"):
			sampled = value
		}
	}
	return root, parent, sampled
}

func isTraceText(s string, most int) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return s != "" && len(s) <= most
}

// appendRoot appends the root of a new trace: a version, the time in
// seconds and 96 random bits, in hexadecimal.
func appendRoot(dst []byte, now time.Time) []byte {
	dst = append(dst, "1-"...)
	dst = appendHex(dst, uint64(now.Unix()), 8)
	dst = append(dst, '-')
	dst = appendHex(dst, rand.Uint64(), 16)
	return appendHex(dst, rand.Uint64(), 8)
}

// appendHex appends the last digits of n.
func appendHex(dst []byte, n uint64, digits int) []byte {
	const hex = "0123456789abcdef"
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hex[n>>shift&15])
	}
	return dst
}
