package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	isoBasic  = "20060102T150405Z"
	day       = "20060102"
	weekLong  = 7 * 24 * time.Hour
)

// A claim is what a request says of its own signature.
type claim struct {
	presigned bool

	credential  string // whole, as sent
	accessKeyID string
	scope       string // date/region/service/aws4_request
	date        string
	region      string
	service     string

	signedHeaders string
	signed        []string // the names in it
	signature     string
	token         string // "": none
	payload       string // X-Amz-Content-Sha256; "": not sent

	timestamp string // of the signing, in ISO 8601's basic format
	time      time.Time
	expires   time.Duration // 0: not said
}

// read finds the claim of r, in its header or in its query.
func read(r *Request) (*claim, error) {
	header, hasHeader := r.field("Authorization")
	query := parameters(r.Query)
	c := &claim{}
	var err error
	switch {
	case hasHeader && (strings.HasPrefix(header, "AWS4-") || !query.presign()):
		err = c.readHeader(r, header)
	case query.presign():
		err = c.readQuery(r, query)
	default:
		err = &Error{MissingAuthenticationToken, textMissing}
	}
	if err != nil {
		return nil, err
	}
	if err := c.readCredential(); err != nil {
		return nil, err
	}
	if err := c.readSignedHeaders(r); err != nil {
		return nil, err
	}
	return c, nil
}

// readHeader reads "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…"
// and the fields that go with it.
func (c *claim) readHeader(r *Request, header string) error {
	name, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	for word := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == ' ' || r == ',' }) {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return incomplete(textNoEquals, word, header)
		}
		switch key {
		case "Credential":
			c.credential = value
		case "SignedHeaders":
			c.signedHeaders = value
		case "Signature":
			c.signature = value
		}
	}
	date, dated := r.field("X-Amz-Date")
	if !dated {
		date, dated = r.field("Date")
	}
	missing := absent(
		named{"Credential", c.credential}, named{"Signature", c.signature}, named{"SignedHeaders", c.signedHeaders})
	if len(missing) > 0 || !dated {
		return incompleteHeader(missing, dated, header)
	}
	if name != algorithm {
		return incomplete(textAlgorithm, name)
	}
	c.token, _ = r.field("X-Amz-Security-Token")
	c.payload, _ = r.field("X-Amz-Content-Sha256")
	return c.readTime(date)
}

// readQuery reads what makes a URL a presigned one.
func (c *claim) readQuery(r *Request, query amzParameters) error {
	c.presigned = true
	c.credential, c.signature, c.signedHeaders = query["X-Amz-Credential"], query[signatureParameter], query["X-Amz-SignedHeaders"]
	missing := absent(
		named{"X-Amz-Algorithm", query["X-Amz-Algorithm"]}, named{"X-Amz-Credential", c.credential},
		named{signatureParameter, c.signature}, named{"X-Amz-SignedHeaders", c.signedHeaders},
		named{"X-Amz-Date", query["X-Amz-Date"]})
	if len(missing) > 0 {
		return incompleteQuery(missing)
	}
	if name := query["X-Amz-Algorithm"]; name != algorithm {
		return incomplete(textAlgorithm, name)
	}
	if name := repeated(r.Query, query); name != "" {
		return incomplete(textOnce, name)
	}
	c.token, c.payload = query["X-Amz-Security-Token"], query["X-Amz-Content-Sha256"]
	if c.token == "" {
		c.token, _ = r.field("X-Amz-Security-Token")
	}
	if c.payload == "" {
		c.payload, _ = r.field("X-Amz-Content-Sha256")
	}
	if err := c.readExpires(query); err != nil {
		return err
	}
	return c.readTime(query["X-Amz-Date"])
}

type named struct{ name, value string }

// absent returns the names that have no value.
func absent(all ...named) (names []string) {
	for _, n := range all {
		if n.value == "" {
			names = append(names, n.name)
		}
	}
	return names
}

func (c *claim) readExpires(query amzParameters) error {
	sent, ok := query["X-Amz-Expires"]
	if !ok {
		return nil
	}
	seconds, err := strconv.ParseUint(sent, 10, 32)
	c.expires = time.Duration(seconds) * time.Second
	if err != nil || c.expires == 0 || c.expires > weekLong {
		return incomplete(textExpires, sent)
	}
	return nil
}

// readTime reads ISO 8601's basic format, or what else a Date field may hold.
func (c *claim) readTime(sent string) (err error) {
	if len(sent) == len(isoBasic) {
		c.time, err = time.Parse(isoBasic, sent)
	} else {
		c.time, err = http.ParseTime(sent)
	}
	if err != nil {
		return incomplete(textDateForm, sent)
	}
	c.timestamp = sent
	if len(sent) != len(isoBasic) {
		c.timestamp = c.time.UTC().Format(isoBasic)
	}
	return nil
}

// readCredential takes "keyid/date/region/service/aws4_request" apart.
func (c *claim) readCredential() error {
	part := strings.Split(c.credential, "/")
	if len(part) != 5 || slices.Contains(part, "") {
		return incomplete(textElements, c.credential)
	}
	c.accessKeyID, c.date, c.region, c.service = part[0], part[1], part[2], part[3]
	c.scope = c.credential[len(c.accessKeyID)+1:]
	if part[4] != "aws4_request" {
		return invalid(textTerminator, part[4])
	}
	if signed := c.timestamp[:len(day)]; c.date != signed {
		return invalid(textScopeDate, c.date, signed, c.timestamp)
	}
	return nil
}

// readSignedHeaders refuses a request some part of which ought to be signed and
// is not.
func (c *claim) readSignedHeaders(r *Request) error {
	c.signed = strings.Split(c.signedHeaders, ";")
	if !slices.Contains(c.signed, "host") && !slices.Contains(c.signed, ":authority") {
		return incomplete(textHostUnsigned)
	}
	for i := range r.Header {
		if name := r.Header[i].Name; mustBeSigned(name) && !slices.Contains(c.signed, strings.ToLower(name)) {
			return invalid(textUnsigned, strings.ToLower(name))
		}
	}
	if c.payload == "UNSIGNED-PAYLOAD" || strings.HasPrefix(c.payload, "STREAMING-") {
		return invalid(textPayloadForm, c.payload)
	}
	return nil
}

// mustBeSigned reports whether a field of this name has to be signed where it
// is sent. X-Amz-Cf-Id is put in by CloudFront, on the way.
func mustBeSigned(name string) bool {
	const prefix = "x-amz-"
	return len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) && !strings.EqualFold(name, "x-amz-cf-id")
}

const signatureParameter = "X-Amz-Signature"

// amzParameters are the parameters of a query whose names begin with "X-Amz-",
// each with its first value.
type amzParameters map[string]string

func parameters(query string) amzParameters {
	if !strings.Contains(query, "mz-") { // spares most requests the rest
		return nil
	}
	found := amzParameters{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = unescape(name)
		if _, twice := found[name]; !twice && strings.HasPrefix(name, "X-Amz-") {
			found[name] = unescape(value)
		}
	}
	return found
}

// presign reports whether somebody at least tried to sign the URL.
func (p amzParameters) presign() bool {
	return p["X-Amz-Algorithm"] != "" || p["X-Amz-Credential"] != "" || p[signatureParameter] != ""
}

// repeated returns a parameter that is more than once in query, or "". One that
// bears on the signature must not be: a second signature would not be covered
// by the first.
func repeated(query string, once amzParameters) string {
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name = unescape(name)
		if _, ours := once[name]; ours && seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}
