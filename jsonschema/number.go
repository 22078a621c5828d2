package jsonschema

import (
	"cmp"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// A decimal is 0.d₁d₂d₃… × 10^exponent. Its digits neither begin nor end with
// a zero; those of zero are empty.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

func decimalOf(literal string) decimal {
	d := decimal{}
	literal, d.negative = strings.CutPrefix(literal, "-")
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		d.exponent, _ = strconv.ParseInt(literal[i+1:], 10, 64)
		literal = literal[:i]
	}
	whole, fraction, _ := strings.Cut(literal, ".")
	d.digits = whole
	if fraction != "" {
		d.digits += fraction
	}
	d.exponent += int64(len(whole))
	significant := strings.TrimLeft(d.digits, "0")
	d.exponent -= int64(len(d.digits) - len(significant))
	d.digits = strings.TrimRight(significant, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() || d.sign() == 0 {
		return cmp.Compare(d.sign(), e.sign())
	}
	return d.sign() * cmp.Or(cmp.Compare(d.exponent, e.exponent), cmp.Compare(d.digits, e.digits))
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// multipleOf reports whether d divided by a positive divisor leaves nothing.
// Powers of ten are taken modulo the divisor, so that large exponents cost
// little.
func (d decimal) multipleOf(divisor decimal) bool {
	if d.digits == "" {
		return true
	}
	shift := d.scale() - divisor.scale()
	if n, ok := d.small(); ok && -maxSmall <= shift && shift <= maxSmall {
		if m, ok := divisor.small(); ok {
			return smallMultiple(n, m, int(shift))
		}
	}
	n, m := d.unscaled(), divisor.unscaled()
	if shift < 0 { // d has more places: the divisor must be larger in these units
		if -shift > int64(len(d.digits)) {
			return false
		}
		m.Mul(m, new(big.Int).Exp(big.NewInt(10), big.NewInt(-shift), nil))
		shift = 0
	}
	n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), m))
	return n.Mod(n, m).Sign() == 0
}

// maxSmall is how many digits surely fit into 63 bits.
const maxSmall = 18

// small returns the digits as a number of its own, if there are few.
func (d decimal) small() (uint64, bool) {
	if len(d.digits) > maxSmall {
		return 0, false
	}
	n, err := strconv.ParseUint(d.digits, 10, 64)
	return n, err == nil
}

// smallMultiple reports whether m divides n × 10^shift.
func smallMultiple(n, m uint64, shift int) bool {
	power := uint64(1)
	for range max(shift, -shift) {
		power *= 10
	}
	if shift < 0 {
		high, low := bits.Mul64(m, power)
		return high == 0 && n%low == 0
	}
	high, low := bits.Mul64(n, power)
	return bits.Rem64(high, low, m) == 0
}

// unscaled returns the digits as a number of its own.
func (d decimal) unscaled() *big.Int {
	n, _ := new(big.Int).SetString("0"+d.digits, 10)
	return n
}

func (d decimal) scale() int64 { return d.exponent - int64(len(d.digits)) }

// numberText returns a number as messages show it: integers as they are, others
// without zeros at the end, and with an exponent where Java's BigDecimal has
// one.
func numberText(literal string) string {
	if !strings.ContainsAny(literal, ".eE") {
		if literal == "-0" {
			return "0"
		}
		return literal
	}
	d := decimalOf(literal)
	if d.digits == "" {
		return "0"
	}
	sign := d.minus()
	count, magnitude := int64(len(d.digits)), d.exponent-1 // that of the first digit
	switch {
	case d.exponent > count || magnitude < -6:
		return sign + scientific(d.digits, magnitude)
	case d.exponent <= 0:
		return sign + "0." + strings.Repeat("0", int(-d.exponent)) + d.digits
	case d.exponent == count:
		return sign + d.digits
	}
	return sign + d.digits[:d.exponent] + "." + d.digits[d.exponent:]
}

func (d decimal) minus() string {
	if d.negative {
		return "-"
	}
	return ""
}

func scientific(digits string, magnitude int64) string {
	s := digits[:1]
	if len(digits) > 1 {
		s += "." + digits[1:]
	}
	s += "E"
	if magnitude > 0 {
		s += "+"
	}
	return s + strconv.FormatInt(magnitude, 10)
}
