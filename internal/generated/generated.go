// Package generated writes test cases by the grammars of the languages: templates,
// paths and schemas, most of them right, some a little wrong, each with what it
// is put to.
package generated

import (
	"encoding/json"
	"math/rand/v2"
)

// A Case is a question to an engine. As a JSON object in a line of its own it is
// what gatewright template … --batch answers, and other engines too.
type Case struct {
	Kind string `json:"kind"` // "vtl", "jsonpath" or "schema"

	Template       string          `json:"template,omitempty"`
	Body           string          `json:"body,omitempty"`
	Context        json.RawMessage `json:"context,omitempty"`
	StageVariables json.RawMessage `json:"stageVariables,omitempty"`
	Params         json.RawMessage `json:"params,omitempty"`
	Overrides      bool            `json:"overrides,omitempty"` // they are to be shown

	Path string `json:"path,omitempty"`

	Schema string            `json:"schema,omitempty"`
	Models map[string]string `json:"models,omitempty"`

	JSON string `json:"json,omitempty"` // the payload of a path or a schema
}

// Templates returns n templates. The same seed gives the same cases.
func Templates(seed uint64, n int) []Case {
	g := templates{source: newSource(seed)}
	return times(n, g.next)
}

// Paths returns n documents and paths that fit each other more often than not.
func Paths(seed uint64, n int) []Case { return times(n, paths{newSource(seed)}.next) }

// Schemas returns n schemas and instances that nearly fit each other.
func Schemas(seed uint64, n int) []Case { return times(n, schemas{newSource(seed)}.next) }

func times(n int, next func() Case) []Case {
	all := make([]Case, n)
	for i := range all {
		all[i] = next()
	}
	return all
}

// A source is where the choices come from.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 1))} }

func (s source) chance(percent int) bool { return s.IntN(100) < percent }

func (s source) pick(choices ...string) string { return choices[s.IntN(len(choices))] }

// damage changes one character, or puts one in.
func (s source) damage(text string, choices ...string) string {
	runes := []rune(text)
	i := s.IntN(len(runes))
	put := s.pick(choices...)
	return string(runes[:i]) + put + string(runes[i+s.IntN(2):])
}
