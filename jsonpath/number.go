package jsonpath

import (
	"math"
	"strconv"
	"strings"
)

// isPlainInteger says whether Java prints a whole number as it was written.
func isPlainInteger(raw string) bool {
	if raw[0] == '-' {
		return len(raw) > 1 && raw[1] != '0'
	}
	return raw[0] != '0' || len(raw) == 1
}

func appendInteger(dst []byte, raw string) []byte {
	if isPlainInteger(raw) {
		return append(dst, raw...)
	}
	digits := strings.TrimLeft(strings.TrimPrefix(raw, "-"), "0")
	if digits == "" {
		return append(dst, '0')
	}
	if raw[0] == '-' {
		dst = append(dst, '-')
	}
	return append(dst, digits...)
}

// isPlainDouble says, where that is easy to see, whether Java prints a double
// as it was written: no exponent, no needless zeros, few digits.
func isPlainDouble(raw string) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(raw, "-"), ".")
	if whole == "" || fraction == "" || len(whole) > 7 || len(whole)+len(fraction) > 15 {
		return false
	}
	if whole[0] == '0' && (len(whole) > 1 || fraction[0] == '0') {
		return false
	}
	if fraction[len(fraction)-1] == '0' && len(fraction) > 1 {
		return false
	}
	return !strings.ContainsAny(fraction, "eE")
}

// appendFinite appends a double as JSON, which has no infinity.
func appendFinite(dst []byte, raw string) []byte {
	if !isFinite(raw) && raw != "NaN" {
		return append(dst, "null"...)
	}
	return appendDouble(dst, raw)
}

func isFinite(raw string) bool {
	if isPlainDouble(raw) {
		return true
	}
	f, _ := strconv.ParseFloat(raw, 64)
	return !math.IsInf(f, 0) && !math.IsNaN(f)
}

func appendDouble(dst []byte, raw string) []byte {
	if isPlainDouble(raw) {
		return append(dst, raw...)
	}
	f, _ := strconv.ParseFloat(raw, 64)
	return appendJavaDouble(dst, f)
}

// appendJavaDouble appends a number as Java's Double.toString writes it.
func appendJavaDouble(dst []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 0):
		if f < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "Infinity"...)
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if !strings.Contains(string(dst[start:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	default:
		return appendScientific(dst, f)
	}
}

// appendScientific appends a number as one digit, a fraction of at least one,
// and an exponent.
func appendScientific(dst []byte, f float64) []byte {
	text := strconv.FormatFloat(f, 'e', -1, 64)
	if !strings.Contains(text, ".") {
		text = strconv.FormatFloat(f, 'e', 1, 64)
	}
	mantissa, exponent, _ := strings.Cut(text, "e")
	dst = append(dst, mantissa...)
	dst = append(dst, 'E')
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(dst, int64(n), 10)
}

// A decimal is a number's text taken apart: its sign, its digits without the
// point, and where the point belongs.
type decimal struct {
	negative bool
	whole    string // digits before the point
	fraction string // digits behind it
	exponent int
}

// maxExponent bounds exponents; beyond it all numbers are equally large.
const maxExponent = 1 << 30

func parseDecimal(text string) decimal {
	var d decimal
	mantissa := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		n, _ := strconv.ParseInt(text[i+1:], 10, 64)
		d.exponent = int(max(-maxExponent, min(maxExponent, n)))
	}
	mantissa, d.negative = strings.CutPrefix(mantissa, "-")
	d.whole, d.fraction, _ = strings.Cut(mantissa, ".")
	return d
}

// digit returns the digit at i, counted from the first before the point.
func (d *decimal) digit(i int) byte {
	switch {
	case i < len(d.whole):
		return d.whole[i]
	case i-len(d.whole) < len(d.fraction):
		return d.fraction[i-len(d.whole)]
	default:
		return '0'
	}
}

func (d *decimal) digits() int { return len(d.whole) + len(d.fraction) }

// lead returns the first digit that is not zero, and the power of ten just
// above it. A zero has none.
func (d *decimal) lead() (first, power int, ok bool) {
	for i := range d.digits() {
		if d.digit(i) != '0' {
			return i, len(d.whole) - i + d.exponent, true
		}
	}
	return 0, 0, false
}

// compareDecimals compares two numbers exactly.
func compareDecimals(a, b decimal) int {
	firstA, powerA, okA := a.lead()
	firstB, powerB, okB := b.lead()
	signA, signB := sign(a.negative, okA), sign(b.negative, okB)
	if signA != signB || signA == 0 {
		return signA - signB
	}
	if powerA != powerB {
		if powerA > powerB {
			return signA
		}
		return -signA
	}
	for i := range max(a.digits()-firstA, b.digits()-firstB) {
		if x, y := a.digit(firstA+i), b.digit(firstB+i); x != y {
			return signA * (int(x) - int(y))
		}
	}
	return 0
}

func sign(negative, nonzero bool) int {
	switch {
	case !nonzero:
		return 0
	case negative:
		return -1
	default:
		return 1
	}
}

// appendDecimal appends a number as Java's BigDecimal.toString writes it: all
// digits, an exponent only for the very small and where one was written.
func appendDecimal(dst []byte, raw string) []byte {
	d := parseDecimal(raw)
	digits := strings.TrimLeft(d.whole+d.fraction, "0")
	if digits == "" {
		digits = "0"
	}
	if d.negative && digits != "0" {
		dst = append(dst, '-')
	}
	scale := len(d.fraction) - d.exponent
	power := len(digits) - 1 - scale
	switch {
	case scale >= 0 && power >= -6:
		return appendPointed(dst, digits, scale)
	default:
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(dst, '.')
			dst = append(dst, digits[1:]...)
		}
		if power != 0 {
			dst = append(dst, 'E')
			if power > 0 {
				dst = append(dst, '+')
			}
			dst = strconv.AppendInt(dst, int64(power), 10)
		}
		return dst
	}
}

// appendPointed appends digits of which the last scale ones are a fraction.
func appendPointed(dst []byte, digits string, scale int) []byte {
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, "0."...)
		dst = append(dst, "0000000000"[:min(10, scale-len(digits))]...)
		return append(dst, digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	dst = append(dst, '.')
	return append(dst, digits[len(digits)-scale:]...)
}
