package jsonpath

// An evaluator is the state of one evaluation.
type evaluator struct {
	doc     *Document
	found   []uint32 // by the paths under way, the innermost one's last
	steps   int
	scratch []byte // for the text that a pattern is matched with
}

// spend counts values that were looked at.
func (e *evaluator) spend(n int) error {
	if e.steps += n; e.steps > MaxSteps || len(e.found)+e.doc.made > MaxResults {
		return ErrTooMuchWork
	}
	return nil
}

// weight says how much work it is to look at all of a value, or to print it.
func (n Node) weight() int {
	switch n.Kind() {
	case Missing:
		return 1
	case Array, Object:
		e := n.entry()
		return int(e.to-n.at) + n.doc.extent(n.at+1, e.to)/16
	default:
		return 1 + len(n.doc.raw(n.entry()))/16
	}
}

// path evaluates p from a value on. Where strict is set, as in the test for
// existence, a member that is missing on any way makes the whole path missing.
func (e *evaluator) path(p *Path, from uint32, strict bool) (uint32, error) {
	base := len(e.found)
	w := walk{e, p, strict}
	err := w.step(0, from)
	found := e.found[base:]
	e.found = e.found[:base]
	switch {
	case err != nil:
		return 0, err
	case !p.definite:
		return e.doc.list(found), nil
	case len(found) == 0:
		return 0, ErrNotFound
	default:
		return found[len(found)-1], nil
	}
}

// A walk goes one path.
type walk struct {
	*evaluator
	p      *Path
	strict bool
}

// step takes the steps from i on, starting at a value.
func (w *walk) step(i int, at uint32) error {
	if err := w.spend(1); err != nil {
		return err
	}
	if i == len(w.p.steps) {
		w.found = append(w.found, at)
		if w.p.definite {
			return nil
		}
		return w.spend(Node{w.doc, at}.weight()) // it may be found, and printed, many times
	}
	switch s := &w.p.steps[i]; s.kind {
	case memberStep:
		return w.member(i, at, s.name)
	case membersStep:
		return w.members(i, at)
	case indexStep, backStep, indexesStep, sliceStep:
		return w.elements(i, at)
	case wildcardStep:
		return w.each(at, func(value uint32) error { return w.step(i+1, value) })
	case scanStep:
		return w.scan(i+1, at)
	case filterStep:
		return w.filter(i, at)
	case callStep:
		return w.call(i, at)
	default:
		return w.unfit(s)
	}
}

// unfit ends a way at a value that the step does not apply to. Where only one
// way leads there, the path leads nowhere.
func (w *walk) unfit(s *step) error {
	if s.certain {
		return ErrNotFound
	}
	return nil
}

func (w *walk) member(i int, at uint32, name string) error {
	if w.doc.entries[at].kind != Object {
		return w.unfit(&w.p.steps[i])
	}
	value, looked, ok := w.doc.member(at, name)
	if err := w.spend(looked / 8); err != nil {
		return err
	}
	switch s := &w.p.steps[i]; {
	case ok:
		return w.step(i+1, value)
	case w.strict || w.p.named && s.certain && s.kind == memberStep:
		return ErrNotFound
	default:
		return nil
	}
}

// members makes a smaller object where it is the last step, and goes on from
// each member otherwise.
func (w *walk) members(i int, at uint32) error {
	s := &w.p.steps[i]
	if w.doc.entries[at].kind != Object {
		return w.unfit(s)
	}
	if !s.last {
		for _, name := range s.names {
			if err := w.member(i, at, name); err != nil {
				return err
			}
		}
		return nil
	}
	smaller, err := w.pick(at, s.names)
	if err != nil {
		return err
	}
	return w.step(i+1, smaller)
}

// pick makes an object of some members of another one.
func (w *walk) pick(at uint32, names []string) (uint32, error) {
	object := w.doc.append(entry{kind: Object})
	for _, name := range names {
		value, looked, ok := w.doc.member(at, name)
		switch err := w.spend(looked/8 + 1); {
		case err != nil:
			return 0, err
		case ok:
			w.doc.derive(String, name)
			w.doc.refer(value)
			w.doc.entries[object].from++
		case w.strict:
			return 0, ErrNotFound
		}
	}
	return w.doc.close(object), nil
}

func (w *walk) elements(i int, at uint32) error {
	s := &w.p.steps[i]
	array := w.doc.entries[at]
	if array.kind != Array {
		return w.unfit(s)
	}
	length := int(array.from)
	switch s.kind {
	case indexStep:
		return w.element(i, at, s.index)
	case backStep:
		return w.element(i, at, length-s.index)
	case indexesStep:
		for _, n := range s.indexes {
			if err := w.element(i, at, fromEnd(n, length)); err != nil {
				return err
			}
		}
		return nil
	default:
		from, to := s.slice.bounds(length)
		if err := w.stretch(i, at, from+length, min(to, 0)+length); err != nil {
			return err
		}
		return w.stretch(i, at, max(from, 0), to)
	}
}

