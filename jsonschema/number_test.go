package jsonschema

import "testing"

// TestSmallAndLargeNumbersDivideAlike compares the quick way with the one for
// numbers of any size.
func TestSmallAndLargeNumbersDivideAlike(t *testing.T) {
	literals := []string{"1", "3", "0.01", "1.5", "1e18", "7e-18", "999999999999999999", "0.000000000000000003", "12345678901234567", "-6", "1e5"}
	for _, a := range literals {
		for _, b := range literals {
			d, e := decimalOf(a), decimalOf(b)
			if e.sign() < 0 {
				continue
			}
			large := decimal{d.negative, d.digits + "0000000000000000000", d.exponent}
			if got, want := d.multipleOf(e), large.multipleOf(e); got != want {
				t.Errorf("%s is a multiple of %s: got %v, want %v", a, b, got, want)
			}
		}
	}
}

func TestTextsAreOrderedByCodeUnits(t *testing.T) {
	ordered := []string{"", "A", "a", "a/", "aa", "é", "\uD7FF", "😀", "\uE000", "\uFFFD"}
	for i, a := range ordered {
		for j, b := range ordered {
			got := compareText(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q and %q: got %d", a, b, got)
			}
		}
	}
}
