package sigv4_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatewright/gatewright/sigv4"
)

// sign returns the signature of a canonical request by the vectors' key, for
// API Gateway.
func sign(canonical string) string {
	mac := func(key []byte, message string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(message))
		return h.Sum(nil)
	}
	key := []byte("AWS4" + secret)
	for _, part := range []string{"20260102", "us-east-1", "apigateway", "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/us-east-1/apigateway/aws4_request\n"+hashOf(canonical)))
}

var signedHeaders = regexp.MustCompile(`SignedHeaders=([^,& ]*)`)

// meaning returns what a signature covers, in a form that is the same for all
// spellings of the same request: those of the path that are clean alike, those
// of the query that decode alike, and any white space around and inside of
// fields.
func meaning(r sigv4.Request) string {
	var b strings.Builder
	names := signedHeaders.FindStringSubmatch(get(&r, "Authorization"))
	var pairs []string
	for part := range strings.SplitSeq(r.Query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, value = decoded(name), decoded(value)
		if name == "X-Amz-SignedHeaders" && names == nil {
			names = []string{"", value}
		}
		if part != "" {
			pairs = append(pairs, fmt.Sprintf("%q=%q", name, value))
		}
	}
	slices.Sort(pairs)
	fmt.Fprintln(&b, r.Method, cleanPath(r.Path), pairs, strings.Fields(r.Host))
	if names != nil {
		for name := range strings.SplitSeq(names[1], ";") {
			for _, f := range r.Header {
				if strings.EqualFold(f.Name, name) && !strings.EqualFold(name, "host") {
					fmt.Fprintf(&b, "%s: %q\n", name, strings.Fields(f.Value))
				}
			}
		}
	}
	fmt.Fprintf(&b, "%x", sha256.Sum256(r.Body))
	return b.String()
}

var percent = regexp.MustCompile(`%([0-9A-Fa-f]{2})?`)

// decoded returns what a part of a query says. A percent sign that escapes nothing
// is itself.
func decoded(s string) string {
	s = percent.ReplaceAllStringFunc(s, func(escape string) string {
		if escape == "%" {
			return "%25"
		}
		return escape
	})
	d, _ := url.QueryUnescape(s) // whatever was wrong with it is escaped
	return d
}

func cleanPath(path string) string {
	var kept []string
	for s := range strings.SplitSeq(path, "/") {
		if s == ".." && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if s != "" && s != "." && s != ".." {
			kept = append(kept, s)
		}
	}
	return fmt.Sprint(kept, strings.HasSuffix(path, "/") && len(kept) > 0)
}

func flip(s string, bit int) string {
	b := []byte(s)
	b[bit/8] ^= 1 << (bit % 8)
	return string(b)
}

// What changes in one bit is refused, whatever the bit is part of.
func TestEveryBitCounts(t *testing.T) {
	var all []vector
	for _, file := range vectorFiles(t) {
		all = append(all, vectors(t, file)...)
	}
	withKey, withToken := verifier(false), verifier(true)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "vector")
		r := c.request()
		before := meaning(r)
		part, types := change(t, &r)
		v := withKey
		if c.Token {
			v = withToken
		}
		who, err := v.Verify(r)
		var refused *sigv4.Error
		switch {
		case err == nil && meaning(r) == before:
			// Another spelling of the same, such as %2f for %2F.
		case err == nil:
			t.Fatalf("%s changed, and accepted as of %+v\nbefore %s\nafter  %s", part, who, before, meaning(r))
		case !errors.As(err, &refused) || !slices.Contains(types, refused.Type):
			t.Fatalf("%s changed: %v; want one of %v", part, err, types)
		}
	})
}

