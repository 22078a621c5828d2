package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wrongFlag says what is wrong with a flag of a command line, and what to try
// next.
func wrongFlag(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		unfit   *pflag.InvalidValueError
	)
	see := "see " + c.CommandPath() + " --help"
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			err = fmt.Errorf("there is no flag -%s; %s", name, see)
		} else if near := nearest(name, flagNames(c.Flags())); near != "" {
			err = fmt.Errorf("there is no flag --%s; did you mean --%s?", name, near)
		} else {
			err = fmt.Errorf("there is no flag --%s; %s", name, see)
		}
	case errors.As(err, &lacking):
		f := lacking.GetFlag()
		err = fmt.Errorf("--%s has no value; it is %s\n%s", f.Name, expected(f), see)
	case errors.As(err, &unfit):
		f := unfit.GetFlag()
		err = fmt.Errorf("--%s: %w\n%s", f.Name, unfitValue(f, unfit.GetValue(), err), see)
	default:
		err = fmt.Errorf("%w\n%s", err, see)
	}
	return usageError{err}
}

// unfitValue says why a flag cannot have a value, in no words of Go's.
func unfitValue(f *pflag.Flag, value string, cause error) error {
	var own functionError
	if errors.As(cause, &own) {
		return own
	}
	return fmt.Errorf("%s is not %s", strconv.Quote(value), expected(f))
}

// expected says what a flag's value is, with an example.
func expected(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number, such as 1000"
	case "float64":
		return "a number, such as 50 or 0.5"
	case "duration":
		return "a time, such as 30s or 1m30s"
	case "stringToString":
		return "like payments=10.0.0.7:8443"
	case "stringSlice":
		return "like gateway.internal, or several with commas between them"
	case functionFlag{}.Type():
		return `like greet="node greet.js"`
	}
	_, usage := pflag.UnquoteUsage(f)
	return "the " + usage
}