// fromEnd counts a negative index from the end.
func fromEnd(n, length int) int {
	if n < 0 {
		return n + length
	}
	return n
}

// bounds returns the range in an array. A slice with both bounds begins where
// it says, so that a negative one runs from the end over the start.
func (s slice) bounds(length int) (from, to int) {
	switch {
	case !s.hasTo:
		return max(0, fromEnd(s.from, length)), length
	case !s.hasFrom:
		return 0, min(length, fromEnd(s.to, length))
	default:
		return max(s.from, -length), min(length, s.to)
	}
}

func (w *walk) element(i int, at uint32, n int) error {
	if n < 0 || n >= int(w.doc.entries[at].from) {
		return nil
	}
	return w.stretch(i, at, n, n+1)
}

// stretch goes on from the elements of an array from one index to another.
func (w *walk) stretch(i int, at uint32, from, to int) error {
	if from >= to {
		return nil
	}
	if err := w.spend(from / 16); err != nil {
		return err
	}
	k := w.doc.position(at, from)
	for range to - from {
		if err := w.step(i+1, w.doc.resolve(k)); err != nil {
			return err
		}
		k = w.doc.after(k)
	}
	return nil
}

// each calls f with every element or member's value, until f fails.
func (w *walk) each(at uint32, f func(uint32) error) error {
	skip := uint32(0)
	switch w.doc.entries[at].kind {
	case Object:
		skip = 1
	case Array:
	default:
		return nil
	}
	end := w.doc.entries[at].to
	for k := at + 1; k < end; k = w.doc.after(k + skip) {
		if w.doc.entries[k].flags&hidden != 0 && skip == 1 {
			continue
		}
		if err := f(w.doc.resolve(k + skip)); err != nil {
			return err
		}
	}
	return nil
}

// scan applies the steps from i on to a value and to all below it.
func (w *walk) scan(i int, at uint32) error {
	if w.doc.entries[at].kind < Array {
		return nil
	}
	applies, err := w.applies(&w.p.steps[i], at)
	if err == nil && applies {
		err = w.scanned(i, at)
	}
	if err == nil {
		err = w.spend(1)
	}
	if err != nil {
		return err
	}
	return w.each(at, func(value uint32) error { return w.scan(i, value) })
}

// applies says whether a deep scan stops at this value.
func (w *walk) applies(s *step, at uint32) (bool, error) {
	kind := w.doc.entries[at].kind
	switch s.kind {
	case memberStep:
		return kind == Object && w.has(at, s.name), nil
	case membersStep:
		if kind != Object || !s.last {
			return kind == Object, nil
		}
		for _, name := range s.names {
			if !w.has(at, name) {
				return false, nil
			}
		}
		return true, nil
	case filterStep:
		return w.accepts(s, at)
	case wildcardStep:
		return true, nil
	default:
		return kind == Array, nil
	}
}

func (w *walk) has(at uint32, name string) bool {
	_, looked, ok := w.doc.member(at, name)
	w.steps += looked / 8
	return ok
}

// scanned applies the step at i, the first behind a deep scan, to a value that
// it suits. Unless one name ends the path behind it, all elements of an array
// go on, whichever of them the step asks for: $..[0].a is what one expects and
// $..[0].a.b is not. The engine does so in every release.
func (w *walk) scanned(i int, at uint32) error {
	s := &w.p.steps[i]
	if w.doc.entries[at].kind != Array || s.last {
		return w.step(i, at)
	}
	if next := &w.p.steps[i+1]; next.last && next.kind == memberStep {
		return w.step(i, at)
	}
	return w.each(at, func(value uint32) error { return w.step(i+1, value) })
}

// filter goes on from an object that the filter holds for, or from those
// elements of an array.
func (w *walk) filter(i int, at uint32) error {
	s := &w.p.steps[i]
	switch w.doc.entries[at].kind {
	case Object:
		ok, err := w.accepts(s, at)
		if err != nil || !ok {
			return err
		}
		return w.step(i+1, at)
	case Array:
		return w.each(at, func(value uint32) error {
			ok, err := w.accepts(s, value)
			if err != nil || !ok {
				return err
			}
			return w.step(i+1, value)
		})
	default:
		if s.certain {
			return errScalar
		}
		return nil
	}
}

// accepts says whether a filter holds for a value. What the filter computes is
// forgotten.
func (w *walk) accepts(s *step, at uint32) (bool, error) {
	d := w.doc
	entries, texts, made := len(d.entries), len(d.derived), d.made
	ok, err := s.filter.holds(w.evaluator, at)
	d.entries, d.derived, d.made = d.entries[:entries], d.derived[:texts], made
	if err == errNever || err == errScalar {
		return false, nil
	}
	return ok, err
}

func (w *walk) call(i int, at uint32) error {
	result, err := w.p.steps[i].call.invoke(w.evaluator, at)
	if err != nil {
		return err
	}
	if err := w.spend(Node{w.doc, result}.weight()); err != nil {
		return err
	}
	return w.step(i+1, result)
}
