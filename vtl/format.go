package vtl

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// format is String.format for the conversions that texts and numbers have:
// %s %b %c %d %o %x %h %e %f %n %% with flags, width, precision and n$.
func format(f *frame, s string, args []Value) (Value, error) {
	w := formatter{frame: f, rest: s, args: args}
	for w.rest != "" {
		before, after, found := strings.Cut(w.rest, "%")
		w.out = append(w.out, before...)
		w.rest = after
		if !found {
			break
		}
		if err := w.conversion(); err != nil {
			return Value{}, err
		}
	}
	return built(f, string(w.out))
}

type formatter struct {
	*frame
	rest string
	args []Value
	next int
	out  []byte
}

// A verb is a conversion: %[n$][flags][width][.precision]kind.
type verb struct {
	flags            string
	width, precision int
	kind             byte
}

var errFormat = errors.New("the format does not fit its arguments")

// maxFormatWidth bounds what a width or a precision can ask for.
const maxFormatWidth = 100_000

func (w *formatter) conversion() error {
	argument := w.explicit()
	v := verb{flags: w.take("-#+ 0,("), width: w.number(), precision: -1}
	if strings.HasPrefix(w.rest, ".") {
		w.rest = w.rest[1:]
		v.precision = w.number()
		if v.precision < 0 {
			return errFormat
		}
	}
	if w.rest == "" || v.width > maxFormatWidth || v.precision > maxFormatWidth {
		return errFormat
	}
	v.kind, w.rest = w.rest[0], w.rest[1:]
	if v.kind == 'n' {
		w.out = append(w.out, '\n')
		return nil
	}
	if v.kind == '%' {
		w.pad(v, "%")
		return nil
	}
	if argument < 0 {
		argument = w.next
		w.next++
	}
	if argument >= len(w.args) {
		return errFormat
	}
	return w.argument(v, w.args[argument])
}

// explicit reads n$ and returns the argument it names, -1 where there is none.
func (w *formatter) explicit() int {
	n := digitsAt(w.rest, 0)
	if n == 0 || n == len(w.rest) || w.rest[n] != '$' {
		return -1
	}
	i, err := strconv.Atoi(w.rest[:n])
	if err != nil || i == 0 {
		return -1
	}
	w.rest = w.rest[n+1:]
	return i - 1
}

func (w *formatter) take(set string) string {
	n := len(w.rest) - len(strings.TrimLeft(w.rest, set))
	taken := w.rest[:n]
	w.rest = w.rest[n:]
	return taken
}

func (w *formatter) number() int {
	n := digitsAt(w.rest, 0)
	if n == 0 {
		return -1
	}
	i, err := strconv.Atoi(w.rest[:n])
	if err != nil {
		i = maxFormatWidth + 1
	}
	w.rest = w.rest[n:]
	return i
}

func (w *formatter) argument(v verb, a Value) error {
	upper := 'A' <= v.kind && v.kind <= 'Z'
	s, err := w.converted(v, a)
	if err != nil {
		return err
	}
	if upper {
		s = upperCase(s)
	}
	w.pad(v, s)
	return w.build(len(s) + max(0, v.width))
}

func (w *formatter) converted(v verb, a Value) (string, error) {
	switch v.kind | 0x20 {
	case 's':
		s, err := w.text(a)
		if a.IsNull() {
			s = "null"
		}
		return cut(s, v.precision), err
	case 'b':
		b, ok := a.AsBool()
		return cut(strconv.FormatBool(ok && b || !ok && !a.IsNull()), v.precision), nil
	case 'h':
		h, err := hash(w.frame, a, 0)
		return cut(strconv.FormatUint(uint64(uint32(h)), 16), v.precision), err
	case 'c':
		return characterText(a)
	case 'd', 'o', 'x':
		return integerText(v, a)
	case 'f', 'e':
		return floatText(v, a)
	}
	return "", errFormat
}

