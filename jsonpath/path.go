package jsonpath

// A Path is a compiled path. It never changes once Compile has returned it, and
// any number of goroutines may use it at the same time.
type Path struct {
	text     string
	steps    []step
	definite bool // it leads to one value at most
	plain    bool // only members and indexes
	named    bool // as plain, with several members at a time and calls as well
	relative bool // it begins with "@"
}

// A step leads from one value to others.
type step struct {
	kind    stepKind
	certain bool // all steps before it lead to one value at most
	last    bool
	name    string
	names   []string
	index   int
	indexes []int
	slice   slice
	filter  predicate
	call    *call
}

type stepKind uint8

const (
	memberStep  stepKind = iota // .a
	membersStep                 // ['a','b']
	indexStep                   // [0]
	backStep                    // [(@.length-1)]
	indexesStep                 // [0,2]
	sliceStep                   // [1:3]
	wildcardStep
	scanStep    // ..
	filterStep  // [?(@.a)]
	callStep    // .length()
	nowhereStep // whatever is written behind a call without arguments
)

// A slice is a range of indexes. A bound that is not there is open.
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

// String returns the path as it was written.
func (p *Path) String() string { return p.text }

// Definite says whether the path leads to one value at most. An indefinite one
// answers with a list, always.
func (p *Path) Definite() bool { return p.definite }

// newPath makes a path of steps that are complete but for what they must know
// of each other.
func newPath(text string, relative bool, steps []step) *Path {
	p := &Path{text: text, relative: relative, steps: steps, definite: true, plain: true, named: true}
	for i := range steps {
		s := &steps[i]
		s.certain, s.last = p.definite, i == len(steps)-1
		p.definite = p.definite && s.definite()
		p.plain = p.plain && (s.kind == memberStep || s.kind == indexStep)
		p.named = p.named && (s.definite() || s.kind == membersStep)
	}
	return p
}

func (s *step) definite() bool {
	switch s.kind {
	case memberStep, indexStep, backStep, callStep, nowhereStep:
		return true
	case membersStep:
		return s.last // several become one smaller object
	default:
		return false
	}
}

// Eval applies the path to a document. A definite path answers with the value
// found, or with ErrNotFound; an indefinite one with an array, empty where
// nothing was found. What a function computes and the arrays are added to the
// document. Other errors are an *EvalError where the path does not suit the
// document, and ErrTooMuchWork.
func (p *Path) Eval(doc *Document) (Node, error) {
	if len(doc.entries) == 0 {
		return Node{}, ErrNotFound
	}
	if p.plain {
		return p.follow(doc)
	}
	e := &doc.eval
	*e = evaluator{doc: doc, found: e.found[:0], scratch: e.scratch}
	at, err := e.path(p, 0, false)
	if reason, ok := err.(unfit); ok {
		return Node{}, &EvalError{p.text, string(reason)}
	}
	if err != nil {
		return Node{}, err
	}
	return Node{doc, at}, nil
}

// follow evaluates a path of members and indexes.
func (p *Path) follow(doc *Document) (Node, error) {
	at := uint32(0)
	for i := range p.steps {
		s := &p.steps[i]
		e := &doc.entries[at]
		switch {
		case s.kind == memberStep && e.kind == Object:
			value, _, ok := doc.member(at, s.name)
			if !ok {
				return Node{}, ErrNotFound
			}
			at = value
		case s.kind == indexStep && e.kind == Array && s.index >= 0 && s.index < int(e.from):
			at = doc.element(at, s.index)
		default:
			return Node{}, ErrNotFound
		}
	}
	return Node{doc, at}, nil
}
