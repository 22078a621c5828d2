package vtl

import (
	"strings"
	"sync"
	"time"
)

// A Template is a template that can be rendered. It never changes; any number
// of goroutines may render it at once.
type Template struct {
	config Config
	limits Limits
	start  place
	names  []string // of the variables, by slot
	sites  int      // how many places read members
	body   render
	frames sync.Pool

	foreachSlot, countSlot, hasNextSlot int // -1 where the template does not use them

	asksReplaced bool // for $foreach.replaced
	keepsLoops   bool // may hand $foreach itself on
}

// counts reports whether loops set $velocityCount or $velocityHasNext.
func (t *Template) counts() bool { return t.countSlot >= 0 || t.hasNextSlot >= 0 }

// Vars are the variables that the embedding program gives. A rendering asks
// for each name at most once, when the template first uses it; what the
// template sets it keeps to itself.
type Vars interface {
	// Var returns a variable, null where there is none.
	Var(name string) Value
}

// VarMap is a map of variables.
type VarMap map[string]Value

// Var implements Vars.
func (m VarMap) Var(name string) Value { return m[name] }

// Config says how templates are read and rendered. The zero Config is what
// API Gateway does.
type Config struct {
	Limits Limits

	// MissingIsFalse makes a missing reference false as a condition. Otherwise
	// it is true there, as the empty text that it stands for.
	MissingIsFalse bool

	// Warn is told at each rendering of a condition that tests a missing
	// reference.
	Warn func(warning *Error)
}

// Limits bound templates and renderings. A zero field stands for its default.
type Limits struct {
	Template int           // bytes of a template; 300 KiB
	Rounds   int           // rounds of one #foreach, after which it ends silently; 1000
	Output   int           // bytes of output; 10 MiB
	Memory   int           // bytes of all texts and lists that a rendering builds; 64 MiB
	Steps    int           // steps of a rendering; 1,000,000
	Depth    int           // levels of nesting, written and running; 100
	Time     time.Duration // of a rendering; 10 s
}

var defaultLimits = Limits{
	Template: 300 << 10,
	Rounds:   1000,
	Output:   10 << 20,
	Memory:   64 << 20,
	Steps:    1_000_000,
	Depth:    100,
	Time:     10 * time.Second,
}

func (l Limits) orDefaults() Limits {
	d := defaultLimits
	return Limits{
		Template: or(l.Template, d.Template),
		Rounds:   or(l.Rounds, d.Rounds),
		Output:   or(l.Output, d.Output),
		Memory:   or(l.Memory, d.Memory),
		Steps:    or(l.Steps, d.Steps),
		Depth:    or(l.Depth, d.Depth),
		Time:     or(l.Time, d.Time),
	}
}

func or[T int | time.Duration](a, b T) T {
	if a == 0 {
		return b
	}
	return a
}

// Parse reads a template as API Gateway does. The name stands in errors, which
// are always of type *Error.
func Parse(name, text string) (*Template, error) { return Config{}.Parse(name, text) }

// Parse reads a template. The name stands in errors, which are always of type
// *Error.
func (c Config) Parse(name, text string) (*Template, error) {
	limits := c.Limits.orDefaults()
	if len(text) > limits.Template {
		return nil, place{newSource(name, ""), 0}.errorf(Limit, "the template is longer than %d bytes", limits.Template)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	src := newSource(name, text)
	sh := &shared{maxDepth: limits.Depth, macros: map[string]*macroNode{}}
	tree, err := parse(src, sh)
	if err != nil {
		return nil, err
	}
	t := &Template{config: c, limits: limits, start: place{src, 0}}
	comp := &compiler{tmpl: t, slots: map[string]int{}, macros: map[string]*macro{}}
	comp.declare(sh.macros)
	t.body = comp.block(tree)
	t.foreachSlot = comp.slotIfUsed("foreach")
	t.countSlot = comp.slotIfUsed("velocityCount")
	t.hasNextSlot = comp.slotIfUsed("velocityHasNext")
	t.frames.New = func() any { return &frame{tmpl: t, slots: make([]slot, len(t.names)), last: make([]int, t.sites)} }
	return t, nil
}

// Execute renders the template with its variables, appends what it prints to
// dst and returns the extended buffer. It may write anywhere in the capacity of
// dst. An error is of type *Error; dst is returned as it was.
func (t *Template) Execute(dst []byte, vars Vars) ([]byte, error) {
	f := t.frames.Get().(*frame)
	f.vars, f.out, f.outLimit = vars, dst, len(dst)+t.limits.Output
	f.steps, f.bytes, f.look = t.limits.Steps, t.limits.Memory, max(0, t.limits.Steps-stepsPerLook)
	err := t.body(f)
	out := f.out
	t.release(f)
	if j, ok := err.(*jump); ok && j.to != nil {
		return dst, t.start.errorf(Runtime, "%s", j)
	} else if err != nil && !ok {
		return dst, t.start.failed(err)
	}
	return mend(out, len(dst)), nil
}

// release makes a frame ready for the next rendering.
func (t *Template) release(f *frame) {
	clear(f.slots)
	clear(f.args[:cap(f.args)])
	for _, l := range f.loops[:f.used] {
		*l = loop{}
	}
	for _, r := range f.rounds {
		*r = round{}
	}
	f.vars, f.out, f.scope, f.used, f.running = nil, nil, nil, 0, 0
	f.args = f.args[:0]
	f.depth, f.macros, f.calls, f.deadline = 0, 0, 0, time.Time{}
	t.frames.Put(f)
}
