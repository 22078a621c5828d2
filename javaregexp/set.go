package javaregexp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func (r *parser) any() runeSet {
	switch {
	case r.flags.dotAll:
		return func(rune) bool { return true }
	case r.flags.unix:
		return func(c rune) bool { return c != '\n' }
	}
	return func(c rune) bool { return !isLineEnd(c) }
}

func (r *parser) literal(c rune) piece { return charPiece{set: r.single(c)} }

// single returns the set of one character, in both cases where case does not
// count.
func (r *parser) single(c rune) runeSet {
	if !r.flags.fold {
		return func(d rune) bool { return d == c }
	}
	return r.folded(func(d rune) bool { return d == c })
}

func (r *parser) folded(s runeSet) runeSet {
	if !r.flags.fold {
		return s
	}
	if r.flags.unicode {
		return func(c rune) bool {
			return s(c) || s(unicode.ToLower(c)) || s(unicode.ToUpper(c)) || s(unicode.ToLower(unicode.ToUpper(c)))
		}
	}
	return func(c rune) bool {
		return s(c) || c < utf8.RuneSelf && (s(unicode.ToLower(c)) || s(unicode.ToUpper(c)))
	}
}

var perlSets = map[rune]runeSet{
	'd': func(c rune) bool { return '0' <= c && c <= '9' },
	'w': func(c rune) bool { return c == '_' || c < utf8.RuneSelf && (isLetter(byte(c)) || isDigit(byte(c))) },
	's': asciiSpace,
	'h': func(c rune) bool {
		return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || c == 0x180E ||
			0x2000 <= c && c <= 0x200A || c == 0x202F || c == 0x205F || c == 0x3000
	},
	'v': verticalSpace,
}

func asciiSpace(c rune) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func verticalSpace(c rune) bool {
	return '\n' <= c && c <= '\r' || c == 0x85 || c == 0x2028 || c == 0x2029
}

func not(s runeSet) runeSet { return func(c rune) bool { return !s(c) } }

// named reads the name of a property: \pL or \p{Lower}.
func (r *parser) named() runeSet {
	var name string
	if r.accept("{") {
		end := strings.IndexByte(r.src[r.pos:], '}')
		if end < 0 {
			r.fail("unclosed name of a property")
		}
		name = r.src[r.pos : r.pos+end]
		r.pos += end + 1
	} else {
		name = string(r.rune())
	}
	s := propertySet(name)
	if s == nil {
		r.fail("unknown property %s", name)
	}
	return s
}

func propertySet(name string) runeSet {
	if s, ok := posixSets[name]; ok {
		return s
	}
	if _, value, ok := strings.Cut(name, "="); ok {
		name = value
	}
	for _, n := range [...]string{name, strings.TrimPrefix(name, "Is"), strings.TrimPrefix(name, "In")} {
		if table, ok := unicode.Categories[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
		if table, ok := unicode.Scripts[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
		if table, ok := unicode.Properties[n]; ok {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
	}
	return nil
}

func ascii(from, to rune) runeSet { return func(c rune) bool { return from <= c && c <= to } }

func asciiAlnum(c rune) bool { return c < utf8.RuneSelf && (isLetter(byte(c)) || isDigit(byte(c))) }

var posixSets = map[string]runeSet{
	"Lower":             ascii('a', 'z'),
	"Upper":             ascii('A', 'Z'),
	"ASCII":             ascii(0, 0x7F),
	"Alpha":             func(c rune) bool { return c < utf8.RuneSelf && isLetter(byte(c)) },
	"Digit":             ascii('0', '9'),
	"Alnum":             asciiAlnum,
	"Punct":             func(c rune) bool { return '!' <= c && c <= '~' && !asciiAlnum(c) },
	"Graph":             ascii('!', '~'),
	"Print":             ascii(' ', '~'),
	"Blank":             func(c rune) bool { return c == ' ' || c == '\t' },
	"Cntrl":             func(c rune) bool { return 0 <= c && c < 0x20 || c == 0x7F },
	"XDigit":            func(c rune) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' },
	"Space":             asciiSpace,
	"javaLowerCase":     unicode.IsLower,
	"javaUpperCase":     unicode.IsUpper,
	"javaWhitespace":    unicode.IsSpace,
	"javaLetter":        unicode.IsLetter,
	"javaDigit":         unicode.IsDigit,
	"javaLetterOrDigit": func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) },
	"IsAlphabetic":      unicode.IsLetter,
	"IsLetter":          unicode.IsLetter,
	"IsDigit":           unicode.IsDigit,
	"IsLowercase":       unicode.IsLower,
	"IsUppercase":       unicode.IsUpper,
	"IsPunctuation":     unicode.IsPunct,
	"IsWhite_Space":     unicode.IsSpace,
	"L1":                ascii(0, 0xFF),
	"all":               func(rune) bool { return true },
}
