package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

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
			return functionError(strconv.Quote(line) + ` is not like greet="node greet.js"`)
		}
		words, err := split(command)
		if err != nil {
			return functionError(fmt.Sprintf("%s: %v", name, err))
		}
		*f.functions = append(*f.functions, gatewright.Function{Name: name, Command: words})
	}
	return nil
}

// A functionError says what is wrong with the text of a function.
type functionError string

func (e functionError) Error() string { return string(e) }

// split takes a command apart into words as a shell does, with '…', "…" and \;
// nothing is expanded.
func split(command string) (words []string, err error) {
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
				words = append(words, word.String())
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
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("there is no command; one is like node greet.js")
	}
	return words, nil
}
