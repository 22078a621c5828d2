package sigv4

import (
	"slices"
	"strings"
)

// A spelling is a way to write a request down for signing.
type spelling struct {
	cleanPath  bool // remove empty and dot segments
	sameQuery  bool // leave parameters as they are encoded
	singleTabs bool // fold tabs in header fields like blanks
}

// spellings are those of the SDKs, the documented one first. That one is shown
// when no signature fits.
var spellings = [...]spelling{
	{cleanPath: true, singleTabs: true}, // the documentation, JavaScript, Java
	{},                                  // Go
	{cleanPath: true, sameQuery: true, singleTabs: true}, // Python
}

// canonicalRequest appends the canonical form of r. It says whether r has all
// the fields that were signed.
func (c *claim) canonicalRequest(dst []byte, r *Request, s spelling, payloadHash string) (form []byte, whole bool) {
	dst = append(dst, r.Method...)
	dst = append(dst, '\n')
	dst = c.appendPath(dst, r.Path, s)
	dst = append(dst, '\n')
	dst = c.appendQuery(dst, r.Query, s)
	dst = append(dst, '\n')
	whole = true
	for _, name := range c.signed {
		var found bool
		dst, found = appendField(dst, r, name, s)
		whole = whole && found
	}
	dst = append(dst, '\n')
	dst = append(dst, c.signedHeaders...)
	dst = append(dst, '\n')
	return append(dst, payloadHash...), whole
}

// appendPath encodes the path, which is encoded already, once more. Amazon S3
// alone takes it as it is.
func (c *claim) appendPath(dst []byte, path string, s spelling) []byte {
	if c.service == "s3" {
		return append(dst, path...)
	}
	if s.cleanPath {
		path = clean(path)
	}
	if path == "" {
		path = "/"
	}
	for i := 0; i < len(path); i++ {
		dst = appendByte(dst, path[i], path[i] == '/')
	}
	return dst
}

// clean removes empty and dot segments. A slash at the end stays.
func clean(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	cleaned := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && strings.HasSuffix(path, "/") {
		cleaned += "/"
	}
	return cleaned
}

// A pair is one parameter of a query, encoded.
type pair struct{ name, value string }

// appendQuery sorts the parameters by their encoded names, then values. The
// signature of a presigned URL is not among them.
func (c *claim) appendQuery(dst []byte, query string, s spelling) []byte {
	var room [16]pair
	pairs := room[:0]
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if part == "" && (query == "" || !s.sameQuery) || c.presigned && unescape(name) == signatureParameter {
			continue
		}
		if !s.sameQuery {
			name, value = recode(name), recode(value)
		}
		pairs = append(pairs, pair{name, value})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, p.name...)
		dst = append(dst, '=')
		dst = append(dst, p.value...)
	}
	return dst
}

// appendField appends the line of all fields of a name.
func appendField(dst []byte, r *Request, name string, s spelling) (line []byte, found bool) {
	dst = append(dst, name...)
	dst = append(dst, ':')
	if name == "host" || name == ":authority" {
		return append(appendFolded(dst, r.Host, s), '\n'), true
	}
	for i := range r.Header {
		if !strings.EqualFold(r.Header[i].Name, name) {
			continue
		}
		if found {
			dst = append(dst, ',')
		}
		dst = appendFolded(dst, r.Header[i].Value, s)
		found = true
	}
	return append(dst, '\n'), found
}

// appendFolded appends value without the white space around it, and with single
// blanks inside.
func appendFolded(dst []byte, value string, s spelling) []byte {
	value = strings.Trim(value, " \t\r\n\v\f")
	blank := false
	for i := 0; i < len(value); i++ {
		b := value[i]
		space := b == ' ' || s.singleTabs && '\t' <= b && b <= '\r'
		if space && blank {
			continue
		}
		if blank = space; space {
			b = ' '
		}
		dst = append(dst, b)
	}
	return dst
}

// recode gives a name or value of a query its one canonical encoding.
func recode(s string) string {
	plain := true
	for i := 0; plain && i < len(s); i++ {
		plain = unreserved[s[i]]
	}
	if plain {
		return s
	}
	s = unescape(s)
	dst := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		dst = appendByte(dst, s[i], false)
	}
	return string(dst)
}

// unescape decodes a name or value of a query. A per cent sign that begins no
// escape stands for itself.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	dst := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			dst = append(dst, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			dst = append(dst, hexValue(s[i+1])<<4|hexValue(s[i+2]))
			i += 2
		default:
			dst = append(dst, s[i])
		}
	}
	return string(dst)
}

// appendByte appends b, escaped unless it is unreserved or kept.
func appendByte(dst []byte, b byte, kept bool) []byte {
	if kept || unreserved[b] {
		return append(dst, b)
	}
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[b>>4], digits[b&15])
}

// unreserved are the characters that RFC 3986 never escapes.
var unreserved = func() (set [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		set[b] = true
	}
	return set
}()

func isHex(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f' }

func hexValue(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b | 0x20 - 'a' + 10
}
