package vtl

import (
	"runtime"
	"time"

	"github.com/gatewright/gatewright/javaregexp"
)

// A frame is the state of one rendering. Frames are used again.
type frame struct {
	tmpl  *Template
	vars  Vars
	slots []slot
	last  []int  // where each site met its member last
	scope *scope // of the macro that is running; nil outside of macros

	out      []byte
	outLimit int
	steps    int
	bytes    int
	depth    int // of calls and blocks
	macros   int // of macros
	look     int // the clock is looked at when fewer steps are left
	calls    int // of the program's objects
	deadline time.Time

	args    []Value // arguments of the methods that are being called
	loops   []*loop // of the loops run so far and of earlier renderings
	used    int     // of loops
	rounds  []*round
	running int // of rounds
	regexps map[string]*javaregexp.Pattern
}

// A slot holds a variable. Until it is first used it is not known.
type slot struct {
	value Value
	known bool
}

var (
	errSteps  = limitError("the template takes too many steps")
	errTime   = limitError("the template takes too long")
	errOutput = limitError("the output is too long")
	errMemory = limitError("the template builds too much text and too many lists")
	errNested = limitError("macros and blocks are nested too deeply")
)

// stepsPerLook is how many steps are taken between two looks at the clock.
const stepsPerLook = 4096

// spend takes steps from the budget.
func (f *frame) spend(n int) error {
	f.steps -= n
	if f.steps < f.look {
		return f.lookAtClock()
	}
	return nil
}

// lookAtClock is called now and then. The time begins with the first look.
func (f *frame) lookAtClock() error {
	if f.steps < 0 {
		return errSteps
	}
	f.look = max(0, f.steps-stepsPerLook)
	runtime.Gosched() // who takes long lets others go first
	return f.inTime()
}

func (f *frame) inTime() error {
	now := time.Now()
	if f.deadline.IsZero() {
		f.deadline = now.Add(f.tmpl.limits.Time)
	} else if now.After(f.deadline) {
		return errTime
	}
	return nil
}

// callsPerLook is how many calls of the program's objects there are between two
// looks at the clock: one of them may take as long as many steps.
const callsPerLook = 8

// callObject calls a method of an object of the program. A text that it returns
// counts as built.
func (f *frame) callObject(o Object, name string, args []Value) (Value, error) {
	v, err := o.Call(name, args)
	if f.calls++; err == nil && f.calls%callsPerLook == 0 {
		err = f.inTime()
	}
	if _, isText := v.ref.(textPointer); err == nil && isText {
		err = f.build(int(v.num))
	}
	return v, err
}

// build takes bytes of memory, and the steps to fill them, from the budget.
func (f *frame) build(bytes int) error {
	f.bytes -= bytes
	if f.bytes < 0 {
		return errMemory
	}
	return f.spend(bytes / 64)
}

// bytesPerStep is how much text is looked at in the time of a step.
const bytesPerStep = 1024

// valueSize is what an element of a list counts.
const valueSize = 24

// write appends text to the output.
func (f *frame) write(s string) error {
	f.out = append(f.out, s...)
	if len(f.out) > f.outLimit {
		return errOutput
	}
	return nil
}

// print appends a value to the output.
func (f *frame) print(v Value) error {
	if s, ok := v.text(); ok {
		return f.write(s)
	}
	p := printer{dst: f.out, limit: f.outLimit, frame: f}
	err := p.value(v)
	f.out = p.dst
	return err
}

// text returns v as it prints.
func (f *frame) text(v Value) (string, error) {
	if s, ok := v.text(); ok {
		return s, nil
	}
	mark := len(f.out)
	err := f.print(v)
	s := string(f.out[mark:])
	f.out = f.out[:mark]
	if err != nil {
		return "", err
	}
	return s, f.build(len(s))
}

// A jump leaves blocks: it is what #break and #stop return.
type jump struct{ to *loop }

func (*jump) Error() string { return "#break outside of the loop whose $foreach it was given" }

var (
	errStop  = &jump{}
	errBreak = &jump{}
)

// A scope is what a macro's call adds to the variables: its parameters and
// what is set inside. Inside a loop it may also hide a variable.
type scope struct {
	outer  *scope
	hidden int // the variable of a loop whose element is null; -1 otherwise
	params []param
	locals []local
}

