package jsonschema

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
)

// formats are those that are checked. Each returns a message, empty for a
// text that is right.
var formats = map[string]func(string) string{
	"base64":       base64,
	"date-time":    complaint(dateTime, `string "%s" is invalid against requested date format(s) `+dateTimeFormats),
	"email":        complaint(email, `string "%s" is not a valid email address`),
	"hostname":     complaint(hostname, `string "%s" is not a valid hostname`),
	"ipv4":         complaint(ipv4, `string "%s" is not a valid IPv4 address`),
	"ipv6":         complaint(ipv6, `string "%s" is not a valid IPv6 address`),
	"json-pointer": complaint(jsonPointer, `input string "%s" is not a valid JSON Pointer`),
	"mac":          complaint(mac, `input string "%s" is not a valid MAC address`),
	"md5":          hexadecimal(32),
	"regex":        complaint(regex, `string "%s" is not a valid ECMA 262 regular expression`),
	"sha1":         hexadecimal(40),
	"sha256":       hexadecimal(64),
	"sha512":       hexadecimal(128),
	"uri":          complaint(uri, `string "%s" is not a valid URI`),
	"uuid":         complaint(uuid, `input string "%s" is not a valid UUID`),
}

func complaint(right func(string) bool, message string) func(string) string {
	return func(s string) string {
		if right(s) {
			return ""
		}
		return fmt.Sprintf(message, s)
	}
}

const dateTimeFormats = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"

// dateTimeShape is compiled when a schema first asks for it, not at the start of
// every program that might meet such a schema.
var dateTimeShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?` +
		`([Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9](:?[0-5][0-9]([.,]?[0-9]{1,3})?)?)?)$`)
})

func dateTime(s string) bool {
	if !dateTimeShape().MatchString(s) {
		return false
	}
	_, err := time.Parse(time.DateOnly, s[:10])
	return err == nil
}

// email takes one address of RFC 822, with a name before it or without.
func email(s string) bool {
	s = strings.TrimSpace(s)
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		s = s[open+1 : len(s)-1]
	}
	at := strings.LastIndexByte(s, '@')
	return at > 0 && mailbox(s[:at]) && mailDomain(s[at+1:])
}

const mailSpecials = `()<>,;:"[]@`

func mailbox(s string) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		inner := strings.ReplaceAll(strings.ReplaceAll(s[1:len(s)-1], `\\`, ""), `\"`, "")
		return !strings.ContainsAny(inner, "\"\r\n")
	}
	return dotted(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7F || strings.ContainsRune(mailSpecials, r)
	})
}

func mailDomain(s string) bool {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return true
	}
	return dotted(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// dotted reports whether every dot stands between two other characters.
func dotted(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

// hostname takes a domain name with underscores within, and with letters of
// all scripts.
func hostname(s string) bool {
	s = strings.NewReplacer("\u3002", ".", "\uFF0E", ".", "\uFF61", ".").Replace(s)
	s = strings.TrimSuffix(s, ".")
	parts := strings.Split(s, ".")
	if len(s) > 253 || len(parts) > 127 {
		return false
	}
	for i, part := range parts {
		last := i == len(parts)-1
		if !label(part) || last && '0' <= part[0] && part[0] <= '9' {
			return false
		}
	}
	return true
}

func label(s string) bool {
	return s != "" && len(s) <= 63 && !strings.ContainsRune("-_", rune(s[0])) && !strings.ContainsRune("-_", rune(s[len(s)-1])) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r < 0x80 && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})
}

func ipv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

func ipv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && !a.Is4In6()
}

func regex(s string) bool {
	_, err := compilePattern(s)
	var fault *PatternError
	return !errors.As(err, &fault) || fault.Unsupported
}

// mac takes all letters, not only the hexadecimal ones.
func mac(s string) bool {
	pairs := strings.Split(s, ":")
	for _, pair := range pairs {
		if len(pair) != 2 || strings.Trim(pair, alphanumeric) != "" {
			return false
		}
	}
	return len(pairs) == 6
}

// uuid takes five hexadecimal numbers, short ones too.
func uuid(s string) bool {
	parts := strings.Split(s, "-")
	for _, part := range parts {
		if part == "" || len(part) > 16 || strings.Trim(part, hexDigits) != "" {
			return false
		}
	}
	return len(s) <= 36 && len(parts) == 5
}

const (
	hexDigits    = "0123456789abcdefABCDEF"
	alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func jsonPointer(s string) bool {
	rest := strings.ReplaceAll(strings.ReplaceAll(s, "~0", ""), "~1", "")
	return s == "" || s[0] == '/' && !strings.Contains(rest, "~")
}

func hexadecimal(length int) func(string) string {
	return func(s string) string {
		if n := units(s); n != length {
			return fmt.Sprintf("input string has incorrect length (%d, expected %d)", n, length)
		}
		for i, r := range s {
			if !strings.ContainsRune(hexDigits, r) {
				return fmt.Sprintf(`illegal character "%c" in input at index %d`, r, i)
			}
		}
		return ""
	}
}

// units counts the UTF-16 code units, which is what Java calls a length.
func units(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func base64(s string) string {
	if n := units(s); n%4 != 0 {
		return fmt.Sprintf("input has illegal length (must be a multiple of 4, found %d)", n)
	}
	body := strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	for i, r := range body {
		if !strings.ContainsRune(alphanumeric+"+/", r) {
			return fmt.Sprintf(`illegal character "%c" at index %d (not in Base64 alphabet)`, r, units(s[:i]))
		}
	}
	return ""
}
