package mapping

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// util is $util.
type util rendering

// Get implements vtl.Object: there are no properties.
func (*util) Get(string) vtl.Value { return vtl.Value{} }

// texts are the functions of $util from text to text.
var texts = map[string]func(string) (string, error){
	"escapeJavaScript": func(s string) (string, error) { return escapeJavaScript(s), nil },
	"urlEncode":        func(s string) (string, error) { return javaURL.Replace(url.QueryEscape(s)), nil },
	"urlDecode":        url.QueryUnescape,
	"base64Encode":     func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil },
	"base64Decode":     base64Decode,
}

// Call implements vtl.Object.
func (u *util) Call(name string, args []vtl.Value) (vtl.Value, error) {
	if len(args) != 1 {
		return vtl.Value{}, nil
	}
	text, err := argument(args[0])
	if err != nil {
		return vtl.Value{}, err
	}
	if name == "parseJson" {
		d, err := (*rendering)(u).parse(text)
		if err != nil {
			return vtl.Value{}, err
		}
		return d.value(d.Root()), nil
	}
	if f := texts[name]; f != nil {
		s, err := f(text)
		return vtl.String(s), err
	}
	return vtl.Value{}, nil
}

// maxParsed is how much text a template may parse, where each text counts as
// parsedAtLeast: all that it has parsed stays until its exchange ends.
const (
	maxParsed     = 16 << 20
	parsedAtLeast = 1 << 10
)

var errParsed = errors.New("the template parses too much JSON")

// parse reads what a text holds, as leniently as payloads are read.
func (r *rendering) parse(text string) (*document, error) {
	if r.parsed += max(len(text), parsedAtLeast); r.parsed > maxParsed {
		return nil, errParsed
	}
	if err := r.scope.wait(text); err != nil {
		return nil, err
	}
	d := newDocument()
	r.scope.documents = append(r.scope.documents, d)
	err := d.Parse(text)
	var syntax *jsonpath.SyntaxError
	if errors.As(err, &syntax) {
		err = fmt.Errorf("a text is no JSON behind its first %d bytes", syntax.Offset) // what is there is not for logs
	}
	return d, err
}

// copyOf returns a document of what d has become, whose containers are those that
// the template already has.
func (r *rendering) copyOf(d *document) (*document, error) {
	root := d.value(d.Root())
	text, err := root.AppendJSON(r.scratch[:0])
	r.scratch = text
	if err != nil {
		return nil, err
	}
	c, err := r.parse(string(text))
	if err != nil {
		return nil, err
	}
	c.original = root
	return c, nil
}

// javaURL makes of Go's escapes those of java.net.URLEncoder.
var javaURL = strings.NewReplacer("~", "%7E", "%2A", "*")

// base64Decode decodes what may lack its padding. Bytes that are no UTF-8 become
// U+FFFD, for the result is a text.
func base64Decode(s string) (string, error) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return strings.ToValidUTF8(string(b), "\uFFFD"), err
}

// escapeJavaScript is that of Apache commons-lang 2, which escapes a slash and
// whatever is beyond ASCII, in UTF-16.
func escapeJavaScript(s string) string {
	const hex = "0123456789ABCDEF"
	plain := func(c byte) bool { return c >= ' ' && c < 0x80 && strings.IndexByte(`"'\/`, c) < 0 }
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	dst := append(make([]byte, 0, len(s)+len(s)/8+8), s[:i]...)
	unit := func(u rune) {
		dst = append(dst, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
	}
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch short := strings.IndexByte("\b\n\t\f\r", byte(r)); {
		case r < utf8.RuneSelf && plain(byte(r)):
			dst = append(dst, byte(r))
		case r < ' ' && short >= 0:
			dst = append(dst, '\\', "bntfr"[short])
		case r < ' ':
			unit(r)
		case r < utf8.RuneSelf:
			dst = append(dst, '\\', byte(r))
		case r > 0xFFFF:
			unit(0xD800 | (r-0x10000)>>10)
			unit(0xDC00 | (r-0x10000)&0x3FF)
		default:
			unit(r)
		}
	}
	return string(dst)
}
