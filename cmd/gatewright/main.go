// Command gatewright runs Amazon API Gateway REST APIs on this machine.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gatewright/gatewright"
)

// What the exit status says.
const (
	exitFailed    = 1
	exitUsage     = 2 // the command line, the environment or the config file is wrong
	exitAddress   = 3 // a listener's address is taken
	exitData      = 4 // the data folder is in use or damaged
	exitInterrupt = 5 // a second signal cut the drain
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	program := programCommand()
	program.SetArgs(args)
	err := program.Execute()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatewright:", err)
	}
	return exitStatus(err)
}

func programCommand() *cobra.Command {
	program := &cobra.Command{
		Use:   "gatewright",
		Short: "Amazon API Gateway REST APIs on your own machines",
		Example: `  gatewright serve --example
  gatewright template render pets.vtl --input pet.json
  gatewright user add alice --users users.yaml --admin`,
		Version:       gatewright.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE:          helpOnly,
	}
	program.AddCommand(serveCommand(), templateCommand(), userCommand())
	program.SetFlagErrorFunc(wrongFlag)
	cobra.AddTemplateFunc("flags", flagsHelp)
	program.SetHelpTemplate(helpTemplate)
	return program
}

// helpOnly runs a command that is there for the commands below it.
func helpOnly(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		next := "see " + c.CommandPath() + " --help"
		if near := nearest(args[0], commandNames(c)); near != "" {
			next = "did you mean " + c.CommandPath() + " " + near + "?"
		}
		return usageError{fmt.Errorf("there is no command %q; %s", args[0], next)}
	}
	return c.Help()
}

// helpTemplate shows an example before anything else.
const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}
{{end}}{{if .HasExample}}
Example:
{{.Example}}
{{end}}
Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND{{else}}{{.UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
Commands:
{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}{{end}}
Flags:
{{flags .}}`

// helpWidth is how many columns a terminal has at least.
const helpWidth = 80

// flagsHelp lists the flags of a command, with those that it has from others.
func flagsHelp(c *cobra.Command) string {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.SortFlags = c.Flags().SortFlags
	all.AddFlagSet(c.LocalFlags())
	all.AddFlagSet(c.InheritedFlags())
	return all.FlagUsagesWrapped(helpWidth)
}

// A usageError is a mistake of the person who started the program.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitStatus(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage), errors.Is(err, gatewright.ErrSetting), errors.Is(err, gatewright.ErrOpenControl),
		errors.Is(err, gatewright.ErrUsers):
		return exitUsage
	case errors.Is(err, gatewright.ErrAddressInUse):
		return exitAddress
	case errors.Is(err, gatewright.ErrDataInUse), errors.Is(err, gatewright.ErrDataCorrupt):
		return exitData
	case errors.Is(err, errInterrupted):
		return exitInterrupt
	}
	return exitFailed
}
