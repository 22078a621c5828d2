package javaregexp

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape reads what follows a backslash outside of a class.
func (r *parser) escape() piece {
	start := r.pos
	switch c := r.rune(); c {
	case 'A':
		return textBegin{}
	case 'G':
		return anchor(atLastMatch)
	case 'z':
		return anchor(atEnd)
	case 'Z':
		if r.flags.unix {
			return anchor(atUnixEnd)
		}
		return anchor(atLastLine)
	case 'b':
		return anchor(atWord)
	case 'B':
		return anchor(notAtWord)
	case 'R':
		crlf := sequence{r.literal('\r'), r.literal('\n')}
		return alternation{crlf, charPiece{set: verticalSpace}}
	case 'Q':
		return r.quoted()
	case 'k':
		if !r.accept("<") {
			r.fail(`\k needs the name of a group`)
		}
		n, ok := r.names[r.name()]
		if !ok {
			r.fail("no group of that name")
		}
		return backreference{n, r.flags.fold}
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.backreference(int(c - '0'))
	default:
		r.pos = start
		return charPiece{set: r.escapedSet()}
	}
}

func (r *parser) backreference(n int) piece {
	for r.pos < len(r.src) && isDigit(r.src[r.pos]) {
		more := 10*n + int(r.src[r.pos]-'0')
		if more > r.groups {
			break
		}
		n = more
		r.pos++
	}
	if n > r.groups {
		return charPiece{set: func(rune) bool { return false }}
	}
	return backreference{n, r.flags.fold}
}

// A quoted piece is \Q…\E. What repeats it repeats its last character.
type quoted struct{ sequence }

func (r *parser) quoted() piece {
	s, _, closed := strings.Cut(r.src[r.pos:], `\E`)
	r.pos += len(s)
	if closed {
		r.pos += len(`\E`)
	}
	var p sequence
	for s != "" {
		c, n := decodeRune(s)
		p = append(p, r.literal(c))
		s = s[n:]
	}
	return quoted{p}
}

// escapedSet reads an escape that stands for a character or a set of them.
func (r *parser) escapedSet() runeSet {
	c := r.rune()
	if s, ok := perlSets[c]; ok {
		return s
	}
	if s, ok := perlSets[unicode.ToLower(c)]; ok && unicode.IsUpper(c) {
		return not(s)
	}
	switch c {
	case 'p':
		return r.folded(r.named())
	case 'P':
		return not(r.named())
	}
	return r.single(r.escapedRune(c))
}

// escapedRune returns the character that an escape stands for.
func (r *parser) escapedRune(c rune) rune {
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'a':
		return 7
	case 'e':
		return 27
	case 'c':
		return r.rune() ^ 64
	case '0':
		return r.octal()
	case 'x':
		if r.accept("{") {
			end := max(0, strings.IndexByte(r.src[r.pos:], '}'))
			c := r.hex(end)
			r.pos++
			return c
		}
		return r.hex(2)
	case 'u':
		return r.hex(4)
	}
	if c < utf8.RuneSelf && isLetter(byte(c)) {
		r.fail(`unknown escape \%c`, c)
	}
	return c
}

func (r *parser) octal() rune {
	n := 0
	for n < 3 && r.pos+n < len(r.src) && '0' <= r.src[r.pos+n] && r.src[r.pos+n] <= '7' {
		n++
	}
	if n == 3 && r.src[r.pos] > '3' {
		n = 2
	}
	c, err := strconv.ParseUint(r.src[r.pos:r.pos+n], 8, 32)
	if err != nil {
		r.fail("malformed octal number")
	}
	r.pos += n
	return rune(c)
}

func (r *parser) hex(n int) rune {
	if r.pos+n > len(r.src) {
		r.fail("malformed hexadecimal number")
	}
	c, err := strconv.ParseUint(r.src[r.pos:r.pos+n], 16, 32)
	if err != nil || c > unicode.MaxRune {
		r.fail("malformed hexadecimal number")
	}
	r.pos += n
	return rune(c)
}
