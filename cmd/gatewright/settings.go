package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"
)

// fillFlags gives each flag that the command line left out its value from the
// environment or, failing that, from the config file.
func fillFlags(flags *pflag.FlagSet, file string, env func(string) (string, bool)) error {
	if file == "" {
		file, _ = env("GATEWRIGHT_CONFIG")
	}
	settings, functions, err := readConfig(file)
	if err != nil {
		return err
	}
	if _, ok := settings["function"]; ok {
		return fmt.Errorf("%s: functions are a map here: functions: {NAME: {command: COMMAND}}", file)
	}
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		fromFile, inFile := settings[f.Name]
		delete(settings, f.Name)
		if f.Changed || f.Name == "config" || f.Name == "help" {
			return
		}
		variable := "GATEWRIGHT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := env(variable); ok {
			if err := flags.Set(f.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %w", variable, err))
			}
		} else if inFile {
			if err := flags.Set(f.Name, fromFile); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", file, f.Name, err))
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		flags.Lookup("function").Value.(functionFlag).add(name, functions[name], env)
	}
	unknown := make([]string, 0, len(settings))
	for name := range settings {
		unknown = append(unknown, name)
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		errs = append(errs, fmt.Errorf("%s: there is no setting %q; the settings are the flags of serve --help without their dashes", file, name))
	}
	return errors.Join(errs...)
}

// readConfig reads a YAML file of settings, as the text that a flag would be
// given, and of functions; a list becomes its elements with commas between them.
func readConfig(file string) (map[string]string, map[string]functionConfig, error) {
	if file == "" {
		return nil, nil, nil
	}
	text, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("config file: %w", err)
	}
	defer text.Close()
	var values struct {
		Functions map[string]functionConfig
		Settings  map[string]any `yaml:",inline"`
	}
	document, err := yaml.NewLoader(text, yaml.WithKnownFields())
	if err == nil {
		err = document.Load(&values)
	}
	if err != nil && !errors.Is(err, io.EOF) { // there may be nothing in it
		return nil, nil, fmt.Errorf("config file %s: %w", file, err)
	}
	settings := make(map[string]string, len(values.Settings))
	for name, v := range values.Settings {
		switch v := v.(type) {
		case []any:
			elements := make([]string, len(v))
			for i, e := range v {
				elements[i] = fmt.Sprint(e)
			}
			settings[name] = strings.Join(elements, ",")
		case map[string]any:
			return nil, nil, fmt.Errorf("config file %s: %s is a text, a number or a list, not a map", file, name)
		default:
			settings[name] = fmt.Sprint(v)
		}
	}
	return settings, values.Functions, nil
}
