package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/jsonpath"
)

func templateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "template",
		Short: "Try mapping templates, JSON paths and models",
		Long: `Try what the methods of an API are made of, without an API: mapping templates,
JSON paths, and the schemas of models. They run as the gateway runs them.

With --batch each of the commands answers cases, one JSON object a line on
standard input, with one JSON object a line on standard output.`,
		Example: `  gatewright template render pets.vtl --input pet.json
  gatewright template jsonpath '$.pets[0].name' pets.json
  gatewright template schema pet.schema.json pet.json`,
		Args: cobra.ArbitraryArgs,
		RunE: helpOnly,
	}
	c.AddCommand(renderCommand(), jsonpathCommand(), schemaCommand())
	return c
}

// batchFlag adds --batch, of whose cases a kind is the default.
func batchFlag(c *cobra.Command, kind string) {
	batch := c.Flags().Bool("batch", false, "answer cases, one JSON object a line on standard input")
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !*batch:
			return run(c, args)
		case len(args) > 0:
			return usageError{fmt.Errorf("--batch reads standard input, not %q; see %s --help", args, c.CommandPath())}
		}
		return answerLines(c.InOrStdin(), c.OutOrStdout(), kind)
	}
}

// renderFlags are those of template render.
type renderFlags struct {
	input, context, params, variables string
	overrides                         bool
}

func renderCommand() *cobra.Command {
	var r renderFlags
	c := &cobra.Command{
		Use:   "render FILE",
		Short: "Render a mapping template",
		Long: `Render a mapping template for a payload, and show what comes out.
A file named - is standard input. Where JSON is asked for, a text that begins
with { is that JSON itself.`,
		Example: `  gatewright template render pets.vtl --input pet.json
  gatewright template render pets.vtl --context '{"stage": "prod"}' \
      --params '{"querystring": {"type": "cat"}}'
  echo '{"template": "$input.body", "body": "hi"}' |
      gatewright template render --batch`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := takes(c, args, 1, 1); err != nil {
				return err
			}
			return r.run(c, args[0])
		},
	}
	c.Flags().StringVar(&r.input, "input", "", "`FILE` of the payload, or JSON; without it the payload is empty")
	c.Flags().StringVar(&r.context, "context", "", "`JSON` of $context, or its file")
	c.Flags().StringVar(&r.params, "params", "", "`JSON` of the parameters, or its file: an object of path, querystring and header")
	c.Flags().StringVar(&r.variables, "stage-variables", "", "`JSON` of $stageVariables, or its file")
	c.Flags().BoolVar(&r.overrides, "overrides", false, "write on standard error what the template overrides")
	batchFlag(c, kindTemplate)
	return c
}

func (r *renderFlags) run(c *cobra.Command, file string) error {
	in := &inputs{standard: c.InOrStdin()}
	t := trial{name: displayName(file), template: in.read(file)}
	var payload string
	payload, t.payload = in.payload("--input", r.input)
	t.given = mapping.Given{
		Context:        in.object("--context", r.context),
		Params:         in.object("--params", r.params, "path", "querystring", "header"),
		StageVariables: in.object("--stage-variables", r.variables),
	}
	if in.err != nil {
		return in.err
	}
	t.warn = func(err error) { fmt.Fprintln(c.ErrOrStderr(), "gatewright: warning:", err) }
	shown, err := t.render()
	if err != nil {
		return pointOut(err, t.template, payload, t.payload)
	}
	if _, err := io.WriteString(c.OutOrStdout(), shown.Output); err != nil || !r.overrides {
		return err
	}
	_, err = fmt.Fprintf(c.ErrOrStderr(), "requestOverride  %s\nresponseOverride %s\n", shown.RequestOverride, shown.ResponseOverride)
	return err
}

func jsonpathCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "jsonpath PATH [FILE]",
		Short: "Apply a JSON path to a payload",
		Long: `Apply a JSON path to a payload, from a file or standard input, and show what it
leads to as $input.json does. One that leads nowhere ends with exit status 1.`,
		Example: `  gatewright template jsonpath '$.pets[?(@.price < 10)].name' pets.json
  echo '[{"id": 1}, {"id": 2}]' | gatewright template jsonpath '$..id'`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := takes(c, args, 1, 2); err != nil {
				return err
			}
			file := fileOrInput(args[1:])
			in := &inputs{standard: c.InOrStdin()}
			payload := in.read(file)
			if in.err != nil {
				return in.err
			}
			output, err := follow(args[0], payload)
			if errors.Is(err, errNowhere) && taken(payload) {
				err = pointAt(displayName(file), payload, beginning(payload), errText)
			}
			if err != nil {
				return pointOut(err, args[0], displayName(file), payload)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), output)
			return err
		},
	}
	batchFlag(c, kindPath)
	return c
}

