package control

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// An Op is one of the things that a patch operation can do.
type Op uint8

// The operations that some path admits; the service's move and test are
// admitted nowhere.
const (
	Add Op = 1 << iota
	Remove
	Replace
	Copy
)

var ops = []struct {
	op   Op
	name string
}{{Add, "add"}, {Remove, "remove"}, {Replace, "replace"}, {Copy, "copy"}}

// opOf returns 0 for what no path admits.
func opOf(name string) Op {
	for _, o := range ops {
		if o.name == name {
			return o.op
		}
	}
	return 0
}

// String lists the operations as the service does: [add, remove].
func (o Op) String() string {
	var list []string
	for _, known := range ops {
		if o&known.op != 0 {
			list = append(list, known.name)
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// A Patch is AWS's documentation table of a kind's patch operations: paths and
// what they admit. A path names JSON members of the kind's type, and * stands
// for a key of a map or a member of a list. What an operation does follows from
// the type of what its path names:
//
//	a scalar       replace sets it, with no value clears it; remove clears it
//	a structure    remove clears it
//	a map          add merges a JSON object, replace sets it, remove empties it
//	a key of a map add and replace set it, remove takes it out
//	a list         add and remove the value
//	a list with *  add and remove the member that the path names, replace it by the value
type Patch []Row

// A Row is one path of a Patch.
type Row struct {
	Path string
	Ops  Op
}

// Rules are what a kind does differently from a plain Patch. All may be nil.
type Rules[T any] struct {
	// Refuse answers an operation that no row admits; known is the row of its
	// path, if it has one. nil: refuseOperation.
	Refuse func(rows Patch, known *Row, o Operation) error

	// Target translates paths that are oddly spelt into segments of a path of
	// the table.
	Target func(o Operation) []string

	// Admit judges one operation, where the service complains of its value
	// rather than of the outcome.
	Admit func(v *T, target []string, o Operation) error

	// Edit does an operation whose effect does not follow from the type of its
	// target, and reports whether it was one.
	Edit func(v *T, target []string, o Operation) (done bool, err error)

	// Prepare makes room for what an operation writes to.
	Prepare func(v *T, target []string)

	// Absent answers replace and remove of a key that is not there; nil, or no
	// error: replace adds it and remove does nothing.
	Absent func(target []string, o Operation) error

	// Copy does a copy operation.
	Copy func(v *T, o Operation) error
}

// An Operation is one step of a patch. Values are text whatever they are for.
type Operation struct {
	Op    *string `json:"op"`
	Path  *string `json:"path"`
	Value *string `json:"value"`
	From  *string `json:"from"`
}

// text returns a member of an operation; "": it was not sent.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// shown returns a member of an operation as the service prints it.
func shown(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

var (
	patchBody = Body{{Name: "patchOperations"}}

	// patchOp prints the operations in the order that is recorded on AWS.
	patchOp = Member{Required: true, Enum: []string{"add", "remove", "move", "test", "replace", "copy"}}
)

// maxOperations bounds what one PATCH can cost.
const maxOperations = 1000

// patchOperations reads the body of a PATCH and checks its model. Errors of the
// body come before those of the path, in one answer.
func (c *call) patchOperations() ([]Operation, error) {
	var body struct {
		Operations []Operation `json:"patchOperations"`
	}
	if err := decode(c.given(), &body); err != nil {
		return nil, err
	}
	if len(body.Operations) > maxOperations {
		return nil, badRequest("A patch can have at most %d operations", maxOperations)
	}
	var v violations
	for i, o := range body.Operations {
		if o.Op != nil {
			where := fmt.Sprintf("%sInput.patchOperations.%d.member.op", lowerFirst(c.op.Name), i+1)
			v.check(where, *o.Op, patchOp)
		}
	}
	c.checkURI(&v)
	return body.Operations, v.err()
}

// A patcher is a Patch made ready.
type patcher[T any] struct {
	rows  Patch
	split [][]string // the rows' paths in segments
	rules Rules[T]
}

// compilePatch panics when a path names no member of the type, or when two rows
// match one path.
func compilePatch[T any](kind string, rows Patch, rules Rules[T]) *patcher[T] {
	if rules.Refuse == nil {
		rules.Refuse = refuseOperation
	}
	p := &patcher[T]{rows: rows, rules: rules}
	for _, row := range rows {
		segments := strings.Split(strings.TrimPrefix(row.Path, "/"), "/")
		if err := follow(reflect.TypeFor[T](), segments); err != nil {
			panic(fmt.Sprintf("%s: patch path %s: %v", kind, row.Path, err))
		}
		for i, other := range p.split {
			if matches(other, segments) || matches(segments, other) {
				panic(fmt.Sprintf("%s: patch paths %s and %s match alike", kind, rows[i].Path, row.Path))
			}
		}
		p.split = append(p.split, segments)
	}
	return p
}

// follow goes along a path through a type.
func follow(t reflect.Type, segments []string) error {
	for _, segment := range segments {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Struct:
			i, ok := fields(t)[segment]
			if !ok {
				return fmt.Errorf("%v has no member %s", t, segment)
			}
			t = t.Field(i).Type
		case reflect.Map, reflect.Slice:
			if segment != "*" {
				return fmt.Errorf("%v is addressed by *", t)
			}
			t = t.Elem()
		default:
			return fmt.Errorf("%v has no members", t)
		}
	}
	return nil
}

// matches reports whether a row's segments match those of a path.
func matches(row, path []string) bool {
	return slices.EqualFunc(row, path, func(want, got string) bool { return want == "*" || want == got })
}

// apply does a patch, all or nothing: v is the caller's own copy and is of no
// use after an error. Steps see what earlier steps did.
func (p *patcher[T]) apply(v *T, operations []Operation) error {
	for _, o := range operations {
		if err := p.step(v, o); err != nil {
			return err
		}
	}
	return nil
}

func (p *patcher[T]) step(v *T, o Operation) error {
	if o.Path == nil {
		return badRequest("Invalid patch path null")
	}
	target := p.target(o)
	row := p.find(target)
	op := opOf(text(o.Op))
	if row == nil || row.Ops&op == 0 {
		return p.rules.Refuse(p.rows, row, o)
	}
	if p.rules.Admit != nil {
		if err := p.rules.Admit(v, target, o); err != nil {
			return err
		}
	}
	err := p.edit(v, op, target, o)
	if errors.Is(err, errNotJSON) {
		return p.rules.Refuse(p.rows, nil, o)
	}
	return err
}

// edit does an operation that the table admits.
func (p *patcher[T]) edit(v *T, op Op, target []string, o Operation) error {
	if p.rules.Edit != nil {
		if done, err := p.rules.Edit(v, target, o); done || err != nil {
			return err
		}
	}
	if op == Copy {
		return p.rules.Copy(v, o)
	}
	if p.rules.Prepare != nil && op != Remove {
		p.rules.Prepare(v, target)
	}
	e := edit{op, target, o, p.rules.Absent}
	return e.walk(reflect.ValueOf(v).Elem(), target)
}

func (p *patcher[T]) target(o Operation) []string {
	if p.rules.Target != nil {
		if target := p.rules.Target(o); target != nil {
			return target
		}
	}
	return pointer(*o.Path)
}

func (p *patcher[T]) find(target []string) *Row {
	for i, segments := range p.split {
		if matches(segments, target) {
			return &p.rows[i]
		}
	}
	return nil
}

// pointer takes a patch path apart: a JSON pointer, but that the leading slash
// may be missing, as in AWS's own examples.
func pointer(path string) []string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if strings.Contains(path, "~") {
		for i, s := range segments {
			segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
		}
	}
	return segments
}

// refuseOperation is how most of the service refuses: it names what the path
// admits.
func refuseOperation(_ Patch, known *Row, o Operation) error {
	if known == nil {
		return refusePath(nil, nil, o)
	}
	return badRequest("Invalid patch operation specified. Must be one of: %v", known.Ops)
}

// refusePath is how it refuses where even a known path is called invalid.
func refusePath(_ Patch, _ *Row, o Operation) error {
	return badRequest("Invalid patch path %s", shown(o.Path))
}

// refuseScalar says so only of scalars: those that one cannot add.
func refuseScalar(rows Patch, known *Row, o Operation) error {
	if known != nil && known.Ops == Replace {
		known = nil
	}
	return refuseOperation(rows, known, o)
}

// refuseListing is how the oldest part of the service refuses: it lists the
// paths. The two blanks are its own.
func refuseListing(rows Patch, _ *Row, o Operation) error {
	const refusal = "Invalid patch path  '%s' specified for op '%s'. "
	if opOf(text(o.Op)) != Replace {
		return badRequest(refusal+"Please choose supported operations", *o.Path, shown(o.Op))
	}
	var paths []string
	for _, row := range rows {
		if row.Ops&Replace != 0 {
			paths = append(paths, row.Path)
		}
	}
	return badRequest(refusal+"Must be one of: [%s]", *o.Path, text(o.Op), strings.Join(paths, ", "))
}
