package javaregexp

// A piece is a part of a pattern. It matches at i and goes on with next, which
// is called with the place behind the match and may refuse it.
type piece interface {
	match(m *Matcher, i int, next func(int) bool) bool

	// length returns how many characters the piece matches at least and at
	// most; maxLength stands for all that is longer.
	length() (least, most int)
}

const maxLength = 1 << 14

// A charPiece is one character out of a set.
type charPiece struct {
	set  runeSet
	cost int // steps to ask a large set
}

type runeSet func(rune) bool

func (p charPiece) match(m *Matcher, i int, next func(int) bool) bool {
	if i >= len(m.text) || p.cost > 0 && !m.spend(p.cost) {
		return false
	}
	r, n := decodeRune(m.text[i:])
	return p.set(r) && next(i+n)
}

func (p charPiece) length() (least, most int) { return 1, 1 }

// A sequence is pieces one after another.
type sequence []piece

func (p sequence) match(m *Matcher, i int, next func(int) bool) bool {
	switch len(p) {
	case 0:
		return next(i)
	case 1:
		return m.run(p[0], i, next)
	}
	return m.run(p[0], i, func(j int) bool { return p[1:].match(m, j, next) })
}

func (p sequence) length() (least, most int) {
	for _, one := range p {
		l, n := one.length()
		least, most = min(least+l, maxLength), min(most+n, maxLength)
	}
	return least, most
}

// An alternation is one of several pieces.
type alternation []piece

func (p alternation) match(m *Matcher, i int, next func(int) bool) bool {
	for _, one := range p {
		if m.run(one, i, next) {
			return true
		}
	}
	return false
}

func (p alternation) length() (least, most int) {
	least, most = p[0].length()
	for _, one := range p[1:] {
		l, n := one.length()
		least, most = min(least, l), max(most, n)
	}
	return least, most
}

// A capture is a group that remembers what it matched.
type capture struct {
	piece
	n int
}

func (p capture) match(m *Matcher, i int, next func(int) bool) bool {
	begin, end := m.Span(p.n)
	ok := m.run(p.piece, i, func(j int) bool {
		innerBegin, innerEnd := m.Span(p.n)
		m.marks[2*p.n], m.marks[2*p.n+1] = i, j
		if next(j) {
			return true
		}
		m.marks[2*p.n], m.marks[2*p.n+1] = innerBegin, innerEnd
		return false
	})
	if !ok {
		m.marks[2*p.n], m.marks[2*p.n+1] = begin, end
	}
	return ok
}

// A repetition is a piece several times.
type repetition struct {
	piece
	min, max int // max < 0: as often as it goes
	lazy     bool
}

func (p repetition) match(m *Matcher, i int, next func(int) bool) bool {
	c, ok := p.piece.(charPiece)
	switch {
	case ok && p.lazy:
		return p.fewChars(m, c, i, next)
	case ok:
		return p.chars(m, c, i, next)
	}
	return p.times(m, 0, i, -1, next)
}

func (p repetition) length() (least, most int) {
	least, most = p.piece.length()
	least = min(least*p.min, maxLength)
	if p.max < 0 {
		return least, maxLength
	}
	return least, min(most*p.max, maxLength)
}

// times goes on after n repetitions. A repetition that matches nothing is the
// last.
func (p repetition) times(m *Matcher, n, i, last int, next func(int) bool) bool {
	more := func() bool {
		if p.max >= 0 && n >= p.max || n >= p.min && i == last {
			return false
		}
		return m.run(p.piece, i, func(j int) bool { return p.times(m, n+1, j, i, next) })
	}
	switch {
	case n < p.min:
		return more()
	case p.lazy:
		return next(i) || m.err == nil && more()
	}
	return more() || m.err == nil && next(i)
}

// chars repeats a single character without recursion: as often as it goes, and
// then gives back one by one.
func (p repetition) chars(m *Matcher, c charPiece, i int, next func(int) bool) bool {
	n, end := 0, i
	for ; p.max < 0 || n < p.max; n++ {
		r, size := decodeRune(m.text[end:])
		if size == 0 || c.cost > 0 && !m.spend(c.cost) || !c.set(r) {
			break
		}
		end += size
	}
	if !m.spend(n / 8) {
		return false
	}
	for ; n >= p.min; n-- {
		if next(end) {
			return true
		}
		if m.err != nil {
			return false
		}
		if n > 0 {
			_, size := decodeLastRune(m.text[:end])
			end -= size
		}
	}
	return false
}

// fewChars repeats a single character as often as it must, and then once more
// as long as what follows does not match.
func (p repetition) fewChars(m *Matcher, c charPiece, i int, next func(int) bool) bool {
	for n, end := 0, i; ; n++ {
		if n >= p.min && next(end) {
			return true
		}
		r, size := decodeRune(m.text[end:])
		if n == p.max || size == 0 || !m.spend(1+c.cost) || !c.set(r) {
			return false
		}
		end += size
	}
}

// An atomic piece gives nothing back once it has matched.
type atomic struct{ piece }

func (p atomic) match(m *Matcher, i int, next func(int) bool) bool {
	end := -1
	if !m.run(p.piece, i, func(j int) bool { end = j; return true }) {
		return false
	}
	return next(end)
}

// A lookahead matches what follows without taking it.
type lookahead struct {
	piece
	want bool
}

func (p lookahead) match(m *Matcher, i int, next func(int) bool) bool {
	found := m.run(p.piece, i, func(int) bool { return true })
	return m.err == nil && found == p.want && next(i)
}

func (p lookahead) length() (least, most int) { return 0, 0 }

// A lookbehind matches what precedes.
type lookbehind struct {
	piece
	want        bool
	least, most int // characters, as length says
}

func behind(p piece, want bool) piece {
	least, most := p.length()
	return lookbehind{p, want, least, most}
}

func (p lookbehind) match(m *Matcher, i int, next func(int) bool) bool {
	found := false
	j := i
	for n := 0; (n <= p.most || p.most == maxLength) && m.spend(1); n++ {
		found = n >= p.least && m.run(p.piece, j, func(end int) bool { return end == i })
		if found || j == 0 {
			break
		}
		_, size := decodeLastRune(m.text[:j])
		j -= size
	}
	return m.err == nil && found == p.want && next(i)
}

func (p lookbehind) length() (least, most int) { return 0, 0 }

// A backreference is the text of a group again.
type backreference struct {
	n    int
	fold bool
}

func (p backreference) match(m *Matcher, i int, next func(int) bool) bool {
	s, ok := m.Group(p.n)
	if !ok || len(m.text)-i < len(s) || !m.spend(len(s)/64) {
		return false
	}
	if there := m.text[i : i+len(s)]; there != s && !(p.fold && asciiFold(there) == asciiFold(s)) {
		return false
	}
	return next(i + len(s))
}

func (p backreference) length() (least, most int) { return 0, maxLength }

func asciiFold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
