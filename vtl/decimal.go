package vtl

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// A decimal is a java.math.BigDecimal: unscaled × 10^-scale. It never changes.
type decimal struct {
	unscaled *big.Int
	scale    int
}

// maxScale bounds the exponent of a decimal, which costs time and memory.
const maxScale = 10_000

var errScale = errors.New("the exponent of a decimal is too large")

// BigDecimal returns the BigDecimal that s is written as, such as 1.50 or
// 1E+3. It fails where s is no number.
func BigDecimal(s string) (Value, error) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return Value{}, err
		}
		mantissa, exponent = s[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	unscaled, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return Value{}, &strconv.NumError{Func: "BigDecimal", Num: s, Err: strconv.ErrSyntax}
	}
	scale := len(fraction) - exponent
	if scale > maxScale || scale < -maxScale {
		return Value{}, errScale
	}
	return Value{0, &decimal{unscaled, scale}}, nil
}

// toDecimal returns a number as Velocity makes a BigDecimal of it: by way of a
// double unless it is a BigInteger, so that 0.1 becomes all the digits that
// the double has.
func (v Value) toDecimal() *decimal {
	switch r := v.ref.(type) {
	case *decimal:
		return r
	case *big.Int:
		return &decimal{r, 0}
	}
	exact := new(big.Rat)
	if exact.SetFloat64(v.toDouble()) == nil {
		return &decimal{new(big.Int), 0}
	}
	scale := exact.Denom().BitLen() - 1 // the denominator is a power of two
	unscaled := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(scale)), nil)
	return &decimal{unscaled.Mul(unscaled, exact.Num()), scale}
}

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// rescaled returns the unscaled value at a larger scale.
func (d *decimal) rescaled(scale int) *big.Int {
	if scale == d.scale {
		return d.unscaled
	}
	return new(big.Int).Mul(d.unscaled, tenTo(scale-d.scale))
}

func (d *decimal) compare(e *decimal) int {
	scale := max(d.scale, e.scale)
	return d.rescaled(scale).Cmp(e.rescaled(scale))
}

// integer returns d without its fraction.
func (d *decimal) integer() *big.Int {
	if d.scale <= 0 {
		return d.rescaled(0)
	}
	return new(big.Int).Quo(d.unscaled, tenTo(d.scale))
}

func calculateDecimal(op tokenKind, a, b Value) (Value, error) {
	x, y := a.toDecimal(), b.toDecimal()
	scale := max(x.scale, y.scale)
	var r *decimal
	switch op {
	case plus:
		r = &decimal{new(big.Int).Add(x.rescaled(scale), y.rescaled(scale)), scale}
	case minus:
		r = &decimal{new(big.Int).Sub(x.rescaled(scale), y.rescaled(scale)), scale}
	case multiply:
		r = &decimal{new(big.Int).Mul(x.unscaled, y.unscaled), x.scale + y.scale}
	case divide:
		r = x.divided(y)
	default:
		return Value{}, errors.New("cannot calculate the modulo of BigDecimals")
	}
	if r.scale > maxScale || r.scale < -maxScale {
		return Value{}, errScale
	}
	return Value{0, r}, nil
}

// divided divides at the scale of d and rounds half down.
func (d *decimal) divided(by *decimal) *decimal {
	n, m := d.unscaled, by.unscaled
	if by.scale >= 0 {
		n = new(big.Int).Mul(n, tenTo(by.scale))
	} else {
		m = new(big.Int).Mul(m, tenTo(-by.scale))
	}
	quotient, rest := new(big.Int).QuoRem(n, m, new(big.Int))
	rest.Abs(rest).Lsh(rest, 1)
	if rest.CmpAbs(m) > 0 {
		quotient.Add(quotient, big.NewInt(int64(n.Sign()*m.Sign())))
	}
	return &decimal{quotient, d.scale}
}

// String returns d as Java prints it, with an exponent where it is small or
// ends in zeros that are not written.
func (d *decimal) String() string {
	digits := new(big.Int).Abs(d.unscaled).String()
	sign := ""
	if d.unscaled.Sign() < 0 {
		sign = "-"
	}
	exponent := len(digits) - 1 - d.scale
	switch {
	case d.scale == 0:
		return sign + digits
	case d.scale > 0 && exponent >= -6:
		if len(digits) <= d.scale {
			digits = strings.Repeat("0", d.scale-len(digits)+1) + digits
		}
		point := len(digits) - d.scale
		return sign + digits[:point] + "." + digits[point:]
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	if exponent == 0 {
		return sign + digits
	}
	plus := ""
	if exponent > 0 {
		plus = "+"
	}
	return sign + digits + "E" + plus + strconv.Itoa(exponent)
}
