package jsonschema

import (
	"cmp"
	"math/big"
	"strconv"
)

// A limit is what maximum or minimum say.
type limit struct {
	decimal decimal
	whole   int64 // the same, if it fits
	fits    bool
	text    string // as messages show it
}

// limit reads one, and whether values must stay off it.
func (p place) limit(exclusiveKeyword string) (limit, bool, error) {
	if err := p.mustBe(numbers); err != nil {
		return limit{}, false, err
	}
	l := limit{decimal: decimalOf(p.text()), text: limitText(p.text())}
	l.whole, l.fits = small(p.text())
	exclusive, there := p.sibling(exclusiveKeyword)
	return l, there && exclusive.text() == "true", nil
}

// compare says whether the limit is below, at or above a number.
func (l limit) compare(literal string) int {
	if n, ok := small(literal); ok && l.fits {
		return cmp.Compare(l.whole, n)
	}
	return l.decimal.compare(decimalOf(literal))
}

// limitText returns a number of a schema as messages show it: whole ones of
// 64 bits without an exponent.
func limitText(literal string) string {
	d := decimalOf(literal)
	if d.scale() >= 0 && d.exponent <= 19 {
		n := d.unscaled()
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(d.scale()), nil))
		if n.IsInt64() {
			return numberText(d.minus() + n.String())
		}
	}
	return numberText(literal)
}

// small reads an integer that surely fits into 64 bits.
func small(literal string) (int64, bool) {
	if len(literal) > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(literal, 10, 64)
	return n, err == nil
}
