package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright"
)

// A functionFlag is --function NAME=COMMAND, which may come more than once; in the
// environment, one on each line.
type functionFlag struct{ functions *[]gatewright.Function }

// String is what the help shows as the flag's default: nothing.
func (f functionFlag) String() string { return "" }

// Type is what the help calls the flag's value.
func (f functionFlag) Type() string { return "NAME=COMMAND" }

// Set adds the functions of a text.
func (f functionFlag) Set(text string) error {
	for line := range strings.Lines(text) {
		name, command, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || name == "" {
			return fmt.Errorf(`%q is not like greet="node greet.js"`, line)
		}
		words, err := split(command)
		if err != nil {
			return err
		}
		*f.functions = append(*f.functions, gatewright.Function{Name: name, Command: words})
	}
	return nil
}

// add adds a function of the config file unless one of its name is there.
func (f functionFlag) add(name string, c functionConfig, env func(string) (string, bool)) {
	if slices.ContainsFunc(*f.functions, func(other gatewright.Function) bool { return other.Name == name }) {
		return
	}
	environment := make(map[string]string, len(c.Environment))
	for variable, v := range c.Environment {
		if v != nil {
			environment[variable] = *v
		} else if ours, ok := env(variable); ok {
			environment[variable] = ours
		}
	}
	*f.functions = append(*f.functions, gatewright.Function{
		Name: name, Command: c.Command, Dir: c.Dir, Environment: environment, Timeout: time.Duration(c.Timeout),
		Memory: c.Memory, Concurrency: c.Concurrency, Watch: c.Watch,
	})
}

// A functionConfig is a function in the config file.
type functionConfig struct {
	Command     words
	Dir         string
	Environment map[string]*string // nil: the value that gatewright itself has
	Timeout     seconds
	Memory      int
	Concurrency int
	Watch       []string
}

// words are a command: a text, or a list.
type words []string

// UnmarshalYAML reads either form.
func (w *words) UnmarshalYAML(n *yaml.Node) (err error) {
	if n.Kind == yaml.ScalarNode {
		*w, err = split(n.Value)
		return err
	}
	return n.Decode((*[]string)(w))
}

// seconds are a time as Lambda counts it, 3, or as Go writes it, 1m30s.
type seconds time.Duration

// UnmarshalYAML reads either form.
func (s *seconds) UnmarshalYAML(n *yaml.Node) error {
	var number float64
	if n.Decode(&number) == nil {
		*s = seconds(number * float64(time.Second))
		return nil
	}
	d, err := time.ParseDuration(n.Value)
	*s = seconds(d)
	return err
}

// split takes a command apart into words as a shell does, with '…', "…" and \;
// nothing is expanded.
func split(command string) (words, error) {
	var all words
	var word strings.Builder
	begun, quote := false, rune(0)
	rest := []rune(command)
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(rest):
			i++
			word.WriteRune(rest[i])
			begun = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			begun, quote = true, c
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if begun {
				all = append(all, word.String())
			}
			begun = false
			word.Reset()
		default:
			begun = true
			word.WriteRune(c)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("command %q: a quote is not closed", command)
	}
	if begun {
		all = append(all, word.String())
	}
	if len(all) == 0 {
		return nil, errors.New("there is no command")
	}
	return all, nil
}
