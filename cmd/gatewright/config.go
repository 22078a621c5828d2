package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright"
)

// A configFile is what a config file says. What is wrong with it is collected, so
// that all of it can be mended at once. Environments of functions hold secrets:
// no error shows a value of theirs, nor whole lines.
type configFile struct {
	name      string
	settings  map[string]setting // by flag
	functions []gatewright.Function
	places    map[string]string // of functions, by name
	merges    int
	errs      []error
}

// A setting is the text that a flag is given, and where it is from.
type setting struct{ text, place string }

// readConfig reads a YAML file of settings, which are called as the flags are,
// and of functions. Of no file it makes one that says nothing.
func readConfig(name string, flags *pflag.FlagSet, env func(string) (string, bool)) (*configFile, error) {
	c := &configFile{name: name, settings: map[string]setting{}, places: map[string]string{}}
	if name == "" {
		return c, nil
	}
	document, err := c.document()
	if err != nil || document == nil {
		return c, err
	}
	for _, m := range c.members(document, "", "a map, with lines like region: eu-west-1") {
		f := flags.Lookup(m.name)
		switch {
		case m.name == "functions":
			c.readFunctions(m, env)
		case m.name == "function":
			c.wrong(m.key, m.path, "functions are a map here, functions: {greet: {command: node greet.js}}")
		case f == nil || unsettable[m.name]:
			c.unknown(m, "setting", settable(flags), "the settings are called as the flags are, without their dashes")
		default:
			if text, ok := c.flagText(m, f); ok {
				c.settings[m.name] = setting{text, c.place(m.value, m.path)}
			}
		}
	}
	return c, nil
}

// unsettable are the flags that are given on the command line alone; the
// environment also names the config file.
var unsettable = map[string]bool{"config": true, "help": true}

func settable(flags *pflag.FlagSet) []string {
	names := slices.DeleteFunc(flagNames(flags), func(name string) bool { return unsettable[name] })
	return append(names, "functions")
}

// document reads the one document of the file; nil: it is empty.
func (c *configFile) document() (*yaml.Node, error) {
	f, err := os.Open(c.name)
	if err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	defer f.Close()
	var in inputs
	text := in.readAll(f, "config file "+c.name)
	if in.err != nil {
		return nil, in.err
	}
	documents, err := yaml.NewLoader(strings.NewReader(text))
	var first, second yaml.Node
	if err == nil {
		err = documents.Load(&first)
	}
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		err = documents.Load(&second)
	}
	switch {
	case err == nil:
		return nil, fmt.Errorf("%s:%d: a second document begins here; all settings are in the first", c.name, second.Line)
	case !errors.Is(err, io.EOF):
		return nil, c.noYAML(err)
	}
	return first.Content[0], nil
}

// noYAML says where a file is no YAML.
func (c *configFile) noYAML(err error) error {
	var syntax *yaml.LoadError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s: no valid YAML", c.name)
	}
	place, message := c.name, syntax.Message
	if at := syntax.Mark; at.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", c.name, at.Line, at.Column)
	}
	if begin := syntax.ContextMark.Line; begin > 0 && begin < syntax.Mark.Line {
		message += fmt.Sprintf(", %s that begins in line %d", syntax.ContextMsg, begin)
	}
	if strings.HasPrefix(message, "unknown anchor") { // it could be a secret that begins with *
		message = "there is no anchor for this alias; a text that begins with * belongs between quotes"
	}
	return fmt.Errorf("%s: no valid YAML: %s\na line is like region: eu-west-1; what belongs to it stands below, indented by blanks", place, message)
}

// A member is a name and its value in a mapping.
type member struct {
	path       string // "functions.greet.memory"
	name       string
	key, value *yaml.Node
}

// members returns the members of a mapping, and behind them those that it merges;
// what describes a mapping that is right.
func (c *configFile) members(n *yaml.Node, path, what string) (all []member) {
	if n = meant(n); absent(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		c.unfit(n, path, what)
		return nil
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], meant(n.Content[i+1])
		m := member{strings.TrimPrefix(path+"."+key.Value, "."), key.Value, key, value}
		switch first := find(all, m.name); {
		case key.ShortTag() == "!!merge" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.ShortTag() == "!!merge":
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode:
			c.unfit(key, path, "a name")
		case first != nil:
			c.wrong(key, m.path, "is there twice, first in line %d", first.key.Line)
		default:
			all = append(all, m)
		}
	}
	for _, base := range merged {
		if c.merges++; c.merges == mostMerges {
			c.wrong(n, path, "merges too much, or itself")
		}
		if c.merges >= mostMerges {
			break
		}
		for _, m := range c.members(base, path, what) {
			if find(all, m.name) == nil {
				all = append(all, m)
			}
		}
	}
	return all
}

// mostMerges bounds how many mappings are merged into others, which may be
// themselves.
const mostMerges = 1000

func find(members []member, name string) *member {
	if i := slices.IndexFunc(members, func(m member) bool { return m.name == name }); i >= 0 {
		return &members[i]
	}
	return nil
}

// flagText returns the text that a flag is given: a value, or those of a list with
// commas between them where it takes several.
func (c *configFile) flagText(m member, f *pflag.Flag) (text string, ok bool) {
	before := len(c.errs)
	several := f.Value.Type() == "stringSlice" || f.Value.Type() == "stringToString"
	if m.value.Kind == yaml.SequenceNode && several {
		text = strings.Join(c.texts(m, expected(f)), ",")
	} else {
		text = c.text(m, expected(f))
	}
	return text, len(c.errs) == before
}