// cut shortens a text to a number of characters.
func cut(s string, n int) string {
	if n < 0 {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func characterText(a Value) (string, error) {
	switch a.Kind() {
	case CharacterKind:
		return a.Text(), nil
	case IntegerKind:
		return codePoint(a), nil
	}
	return "", errFormat
}

func integerText(v verb, a Value) (string, error) {
	var i *big.Int
	switch a.Kind() {
	case IntegerKind, LongKind, BigIntegerKind:
		i = a.toBigInteger()
	default:
		return "", errFormat
	}
	switch v.kind | 0x20 {
	case 'x':
		return prefixed(v, "0x", twosComplement(a, i).Text(16)), nil
	case 'o':
		return prefixed(v, "0", twosComplement(a, i).Text(8)), nil
	}
	return signed(v, i.Sign() < 0, new(big.Int).Abs(i).String()), nil
}

func prefixed(v verb, prefix, digits string) string {
	if strings.Contains(v.flags, "#") {
		digits = prefix + digits
	}
	return zeros(v, "", digits)
}

// twosComplement is how negative integers of a fixed size print in other bases.
func twosComplement(a Value, i *big.Int) *big.Int {
	if i.Sign() >= 0 {
		return i
	}
	switch a.Kind() {
	case IntegerKind:
		return new(big.Int).Add(i, big.NewInt(1<<32))
	case LongKind:
		return new(big.Int).Add(i, new(big.Int).Lsh(big.NewInt(1), 64))
	}
	return i
}

func floatText(v verb, a Value) (string, error) {
	if k := a.Kind(); k != DoubleKind && k != BigDecimalKind {
		return "", errFormat
	}
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	d := a.toDouble()
	digits := fmt.Sprintf("%.*"+string(v.kind|0x20), precision, d)
	if v.kind|0x20 == 'f' {
		digits = halfUp(a, precision)
	}
	negative := strings.HasPrefix(digits, "-")
	return signed(v, negative, strings.TrimPrefix(digits, "-")), nil
}

// halfUp rounds the digits that a number prints with half up, as Java does.
func halfUp(a Value, precision int) string {
	exact, err := BigDecimal(a.Text())
	if err != nil {
		return a.Text() // NaN, Infinity
	}
	d := exact.ref.(*decimal)
	if drop := d.scale - precision; drop > 0 {
		half := new(big.Int).Mul(big.NewInt(5), tenTo(drop-1))
		if d.unscaled.Sign() < 0 {
			half.Neg(half)
		}
		sum := half.Add(half, d.unscaled)
		d = &decimal{sum.Quo(sum, tenTo(drop)), precision}
	}
	digits := (&decimal{d.rescaled(precision), precision}).plain()
	if a.toDouble() < 0 && !strings.HasPrefix(digits, "-") {
		digits = "-" + digits
	}
	return digits
}

// plain returns d without an exponent; its scale is not negative.
func (d *decimal) plain() string {
	digits := new(big.Int).Abs(d.unscaled).String()
	if len(digits) <= d.scale {
		digits = strings.Repeat("0", d.scale-len(digits)+1) + digits
	}
	if d.scale > 0 {
		point := len(digits) - d.scale
		digits = digits[:point] + "." + digits[point:]
	}
	if d.unscaled.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// signed adds the sign, the grouping and the zeros that the flags ask for.
func signed(v verb, negative bool, digits string) string {
	if strings.Contains(v.flags, ",") {
		digits = grouped(digits)
	}
	sign, end := "", ""
	switch {
	case negative && strings.Contains(v.flags, "("):
		sign, end = "(", ")"
	case negative:
		sign = "-"
	case strings.Contains(v.flags, "+"):
		sign = "+"
	case strings.Contains(v.flags, " "):
		sign = " "
	}
	v.width -= len(end)
	return zeros(v, sign, digits) + end
}

func grouped(digits string) string {
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if hasFraction {
		b.WriteString("." + fraction)
	}
	return b.String()
}

func zeros(v verb, sign, digits string) string {
	if n := v.width - len(sign) - len(digits); n > 0 && strings.Contains(v.flags, "0") {
		digits = strings.Repeat("0", n) + digits
	}
	return sign + digits
}

func (w *formatter) pad(v verb, s string) {
	n := max(0, v.width-textLength(s))
	blanks := strings.Repeat(" ", n)
	if strings.Contains(v.flags, "-") {
		w.out = append(append(w.out, s...), blanks...)
		return
	}
	w.out = append(append(w.out, blanks...), s...)
}