// change flips one bit of r and says where, and what types of error that may
// lead to.
func change(t *rapid.T, r *sigv4.Request) (part string, types []string) {
	types = []string{sigv4.InvalidSignature}
	for {
		switch part = rapid.SampledFrom([]string{"path", "query", "host", "field", "body", "method"}).Draw(t, "part"); part {
		case "path":
			if changed(t, &r.Path) {
				return part, types
			}
		case "query":
			if changed(t, &r.Query) {
				return part, append(types, sigv4.IncompleteSignature, sigv4.UnrecognizedClient, sigv4.MissingAuthenticationToken)
			}
		case "host":
			if changed(t, &r.Host) {
				return part, types
			}
		case "method":
			if changed(t, &r.Method) {
				return part, types
			}
		case "body":
			body := string(r.Body)
			if changed(t, &body) {
				r.Body = []byte(body)
				return part, types
			}
		case "field":
			if name := changedField(t, r); name != "" {
				return name, append(types, sigv4.IncompleteSignature, sigv4.UnrecognizedClient)
			}
		}
	}
}

func changed(t *rapid.T, s *string) bool {
	if *s == "" {
		return false
	}
	*s = flip(*s, rapid.IntRange(0, 8*len(*s)-1).Draw(t, "bit"))
	return true
}

// changedField flips a bit of a signed field, or of the signature itself.
func changedField(t *rapid.T, r *sigv4.Request) string {
	i := rapid.IntRange(0, len(r.Header)-1).Draw(t, "field")
	f := &r.Header[i]
	names := signedHeaders.FindStringSubmatch(get(r, "Authorization") + "&" + decoded(r.Query))
	signed := strings.EqualFold(f.Name, "Authorization") ||
		names != nil && slices.Contains(strings.Split(names[1], ";"), strings.ToLower(f.Name)) && !strings.EqualFold(f.Name, "host")
	if !signed || !changed(t, &f.Value) {
		return ""
	}
	return f.Name
}

// A key that differs in one bit fits nothing.
func TestEveryBitOfTheKeyCounts(t *testing.T) {
	r := plain(t)
	for bit := range 8 * len(secret) {
		v := verifier(false)
		v.Keys = func(string) (sigv4.Key, error) { return sigv4.Key{Secret: flip(secret, bit)}, nil }
		wantRefused(t, v, r, sigv4.InvalidSignature, mismatch)
	}
	for bit := range 8 * len(keyID) {
		changed := flip(keyID, bit)
		if strings.ContainsAny(changed, "/, =") {
			continue
		}
		r := plain(t)
		replace(&r, keyID, changed)
		wantRefused(t, verifier(false), r, sigv4.UnrecognizedClient, "The security token")
	}
}

func FuzzVerify(f *testing.F) {
	known := map[string]bool{}
	for _, file := range vectorFiles(f) {
		for _, c := range vectors(f, file) {
			if c.Repeat > 0 {
				continue
			}
			r := c.request()
			known[meaning(r)] = true
			var head strings.Builder
			for _, field := range r.Header {
				fmt.Fprintf(&head, "%s:%s\n", field.Name, field.Value)
			}
			f.Add(r.Method, r.Path, r.Query, r.Host, head.String(), r.Body)
		}
	}
	withKey, withToken := verifier(false), verifier(true)
	f.Fuzz(func(t *testing.T, method, path, query, host, head string, body []byte) {
		r := sigv4.Request{Method: method, Path: path, Query: query, Host: host, Body: body}
		for line := range strings.SplitSeq(strings.TrimSuffix(head, "\n"), "\n") {
			name, value, _ := strings.Cut(line, ":")
			r.Header = append(r.Header, sigv4.Field{Name: name, Value: value})
		}
		for _, v := range []*sigv4.Verifier{withKey, withToken} {
			who, err := v.Verify(r)
			var refused *sigv4.Error
			if err != nil && !errors.As(err, &refused) {
				t.Errorf("%+v: %v; want an error of type *Error", r, err)
			}
			if err == nil && !known[meaning(r)] {
				t.Errorf("%+v, which nobody signed, was accepted as of %+v", r, who)
			}
		}
	})
}