// readFunctions reads the functions.
func (c *configFile) readFunctions(m member, env func(string) (string, bool)) {
	for _, one := range c.members(m.value, m.path, "like {greet: {command: node greet.js}}") {
		c.places[one.name] = c.place(one.key, one.path)
		c.functions = append(c.functions, c.function(one, env))
	}
}

// function reads a function.
func (c *configFile) function(m member, env func(string) (string, bool)) gatewright.Function {
	before := len(c.errs)
	f := gatewright.Function{Name: m.name, Environment: map[string]string{}}
	members := c.members(m.value, m.path, "like {command: node greet.js}")
	for _, m := range members {
		switch m.name {
		case "command":
			f.Command = c.command(m)
		case "dir":
			f.Dir = c.text(m, "a folder, such as functions/greet")
		case "environment":
			f.Environment = c.environment(m, env)
		case "timeout":
			f.Timeout = c.timeout(m)
		case "memory":
			f.Memory = c.number(m, "a number of MB above 0, such as 512")
		case "concurrency":
			f.Concurrency = c.number(m, "a number of processes above 0, such as 10")
		case "watch":
			f.Watch = c.texts(m, "files and folders, such as [greet.js, lib]")
		default:
			known := []string{"command", "dir", "environment", "timeout", "memory", "concurrency", "watch"}
			c.unknown(m, "setting of a function", known, "there are "+strings.Join(known, ", "))
		}
	}
	if find(members, "command") == nil && len(c.errs) == before {
		c.wrong(m.key, m.path, "has no command; one is like command: node greet.js")
	}
	return f
}

// command reads a command: a text, or a list of its words.
func (c *configFile) command(m member) []string {
	const what = "a command, such as node greet.js or [node, greet.js]"
	if m.value.Kind == yaml.SequenceNode {
		return c.texts(m, what)
	}
	if m.value.Kind != yaml.ScalarNode || absent(m.value) {
		c.unfit(m.value, m.path, what)
		return nil
	}
	words, err := split(m.value.Value)
	if err != nil {
		c.wrong(m.value, m.path, "%v", err)
	}
	return words
}

// environment reads the variables of a function; one without a value has that
// which gatewright itself has.
func (c *configFile) environment(m member, env func(string) (string, bool)) map[string]string {
	const what = "like {TABLE: pets}"
	variables := map[string]string{}
	if m.value.Kind == yaml.ScalarNode && !absent(m.value) {
		c.wrong(m.value, m.path, "a text is not "+what) // it may be SECRET=…
		return variables
	}
	for _, v := range c.members(m.value, m.path, what) {
		if !absent(v.value) {
			if v.value.Kind != yaml.ScalarNode {
				c.wrong(v.value, v.path, "the value of a variable is a text")
			}
			variables[v.name] = v.value.Value
		} else if ours, ok := env(v.name); ok {
			variables[v.name] = ours
		}
	}
	return variables
}

// timeout reads a time as Lambda counts it, 3, or as Go writes it, 1m30s.
func (c *configFile) timeout(m member) time.Duration {
	d, err := time.ParseDuration(m.value.Value)
	if number, noNumber := strconv.ParseFloat(m.value.Value, 64); noNumber == nil {
		d, err = time.Duration(number*float64(time.Second)), nil
	}
	if err != nil || d <= 0 || m.value.Kind != yaml.ScalarNode {
		c.unfit(m.value, m.path, "a time above 0, such as 3 (seconds) or 1m30s")
	}
	return d
}

func (c *configFile) number(m member, what string) int {
	n, err := strconv.Atoi(m.value.Value)
	if err != nil || n <= 0 || m.value.Kind != yaml.ScalarNode {
		c.unfit(m.value, m.path, what)
	}
	return n
}

func (c *configFile) text(m member, what string) string {
	if m.value.Kind != yaml.ScalarNode || absent(m.value) {
		c.unfit(m.value, m.path, what)
	}
	return m.value.Value
}

func (c *configFile) texts(m member, what string) []string {
	texts := []string{}
	if m.value.Kind != yaml.SequenceNode {
		c.unfit(m.value, m.path, "a list of "+what)
	}
	for _, n := range m.value.Content {
		texts = append(texts, c.text(member{m.path, m.name, n, meant(n)}, what))
	}
	return texts
}

func (c *configFile) unknown(m member, kind string, known []string, all string) {
	if near := nearest(m.name, known); near != "" {
		all = fmt.Sprintf("did you mean %s?", near)
	}
	c.wrong(m.key, m.path, "there is no such %s; %s", kind, all)
}

func (c *configFile) wrong(n *yaml.Node, path, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: %s", c.place(n, path), fmt.Sprintf(format, args...)))
}

// unfit says that a value is not what it ought to be.
func (c *configFile) unfit(n *yaml.Node, path, what string) {
	switch {
	case n.Kind == yaml.MappingNode:
		c.wrong(n, path, "a map is not %s", what)
	case n.Kind == yaml.SequenceNode:
		c.wrong(n, path, "a list is not %s", what)
	case absent(n):
		c.wrong(n, path, "there is no value; it is %s", what)
	default:
		c.wrong(n, path, "%q is not %s", n.Value, what)
	}
}

// place is where something is: "gatewright.yaml:3:9: functions.greet".
func (c *configFile) place(n *yaml.Node, path string) string {
	return strings.TrimSuffix(fmt.Sprintf("%s:%d:%d: %s", c.name, n.Line, n.Column, path), ": ")
}

// meant is what an alias stands for.
func meant(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func absent(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
