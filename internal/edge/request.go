package edge

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gatewright/gatewright/internal/http1"
	"github.com/gatewright/gatewright/internal/message"
)

var (
	errMethod       = http1.Malformed("method is not a token")
	errRequestLine  = http1.Malformed("request line is not a method, a target and a version")
	errVersion      = http1.Malformed("not a version of HTTP")
	errTarget       = http1.Malformed("malformed request target")
	errHostMissing  = http1.Malformed("no Host")
	errHostTwice    = http1.Malformed("several Hosts")
	errHost         = http1.Malformed("malformed Host")
	errEncodingIn10 = http1.Malformed("transfer encoding in HTTP/1.0")
)

// parseRequest makes head, which ends in an empty line, the request, and says
// whether the caller waits for a 100 (Continue) before he sends the body.
func parseRequest(head string, r *message.Request) (expected bool, err error) {
	line, fields, _ := strings.Cut(head, "\r\n")
	if err := parseLine(line, r); err != nil {
		return false, err
	}
	if r.Header, err = http1.ParseFields(fields, r.Header); err != nil {
		return false, err
	}
	if err := parseHost(r); err != nil {
		return false, err
	}
	length, none, err := http1.Framing(r.Header)
	switch {
	case err != nil:
		return false, err
	case length < 0 && r.Minor == 0:
		return false, errEncodingIn10
	case !none:
		r.BodyLen = length
	}
	return parseExpect(r)
}

func parseLine(line string, r *message.Request) error {
	method, rest, ok := strings.Cut(line, " ")
	if !message.IsToken(method) {
		return errMethod
	}
	target, version, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 {
		return errRequestLine
	}
	r.Method, r.Target = method, target
	if err := parseVersion(version, r); err != nil {
		return err
	}
	return parseTarget(target, r)
}

func parseVersion(version string, r *message.Request) error {
	switch version {
	case "HTTP/1.1":
		r.Minor = 1
		return nil
	case "HTTP/1.0":
		return nil
	}
	number, ok := strings.CutPrefix(version, "HTTP/")
	if ok && len(number) == len("1.1") && digit(number[0]) && number[1] == '.' && digit(number[2]) {
		return &refusal{http.StatusHTTPVersionNotSupported, errors.New("version of HTTP is not spoken here")}
	}
	return errVersion
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// parseTarget splits the target: a path, a whole URL, or the * of OPTIONS.
// CONNECT, which would make a tunnel of the gateway, is refused.
func parseTarget(target string, r *message.Request) error {
	if r.Method == "CONNECT" {
		return &refusal{http.StatusNotImplemented, errors.New("CONNECT is not supported")}
	}
	for i := 0; i < len(target); i++ {
		if c := target[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return errTarget
		}
	}
	rest := target
	switch {
	case target == "*" && r.Method == "OPTIONS":
		r.Path = target
		return nil
	case !strings.HasPrefix(target, "/"):
		var ok bool
		if r.Host, rest, ok = cutAuthority(target); !ok || !validHost(r.Host) {
			return errTarget
		}
	}
	if r.Path, r.Query, r.HasQuery = strings.Cut(rest, "?"); r.Path == "" {
		r.Path = "/" // of a URL that ends with its authority
	}
	return nil
}

// cutAuthority splits a URL behind its authority.
func cutAuthority(url string) (authority, rest string, ok bool) {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || !message.EqualFold(scheme, "http") && !message.EqualFold(scheme, "https") {
		return "", "", false
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	return rest[:end], rest[end:], true
}

// parseHost finds the one Host. The authority of a whole URL takes its place, in
// the header too, so that nobody behind this sees another.
func parseHost(r *message.Request) error {
	host := -1
	for i := range r.Header {
		if !message.EqualFold(r.Header[i].Name, "Host") {
			continue
		}
		if host >= 0 {
			return errHostTwice
		}
		host = i
	}
	switch {
	case host < 0 && r.Minor == 0:
		return nil
	case host < 0:
		return errHostMissing
	case !validHost(r.Header[host].Value):
		return errHost
	case r.Host != "":
		r.Header[host].Value = r.Host
	default:
		r.Host = r.Header[host].Value
	}
	return nil
}

// validHost reports whether s is a name or an address, and maybe a port. User
// names are not: no http URL has them.
func validHost(s string) bool {
	name, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		name, port = s[:i], s[i+1:]
	}
	if name == "" || len(port) > len("65535") || strings.Trim(port, "0123456789") != "" {
		return false
	}
	if name[0] == '[' {
		address, ok := strings.CutSuffix(name[1:], "]")
		return ok && address != "" && strings.Trim(address, "0123456789abcdefABCDEF:.") == ""
	}
	for i := 0; i < len(name); i++ {
		if !hostByte[name[i]] {
			return false
		}
	}
	return true
}

// hostByte says what may be in a name: what names on the net are made of. The
// grammar of URLs has escapes and separators too, which resolvers read in ways of
// their own.
var hostByte = func() (t [256]bool) {
	for _, c := range []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~") {
		t[c] = true
	}
	return t
}()

// parseExpect reports whether a 100 (Continue) is expected. HTTP/1.0 knows none,
// and nothing else can be expected.
func parseExpect(r *message.Request) (bool, error) {
	expected := false
	for i := range r.Header {
		if !message.EqualFold(r.Header[i].Name, "Expect") {
			continue
		}
		if expected || !message.EqualFold(r.Header[i].Value, "100-continue") {
			return false, &refusal{http.StatusExpectationFailed, errors.New("expectation other than 100-continue")}
		}
		expected = true
	}
	return expected && r.Minor > 0, nil
}

// keepAlive reports whether the connection may serve another request, and
// whether the caller asked for its end.
func keepAlive(r *message.Request) (keep, asked bool) {
	if http1.HasToken(r.Header, "Connection", "close") {
		return false, true
	}
	if r.Minor == 0 && !http1.HasToken(r.Header, "Connection", "keep-alive") {
		return false, true
	}
	return true, false
}
