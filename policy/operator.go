package policy

import (
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// A matcher is one value of a condition, compiled.
type matcher interface {
	matches(value string, context Context) bool
}

// An operator compiles the values that are compared by it.
type operator struct {
	compile func(value *node, variables bool) (matcher, error) // nil: Null
	negated bool
}

// operators is the table of the user guide, "Condition operators".
var operators = map[string]operator{
	"StringEquals":              {compile: text(exact)},
	"StringNotEquals":           {compile: text(exact), negated: true},
	"StringEqualsIgnoreCase":    {compile: text(ignoreCase)},
	"StringNotEqualsIgnoreCase": {compile: text(ignoreCase), negated: true},
	"StringLike":                {compile: text(like)},
	"StringNotLike":             {compile: text(like), negated: true},

	"NumericEquals":            {compile: numeric(equal)},
	"NumericNotEquals":         {compile: numeric(equal), negated: true},
	"NumericLessThan":          {compile: numeric(less)},
	"NumericLessThanEquals":    {compile: numeric(less | equal)},
	"NumericGreaterThan":       {compile: numeric(greater)},
	"NumericGreaterThanEquals": {compile: numeric(greater | equal)},

	"DateEquals":            {compile: date(equal)},
	"DateNotEquals":         {compile: date(equal), negated: true},
	"DateLessThan":          {compile: date(less)},
	"DateLessThanEquals":    {compile: date(less | equal)},
	"DateGreaterThan":       {compile: date(greater)},
	"DateGreaterThanEquals": {compile: date(greater | equal)},

	"ArnEquals":    {compile: arn},
	"ArnNotEquals": {compile: arn, negated: true},
	"ArnLike":      {compile: arn},
	"ArnNotLike":   {compile: arn, negated: true},

	"IpAddress":    {compile: address},
	"NotIpAddress": {compile: address, negated: true},

	"Bool":         {compile: truth},
	"BinaryEquals": {compile: binary},
	"Null":         {},
}

// A textMatcher compares text, with its variables.
type textMatcher struct {
	pattern
	fold bool
}

func (m textMatcher) matches(value string, context Context) bool {
	return m.pattern.matches(value, context, m.fold)
}

// The ways to compare text.
type comparison struct {
	with features
	fold bool
}

var (
	exact      = comparison{}
	ignoreCase = comparison{fold: true}
	like       = comparison{with: wildcards}
)

func text(by comparison) func(*node, bool) (matcher, error) {
	return func(value *node, hasVariables bool) (matcher, error) {
		with := by.with
		if hasVariables {
			if err := checkVariables(value); err != nil {
				return nil, err
			}
			with |= variables
		}
		return textMatcher{compile(value.text, with), by.fold}, nil
	}
}

// truth compiles true or false, or a variable that is either.
func truth(value *node, variables bool) (matcher, error) {
	isBool := strings.EqualFold(value.text, "true") || strings.EqualFold(value.text, "false")
	if !isBool && !(variables && strings.HasPrefix(value.text, "${")) {
		return nil, value.errorf("must be true or false, not %q", value.text)
	}
	return text(ignoreCase)(value, variables)
}

// An order is the set of results of a comparison that are wanted.
type order uint8

const (
	less order = 1 << iota
	equal
	greater
)

func (o order) has(compared int) bool { return o&(1<<(compared+1)) != 0 }

type numberMatcher struct {
	want  order
	bound float64
}

func (m numberMatcher) matches(value string, _ Context) bool {
	v, ok := parseNumber(value)
	return ok && m.want.has(cmp.Compare(v, m.bound))
}

func numeric(want order) func(*node, bool) (matcher, error) {
	return func(value *node, _ bool) (matcher, error) {
		bound, ok := parseNumber(value.text)
		if !ok {
			return nil, value.errorf("must be a number, not %q", value.text)
		}
		return numberMatcher{want, bound}, nil
	}
}

// parseNumber takes decimal numbers and none of Go's other forms.
func parseNumber(s string) (float64, bool) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

type dateMatcher struct {
	want  order
	bound time.Time
}

func (m dateMatcher) matches(value string, _ Context) bool {
	v, ok := parseDate(value)
	return ok && m.want.has(v.Compare(m.bound))
}

func date(want order) func(*node, bool) (matcher, error) {
	return func(value *node, _ bool) (matcher, error) {
		bound, ok := parseDate(value.text)
		if !ok {
			return nil, value.errorf("must be a date, or the seconds since 1970, not %q", value.text)
		}
		return dateMatcher{want, bound}, nil
	}
}

// dateLayouts are W3C's profile of ISO 8601. Years are left to be seconds.
var dateLayouts = [...]string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01"}

func parseDate(s string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func arn(value *node, variables bool) (matcher, error) {
	p, err := compileARN(value, variables)
	return &p, err
}

type addressMatcher netip.Prefix

func (m addressMatcher) matches(value string, _ Context) bool {
	v, err := netip.ParseAddr(value)
	return err == nil && netip.Prefix(m).Contains(v.Unmap().WithZone(""))
}

// address compiles an address, or a block of them.
func address(value *node, _ bool) (matcher, error) {
	if prefix, err := netip.ParsePrefix(value.text); err == nil {
		return addressMatcher(prefix.Masked()), nil
	}
	one, err := netip.ParseAddr(value.text)
	if err != nil || one.Zone() != "" {
		return nil, value.errorf("must be an IP address or a CIDR block, not %q", value.text)
	}
	one = one.Unmap()
	return addressMatcher(netip.PrefixFrom(one, one.BitLen())), nil
}

type binaryMatcher string

func (m binaryMatcher) matches(value string, _ Context) bool { return value == string(m) }

func binary(value *node, _ bool) (matcher, error) {
	b, err := base64.StdEncoding.DecodeString(value.text)
	if err != nil {
		return nil, value.errorf("must be base64, not %q", value.text)
	}
	return binaryMatcher(b), nil
}
