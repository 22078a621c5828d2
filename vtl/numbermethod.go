package vtl

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// numberMethods are those of java.lang.Number and of its classes; the static
// ones are reached through an instance, as in $i.parseInt('5').
var numberMethods = map[string][]method{
	"intValue":    {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return Int(v.toInt()), nil }}},
	"longValue":   {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return Long(v.toLong()), nil }}},
	"doubleValue": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return Double(v.toDouble()), nil }}},
	"compareTo": {{"o", func(_ *frame, v Value, args []Value) (Value, error) {
		if v.Kind() != args[0].Kind() {
			return incomparable(v)
		}
		return Int(int32(compareNumbers(v, args[0]))), nil
	}}},
	"compare": {{"dd", func(_ *frame, v Value, args []Value) (Value, error) {
		return Int(int32(compareNumbers(args[0], args[1]))), nil
	}}},
	"parseInt": {
		{"s", onlyOn(IntegerKind, func(v Value, args []Value) (Value, error) { return parse32(args[0].string(), 10) })},
		{"si", onlyOn(IntegerKind, func(v Value, args []Value) (Value, error) {
			return parse32(args[0].string(), index(args[1]))
		})},
	},
	"parseLong": {
		{"s", onlyOn(LongKind, func(v Value, args []Value) (Value, error) { return parse64(args[0].string(), 10) })},
		{"si", onlyOn(LongKind, func(v Value, args []Value) (Value, error) {
			return parse64(args[0].string(), index(args[1]))
		})},
	},
	"parseDouble": {{"s", onlyOn(DoubleKind, func(v Value, args []Value) (Value, error) {
		return javaDouble(args[0].string())
	})}},
	"valueOf":  {{"s", numberOf}, {"d", numberAgain}},
	"toString": {{"d", numberToString}, {"ii", radixText}},
	"max": {{"dd", func(_ *frame, v Value, args []Value) (Value, error) {
		return larger(v, args[0], args[1]), nil
	}}},
	"min": {{"dd", func(_ *frame, v Value, args []Value) (Value, error) {
		if larger(v, args[0], args[1]) == args[0] {
			return args[1], nil
		}
		return args[0], nil
	}}},
	"toHexString":    {{"i", func(_ *frame, _ Value, args []Value) (Value, error) { return unsigned(args[0], 16), nil }}},
	"toOctalString":  {{"i", func(_ *frame, _ Value, args []Value) (Value, error) { return unsigned(args[0], 8), nil }}},
	"toBinaryString": {{"i", func(_ *frame, _ Value, args []Value) (Value, error) { return unsigned(args[0], 2), nil }}},
	"isNaN": {{"", onlyOn(DoubleKind, func(v Value, _ []Value) (Value, error) {
		return Bool(math.IsNaN(v.double())), nil
	})}},
	"isInfinite": {{"", onlyOn(DoubleKind, func(v Value, _ []Value) (Value, error) {
		return Bool(math.IsInf(v.double(), 0)), nil
	})}},
}

// onlyOn makes a method of one class of numbers.
func onlyOn(kind Kind, call func(Value, []Value) (Value, error)) func(*frame, Value, []Value) (Value, error) {
	return func(_ *frame, v Value, args []Value) (Value, error) {
		if v.Kind() != kind {
			return Value{}, nil
		}
		return call(v, args)
	}
}

func parse32(s string, radix int) (Value, error) {
	i, err := parseRadix(s, radix, 32)
	return Int(int32(i)), err
}

func parse64(s string, radix int) (Value, error) {
	i, err := parseRadix(s, radix, 64)
	return Long(i), err
}

// parseRadix reads an integer as Java does: a sign and digits, nothing else.
func parseRadix(s string, radix, bits int) (int64, error) {
	if radix < 2 || radix > 36 || strings.Contains(s, "_") {
		return 0, numberError(s)
	}
	i, err := strconv.ParseInt(s, radix, bits)
	if err != nil {
		return 0, numberError(s)
	}
	return i, nil
}

