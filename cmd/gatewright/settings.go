package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gatewright/gatewright"
)

// places say where settings are from, by their names: a line of the config file,
// or the environment. Those of the command line are not among them.
type places map[string]string

// of is how an error calls a setting, so that its value is found.
func (p places) of(name string) string {
	if strings.HasPrefix(name, "AWS_") {
		return "environment variable " + name
	}
	return cmp.Or(p[name], "--"+name)
}

// explain says of an error about a setting where that is.
func (p places) explain(err error) error {
	var wrong *gatewright.SettingError
	if !errors.As(err, &wrong) {
		return err
	}
	return usageError{fmt.Errorf("%s: %w\n%s", p.of(wrong.Setting), wrong.Err, seeHelp)}
}

// seeHelp is what to try when a setting is wrong.
const seeHelp = "see gatewright serve --help"

// fillFlags gives each flag that the command line left out its value from the
// environment or, failing that, from the config file.
func fillFlags(flags *pflag.FlagSet, file string, env func(string) (string, bool)) (places, error) {
	if file == "" {
		file, _ = env("GATEWRIGHT_CONFIG")
	}
	config, err := readConfig(file, flags, env)
	if err != nil {
		return nil, usageError{err}
	}
	from, errs := make(places), config.errs
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || unsettable[f.Name] {
			return
		}
		variable := "GATEWRIGHT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := env(variable)
		from[f.Name] = "environment variable " + variable
		if !ok {
			s := config.settings[f.Name]
			value, ok = s.text, s.place != ""
			from[f.Name] = s.place
		}
		if !ok {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", from[f.Name], unfitValue(f, value, err)))
		}
	})
	all := flags.Lookup("function").Value.(functionFlag).functions
	for _, f := range config.functions {
		if !slices.ContainsFunc(*all, func(other gatewright.Function) bool { return other.Name == f.Name }) {
			*all = append(*all, f)
			from["function "+f.Name] = config.places[f.Name]
		}
	}
	if len(errs) > 0 {
		return nil, usageError{errors.Join(append(errs, errors.New(seeHelp))...)}
	}
	return from, nil
}
