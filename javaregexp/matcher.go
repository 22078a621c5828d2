package javaregexp

// A Matcher looks for the matches of a pattern in a text, one after the other.
type Matcher struct {
	*Pattern
	text   string
	budget Budget
	marks  []int // begin and end of each group, -1 where it has not matched
	last   int   // where the last match ended, for \G
	next   int   // where the next one may begin
	unpaid int   // steps
	depth  int
	err    error
}

// batch is how many steps are taken before the budget is asked for them.
const batch = 64

// Matcher returns a matcher for a text.
func (p *Pattern) Matcher(text string, budget Budget) *Matcher {
	return &Matcher{Pattern: p, text: text, budget: budget, marks: make([]int, 2*p.groups+2)}
}

// Find looks for the next match. A match of nothing is followed by one that
// begins a character later.
func (m *Matcher) Find() (bool, error) {
	for i := m.next; i <= len(m.text) && m.err == nil; i += m.width(i) {
		if m.begins && i > 0 {
			break
		}
		if !m.at(i, func(int) bool { return true }) {
			continue
		}
		begin, end := m.Span(0)
		m.last, m.next = end, end
		if begin == end {
			m.next += m.width(end)
		}
		return m.outcome(true)
	}
	m.next = len(m.text) + 1
	return m.outcome(false)
}

// at matches at i, with an end that is accepted.
func (m *Matcher) at(i int, accept func(int) bool) bool {
	if !m.spend(len(m.marks) / 16) {
		return false
	}
	for n := range m.marks {
		m.marks[n] = -1
	}
	return m.run(m.root, i, func(end int) bool {
		if !accept(end) {
			return false
		}
		m.marks[0], m.marks[1] = i, end
		return true
	})
}

// outcome pays for what has been matched.
func (m *Matcher) outcome(ok bool) (bool, error) {
	m.pay()
	return ok && m.err == nil, m.err
}

// run matches a piece, unless the budget is spent.
func (m *Matcher) run(p piece, i int, next func(int) bool) bool {
	if m.depth == MaxDepth && m.err == nil {
		m.err = ErrDepth
	}
	if !m.spend(1) {
		return false
	}
	m.depth++
	ok := p.match(m, i, next)
	m.depth--
	return ok
}

// spend reports whether there is budget for more steps.
func (m *Matcher) spend(steps int) bool {
	if m.unpaid += steps; m.unpaid >= batch {
		m.pay()
	}
	return m.err == nil
}

func (m *Matcher) pay() {
	if m.err == nil {
		m.err = m.budget(m.unpaid)
	}
	m.unpaid = 0
}

// Span returns where the last match, or one of its groups, begins and ends, in
// bytes. Group 0 is the whole match; both are -1 for a group that took no part.
func (m *Matcher) Span(group int) (begin, end int) {
	return m.marks[2*group], m.marks[2*group+1]
}

// Group returns what the last match, or one of its groups, matched. ok is
// false for a group that took no part.
func (m *Matcher) Group(group int) (text string, ok bool) {
	begin, end := m.Span(group)
	if begin < 0 {
		return "", false
	}
	return m.text[begin:end], true
}

// Groups returns how many groups the pattern has, the whole match not counted.
func (m *Matcher) Groups() int { return m.groups }

// Expand appends the replacement of the last match: $1 and ${name} are groups,
// a backslash takes what follows as it is.
func (m *Matcher) Expand(dst []byte, replacement string) ([]byte, error) {
	for i := 0; i < len(replacement); i++ {
		switch c := replacement[i]; {
		case c == '\\':
			if i++; i == len(replacement) {
				return nil, ErrReplacement
			}
			dst = append(dst, replacement[i])
		case c == '$':
			n, length, err := m.reference(replacement[i+1:])
			if err != nil {
				return nil, err
			}
			s, _ := m.Group(n)
			dst = append(dst, s...)
			i += length
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

// reference reads the group behind a dollar. Further digits belong to its
// number as long as there is such a group.
func (m *Matcher) reference(s string) (n, length int, err error) {
	if len(s) > 0 && s[0] == '{' {
		for length < len(s) && s[length] != '}' {
			length++
		}
		n, ok := m.names[s[1:max(1, length)]]
		if !ok || length == len(s) {
			return 0, 0, ErrReplacement
		}
		return n, length + 1, nil
	}
	for length < len(s) && isDigit(s[length]) {
		more := 10*n + int(s[length]-'0')
		if length > 0 && more > m.groups {
			break
		}
		n = more
		length++
	}
	if length == 0 || n > m.groups {
		return 0, 0, ErrReplacement
	}
	return n, length, nil
}