// numberError does not tell the text, which may be a caller's secret: errors are
// logged.
func numberError(s string) error { return fmt.Errorf("a text of %d bytes is no number", len(s)) }

// javaDouble reads a double as Java does.
func javaDouble(s string) (Value, error) {
	t := strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if n := len(t); n > 1 && strings.IndexByte("dDfF", t[n-1]) >= 0 && !strings.HasPrefix(t, "0x") {
		t = t[:n-1]
	}
	switch strings.TrimLeft(t, "+-") {
	case "NaN", "Infinity":
	default:
		if strings.ContainsAny(t, "_iInN") {
			return Value{}, numberError(s)
		}
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, numberError(s)
	}
	return Double(f), nil
}

// parseDouble reads a float literal.
func parseDouble(s string) Value {
	f, _ := strconv.ParseFloat(s, 64)
	return Double(f)
}

func numberOf(_ *frame, v Value, args []Value) (Value, error) {
	s := args[0].string()
	switch v.Kind() {
	case IntegerKind:
		return parse32(s, 10)
	case LongKind:
		return parse64(s, 10)
	case DoubleKind:
		return javaDouble(s)
	}
	return Value{}, nil
}

func numberAgain(_ *frame, v Value, args []Value) (Value, error) {
	k := args[0].Kind()
	switch v.Kind() {
	case IntegerKind:
		if k == IntegerKind {
			return args[0], nil
		}
	case LongKind:
		if k != DoubleKind {
			return Long(args[0].toLong()), nil
		}
	case DoubleKind:
		return Double(args[0].toDouble()), nil
	case BigIntegerKind:
		if k != DoubleKind {
			return BigInteger(big.NewInt(args[0].toLong())), nil
		}
	}
	return Value{}, nil
}

func numberToString(f *frame, v Value, args []Value) (Value, error) {
	n, err := numberAgain(f, v, args)
	if err != nil || n.IsNull() {
		return n, err
	}
	return textOf(n.Text()), nil
}

func radixText(_ *frame, v Value, args []Value) (Value, error) {
	if k := v.Kind(); k != IntegerKind && k != LongKind {
		return Value{}, nil
	}
	radix := index(args[1])
	if radix < 2 || radix > 36 {
		radix = 10
	}
	return textOf(strconv.FormatInt(args[0].toLong(), radix)), nil
}

// larger returns the larger of two numbers in the class of v.
func larger(v, a, b Value) Value {
	if compareNumbers(a, b) >= 0 {
		return a
	}
	return b
}

func unsigned(v Value, radix int) Value {
	return textOf(strconv.FormatUint(uint64(uint32(v.toInt())), radix))
}

// booleanMethods are those of java.lang.Boolean.
var booleanMethods = map[string][]method{
	"booleanValue": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return v, nil }}},
	"compareTo":    {{"z", compareScalars}, {"o", refuseComparison}},
	"parseBoolean": {{"s", booleanOf}},
	"valueOf":      {{"s", booleanOf}, {"z", func(_ *frame, _ Value, args []Value) (Value, error) { return args[0], nil }}},
	"toString": {{"z", func(_ *frame, _ Value, args []Value) (Value, error) {
		return textOf(args[0].Text()), nil
	}}},
}

func booleanOf(_ *frame, _ Value, args []Value) (Value, error) {
	return Bool(strings.EqualFold(args[0].string(), "true")), nil
}

// characterMethods are those of java.lang.Character.
var characterMethods = map[string][]method{
	"charValue": {{"", func(_ *frame, v Value, _ []Value) (Value, error) { return v, nil }}},
	"compareTo": {{"C", compareScalars}, {"o", refuseComparison}},
}

func compareScalars(_ *frame, v Value, args []Value) (Value, error) {
	return Int(int32(int64(v.num) - int64(args[0].num))), nil
}

// refuseComparison is compareTo with something of another class, which fails
// rather than being missing.
func refuseComparison(_ *frame, v Value, _ []Value) (Value, error) { return incomparable(v) }

func incomparable(v Value) (Value, error) {
	return Value{}, fmt.Errorf("compareTo needs a %s", v.class())
}