func schemaCommand() *cobra.Command {
	var modelFiles []string
	c := &cobra.Command{
		Use:   "schema SCHEMA [FILE]",
		Short: "Validate a payload against the schema of a model",
		Long: `Validate a payload, from a file or standard input, against a schema. Each fault
is a line; one that is not valid ends with exit status 1.

A $ref to https://apigateway.amazonaws.com/restapis/ID/models/NAME leads to the
model NAME, whatever the ID is.`,
		Example: `  gatewright template schema pet.schema.json pet.json
  gatewright template schema pet.schema.json pet.json \
      --model Owner=owner.schema.json`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := takes(c, args, 1, 2); err != nil {
				return err
			}
			file := fileOrInput(args[1:])
			in := &inputs{standard: c.InOrStdin()}
			schema, payload, models := in.read(args[0]), in.read(file), in.models(modelFiles)
			if in.err != nil {
				return in.err
			}
			found, err := validate(schema, models, payload)
			if err != nil {
				return pointOut(err, schema, displayName(file), payload)
			}
			err = showFaults(c.OutOrStdout(), displayName(file), found)
			if found.unreadable != nil {
				err = pointAt(displayName(file), payload, found.unreadable.Offset, fmt.Errorf("no valid JSON: %s", found.unreadable.Reason))
			}
			return err
		},
	}
	c.Flags().StringArrayVar(&modelFiles, "model", nil, "`NAME=FILE` of a model that the schema refers to; may be repeated")
	batchFlag(c, kindSchema)
	return c
}

func showFaults(out io.Writer, file string, found validated) error {
	if len(found.Messages) == 0 {
		_, err := fmt.Fprintln(out, "valid")
		return err
	}
	for _, m := range found.Messages {
		if _, err := fmt.Fprintln(out, m); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s is not valid: %s", file, plural(len(found.Messages), "fault"))
}

// takes says what is wrong with a number of arguments.
func takes(c *cobra.Command, args []string, least, most int) error {
	if len(args) < least || len(args) > most {
		return usageError{fmt.Errorf("%s takes %s, got %q; see %[1]s --help", c.CommandPath(), strings.TrimPrefix(c.Use, c.Name()+" "), args)}
	}
	return nil
}

func fileOrInput(args []string) string { return cmp.Or(strings.Join(args, ""), standardInput) }

const (
	standardInput = "-"
	maxInput      = 32 << 20 // bytes of a file
)

// displayName is what a file is called in messages.
func displayName(file string) string {
	switch file {
	case standardInput:
		return "standard input"
	case "":
		return "empty payload"
	}
	return file
}

// inputs reads the files of one command, and keeps the first error.
type inputs struct {
	standard io.Reader
	used     bool // standard input has been read
	err      error
}

// read returns a whole file; without a name, an empty one.
func (in *inputs) read(name string) string {
	text := ""
	switch {
	case in.err != nil || name == "":
	case name != standardInput:
		var f *os.File
		if f, in.err = os.Open(name); in.err == nil {
			defer f.Close()
			text = in.readAll(f, name)
		}
	case in.used:
		in.err = usageError{errors.New("standard input, -, can be only one of the files")}
	default:
		in.used = true
		text = in.readAll(in.standard, displayName(name))
	}
	return text
}

func (in *inputs) readAll(r io.Reader, name string) string {
	text, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = fmt.Errorf("more than %d MiB", maxInput>>20)
	}
	if err != nil {
		in.err = fmt.Errorf("%s: %w", name, err)
	}
	return string(text)
}

// payload returns a payload and what errors call it. A flag gives it as itself, if it
// is an object or an array of JSON, or as the name of its file.
func (in *inputs) payload(flag, jsonOrFile string) (name, text string) {
	if strings.HasPrefix(jsonOrFile, "{") || strings.HasPrefix(jsonOrFile, "[") {
		return flag, jsonOrFile
	}
	return displayName(jsonOrFile), in.read(jsonOrFile)
}

// object returns the JSON object of a flag, which is given as itself or as the name
// of its file. If members are named it has no others.
func (in *inputs) object(flag, jsonOrFile string, members ...string) string {
	begin := beginning(jsonOrFile)
	if in.err != nil || begin == len(jsonOrFile) {
		return ""
	}
	name, object := flag, jsonOrFile
	if strings.IndexByte(`{["`, jsonOrFile[begin]) < 0 {
		name, object = displayName(jsonOrFile), in.read(jsonOrFile)
	}
	if in.err != nil {
		in.err = fmt.Errorf("%s: %w; an object of JSON begins with {", flag, in.err)
		return ""
	}
	in.err = checkObject(name, object, members)
	return object
}

func checkObject(name, text string, members []string) error {
	if beginning(text) == len(text) {
		return nil
	}
	doc := jsonpath.Borrow()
	defer doc.Return()
	err := doc.Parse(text)
	var syntax *jsonpath.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return pointAt(name, text, syntax.Offset, fmt.Errorf("no valid JSON: %w", err))
	case err != nil:
		return err
	case doc.Root().Kind() != jsonpath.Object:
		return pointAt(name, text, beginning(text), errors.New(`this is no object, which is like {"a": "b"}`))
	case len(members) == 0:
		return nil
	}
	for member := range doc.Root().Members() {
		if slices.Contains(members, member) {
			continue
		}
		next := "there are " + strings.Join(members, ", ")
		if near := nearest(member, members); near != "" {
			next = "did you mean " + near + "?"
		}
		return fmt.Errorf("%s: there is no member %q; %s", name, member, next)
	}
	return nil
}

// models reads the models of flags NAME=FILE.
func (in *inputs) models(flags []string) models {
	all := make(models, len(flags))
	for _, flag := range flags {
		name, file, ok := strings.Cut(flag, "=")
		if !ok && in.err == nil {
			in.err = usageError{fmt.Errorf("--model %s: say NAME=FILE", flag)}
		}
		all[name] = text(in.read(file))
	}
	return all
}
