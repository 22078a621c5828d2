package vtl

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Numbers calculate as in Velocity: integers stay integers and widen where
// they overflow, a Double makes the result a Double.

func doubleBits(f float64) uint64 { return math.Float64bits(f) }

func (v Value) double() float64 { return math.Float64frombits(v.num) }

// isNumber reports whether v is a java.lang.Number.
func (v Value) isNumber() bool {
	switch r := v.ref.(type) {
	case Kind:
		return r == IntegerKind || r == LongKind || r == DoubleKind
	case *big.Int, *decimal:
		return true
	}
	return false
}

// parseInteger reads an integer into the smallest type that holds it.
func parseInteger(s string) Value {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		if i == int64(int32(i)) {
			return Int(int32(i))
		}
		return Long(i)
	}
	i, _ := new(big.Int).SetString(s, 10)
	return BigInteger(i)
}

// toDouble returns the doubleValue of a number.
func (v Value) toDouble() float64 {
	switch r := v.ref.(type) {
	case Kind:
		if r == DoubleKind {
			return v.double()
		}
		return float64(int64(v.num))
	case *big.Int:
		f, _ := new(big.Float).SetInt(r).Float64()
		return f
	case *decimal:
		f, _ := strconv.ParseFloat(r.String(), 64)
		return f
	}
	return 0
}

// toLong returns the longValue of a number.
func (v Value) toLong() int64 {
	switch r := v.ref.(type) {
	case Kind:
		if r == DoubleKind {
			return truncate(v.double(), math.MinInt64, math.MaxInt64)
		}
		return int64(v.num)
	case *big.Int:
		return int64(lowBits(r))
	case *decimal:
		return int64(lowBits(r.integer()))
	}
	return 0
}

// toInt returns the intValue of a number.
func (v Value) toInt() int32 {
	if v.is(DoubleKind) {
		return int32(truncate(v.double(), math.MinInt32, math.MaxInt32))
	}
	return int32(v.toLong())
}

// truncate is Java's cast of a double to an integer.
func truncate(f float64, low, high int64) int64 {
	switch {
	case f != f:
		return 0
	case f <= float64(low):
		return low
	case f >= float64(high):
		return high
	}
	return int64(f)
}

// lowBits returns the low 64 bits of i's two's complement.
func lowBits(i *big.Int) uint64 {
	mask := new(big.Int).SetUint64(math.MaxUint64)
	return mask.And(mask, i).Uint64()
}

// A base is the arithmetic in which two numbers meet.
type base uint8

const (
	longBase base = iota
	doubleBase
	bigIntegerBase
	bigDecimalBase
)

func baseOf(a, b Value) base {
	ka, kb := a.Kind(), b.Kind()
	double := ka == DoubleKind || kb == DoubleKind
	bigInteger := ka == BigIntegerKind || kb == BigIntegerKind
	switch {
	case ka == BigDecimalKind || kb == BigDecimalKind || double && bigInteger:
		return bigDecimalBase
	case bigInteger:
		return bigIntegerBase
	case double:
		return doubleBase
	}
	return longBase
}

// integral returns i in the larger of the types of two operands, or in the
// next one that holds it.
func integral(i int64, a, b Value) Value {
	if a.is(IntegerKind) && b.is(IntegerKind) && i == int64(int32(i)) {
		return Int(int32(i))
	}
	return Long(i)
}

func (v Value) toBigInteger() *big.Int {
	if r, ok := v.ref.(*big.Int); ok {
		return r
	}
	return big.NewInt(v.toLong())
}

// isZero reports whether a number is zero.
func (v Value) isZero() bool {
	switch r := v.ref.(type) {
	case *big.Int:
		return r.Sign() == 0
	case *decimal:
		return r.unscaled.Sign() == 0
	}
	return v.toDouble() == 0
}

// calculate applies + - * / or %. The result is null where there is none:
// division by zero, operands that are no numbers.
func calculate(op tokenKind, a, b Value) (Value, error) {
	if !a.isNumber() || !b.isNumber() {
		return Value{}, nil
	}
	if (op == divide || op == modulus) && b.isZero() {
		return Value{}, nil
	}
	switch baseOf(a, b) {
	case longBase:
		return calculateLong(op, a, b), nil
	case doubleBase:
		return Double(calculateDouble(op, a.toDouble(), b.toDouble())), nil
	case bigIntegerBase:
		x, y := a.toBigInteger(), b.toBigInteger()
		if op == modulus && y.Sign() < 0 {
			return Value{}, errModulus
		}
		return BigInteger(calculateBig(op, x, y)), nil
	}
	return calculateDecimal(op, a, b)
}

var errModulus = errors.New("a BigInteger has no modulo by a negative number")

func calculateLong(op tokenKind, a, b Value) Value {
	x, y := a.toLong(), b.toLong()
	var r int64
	overflow := false
	switch op {
	case plus:
		r = x + y
		overflow = (r^x) < 0 && (r^y) < 0
	case minus:
		r = x - y
		overflow = (r^x) < 0 && (r^^y) < 0
	case multiply:
		r = x * y
		overflow = y != 0 && r/y != x
	case divide:
		r = x / y
	case modulus:
		r = x % y
	}
	if overflow {
		return BigInteger(calculateBig(op, a.toBigInteger(), b.toBigInteger()))
	}
	return integral(r, a, b)
}

func calculateDouble(op tokenKind, x, y float64) float64 {
	switch op {
	case plus:
		return x + y
	case minus:
		return x - y
	case multiply:
		return x * y
	case divide:
		return x / y
	}
	return math.Mod(x, y)
}

func calculateBig(op tokenKind, x, y *big.Int) *big.Int {
	r := new(big.Int)
	switch op {
	case plus:
		return r.Add(x, y)
	case minus:
		return r.Sub(x, y)
	case multiply:
		return r.Mul(x, y)
	case divide:
		return r.Quo(x, y)
	}
	return r.Mod(x, y)
}

// compareNumbers orders two numbers; NaN is equal to everything, as in
// Velocity.
func compareNumbers(a, b Value) int {
	switch baseOf(a, b) {
	case longBase:
		return compare(int64(a.num), int64(b.num))
	case doubleBase:
		return compare(a.toDouble(), b.toDouble())
	case bigIntegerBase:
		return a.toBigInteger().Cmp(b.toBigInteger())
	}
	return a.toDecimal().compare(b.toDecimal())
}

func compare[T int64 | float64](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// appendDouble appends a double as Java prints it.
func appendDouble(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case abs == 0 || 1e-3 <= abs && abs < 1e7:
		from := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		return appendFraction(dst, from)
	}
	digits := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(digits, "e")
	from := len(dst)
	dst = appendFraction(append(dst, mantissa...), from)
	e, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(append(dst, 'E'), int64(e), 10)
}

// appendFraction gives the number that begins at from a fraction.
func appendFraction(dst []byte, from int) []byte {
	for _, c := range dst[from:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}