// A param is a parameter bound to an argument, which is evaluated in the
// outer scope each time.
type param struct {
	slot    int
	value   eval
	written string
}

type local struct {
	slot  int
	value Value
}

// lookup returns a variable, null where there is none.
func (f *frame) lookup(n int) (Value, error) {
	if f.scope == nil {
		return f.global(n), nil
	}
	return f.lookupIn(f.scope, n)
}

// mapIn returns the map that a variable is known to be outside of macros, nil
// where it is something else.
func (f *frame) mapIn(n int) *Map {
	m, _ := f.slots[n].value.ref.(*Map)
	if f.scope != nil {
		return nil
	}
	return m
}

// loopIn is mapIn for $foreach.
func (f *frame) loopIn(n int) *loop {
	l, _ := f.slots[n].value.ref.(*loop)
	if f.scope != nil {
		return nil
	}
	return l
}

// global returns a variable that no scope has. The embedding program is asked
// when it is not known yet.
func (f *frame) global(n int) Value {
	s := &f.slots[n]
	if !s.known {
		s.known = true
		if f.vars != nil {
			s.value = f.vars.Var(f.tmpl.names[n])
		}
	}
	return s.value
}

func (f *frame) lookupIn(s *scope, n int) (Value, error) {
	for ; s != nil; s = s.outer {
		if s.hidden == n {
			return Value{}, nil
		}
		for _, l := range s.locals {
			if l.slot == n && !l.value.IsNull() {
				return l.value, nil
			}
		}
		for _, p := range s.params {
			if p.slot == n {
				return f.inScope(s.outer, p.value)
			}
		}
	}
	return f.global(n), nil
}

// inScope evaluates in another scope.
func (f *frame) inScope(s *scope, x eval) (Value, error) {
	if err := f.spend(1); err != nil {
		return Value{}, err
	}
	saved := f.scope
	f.scope = s
	v, err := x(f)
	f.scope = saved
	return v, err
}

// put sets a variable, in every scope there is.
func (f *frame) put(n int, v Value) {
	f.slots[n] = slot{v, true}
	for s := f.scope; s != nil; s = s.outer {
		if s.hidden < 0 {
			s.put(n, v)
		}
	}
}

func (s *scope) put(n int, v Value) {
	for i := range s.locals {
		if s.locals[i].slot == n {
			s.locals[i].value = v
			return
		}
	}
	s.locals = append(s.locals, local{n, v})
}

// keep returns a variable to restore it later. One that is not known yet is
// not asked for.
func (f *frame) keep(n int) (slot, error) {
	if f.scope == nil {
		return f.slots[n], nil
	}
	v, err := f.lookup(n)
	return slot{v, true}, err
}

// restore gives a variable the value that it had.
func (f *frame) restore(n int, s slot) {
	if f.scope == nil {
		f.slots[n] = s
		return
	}
	f.restoreInScopes(n, s.value)
}

// restoreInScopes is restore inside macros: a variable without a value is
// forgotten, and so is a parameter of that name.
func (f *frame) restoreInScopes(n int, v Value) {
	if !v.IsNull() {
		f.put(n, v)
		return
	}
	for s := f.scope; s != nil; s = s.outer {
		if s.hidden == n {
			s.hidden = hidesNothing
			continue
		}
		s.put(n, Value{})
		for i := range s.params {
			if s.params[i].slot == n {
				s.params[i].slot = -1
			}
		}
	}
	f.slots[n] = slot{known: true}
}

// hidesNothing marks the scope of a null element whose variable was restored.
const hidesNothing = 1 << 30

// writtenArgument returns how the argument of a parameter is written, where
// the slot is one.
func (f *frame) writtenArgument(n int) (string, bool) {
	for s := f.scope; s != nil; s = s.outer {
		for _, p := range s.params {
			if p.slot == n && p.written != "" {
				return p.written, true
			}
		}
	}
	return "", false
}

// enter counts a call or a block; leave must follow.
func (f *frame) enter() error {
	f.depth++
	if f.depth > f.tmpl.limits.Depth {
		return errNested
	}
	return f.spend(1)
}

func (f *frame) leave() { f.depth-- }
